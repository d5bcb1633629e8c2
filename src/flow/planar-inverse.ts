/**
 * The scalar equation behind a planar layer's inverse: q(r) = r + κ·tanh(r) = c, where r = wᵀv + b and c = wᵀy + b.
 *
 * q is odd, so it is solved for c ≥ 0 and r ≥ 0 and the sign put back. There q″ = −2κ·tanh·sech² has one sign: q is concave for κ > 0 and
 * convex for κ < 0. Newton's method from a lower bound of the root of a concave increasing q, or from an upper bound of a convex one,
 * approaches it from that side and never passes it: no bracket is needed and no cycle is possible.
 */

import { excessOverTanh } from './stable';

/** A root r of q(r) = c. */
export interface PlanarRoot {
  readonly root: number;
  readonly iterations: number;
  /** Other roots exist: κ < −1 and |c| is not beyond the fold's edge. `root` is then the outermost one on the side of c's sign. */
  readonly several: boolean;
}

/** Far above what is ever needed (the worst start, κ → ∞, moves by about ½ a step), so a defect cannot hang. */
const mostIterations = 1000;

/**
 * The two terms that q(r) is the sum of: r and κ·tanh r, or, for κ < −½ and r < 1, (1 + κ)·r and −κ·(r − tanh r), which lose nothing near
 * κ = −1, where the root at c ≈ 0 is nearly triple. Far out it is these that would: they grow with r, and q stays small.
 */
function terms(kappa: number, slack: number, r: number, tanh: number): [linear: number, bent: number] {
  return kappa < -0.5 && r < 1 ? [slack * r, -kappa * excessOverTanh(r)] : [r, kappa * tanh];
}

/**
 * Newton's method for q(r) = c from `start`. It ends at the rounding floor of q, as soon as r stands still, or after a step δ < 1 whose
 * error, |q″/2q′|·δ², is far below a unit in the last place of r: the point is judged by its residual in any case. (A longer step may
 * have left a place where q″ rounds to 0 for one where it does not.)
 */
function newton(kappa: number, slack: number, c: number, start: number): { root: number; iterations: number } {
  let r = start;
  for (let iterations = 0; iterations < mostIterations; iterations++) {
    const t = Math.tanh(r);
    const slope = 1 - t * t;
    const [linear, bent] = terms(kappa, slack, r, t);
    const error = linear + bent - c;
    if (Math.abs(error) <= 4 * Number.EPSILON * (Math.abs(linear) + Math.abs(bent) + Math.abs(c))) return { root: r, iterations };
    const rise = t * t + slope * slack;
    const step = error / rise;
    const next = r - step;
    if (next === r || !Number.isFinite(next)) return { root: r, iterations };
    r = next;
    if (Math.abs(step) < 1 && Math.abs(kappa * t * slope * step * step) < 1e-18 * rise * Math.abs(r))
      return { root: r, iterations: iterations + 1 };
  }
  return { root: r, iterations: mostIterations };
}

/**
 * A bound of the root r ≥ 0 of q(r) = c ≥ 0 on the side that Newton's method needs. tanh r ≤ 1 and tanh r ≤ r give c − κ and c/(1 + κ).
 * For κ < 0 also r − tanh r ≥ r³/4.2 on r ≤ 1 (from Lambert's fraction), which starts the nearly triple root close by.
 */
function bound(kappa: number, slack: number, c: number): number {
  if (kappa >= 0) return Math.max(c - kappa, c / slack);
  const linear = Math.min(c - kappa, slack > 0 ? c / slack : Infinity);
  if (slack < 0 || slack > 0.25) return linear;
  const cubic = Math.cbrt((4.2 * c) / -kappa);
  return cubic <= 1 ? Math.min(linear, cubic) : linear;
}

/**
 * For κ < −1, q turns at ±ρ, q′(ρ) = 0. The height |q(ρ)|, up to which |c| has three roots, and what it may be off by in rounding: a |c| above
 * it by no more counts as the height itself, where two of the roots are ρ.
 */
function fold(slack: number, kappa: number): { height: number; rounding: number } {
  const at = Math.asinh(Math.sqrt(-slack));
  const [linear, bent] = terms(kappa, slack, at, Math.tanh(at));
  return { height: -(linear + bent), rounding: 8 * Number.EPSILON * (Math.abs(linear) + Math.abs(bent)) };
}

function hasSeveral(slack: number, kappa: number, c: number): boolean {
  if (!(slack < 0)) return false;
  const { height, rounding } = fold(slack, kappa);
  return Math.abs(c) <= height + rounding;
}

/**
 * The root of r + κ·tanh(r) = c; for κ < −1 the one on the unfolded branch, |r| outermost on the side of c's sign. NaN where c
 * or κ is not finite.
 * @param slack 1 + κ, given apart because κ rounds to −1 long before 1 + κ is 0.
 */
export function solvePlanar(kappa: number, slack: number, c: number): PlanarRoot {
  if (!Number.isFinite(c) || !Number.isFinite(kappa)) return { root: NaN, iterations: 0, several: false };
  const several = hasSeveral(slack, kappa, c);
  if (c === 0 && !several) return { root: 0, iterations: 0, several };
  const { root, iterations } = newton(kappa, slack, Math.abs(c), bound(kappa, slack, Math.abs(c)));
  return { root: c < 0 ? -root : root, iterations, several };
}

/**
 * All roots of r + κ·tanh(r) = c in ascending order: one, or three where κ < −1 and |c| is not beyond the fold's edge, two of them the same
 * on it. On the edge, to within rounding, those two are known to about the root of a unit in the last place only. None where c or κ is not
 * finite.
 * @param slack 1 + κ, as in {@link solvePlanar}.
 */
export function planarRoots(kappa: number, c: number, slack = 1 + kappa): number[] {
  const outer = solvePlanar(kappa, slack, c);
  if (!outer.several) return Number.isFinite(outer.root) ? [outer.root] : [];
  const sign = c < 0 ? -1 : 1;
  const size = Math.min(Math.abs(c), fold(slack, kappa).height);
  // By oddness the other two are those of q(r) = −|c| on r > 0, where q is convex with its minimum at the fold: Newton from 0 reaches
  // the inner one, and from −κ, where q ≥ 0, the outer one.
  const others =
    size === 0 ? [0, -outer.root * sign] : [newton(kappa, slack, -size, 0).root, newton(kappa, slack, -size, -kappa).root].map((r) => -r);
  return [outer.root, ...others.map((r) => sign * r)].sort((a, b) => a - b);
}
