/** Points from a person's own data, standardised reversibly: original = mean + scale · standardised, column by column. */
export interface PointTable {
  /** d: the names of the columns. */
  readonly names: readonly string[];
  /** n: the number of points. */
  readonly count: number;
  /** d, in the person's units. */
  readonly mean: readonly number[];
  /** d, in the person's units: the standard deviation. */
  readonly scale: readonly number[];
  /** n × d, standardised. */
  readonly points: Float64Array;
  /** How many rows of the file are not among the points, for want of a value. */
  readonly leftOut?: number;
}

/** A mistake in a data file; `line` counts from 1. */
export interface TableProblem {
  readonly line: number;
  /** One sentence: what is wrong and what would be right. */
  readonly message: string;
}

/** At most `most` rows, evenly spread over the table: m × d. */
export function thinned({ points, count, names }: PointTable, most: number): Float64Array {
  const dim = names.length;
  const kept = Math.min(count, most);
  const rows = new Float64Array(kept * dim);
  for (let i = 0; i < kept; i++) {
    const row = Math.floor((i * count) / kept);
    rows.set(points.subarray(row * dim, (row + 1) * dim), i * dim);
  }
  return rows;
}
