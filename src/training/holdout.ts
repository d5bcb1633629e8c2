import { estimate, type Estimate } from '../flow/diagnostics';
import { buildFlow } from '../flow/flow';
import { RandomStream, streams } from '../flow/random';
import type { FlowSpec } from '../flow/spec';
import type { PointTable } from '../flow/table';

/** A data file with some of its rows kept out of training. */
export interface SplitTable {
  readonly training: PointTable;
  /** m × d. */
  readonly heldOut: Float64Array;
}

/** Steps between two looks at the held-out rows, a power of two like the strides of the history. */
const interval = 256;
/** More held-out rows than this are not judged: the standard error of their mean is small beside what training changes. */
const mostHeldOut = 1000;
/** Rows that are judged between two yields. */
const rowsAtOnce = 50;

/**
 * Holds out the given share of the rows, at least one and not all: a function of the seed alone. The training part is in an order of its
 * own. A table of one row is not split.
 */
export function splitTable(table: PointTable, share: number, seed: number): SplitTable {
  const dim = table.names.length;
  const { count, points } = table;
  const out = count < 2 ? 0 : Math.min(count - 1, Math.max(1, Math.round(share * count)));
  const random = new RandomStream(seed, streams.holdout);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < out; i++) {
    const chosen = i + random.index(count - i);
    [order[i], order[chosen]] = [order[chosen], order[i]];
  }
  const rows = (from: number, to: number): Float64Array => {
    const copied = new Float64Array((to - from) * dim);
    for (let i = from; i < to; i++) copied.set(points.subarray(order[i] * dim, (order[i] + 1) * dim), (i - from) * dim);
    return copied;
  };
  return {
    training: { ...table, count: count - out, points: rows(out, count) },
    heldOut: rows(0, Math.min(out, mostHeldOut)),
  };
}

/** Whether the held-out rows are judged after this step in any case: after 1, 2, 4, … so that a short training shows them too, then now and then. */
export function isJudgedAfter(step: number): boolean {
  return step % interval === 0 || (step > 0 && interval % step === 0);
}

/** The mean of log p_x over held-out rows (m × d), in nats and float64, with its standard error. It yields now and then. */
export function* heldOutLikelihood(spec: FlowSpec, parameters: Float32Array, heldOut: Float64Array): Generator<void, Estimate> {
  const flow = buildFlow(spec, parameters);
  const logs = new Float64Array(heldOut.length / spec.dim);
  for (let row = 0; row < logs.length; row += rowsAtOnce) {
    logs.set(flow.logProb(heldOut.subarray(row * spec.dim, (row + rowsAtOnce) * spec.dim)), row);
    yield;
  }
  return estimate(logs);
}
