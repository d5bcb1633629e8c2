import type { Flow, Pass, Trace } from '../flow/flow';
import { InverseStatus } from '../flow/layer';
import { normality } from '../flow/normality';
import { RandomStream, streams } from '../flow/random';
import type { Picture } from './messages';
import type { Work } from './work';

/** What a picture is to show: how many particles, a grid of side × side points, over [−extent, extent]², and which two coordinates. */
export interface PictureRequest {
  readonly particles: number;
  readonly side: number;
  readonly extent: number;
  /** Counted from 0; the first two where they are not given. */
  readonly coordinates?: readonly [number, number];
}

/** Particles that begin at a stage of their own: points of the target at stage K, say; n × d. */
export interface ParticleStart {
  readonly points: Float64Array;
  readonly stage: number;
}

/**
 * Particles, and a grid from z through every stage to x: computed in float64, stored in float32. The particles are those of the base, the
 * same ones for the same seed, on their way z → x, or those that are given, from their stage outwards. Of more than two coordinates two
 * are kept, and the grid lies where the others are 0. On the line the grid's points lie one beside the other, and what would be the second
 * coordinate is 0. It yields after each layer.
 */
export function* drawPicture(
  flow: Flow,
  step: number,
  seed: number,
  { particles, side, extent, coordinates: [first, second] = [0, 1] }: PictureRequest,
  start?: ParticleStart,
): Work<Picture> {
  const { dim } = flow;
  const depth = flow.layers.length;
  const from = start ?? { points: flow.base.sample(particles, new RandomStream(seed, streams.particles)), stage: 0 };
  const count = from.points.length / dim;
  const lattice = new Float64Array(side * side * dim);
  const spread = (i: number, of: number): number => (of === 1 ? 0 : extent * ((2 * i) / (of - 1) - 1));
  for (let i = 0; i < side * side; i++) {
    const at = i * dim;
    lattice[at + first] = dim === 1 ? spread(i, side * side) : spread(i % side, side);
    if (dim > 1) lattice[at + second] = spread(Math.floor(i / side), side);
  }
  const moved = yield* flow.tracing(from.points, from.stage);
  const grid = yield* flow.tracing(lattice, 0);
  const solved: Pass[] = [];
  for (let k = 0; k < depth; k++) {
    solved.push(solvedPass(flow, moved, from.stage, k));
    yield;
  }

  const plane = ({ stages }: Trace): Float32Array => {
    const rows = new Float32Array(((depth + 1) * stages[0].length * 2) / dim);
    let at = 0;
    for (const stage of stages) {
      for (let p = 0; p < stage.length / dim; p++) {
        rows[at++] = stage[p * dim + first];
        rows[at++] = dim > 1 ? stage[p * dim + second] : 0;
      }
    }
    return rows;
  };
  const dets = ({ stages, passes }: Trace): Float32Array => {
    const all = new Float32Array((depth * stages[0].length) / dim);
    passes.forEach(({ det }, k) => all.set(det, k * det.length));
    return all;
  };
  return {
    step,
    depth,
    count,
    side,
    particles: plane(moved),
    particleDets: dets(moved),
    grid: plane(grid),
    gridDets: dets(grid),
    gridLogBase: Float32Array.from(flow.base.logDensity(grid.stages[0])),
    meanLogDet: Float64Array.from(moved.passes, ({ logDet }) => logDet.reduce((sum, log) => sum + log, 0) / count),
    doubtful: Uint32Array.from(solved, ({ status }) => status.filter((one: InverseStatus) => one !== InverseStatus.Ok).length),
    residual: Float64Array.from(solved, ({ residual }) => residual.reduce((most, one) => (one > most ? one : most), 0)),
    ...(from.stage > 0 && { normality: normality(moved.stages[0], dim) }),
  };
}

/**
 * The direction that is solved through layer k, for particles traced from `stage`: how well that goes is asked of them where they are, also
 * where they themselves needed only the other one.
 */
function solvedPass(flow: Flow, { stages, passes }: Trace, stage: number, k: number): Pass {
  const ran = k >= stage ? 'generate' : 'encode';
  if (ran !== flow.closedForm) return passes[k];
  return ran === 'encode' ? flow.pass(k, 'generate', stages[k]) : flow.pass(k, 'encode', stages[k + 1]);
}

/** The buffers of a picture, to hand over instead of copying. */
export function pictureBuffers(picture: Picture): ArrayBuffer[] {
  return Object.values(picture).flatMap((value: unknown) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
}
