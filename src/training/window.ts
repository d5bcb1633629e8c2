import type { Flow } from '../flow/flow';

/** A lattice over a part of the plane that is looked at, or of the line, at one stage of a flow. */
export interface WindowRequest {
  /** 0 … K; of a density also between two stages. */
  readonly stage: number;
  /** Points a side: side² of them on the plane, and `side` on the line. */
  readonly side: number;
  /** [x₀, x₁, y₀, y₁]: the first and the last points of the lattice lie on its edges. On the line y is not read. */
  readonly window: readonly [x0: number, x1: number, y0: number, y1: number];
}

/**
 * The points of the lattice, row by row, x fastest and y rising: n × d.
 * @throws RangeError for a flow of more than two dimensions, or a stage that it has not.
 */
export function latticeOf(flow: Flow, { stage, side, window: [x0, x1, y0, y1] }: WindowRequest): Float64Array {
  const { dim, layers } = flow;
  if (dim > 2) throw new RangeError(`A window is looked at on the line or the plane, but the flow has ${dim} dimensions.`);
  if (layers.length < stage || stage < 0)
    throw new RangeError(`The flow has the stages 0 to ${layers.length}, but ${stage} was asked for.`);
  const at = (from: number, to: number, i: number): number => (side === 1 ? (from + to) / 2 : from + ((to - from) * i) / (side - 1));
  if (dim === 1) return Float64Array.from({ length: side }, (_, i) => at(x0, x1, i));
  const points = new Float64Array(2 * side * side);
  for (let p = 0; p < side * side; p++) {
    points[2 * p] = at(x0, x1, p % side);
    points[2 * p + 1] = at(y0, y1, Math.floor(p / side));
  }
  return points;
}
