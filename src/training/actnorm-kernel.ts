import type { CreateKernel } from './kernel';

/** The layer of `src/flow/actnorm`, values [logScale (d), shift (d)]. */
export const actnormKernel: CreateKernel = (dim, _, values) => {
  const logScale = values.subarray(0, dim);
  const scale = logScale.map(Math.exp);
  const change = logScale.reduce((sum, s) => sum + s, 0);
  return {
    forward(v, y, logDet) {
      for (let at = 0; at < v.length; at++) y[at] = scale[at % dim] * v[at] + values[dim + (at % dim)];
      for (let p = 0; p < logDet.length; p++) logDet[p] += change;
    },

    backward(v, points, logDet, gradient) {
      gradient.fill(0);
      gradient.fill(
        logDet.reduce((sum, share) => sum + share, 0),
        0,
        dim,
      );
      for (let at = 0; at < v.length; at++) {
        const i = at % dim;
        gradient[dim + i] += points[at];
        points[at] *= scale[i];
        gradient[i] += points[at] * v[at];
      }
    },
  };
};
