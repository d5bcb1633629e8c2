/**
 * The plane in which a planar layer y = v + û·h(wᵀv + b) is invertible or not: det = 1 + h′·κ with κ = wᵀû across and the slope h′ of its
 * activation up. A layer has one κ, and its particles reach some of the slopes.
 */

import { extent, mean, scaleLinear, scaleSymlog, type ScaleContinuousNumeric } from 'd3';
import type { LayerState } from '../src/protocol/messages';
import type { Deformation } from './deformation';

export interface KappaBar {
  readonly layer: number;
  readonly kappa: number;
  /** The slopes that particles reach, and their mean; nothing while there are no finite particles. */
  readonly reach: { readonly low: number; readonly high: number; readonly mean: number } | undefined;
  /** The least determinant that a particle reaches. */
  readonly least: number | undefined;
  /** With a kink in h there are only two slopes. */
  readonly slopes: readonly [number, number] | undefined;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** A bar for every planar layer, in their order. The slopes are those of the particles' own determinants, h′ = (det − 1)/κ, in any dimension. */
export function kappaBars(layers: readonly LayerState[], particles: Deformation | undefined): KappaBar[] {
  return layers.flatMap(({ overlay, number }) => {
    if (overlay.kind !== 'hyperplane' && overlay.kind !== 'half-spaces') return [];
    const kappa = overlay.kind === 'hyperplane' ? overlay.kappa : dot(overlay.w, overlay.uHat);
    const slopeOf = (det: number): number => Math.min(Math.max((det - 1) / kappa, 0), 1);
    const dets = (particles?.determinants(number) ?? new Float32Array()).filter(Number.isFinite);
    const [least, most] = extent(dets);
    const reached = least === undefined || most === undefined || kappa === 0 ? undefined : [slopeOf(least), slopeOf(most)];
    return {
      layer: number,
      kappa,
      reach: reached && { low: Math.min(...reached), high: Math.max(...reached), mean: slopeOf(mean(dets) ?? 1) },
      least,
      slopes: overlay.kind === 'half-spaces' && kappa !== 0 ? [slopeOf(overlay.detBelow), slopeOf(overlay.detAbove)] : undefined,
    };
  });
}

/** Beyond this the axis of κ is logarithmic on both sides of 0. */
const widest = 8;
/** The share of the axis that shows κ < −1 at least: room to say what is there. */
const forbidden = 0.28;

/** Across: every κ, and some of what is forbidden. */
export function kappaScale(bars: readonly KappaBar[], [left, right]: readonly [number, number]): ScaleContinuousNumeric<number, number> {
  const kappas = bars.map(({ kappa }) => kappa).filter(Number.isFinite);
  const [low, high] = [Math.min(-1.2, ...kappas), Math.max(1, ...kappas)];
  const isWide = Math.max(-low, high) > widest;
  // Where −1 is to lie `forbidden` of the way, on the axis as it is drawn.
  const along = isWide ? scaleSymlog() : scaleLinear();
  const [atBound, atHigh] = [along(-1), along(high)];
  const bound = along.invert((atBound - forbidden * atHigh) / (1 - forbidden));
  const air = isWide ? 1.15 : 1.05;
  return (isWide ? scaleSymlog() : scaleLinear()).domain([Math.min(low * air, bound), high * air]).range([left, right]);
}

/** A few round values of κ inside a scale. */
export function kappaTicks(scale: ScaleContinuousNumeric<number, number>, count: number): number[] {
  const [low, high] = scale.domain();
  if (Math.max(-low, high) <= widest * 1.05) return scale.ticks(count);
  const powers = [1, 10, 100, 1000, 10000, 100000];
  return [...powers.map((power) => -power), 0, ...powers].filter((value) => value >= low && value <= high);
}

/** Points (κ, h′) of the curve 1 + h′·κ = det from h′ = 1 down to the left end of the axis, dense enough to look smooth. */
export function determinantCurve(det: number, low: number): [kappa: number, slope: number][] {
  const points = 32;
  const from = det - 1;
  if (low >= from) return [];
  return Array.from({ length: points + 1 }, (_, i) => {
    const kappa = from * (low / from) ** (i / points);
    return [kappa, from / kappa];
  });
}

/** A bar as it is drawn: x, and y from `top` to `bottom`. */
export interface DrawnBar {
  readonly layer: number;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

/** The layer whose bar is nearest to a pixel, and at most `reach` pixels away. */
export function barAt(bars: readonly DrawnBar[], [px, py]: readonly [number, number], reach: number): number | undefined {
  let nearest: { layer: number; distance: number } | undefined;
  for (const { layer, x, top, bottom } of bars) {
    const distance = Math.hypot(px - x, Math.max(0, top - py, py - bottom));
    if (distance <= reach && (nearest === undefined || distance < nearest.distance)) nearest = { layer, distance };
  }
  return nearest?.layer;
}
