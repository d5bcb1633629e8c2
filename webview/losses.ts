/** What the loss chart computes: a smoothed curve, the range to show, and the gap to the least loss that is possible. */

import { deviation } from 'd3';
import { termColumns, type ObjectiveType } from '../src/protocol/messages';

/** The losses of a frame, (step, loss) pairs. */
export interface LossCurve {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
  /** Their {@link movingAverage}. */
  readonly smooth: readonly number[];
}

/** A mean with its standard error, and the number of steps that it is taken over. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
  readonly steps: number;
}

export function lossCurve(pairs: Float32Array): LossCurve {
  const steps: number[] = [];
  const losses: number[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    if (!Number.isFinite(pairs[i + 1])) continue;
    steps.push(pairs[i]);
    losses.push(pairs[i + 1]);
  }
  return { steps, losses, smooth: movingAverage(losses) };
}

/**
 * The losses with the full weight of the energy, (step, loss) pairs: while that is annealed, the loss that training brings down is no KL
 * divergence plus the floor. Where the terms of a step are not known, its loss as it was told. `rows` are the terms of a frame.
 */
export function lossesUnannealed(rows: Float32Array, type: ObjectiveType | undefined): Float32Array {
  const width = termColumns.length;
  const [step, loss, base, logDet, energy] = termColumns.map(
    (_, column) =>
      (row: number): number =>
        rows[row * width + column],
  );
  const whole = (row: number): number => {
    const sum = type === 'forward-kl' ? NaN : base(row) - logDet(row) + energy(row);
    return Number.isNaN(sum) ? loss(row) : sum;
  };
  return Float32Array.from({ length: (2 * rows.length) / width }, (_, i) => (i % 2 === 0 ? step : whole)(Math.floor(i / 2)));
}

/** An exponential moving average over a fortieth of all values in the end, and over fewer where there are few before. */
export function movingAverage(values: readonly number[]): number[] {
  const longest = Math.max(1, values.length / 40);
  let average = 0;
  return values.map((value, i) => (average += (value - average) / Math.min(longest, 1 + i / 6)));
}

/**
 * How far the loss of the recent steps is above the floor: mean − floor ± s/√m, with the standard deviation s of the last m losses, a
 * twentieth of all. Nothing while that is fewer than two.
 */
export function gapAbove(floor: number, { steps, losses }: LossCurve): Estimate | undefined {
  const first = losses.length - Math.floor(losses.length / 20);
  const recent = losses.slice(first);
  const spread = deviation(recent);
  if (spread === undefined) return undefined;
  const above = recent.reduce((sum, loss) => sum + loss - floor, 0) / recent.length;
  return { mean: above, error: spread / Math.sqrt(recent.length), steps: steps[steps.length - 1] - steps[first - 1] };
}

/**
 * The losses to show: from the floor, or the least loss, to the greatest; a few early losses that dwarf the rest are cut off. With a
 * margin of a twentieth on either side.
 */
export function lossRange({ losses }: LossCurve, floor: number | undefined, heldOut: readonly number[] = []): [number, number] {
  const sorted = Float64Array.from(losses).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  const low = Math.min(sorted[0], floor ?? Infinity, ...heldOut);
  const spread = at(0.9) - low;
  const high = Math.min(sorted[sorted.length - 1], at(0.9) + spread);
  const air = Math.max((high - low) / 20, 1e-6);
  return [low - air, high + air];
}
