import type { Flow, Pass } from '../flow/flow';
import { InverseStatus } from '../flow/layer';
import { RandomStream, streams } from '../flow/random';
import type { Picture } from './messages';

/** What a picture is to show: how many particles, a grid of side × side points, over [−extent, extent]², and which two coordinates. */
export interface PictureRequest {
  readonly particles: number;
  readonly side: number;
  readonly extent: number;
  /** Counted from 0; the first two where they are not given. */
  readonly coordinates?: readonly [number, number];
}

/**
 * Particles of the base, the same ones for the same seed, and a grid, from z through every stage to x: computed in float64, stored in
 * float32. Of more than two coordinates two are kept, and the grid lies where the others are 0. On the line the grid's points lie one
 * beside the other, and what would be the second coordinate is 0. It yields after each layer.
 */
export function* drawPicture(
  flow: Flow,
  step: number,
  seed: number,
  { particles: count, side, extent, coordinates: [first, second] = [0, 1] }: PictureRequest,
): Generator<void, Picture> {
  const { dim } = flow;
  const depth = flow.layers.length;
  const start = new Float64Array((count + side * side) * dim);
  start.set(flow.base.sample(count, new RandomStream(seed, streams.particles)));
  const spread = (i: number, of: number): number => (of === 1 ? 0 : extent * ((2 * i) / (of - 1) - 1));
  for (let i = 0; i < side * side; i++) {
    const at = (count + i) * dim;
    start[at + first] = dim === 1 ? spread(i, side * side) : spread(i % side, side);
    if (dim > 1) start[at + second] = spread(Math.floor(i / side), side);
  }
  const stages: Float64Array[] = [start];
  const passes: Pass[] = [];
  /** How well the solved direction goes is asked of the particles where they are, also when the picture itself needs only the other one. */
  const solved: Pass[] = [];
  for (let k = 0; k < depth; k++) {
    const pass = flow.pass(k, 'generate', stages[k]);
    passes.push(pass);
    stages.push(pass.points);
    solved.push(flow.closedForm === 'encode' ? pass : flow.pass(k, 'encode', pass.points.subarray(0, count * dim)));
    yield;
  }

  const plane = (from: number, to: number): Float32Array => {
    const rows = new Float32Array((depth + 1) * (to - from) * 2);
    let at = 0;
    for (const stage of stages) {
      for (let p = from; p < to; p++) {
        rows[at++] = stage[p * dim + first];
        rows[at++] = dim > 1 ? stage[p * dim + second] : 0;
      }
    }
    return rows;
  };
  const dets = (from: number, to: number): Float32Array => {
    const all = new Float32Array(depth * (to - from));
    passes.forEach(({ det }, k) => all.set(det.subarray(from, to), k * (to - from)));
    return all;
  };
  const perLayer = (value: (k: number) => number): number[] => passes.map((_, k) => value(k));
  return {
    step,
    depth,
    count,
    side,
    particles: plane(0, count),
    particleDets: dets(0, count),
    grid: plane(count, count + side * side),
    gridDets: dets(count, count + side * side),
    gridLogBase: Float32Array.from(flow.base.logDensity(stages[0].subarray(count * dim))),
    meanLogDet: Float64Array.from(perLayer((k) => passes[k].logDet.subarray(0, count).reduce((sum, log) => sum + log, 0) / count)),
    doubtful: Uint32Array.from(
      perLayer((k) => solved[k].status.subarray(0, count).filter((status: InverseStatus) => status !== InverseStatus.Ok).length),
    ),
    residual: Float64Array.from(perLayer((k) => solved[k].residual.subarray(0, count).reduce((most, one) => (one > most ? one : most), 0))),
  };
}

/** The buffers of a picture, to hand over instead of copying. */
export function pictureBuffers(picture: Picture): ArrayBuffer[] {
  return Object.values(picture).flatMap((value: unknown) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
}
