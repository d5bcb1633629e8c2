/** Where a cursor stands between the stages, and in which layer. */

import type { Direction } from '../src/protocol/messages';

export interface Instant {
  /** 1 … K: the layer that the cursor is in, or, on a stage, the next one in the direction last moved. */
  readonly layer: number;
  /** The fraction of that layer counted from its z side: 0 at stage k−1, 1 at stage k. */
  readonly s: number;
  /** The fraction τ of the layer's own formula that has been applied: v + τ·û·h(a). */
  readonly tau: number;
}

/** The instant at a cursor in [0, K]; `closedForm` is the direction in which the layers' formulas are declared. */
export function instantAt(cursor: number, depth: number, heading: Direction, closedForm: Direction): Instant {
  const clamped = Math.min(Math.max(cursor, 0), depth);
  const after = Number.isInteger(clamped) && heading === 'generate' ? clamped + 1 : Math.ceil(clamped);
  const layer = Math.min(Math.max(after, 1), depth);
  const s = clamped - (layer - 1);
  return { layer, s, tau: closedForm === 'generate' ? s : 1 - s };
}
