/** The geometry of a hyperplane a = wᵀv + b = 0, of the bands |a| < a* around it and of its sides, at any fraction τ of a planar layer. */

import type { HalfSpacesOverlay, HyperplaneOverlay } from '../src/protocol/messages';

/** w and b. */
type Plane = Pick<HyperplaneOverlay, 'w' | 'b'>;

export type Point = readonly [x: number, y: number];

/** A rectangle in the plane, x0 < x1 and y0 < y1. */
export interface Window {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/**
 * The band |a| < a* of the layer's input, carried along by v + τ·û·tanh(a), is the band |wᵀv + b| < c; this is c. A line a = const moves
 * to a + τκ·tanh(a). Where 1 + τκ < 0 the middle of the band has folded over and reaches out to the turning point tanh²(a) = 1 + 1/(τκ).
 */
export function carriedHalfWidth(a: number, kappa: number, tau: number): number {
  const strength = tau * kappa;
  const carried = (r: number): number => Math.abs(r + strength * Math.tanh(r));
  if (strength >= -1) return carried(a);
  const turn = Math.atanh(Math.sqrt(1 + 1 / strength));
  return turn < a ? Math.max(carried(turn), carried(a)) : carried(a);
}

/** The part of a convex polygon where wᵀv + b ≤ c (Sutherland–Hodgman). */
function clip(polygon: readonly Point[], w: readonly number[], b: number, c: number): Point[] {
  const level = ([x, y]: Point): number => w[0] * x + w[1] * y + b - c;
  return polygon.flatMap((p, i) => {
    const q = polygon[(i + 1) % polygon.length];
    const [lp, lq] = [level(p), level(q)];
    const kept: Point[] = lp <= 0 ? [p] : [];
    if (lp < 0 !== lq < 0 && lp !== lq) {
      const f = lp / (lp - lq);
      kept.push([p[0] + (q[0] - p[0]) * f, p[1] + (q[1] - p[1]) * f]);
    }
    return kept;
  });
}

const corners = (view: Window): Point[] => [
  [view.x0, view.y0],
  [view.x1, view.y0],
  [view.x1, view.y1],
  [view.x0, view.y1],
];

/** The corners of the band |wᵀv + b| ≤ half inside the window, in order; empty where it does not show. */
export function band(overlay: Plane, half: number, view: Window): Point[] {
  const { w, b } = overlay;
  if (!(half > 0) || Math.hypot(w[0], w[1]) === 0) return [];
  const negated = w.map((x) => -x);
  return clip(clip(corners(view), w, b, half), negated, -b, half);
}

export type Side = 'above' | 'below';

/**
 * Where the sides of the hyperplane with such a determinant lie at a fraction τ of the layer v + û·h(a), h linear on either side of a = 0:
 * each is where it was, or turned over onto the other one, as the sign of 1 + τ(det − 1) says.
 */
export function carriedSides({ detAbove, detBelow }: HalfSpacesOverlay, tau: number, such: (det: number) => boolean): Side[] {
  const turned = (det: number): boolean => 1 + tau * (det - 1) < 0;
  const sides = new Set<Side>();
  if (such(detAbove)) sides.add(turned(detAbove) ? 'below' : 'above');
  if (such(detBelow)) sides.add(turned(detBelow) ? 'above' : 'below');
  return [...sides];
}

/** The corners of the part of the window on one side of the hyperplane. */
export function halfSpace({ w, b }: Plane, side: Side, view: Window): Point[] {
  if (side === 'below') return clip(corners(view), w, b, 0);
  const negated = w.map((x) => -x);
  return clip(corners(view), negated, -b, 0);
}

/** The two ends of the hyperplane wᵀv + b = 0 inside the window, or nothing where it does not show. */
export function hyperplane(overlay: Plane, view: Window): [Point, Point] | undefined {
  const { w, b } = overlay;
  const norm = Math.hypot(w[0], w[1]);
  if (norm === 0) return undefined;
  const [nx, ny, offset] = [w[0] / norm, w[1] / norm, b / norm];
  let [from, to] = [-Infinity, Infinity];
  const foot = footOf(overlay, [0, 0]);
  // Along foot + t·(−ny, nx): keep the t that stay between the window's sides.
  for (const [start, rate, low, high] of [
    [foot[0], -ny, view.x0, view.x1],
    [foot[1], nx, view.y0, view.y1],
  ]) {
    if (rate === 0) {
      if (start < low || start > high) return undefined;
    } else {
      const [t0, t1] = [(low - start) / rate, (high - start) / rate];
      from = Math.max(from, Math.min(t0, t1));
      to = Math.min(to, Math.max(t0, t1));
    }
  }
  if (!(from < to) || !Number.isFinite(offset)) return undefined;
  const at = (t: number): Point => [foot[0] - ny * t, foot[1] + nx * t];
  return [at(from), at(to)];
}

/** The point of the hyperplane that is nearest to `to`. */
export function footOf({ w, b }: Plane, to: Point): Point {
  const t = (w[0] * to[0] + w[1] * to[1] + b) / (w[0] ** 2 + w[1] ** 2);
  return [to[0] - t * w[0], to[1] - t * w[1]];
}
