import { RandomStream, streams } from '../flow/random';
import { samplers } from '../flow/samplers';
import type { FlowSpec } from '../flow/spec';
import { energies } from '../flow/targets';
import type { TableSummary } from '../training/messages';

/**
 * What the flow should become, to be drawn: points in the two coordinates shown, or log π up to a constant on a side × side grid over
 * [−extent, extent]², x fastest, or on the line over [−extent, extent].
 */
export type TargetPicture =
  | { readonly kind: 'points'; readonly points: Float32Array }
  | { readonly kind: 'density'; readonly side: number; readonly extent: number; readonly logDensity: Float32Array }
  | { readonly kind: 'curve'; readonly extent: number; readonly logDensity: Float32Array };

export interface Target {
  /** Absent where there is none on the plane. */
  readonly picture?: TargetPicture;
  /** The least loss possible, in nats, where it is known: −log Z under reverse KL, the target's entropy under forward KL. */
  readonly floor?: number;
  /** u(x), where the target is given by an energy. */
  energy?(x: ArrayLike<number>): number;
}

/** As many points as say something to the eye. */
const samplePoints = 1000;
const extent = 5;
/** Grid points in each direction of the plane, and on the line. */
const [planeSide, lineSide] = [121, 481];

/** The target of a flow, seen in two of its coordinates; `table` is its data file, where it is trained on one. */
export function targetOf(spec: FlowSpec, table: TableSummary | undefined, coordinates: readonly [number, number]): Target | undefined {
  const { objective, dim } = spec;
  if (!objective) return undefined;
  if (objective.type === 'reverse-kl') {
    const known = energies.get(objective.energy);
    if (known?.dim !== dim) return known && { floor: -known.logZ };
    const slope = new Float64Array(dim);
    const energy = (x: ArrayLike<number>): number => known.evaluate(x, 0, slope);
    return { picture: dim === 1 ? curve((x) => -energy([x])) : density((x1, x2) => -energy([x1, x2])), floor: -known.logZ, energy };
  }
  if (table) return { picture: { kind: 'points', points: pairs(table.sample, dim, coordinates) } };
  const sampler = samplers.get(objective.data);
  return (
    sampler && {
      picture: { kind: 'points', points: Float32Array.from(sampler.sample(samplePoints, new RandomStream(spec.seed, streams.target))) },
      floor: sampler.entropy,
    }
  );
}

/** These two coordinates where a flow has them, else its first two; of a flow on the line twice the only one. */
export function coordinatesWithin(dim: number, [first, second]: readonly [number, number]): readonly [number, number] {
  if (dim === 1) return [0, 0];
  return first !== second && Math.max(first, second) < dim ? [first, second] : [0, 1];
}

/** Two coordinates of n × d points: n × 2. On the line the second is 0. */
function pairs(points: Float64Array, dim: number, coordinates: readonly [number, number]): Float32Array {
  return Float32Array.from({ length: (2 * points.length) / dim }, (_, i) =>
    dim === 1 && i % 2 === 1 ? 0 : points[Math.floor(i / 2) * dim + coordinates[i % 2]],
  );
}

const at = (i: number, side: number): number => extent * ((2 * i) / (side - 1) - 1);

function density(logDensity: (x1: number, x2: number) => number): TargetPicture {
  const side = planeSide;
  const values = Float32Array.from({ length: side * side }, (_, i) => logDensity(at(i % side, side), at(Math.floor(i / side), side)));
  return { kind: 'density', side, extent, logDensity: values };
}

function curve(logDensity: (x: number) => number): TargetPicture {
  return { kind: 'curve', extent, logDensity: Float32Array.from({ length: lineSide }, (_, i) => logDensity(at(i, lineSide))) };
}
