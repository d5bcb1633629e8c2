import { permutationOf, permutationRank } from '../flow/linear';
import type { CreateKernel } from './kernel';

/** The layer of `src/flow/linear`, y = P·L·U·v, values [lower, upper, logScale (d)]. */
export const linearKernel: CreateKernel = (dim, { permutation }, values) => {
  const { from, lastSign } = permutationOf(permutationRank(permutation), dim);
  const entries = (dim * (dim - 1)) / 2;
  const lower = values.subarray(0, entries);
  const upper = values.subarray(entries, 2 * entries);
  const logScale = values.subarray(2 * entries);
  const scale = logScale.map(Math.exp);
  const change = logScale.reduce((sum, s) => sum + s, 0);
  const sign = (i: number): number => (i === dim - 1 ? lastSign : 1);
  const inner = new Float64Array(dim);

  /** Writes U·v of the point at `at` into `inner`. */
  const applyUpper = (v: Float64Array, at: number): void => {
    for (let i = 0, entry = 0; i < dim; i++) {
      inner[i] = scale[i] * v[at + i];
      for (let j = i + 1; j < dim; j++) inner[i] += upper[entry++] * v[at + j];
    }
  };

  return {
    forward(v, y, logDet) {
      for (let p = 0, at = 0; p < logDet.length; p++, at += dim) {
        applyUpper(v, at);
        for (let i = dim - 1, entry = entries; i > 0; i--) for (let j = i - 1; j >= 0; j--) inner[i] += lower[--entry] * inner[j];
        for (let i = 0; i < dim; i++) y[at + i] = sign(i) * inner[from[i]];
        logDet[p] += change;
      }
    },

    backward(v, points, logDet, gradient) {
      gradient.fill(0);
      gradient.fill(
        logDet.reduce((sum, share) => sum + share, 0),
        2 * entries,
      );
      const outer = new Float64Array(dim);
      for (let at = 0; at < v.length; at += dim) {
        applyUpper(v, at);
        for (let i = 0; i < dim; i++) outer[from[i]] = sign(i) * points[at + i];
        // Through L, from the first column on: `outer` turns from the cotangent of L·inner into that of inner.
        for (let j = 0; j < dim; j++) {
          for (let i = j + 1; i < dim; i++) {
            const entry = (i * (i - 1)) / 2 + j;
            gradient[entry] += outer[i] * inner[j];
            outer[j] += lower[entry] * outer[i];
          }
        }
        points.fill(0, at, at + dim);
        for (let i = 0, entry = 0; i < dim; i++) {
          gradient[2 * entries + i] += outer[i] * scale[i] * v[at + i];
          points[at + i] += outer[i] * scale[i];
          for (let j = i + 1; j < dim; j++, entry++) {
            gradient[entries + entry] += outer[i] * v[at + j];
            points[at + j] += outer[i] * upper[entry];
          }
        }
      }
    },
  };
};
