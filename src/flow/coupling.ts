import {
  noHandle,
  type CreateKernel,
  type Handle,
  type InverseReport,
  type Layer,
  type LayerImage,
  type LayerType,
  type Overlay,
} from './layer';
import { couplingFloat32 } from './coupling-float32';
import { couplingLayout, couplingWeights, defaultHidden, mostLogScale, type CouplingLayout, type CouplingWeights } from './coupling-layout';
import { judgeInverse, solePreimage } from './residual';
import { singularValuesOf } from './singular-values';
import type { Options } from './spec';

/**
 * The passing coordinates v₁ stay; the others become v₂·e^s + t, where a small network decides s and t from v₁:
 * (ρ, t) = W₂·tanh(W₁v₁ + b₁) + b₂ and s = 2·tanh(ρ/2).
 */
class CouplingLayer implements Layer {
  readonly margin: number;
  readonly folds = false;
  private readonly layout: CouplingLayout;
  private readonly weights: CouplingWeights<Float64Array>;
  private readonly hidden: Float64Array;
  private readonly logScale: Float64Array;
  private readonly shift: Float64Array;

  constructor(
    readonly type: LayerType,
    readonly dim: number,
    options: Options,
    values: Float64Array,
  ) {
    this.layout = couplingLayout(dim, options);
    this.weights = couplingWeights(this.layout, values);
    const { changes, hidden } = this.layout;
    this.hidden = new Float64Array(hidden);
    this.logScale = new Float64Array(changes);
    this.shift = new Float64Array(changes);
    this.margin = this.leastDeterminant();
  }

  forward(v: Float64Array, into: LayerImage): void {
    const { dim } = this;
    const { changeStart, changes } = this.layout;
    into.points.set(v);
    for (let p = 0, at = 0; at < v.length; p++, at += dim) {
      into.logDet[p] = this.condition(v, at);
      into.det[p] = Math.exp(into.logDet[p]);
      for (let i = 0; i < changes; i++) {
        const place = at + changeStart + i;
        into.points[place] = v[place] * Math.exp(this.logScale[i]) + this.shift[i];
      }
    }
  }

  inverse(y: Float64Array, into: LayerImage, report?: InverseReport): void {
    const { dim } = this;
    const { changeStart, changes } = this.layout;
    into.points.set(y);
    for (let p = 0, at = 0; at < y.length; p++, at += dim) {
      into.logDet[p] = this.condition(y, at);
      into.det[p] = Math.exp(into.logDet[p]);
      for (let i = 0; i < changes; i++) {
        const place = at + changeStart + i;
        into.points[place] = (y[place] - this.shift[i]) * Math.exp(-this.logScale[i]);
      }
    }
    if (!report) return;
    report.iterations.fill(0);
    judgeInverse(this, y, into, report);
  }

  preimages(y: Float64Array): Float64Array {
    return solePreimage(this, y);
  }

  /** Ones for the passing coordinates; e^s on the diagonal and v₂·e^s·∂s/∂v₁ + ∂t/∂v₁ beside it for the others. */
  jacobian(v: Float64Array): Float64Array {
    const { dim } = this;
    const { passStart, passes, changeStart, changes, hidden } = this.layout;
    const { w1, w2 } = this.weights;
    this.condition(v, 0);
    const jacobian = new Float64Array(dim * dim);
    for (let j = passStart; j < passStart + passes; j++) jacobian[j * dim + j] = 1;
    for (let i = 0; i < changes; i++) {
      const row = changeStart + i;
      const scale = Math.exp(this.logScale[i]);
      jacobian[row * dim + row] = scale;
      const byRaw = v[row] * scale * (1 - (this.logScale[i] / mostLogScale) ** 2);
      for (let j = 0; j < passes; j++) {
        for (let h = 0; h < hidden; h++) {
          const inner = (1 - this.hidden[h] ** 2) * w1[h * passes + j];
          jacobian[row * dim + passStart + j] += (byRaw * w2[i * hidden + h] + w2[(changes + i) * hidden + h]) * inner;
        }
      }
    }
    return jacobian;
  }

  singularValues(v: Float64Array): Float64Array {
    return singularValuesOf(this.jacobian(v), this.dim);
  }

  overlay(): Overlay {
    const { passStart, passes } = this.layout;
    return { kind: 'coupling', passes: Array.from({ length: this.dim }, (_, i) => i >= passStart && i < passStart + passes) };
  }

  handles(): Handle[] {
    return [];
  }

  drag(handle: string): Float64Array {
    throw noHandle(this, handle);
  }

  /** Computes log scale and shift for the point at `at`, and returns log det = Σ s. */
  private condition(v: Float64Array, at: number): number {
    const { passStart, passes, changes, hidden } = this.layout;
    const { w1, b1, w2, b2 } = this.weights;
    for (let h = 0; h < hidden; h++) {
      let sum = b1[h];
      for (let j = 0; j < passes; j++) sum += w1[h * passes + j] * v[at + passStart + j];
      this.hidden[h] = Math.tanh(sum);
    }
    let logDet = 0;
    for (let o = 0; o < 2 * changes; o++) {
      let sum = b2[o];
      for (let h = 0; h < hidden; h++) sum += w2[o * hidden + h] * this.hidden[h];
      if (o < changes) logDet += this.logScale[o] = mostLogScale * Math.tanh(sum / mostLogScale);
      else this.shift[o - changes] = sum;
    }
    return logDet;
  }

  /** Every hidden unit lies within ±1, so ρᵢ ≥ b₂ᵢ − Σⱼ|W₂ᵢⱼ|: a bound that no point need reach. */
  private leastDeterminant(): number {
    const { changes, hidden } = this.layout;
    const { w2, b2 } = this.weights;
    let logDet = 0;
    for (let i = 0; i < changes; i++) {
      const reach = w2.subarray(i * hidden, (i + 1) * hidden).reduce((sum, weight) => sum + Math.abs(weight), 0);
      logDet += mostLogScale * Math.tanh((b2[i] - reach) / mostLogScale);
    }
    return Math.exp(logDet);
  }
}

/** What training runs: values [w1, b1, w2, b2]. */
const couplingKernel: CreateKernel = (dim, options, values) => {
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

    /** Jᵀ is upper triangular by blocks: first the scores of the coordinates that change, then what they leave of those that pass. */
    carryScore(v, score) {
      for (let p = 0, at = 0; at < v.length; p++, at += dim) {
        const unit = p * hidden;
        const byUnit = new Float64Array(hidden);
        for (let i = 0; i < changes; i++) {
          const place = at + changeStart + i;
          const logScale = logScales[p * changes + i];
          const stretched = score[place];
          score[place] *= Math.exp(-logScale);
          const byRaw = (stretched * v[place] + 1) * (1 - (logScale / mostLogScale) ** 2);
          for (let h = 0; h < hidden; h++) byUnit[h] += byRaw * w2[i * hidden + h] + score[place] * w2[(changes + i) * hidden + h];
        }
        for (let h = 0; h < hidden; h++) {
          const bySum = byUnit[h] * (1 - units[unit + h] ** 2);
          for (let j = 0; j < passes; j++) score[at + passStart + j] -= bySum * w1[h * passes + j];
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

/** Dinh, Sohl-Dickstein & Bengio 2017 (RealNVP, arXiv 1605.08803), eq. 4–8, with bounded log scales. */
export const coupling: LayerType = {
  name: 'coupling',
  formula: 'y₁ = v₁, y₂ = v₂·exp(s(v₁)) + t(v₁); log det = Σ s',
  source: 'Dinh, Sohl-Dickstein & Bengio 2017, arXiv 1605.08803, section 3.2',
  marginIs: 'lower-bound',
  closedFormInverse: () => true,
  parameters: [
    {
      name: 'w1',
      shape: (dim, options) => {
        const { hidden, passes } = couplingLayout(dim, options);
        return [hidden, passes];
      },
      meaning: 'The weights from the passing coordinates to the hidden units, one row a unit.',
    },
    { name: 'b1', shape: (dim, options) => [couplingLayout(dim, options).hidden], meaning: 'The offset of every hidden unit.' },
    {
      name: 'w2',
      shape: (dim, options) => {
        const { changes, hidden } = couplingLayout(dim, options);
        return [2 * changes, hidden];
      },
      meaning: 'The weights from the hidden units: first the rows of the log scales, then those of the shifts.',
    },
    {
      name: 'b2',
      shape: (dim, options) => [2 * couplingLayout(dim, options).changes],
      meaning: 'The offsets of the log scales, then of the shifts.',
    },
  ],
  options: [
    {
      name: 'flip',
      default: false,
      meaning: 'Let the second half of the coordinates pass and change the first, instead of the other way round.',
    },
    { name: 'hidden', default: defaultHidden, least: 1, most: 256, meaning: 'The number of hidden units.' },
  ],
  /** Hidden units with their bends spread over the base, and outputs near 0: nearly the identity. */
  initialise(dim, options, random) {
    const layout = couplingLayout(dim, options);
    const values = new Float64Array(layout.hidden * (layout.passes + 1) + 2 * layout.changes * (layout.hidden + 1));
    const { w1, b1, w2 } = couplingWeights(layout, values);
    for (let i = 0; i < w1.length; i++) w1[i] = random.normal() / Math.sqrt(layout.passes);
    for (let i = 0; i < b1.length; i++) b1[i] = random.normal();
    for (let i = 0; i < w2.length; i++) w2[i] = (0.1 / layout.hidden) * random.normal();
    return values;
  },
  create: (dim, options, values) => new CouplingLayer(coupling, dim, options, values),
  kernel: couplingKernel,
  float32: couplingFloat32,
};
