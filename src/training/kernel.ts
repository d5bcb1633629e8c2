/**
 * A layer's formula and its gradient over a whole batch: what training runs instead of one small operation after the other. A kernel
 * only speeds up what `src/flow` says; it is never a second truth, and tests hold the two together.
 */

import type { Options } from '../flow/spec';

/** One layer with fixed values on its way through one batch of n points in R^d: `forward` once, then `backward` at most once. */
export interface Kernel {
  /** y = φ(v) (n × d), and log|det J_φ(v)| added to `logDet` (n). */
  forward(v: Float64Array, y: Float64Array, logDet: Float64Array): void;
  /**
   * The gradient of a loss of which ∂/∂y is in `points` (n × d) and ∂/∂(log det) in `logDet` (n): replaces `points` by ∂/∂v, and writes
   * ∂/∂values into `gradient`. `v` is what `forward` was given.
   */
  backward(v: Float64Array, points: Float64Array, logDet: Float64Array, gradient: Float64Array): void;
}

export type CreateKernel = (dim: number, options: Options, values: Float64Array) => Kernel;
