/** What the loss is made of: terms that add up to it, each with the sign it enters with. */

import { max, min, quantile, stack, stackOffsetDiverging, sum, type Series } from 'd3';
import { termColumns, type ObjectiveType } from '../src/protocol/messages';
import { movingAverage } from './losses';

export interface LossTerm {
  /** As it enters the loss: "−E log p_z(z)". */
  readonly name: string;
  /** Its share of the loss, in nats, smoothed as the loss is. */
  readonly values: readonly number[];
}

export interface LossParts {
  readonly steps: readonly number[];
  readonly terms: readonly LossTerm[];
  /** Their sum: with the full weight of the energy, also while training anneals it. */
  readonly loss: readonly number[];
  readonly gradientNorm: readonly number[];
}

/**
 * The terms of the rows of a frame. Forward KL minimises −E log p_z(z) + E Σ log|det| z → x, reverse KL E log p_z(z) − E Σ log|det| z → x +
 * E u(x). Rows that are not finite are left out; the gradient norm may be unknown, where training happens elsewhere.
 */
export function lossParts(rows: Float32Array, type: ObjectiveType | undefined): LossParts {
  const width = termColumns.length;
  const finite = Array.from({ length: rows.length / width }, (_, i) => Array.from(rows.subarray(i * width, (i + 1) * width))).filter(
    (row) => row.every((value, i) => Number.isFinite(value) || termColumns[i] === 'gradientNorm'),
  );
  const column = (value: (row: readonly number[]) => number): number[] => movingAverage(finite.map(value));
  const [step, base, logDet, energy, gradientNorm] = (['step', 'base', 'logDet', 'energy', 'gradientNorm'] as const).map((name) =>
    termColumns.indexOf(name),
  );
  const terms =
    type === 'forward-kl'
      ? [
          { name: '−E log p_z(z)', values: column((row) => -row[base]) },
          { name: '+E Σ log|det| z → x', values: column((row) => row[logDet]) },
        ]
      : [
          { name: 'E log p_z(z)', values: column((row) => row[base]) },
          { name: '−E Σ log|det| z → x', values: column((row) => -row[logDet]) },
          { name: '+E u(x)', values: column((row) => row[energy]) },
        ];
  return {
    steps: finite.map((row) => row[step]),
    terms,
    loss: finite.map((_, i) => sum(terms, ({ values }) => values[i])),
    gradientNorm: finite.map((row) => row[gradientNorm]),
  };
}

/** What is above 0 stacked upwards, what is below downwards: a series a term, of [from, to] a step. */
export function stackTerms({ steps, terms }: LossParts): Series<number, number>[] {
  return stack<unknown, number, number>()
    .keys(terms.map((_, t) => t))
    .value((i, t) => terms[t].values[i])
    .offset(stackOffsetDiverging)(steps.map((_, i) => i));
}

/** What to show of the stack: all but the early steps that dwarf the rest; with air, and with 0 in it. */
export function stackRange(series: readonly Series<number, number>[]): [number, number] {
  const ends = (end: 0 | 1): number[] => series.flatMap((bands) => bands.map((band) => band[end]));
  const [low, high] = [ends(0), ends(1)];
  const trimmed = (values: number[], share: number): number => (quantile(values, share) ?? 0) * 1.25;
  const from = Math.min(0, Math.max(min(low) ?? 0, trimmed(low, 0.04)));
  const to = Math.max(0, Math.min(max(high) ?? 0, trimmed(high, 0.96)));
  const air = Math.max((to - from) * 0.06, 1e-3);
  return [from - air, to + air];
}
