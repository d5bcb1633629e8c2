/** A planar layer's inverse for points of which each lies near the one before, as those of a lattice do: what a heat map needs, in less time. */

import type { LayerImage } from './layer';
import { solvePlanar } from './planar-inverse';

/** What of a planar layer its inverse needs. */
export interface Bend {
  readonly w: Float64Array;
  readonly b: number;
  readonly uHat: Float64Array;
  /** κ = wᵀû, and 1 + κ. */
  readonly kappa: number;
  readonly slack: number;
}

/** Below this 1 + κ, roots lie too near to each other for what is left out here. */
export const leastSlack = 0.02;
/** After a step δ the root is off by about δ³·(q″²/4q′² − q‴/6q′): by no more than 2e-14 for this δ and the least q′, commonly by rounding alone. */
const lastStep = 1e-5;
const mostSteps = 8;

/**
 * v = φ⁻¹(y) with det and log det of φ at v, as {@link PlanarMap.inverse} without a report, for 1 + κ ≥ {@link leastSlack}. The root of
 * q(r) = r + κ·tanh r = c is followed from the point before along q′, and Halley's method (cubic convergence, with no function but the
 * one exponential that gives tanh and sech²) ends it; where that does not settle, the solver that needs no neighbour does.
 */
export function invertNearby({ w, b, uHat, kappa, slack }: Bend, y: Float64Array, into: LayerImage): void {
  const dim = w.length;
  // The point before: c, its root, and q′ there.
  let [before, root, rise] = [0, 0, slack];
  for (let p = 0, at = 0; at < y.length; p++, at += dim) {
    let c = b;
    for (let i = 0; i < dim; i++) c += w[i] * y[at + i];
    let r = root + (c - before) / rise;
    let tanh = 0;
    let slope = 0;
    let step = Infinity;
    for (let steps = 0; steps < mostSteps && !(Math.abs(step) < lastStep); steps++) {
      const e = Math.exp(-2 * Math.abs(r));
      const share = 1 / (1 + e);
      tanh = r < 0 ? (e - 1) * share : (1 - e) * share;
      slope = 4 * e * share * share;
      const error = r + kappa * tanh - c;
      rise = 1 + kappa * slope;
      step = (error * rise) / (rise * rise + error * kappa * tanh * slope);
      r -= step;
    }
    if (Math.abs(step) < lastStep) {
      // From r + step to r by the addition theorem, tanh(step) being the step itself to within step³/3.
      const turn = 1 / (1 - tanh * step);
      tanh = (tanh - step) * turn;
      slope *= (1 - step * step) * turn * turn;
    } else {
      r = solvePlanar(kappa, slack, c).root;
      tanh = Math.tanh(r);
      slope = 1 - tanh * tanh;
    }
    const change = slope * kappa;
    const det = Math.abs(change) < 0.5 ? 1 + change : tanh * tanh + slope * slack;
    for (let i = 0; i < dim; i++) into.points[at + i] = y[at + i] - uHat[i] * tanh;
    into.det[p] = det;
    into.logDet[p] = Math.log(det);
    if (!Number.isFinite(r)) before = root = 0;
    else {
      before = c;
      root = r;
    }
    rise = Number.isFinite(r) ? det : slack;
  }
}
