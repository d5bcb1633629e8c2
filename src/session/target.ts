import { RandomStream, streams } from '../flow/random';
import { samplers } from '../flow/samplers';
import type { FlowSpec } from '../flow/spec';
import { energies } from '../flow/targets';
import type { TableSummary } from '../training/messages';
import { lossOf } from '../training/objective';

/** What the flow should become, to be drawn: points, or log π up to a constant on a side × side grid over [−extent, extent]², x fastest. */
export type TargetPicture =
  | { readonly kind: 'points'; readonly points: Float32Array }
  | { readonly kind: 'density'; readonly side: number; readonly extent: number; readonly logDensity: Float32Array };

export interface Target {
  /** Absent where there is none on the plane. */
  readonly picture?: TargetPicture;
  /** The least loss possible, in nats, where it is known: −log Z under reverse KL, the target's entropy under forward KL. */
  readonly floor?: number;
}

/** What a batch's loss, without annealing, is above the least possible, in nats: the KL gap, where it is known. @param row of `lossColumns`. */
export function gapOf(spec: FlowSpec, target: Target, [, , base, logDet, energy]: readonly number[]): number | undefined {
  return target.floor === undefined ? undefined : lossOf(spec, { base, logDet, energy }, 1) - target.floor;
}

/** As many points as say something to the eye. */
const samplePoints = 1000;
const densityGrid = { side: 121, extent: 5 };

/** The target of a flow; `table` is its data file, where it is trained on one. */
export function targetOf(spec: FlowSpec, table: TableSummary | undefined): Target | undefined {
  const { objective } = spec;
  if (objective.type === 'reverse-kl') {
    const energy = energies.get(objective.energy);
    if (energy?.dim !== 2) return energy && { floor: -energy.logZ };
    const slope = new Float64Array(2);
    return { picture: density((x1, x2) => -energy.evaluate([x1, x2], 0, slope)), floor: -energy.logZ };
  }
  if (table) return { picture: { kind: 'points', points: onPlane(table.sample, spec.dim) } };
  const sampler = samplers.get(objective.data);
  return (
    sampler && {
      picture: { kind: 'points', points: Float32Array.from(sampler.sample(samplePoints, new RandomStream(spec.seed, streams.target))) },
      floor: sampler.entropy,
    }
  );
}

/** The first two coordinates of m × d points; the second of one is 0. */
function onPlane(points: Float64Array, dim: number): Float32Array {
  const count = points.length / dim;
  return Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 < dim ? points[Math.floor(i / 2) * dim + (i % 2)] : 0));
}

function density(logDensity: (x1: number, x2: number) => number): TargetPicture {
  const { side, extent } = densityGrid;
  const at = (i: number) => extent * ((2 * i) / (side - 1) - 1);
  return {
    kind: 'density',
    side,
    extent,
    logDensity: Float32Array.from({ length: side * side }, (_, i) => logDensity(at(i % side), at(Math.floor(i / side)))),
  };
}
