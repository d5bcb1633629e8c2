/** The map z → x of the line: its curve, the densities on both axes, and the two areas that are equal, p_x dx = p_z dz. */

import { bin, bisectLeft, max } from 'd3';
import type { Target } from '../src/protocol/messages';

/** Points of the line in order of z, where the map takes them, and the densities on both sides; each n. */
export interface LineMap {
  readonly z: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  readonly baseDensity: ArrayLike<number>;
  /** p_z / |det|: where the map folds, the share of this branch alone. */
  readonly density: ArrayLike<number>;
}

/** A value on an axis, and the density there. */
export type DensityPoint = readonly [value: number, density: number];

/** y at `at`, linear between neighbours; the end values beyond them. `xs` rises. */
export function interpolated(xs: ArrayLike<number>, ys: ArrayLike<number>, at: number): number {
  const last = xs.length - 1;
  const right = Math.min(Math.max(bisectLeft(xs, at), 1), last);
  const t = Math.min(Math.max((at - xs[right - 1]) / (xs[right] - xs[right - 1]), 0), 1);
  return ys[right - 1] + (ys[right] - ys[right - 1]) * t;
}

/** The map from every other value of (n × 2), whose second coordinates are 0. */
export function lineMap(z: Float32Array, x: Float32Array, logBase: Float32Array, logDet: Float32Array): LineMap {
  const values = (pairs: Float32Array): Float64Array => Float64Array.from(logBase, (_, i) => pairs[2 * i]);
  return {
    z: values(z),
    x: values(x),
    baseDensity: Float64Array.from(logBase, Math.exp),
    density: Float64Array.from(logBase, (log, i) => Math.exp(log - logDet[i])),
  };
}

/** The densities over z ∈ [from, to] and over its image: the outlines of two areas that are equal, and the common mass. */
export function equalAreas(
  map: LineMap,
  from: number,
  to: number,
): { base: DensityPoint[]; image: DensityPoint[]; mass: [number, number] } {
  const inside = Array.from(map.z).filter((z) => z > from && z < to);
  const zs = [from, ...inside, to];
  const at = (values: ArrayLike<number>): number[] => zs.map((z) => interpolated(map.z, values, z));
  const [xs, base, image] = [at(map.x), at(map.baseDensity), at(map.density)];
  return {
    base: zs.map((z, i) => [z, base[i]]),
    image: xs.map((x, i) => [x, image[i]]),
    mass: [area(zs, base), area(xs, image)],
  };
}

/** ∫ density dvalue by trapezes, as a positive number. */
function area(values: readonly number[], density: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += ((density[i] + density[i - 1]) / 2) * (values[i] - values[i - 1]);
  return Math.abs(sum);
}

/** The target's density on the line: normalised over what is known of it, or a histogram of its points. */
export function targetDensity(target: Target): DensityPoint[] {
  if (target.kind === 'points') {
    const points = Array.from(target.points).filter((value, i) => i % 2 === 0 && Number.isFinite(value));
    return bin()
      .thresholds(40)(points)
      .flatMap(({ x0 = 0, x1 = 0, length }): DensityPoint[] => {
        const density = x1 > x0 ? length / points.length / (x1 - x0) : 0;
        return [
          [x0, density],
          [x1, density],
        ];
      });
  }
  if (target.kind === 'density') return [];
  const { extent, logDensity } = target;
  const xs = Array.from(logDensity, (_, i) => extent * ((2 * i) / (logDensity.length - 1) - 1));
  const greatest = max(logDensity) ?? 0;
  const relative = Array.from(logDensity, (log) => Math.exp(log - greatest));
  const total = area(xs, relative);
  return xs.map((x, i) => [x, relative[i] / total]);
}

/**
 * Square pixels that a mass of 1 covers, on both axes alike, so that equal masses are equal areas: as many as fit. Densities that rise far
 * above the base's may be cut off, or nothing else could be seen.
 */
export function areaPerMass(
  base: { readonly densities: ArrayLike<number>; readonly room: number; readonly unit: number },
  image: { readonly densities: ArrayLike<number>; readonly room: number; readonly unit: number },
): number {
  const highest = ({ densities }: { readonly densities: ArrayLike<number> }): number => {
    const sorted = Float64Array.from(densities).filter(Number.isFinite).sort();
    return sorted.length === 0 ? 1 : sorted[Math.ceil(0.995 * (sorted.length - 1))];
  };
  const most = (base.room * base.unit) / Math.max(highest(base), 1e-9);
  const fits = (image.room * image.unit) / Math.max(highest(image), 1e-9);
  return Math.min(most, Math.max(fits, most / 5));
}

/** A z that the map takes near to x: the first of several. */
export function preimage({ z, x }: LineMap, at: number): number {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (Math.abs(x[i] - at) < Math.abs(x[best] - at)) best = i;
  return z[best];
}
