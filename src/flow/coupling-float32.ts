import { couplingLayout, couplingWeights, mostLogScale } from './coupling-layout';
import { rounded, roundedDot } from './float32';
import type { CreateFloat32Map } from './layer';

/** The coupling layer in float32: values [w1, b1, w2, b2]. */
export const couplingFloat32: CreateFloat32Map = (dim, options, values) => {
  const layout = couplingLayout(dim, options);
  const { passStart, passes, changeStart, changes, hidden } = layout;
  const { w1, b1, w2, b2 } = couplingWeights(layout, values);
  /** Row i of the matrix W times x, plus bᵢ. */
  const affine = (W: Float32Array, x: Float32Array, b: Float32Array, i: number): number =>
    rounded(roundedDot(W.subarray(i * x.length, (i + 1) * x.length), x) + b[i]);
  return (v, y) => {
    const deciding = v.subarray(passStart, passStart + passes);
    const units = new Float32Array(hidden).map((_, h) => Math.tanh(affine(w1, deciding, b1, h)));
    let logDet = 0;
    y.set(v);
    for (let i = 0; i < changes; i++) {
      const bounded = rounded(Math.tanh(rounded(affine(w2, units, b2, i) / mostLogScale)));
      const logScale = rounded(mostLogScale * bounded);
      const place = changeStart + i;
      y[place] = rounded(v[place] * rounded(Math.exp(logScale))) + affine(w2, units, b2, changes + i);
      logDet = rounded(logDet + logScale);
    }
    return [rounded(Math.exp(logDet)), logDet];
  };
};
