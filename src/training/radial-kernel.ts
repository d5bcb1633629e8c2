import { sigmoid, softplus } from '../flow/stable';
import type { CreateKernel } from './kernel';

/** The radial layer of `src/flow/radial`, values [centre (d), alpha, beta]. */
export const radialKernel: CreateKernel = (dim, _, values) => {
  const centre = values.subarray(0, dim);
  const alpha = softplus(values[dim]);
  const slack = softplus(values[dim + 1]);
  const betaHat = slack - alpha;

  /** r, h = 1/(α + r), and the factors across the ray, 1 + β̂h, and along it, 1 + αβ̂h². */
  const factors = (v: Float64Array, at: number): { r: number; h: number; across: number; along: number } => {
    let square = 0;
    for (let i = 0; i < dim; i++) square += (v[at + i] - centre[i]) ** 2;
    const r = Math.sqrt(square);
    const h = 1 / (alpha + r);
    const far = r * h;
    const near = alpha * h;
    return { r, h, across: far + slack * h, along: far * far + 2 * far * near + near * slack * h };
  };

  return {
    forward(v, y, logDet) {
      for (let p = 0, at = 0; p < logDet.length; p++, at += dim) {
        const { h, across, along } = factors(v, at);
        for (let i = 0; i < dim; i++) y[at + i] = v[at + i] + betaHat * h * (v[at + i] - centre[i]);
        logDet[p] += (dim - 1) * Math.log(across) + Math.log(along);
      }
    },

    backward(v, points, logDet, gradient) {
      gradient.fill(0);
      let [alphaSum, betaHatSum] = [0, 0];
      for (let p = 0, at = 0; p < logDet.length; p++, at += dim) {
        const { r, h, across, along } = factors(v, at);
        // β̂h is the relative push, by which both the image and the factor across depend on the parameters.
        let push = ((dim - 1) * logDet[p]) / across;
        for (let i = 0; i < dim; i++) push += points[at + i] * (v[at + i] - centre[i]);
        const byAlong = logDet[p] / along;
        const byH = betaHat * push + 2 * alpha * betaHat * h * byAlong;
        betaHatSum += h * push + alpha * h * h * byAlong;
        alphaSum += betaHat * h * h * byAlong - h * h * byH;
        const outwards = r === 0 ? 0 : (-h * h * byH) / r;
        for (let i = 0; i < dim; i++) {
          const ray = betaHat * h * points[at + i] + outwards * (v[at + i] - centre[i]);
          gradient[i] -= ray;
          points[at + i] += ray;
        }
      }
      // β̂ = softplus(beta) − softplus(alpha).
      gradient[dim] = (alphaSum - betaHatSum) * sigmoid(values[dim]);
      gradient[dim + 1] = betaHatSum * sigmoid(values[dim + 1]);
    },
  };
};
