import type { Kernel } from './layer';
import { leakiness } from './planar-leaky';
import { dot, tanhLogDet } from './planar-map';
import type { Options } from './spec';
import { logOf, logSoftplus, norm, sech2, sigmoid, softplus } from './stable';

/** What training runs of a planar layer: values [w (d), u (d), b]. */
export function planarKernel(dim: number, options: Options, values: Float64Array): Kernel {
  const w = values.subarray(0, dim);
  const u = values.subarray(dim, 2 * dim);
  const b = values[2 * dim];
  const wu = dot(w, u);
  const length = norm(w, 0, dim);
  const unit = w.map((value) => value / length);
  const constrained = options.raw !== true;
  const pushed = constrained && length > 0;
  /** û = u + push·w/‖w‖². */
  const push = pushed ? softplus(-wu) - 1 : 0;
  const uHat = pushed ? u.map((value, i) => value + (push * unit[i]) / length) : u;
  /** 1 + κ. */
  const slack = pushed ? Math.max(softplus(wu), Number.MIN_VALUE) : 1 + wu;
  const kappa = pushed ? slack - 1 : wu;
  const logSlack = pushed ? logSoftplus(wu) : logOf(slack, wu);
  const leaky = options.leaky === true;
  /** h(a), h′(a) and det of every point. */
  let heights = new Float64Array();
  let slopes = new Float64Array();
  let dets = new Float64Array();

  return {
    forward(v, y, logDet) {
      const count = logDet.length;
      [heights, slopes, dets] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
      for (let p = 0, at = 0; p < count; p++, at += dim) {
        let a = b;
        for (let i = 0; i < dim; i++) a += w[i] * v[at + i];
        let h: number;
        if (leaky) {
          slopes[p] = a > 0 ? 1 : leakiness;
          h = slopes[p] * a;
          dets[p] = 1 - slopes[p] + slopes[p] * slack;
          logDet[p] += a > 0 ? logSlack : logOf(dets[p], slopes[p] * kappa);
        } else {
          const m = Math.expm1(-2 * Math.abs(a));
          h = (a < 0 ? m : -m) / (2 + m);
          slopes[p] = sech2(a);
          dets[p] = h * h + slopes[p] * slack;
          logDet[p] += tanhLogDet(dets[p], h, slopes[p], slack, kappa, logSlack);
        }
        heights[p] = h;
        for (let i = 0; i < dim; i++) y[at + i] = v[at + i] + uHat[i] * h;
      }
    },

    /** Jᵀ = I + h′·wûᵀ, so J⁻ᵀg = g − h′/det·(ûᵀg)·w by Sherman and Morrison; ∇ log|det| = κh″/det·w. */
    carryScore(_, score) {
      for (let p = 0, at = 0; p < heights.length; p++, at += dim) {
        const bend = leaky ? 0 : (2 * heights[p] * slopes[p] * kappa) / dets[p];
        for (let i = 0; i < dim; i++) score[at + i] += bend * w[i];
        let along = 0;
        for (let i = 0; i < dim; i++) along += uHat[i] * score[at + i];
        along *= slopes[p] / dets[p];
        for (let i = 0; i < dim; i++) score[at + i] -= along * w[i];
      }
    },

    backward(v, points, logDet, gradient) {
      const wSum = gradient.subarray(0, dim).fill(0);
      const uHatSum = gradient.subarray(dim, 2 * dim).fill(0);
      let bSum = 0;
      let kappaSum = 0;
      for (let p = 0, at = 0; p < heights.length; p++, at += dim) {
        const h = heights[p];
        const share = (logDet[p] * slopes[p]) / dets[p];
        kappaSum += share;
        let a = 0;
        for (let i = 0; i < dim; i++) a += uHat[i] * points[at + i];
        a *= slopes[p];
        // tanh″ = −2·tanh·tanh′; the leaky ReLU is straight.
        if (!leaky) a -= 2 * h * kappa * share;
        bSum += a;
        for (let i = 0; i < dim; i++) {
          wSum[i] += a * v[at + i];
          uHatSum[i] += h * points[at + i];
          points[at + i] += w[i] * a;
        }
      }
      gradient[2 * dim] = bSum;
      // From û and κ back to u and w. At w = 0 the constraint has no derivative, and the division says so.
      const along = dot(uHatSum, unit) / length;
      const wuSum = constrained ? kappaSum * sigmoid(wu) - along * sigmoid(-wu) : kappaSum;
      for (let i = 0; i < dim; i++) {
        const straightened = constrained ? (push * (uHatSum[i] / length - 2 * along * unit[i])) / length : 0;
        wSum[i] += straightened + wuSum * u[i];
        uHatSum[i] += wuSum * w[i];
      }
    },
  };
}
