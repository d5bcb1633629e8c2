import { rounded, roundedDot } from './float32';
import type { CreateFloat32Map } from './layer';
import { leakiness } from './planar-leaky';
import { softplus } from './stable';

/** The planar layer in float32: values [w (d), u (d), b]. */
export const planarFloat32: CreateFloat32Map = (dim, { raw, leaky }, values) => {
  const [w, u, b] = [values.subarray(0, dim), values.subarray(dim, 2 * dim), values[2 * dim]];
  const square = roundedDot(w, w);
  const push = raw === true || square === 0 ? 0 : rounded(rounded(softplus(-roundedDot(w, u))) - 1);
  const uHat = push === 0 ? u : u.map((value, i) => value + rounded(rounded(push * w[i]) / square));
  const kappa = roundedDot(w, uHat);

  /** h(a) and h′(a). */
  const bend = (a: number): [height: number, slope: number] => {
    if (leaky === true) return a > 0 ? [a, 1] : [rounded(rounded(leakiness) * a), rounded(leakiness)];
    const t = rounded(Math.tanh(a));
    return [t, rounded(1 - rounded(t * t))];
  };
  return (v, y) => {
    const [h, slope] = bend(rounded(roundedDot(w, v) + b));
    for (let i = 0; i < dim; i++) y[i] = v[i] + rounded(uHat[i] * h);
    const det = rounded(1 + rounded(slope * kappa));
    return [det, rounded(Math.log(Math.abs(det)))];
  };
};
