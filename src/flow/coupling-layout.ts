/** How a coupling layer divides the coordinates and its values; what it, its kernel and its float32 form share. */

import type { Options } from './spec';

/** Log scales stay within ±this, so that no layer scales a coordinate by more than e² or less than e⁻². */
export const mostLogScale = 2;

/** How the coordinates and the values of one coupling layer are divided. */
export interface CouplingLayout {
  /** Where the coordinates that pass through begin, and how many they are. */
  readonly passStart: number;
  readonly passes: number;
  /** Where the coordinates that are transformed begin, and how many they are. */
  readonly changeStart: number;
  readonly changes: number;
  /** The width of the hidden layer. */
  readonly hidden: number;
}

/** The width of the hidden layer where the file gives none. */
export const defaultHidden = 16;

/**
 * The first ⌊d/2⌋ coordinates pass and decide over the rest; with `flip` the rest passes and decides over them. In one dimension there is
 * nothing to decide by: the layer is a scale and a shift, and the identity with `flip`.
 */
export function couplingLayout(dim: number, options: Options): CouplingLayout {
  const half = Math.floor(dim / 2);
  const hidden = typeof options.hidden === 'number' ? options.hidden : defaultHidden;
  return options.flip === true
    ? { passStart: half, passes: dim - half, changeStart: 0, changes: half, hidden }
    : { passStart: 0, passes: half, changeStart: half, changes: dim - half, hidden };
}

/** The values of a coupling layer's conditioner, by name. */
export type CouplingWeights<T> = Readonly<Record<'w1' | 'b1' | 'w2' | 'b2', T>>;

/** Each of the weights is a window into `values`. */
export function couplingWeights<T extends Float64Array | Float32Array>(
  { passes, changes, hidden }: CouplingLayout,
  values: T,
): CouplingWeights<T> {
  const ends = [hidden * passes, hidden, 2 * changes * hidden, 2 * changes].map((_, i, sizes) =>
    sizes.slice(0, i + 1).reduce((a, b) => a + b),
  );
  const [w1, b1, w2, b2] = ends.map((end, i) => values.subarray(ends[i - 1] ?? 0, end) as T);
  return { w1, b1, w2, b2 };
}
