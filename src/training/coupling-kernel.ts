import { couplingLayout, couplingWeights, mostLogScale } from '../flow/coupling';
import type { CreateKernel } from './kernel';

/** The layer of `src/flow/coupling`, values [w1, b1, w2, b2]. */
export const couplingKernel: CreateKernel = (dim, options, values) => {
  const layout = couplingLayout(dim, options);
  const { passStart, passes, changeStart, changes, hidden } = layout;
  const { w1, b1, w2, b2 } = couplingWeights(layout, values);
  /** Of every point: the hidden units, and the log scales. */
  let units = new Float64Array();
  let logScales = new Float64Array();

  return {
    forward(v, y, logDet) {
      units = new Float64Array(logDet.length * hidden);
      logScales = new Float64Array(logDet.length * changes);
      y.set(v);
      for (let p = 0, at = 0; p < logDet.length; p++, at += dim) {
        const unit = p * hidden;
        for (let h = 0; h < hidden; h++) {
          let sum = b1[h];
          for (let j = 0; j < passes; j++) sum += w1[h * passes + j] * v[at + passStart + j];
          units[unit + h] = Math.tanh(sum);
        }
        for (let i = 0; i < changes; i++) {
          let raw = b2[i];
          let shift = b2[changes + i];
          for (let h = 0; h < hidden; h++) {
            raw += w2[i * hidden + h] * units[unit + h];
            shift += w2[(changes + i) * hidden + h] * units[unit + h];
          }
          const logScale = mostLogScale * Math.tanh(raw / mostLogScale);
          logScales[p * changes + i] = logScale;
          logDet[p] += logScale;
          y[at + changeStart + i] = v[at + changeStart + i] * Math.exp(logScale) + shift;
        }
      }
    },

    backward(v, points, logDet, gradient) {
      gradient.fill(0);
      const sums = couplingWeights(layout, gradient);
      const byUnit = new Float64Array(hidden);
      for (let p = 0, at = 0; p < logDet.length; p++, at += dim) {
        const unit = p * hidden;
        byUnit.fill(0);
        for (let i = 0; i < changes; i++) {
          const place = at + changeStart + i;
          const logScale = logScales[p * changes + i];
          const byShift = points[place];
          points[place] *= Math.exp(logScale);
          const byRaw = (points[place] * v[place] + logDet[p]) * (1 - (logScale / mostLogScale) ** 2);
          sums.b2[i] += byRaw;
          sums.b2[changes + i] += byShift;
          for (let h = 0; h < hidden; h++) {
            const [raw, shift] = [i * hidden + h, (changes + i) * hidden + h];
            sums.w2[raw] += byRaw * units[unit + h];
            sums.w2[shift] += byShift * units[unit + h];
            byUnit[h] += byRaw * w2[raw] + byShift * w2[shift];
          }
        }
        for (let h = 0; h < hidden; h++) {
          const bySum = byUnit[h] * (1 - units[unit + h] ** 2);
          sums.b1[h] += bySum;
          for (let j = 0; j < passes; j++) {
            sums.w1[h * passes + j] += bySum * v[at + passStart + j];
            points[at + passStart + j] += bySum * w1[h * passes + j];
          }
        }
      }
    },
  };
};
