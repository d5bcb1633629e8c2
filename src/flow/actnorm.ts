import { rounded } from './float32';
import {
  noHandle,
  perCoordinate,
  type CreateFloat32Map,
  type CreateKernel,
  type Handle,
  type InverseReport,
  type Layer,
  type LayerImage,
  type LayerType,
  type Overlay,
} from './layer';
import { judgeInverse, solePreimage } from './residual';

/** yᵢ = e^{sᵢ}·vᵢ + tᵢ, with values [logScale s (d), shift t (d)]. */
class ActNormLayer implements Layer {
  readonly margin: number;
  readonly folds = false;
  private readonly scale: Float64Array;
  private readonly shift: Float64Array;
  private readonly logDet: number;

  constructor(
    readonly type: LayerType,
    readonly dim: number,
    private readonly values: Float64Array,
  ) {
    const logScale = values.subarray(0, dim);
    this.scale = logScale.map(Math.exp);
    this.shift = values.subarray(dim);
    this.logDet = logScale.reduce((sum, s) => sum + s, 0);
    this.margin = Math.exp(this.logDet);
  }

  forward(v: Float64Array, into: LayerImage): void {
    for (let at = 0; at < v.length; at++) into.points[at] = this.scale[at % this.dim] * v[at] + this.shift[at % this.dim];
    into.det.fill(this.margin);
    into.logDet.fill(this.logDet);
  }

  inverse(y: Float64Array, into: LayerImage, report?: InverseReport): void {
    for (let at = 0; at < y.length; at++) into.points[at] = (y[at] - this.shift[at % this.dim]) / this.scale[at % this.dim];
    if (report) {
      report.iterations.fill(0);
      judgeInverse(this, y, into, report);
    } else {
      into.det.fill(this.margin);
      into.logDet.fill(this.logDet);
    }
  }

  /** e^{sᵢ} becomes 1 + τ(e^{sᵢ} − 1), and t becomes τt. */
  fraction(tau: number): ActNormLayer {
    const logScale = Array.from(this.values.subarray(0, this.dim), (s) => Math.log1p(tau * Math.expm1(s)));
    return new ActNormLayer(this.type, this.dim, Float64Array.of(...logScale, ...this.shift.map((t) => tau * t)));
  }

  preimages(y: Float64Array): Float64Array {
    return solePreimage(this, y);
  }

  jacobian(): Float64Array {
    const { dim, scale } = this;
    return Float64Array.from({ length: dim * dim }, (_, i) => (i % (dim + 1) === 0 ? scale[i / (dim + 1)] : 0));
  }

  singularValues(): Float64Array {
    return this.scale.slice().sort((a, b) => b - a);
  }

  overlay(): Overlay {
    return { kind: 'none' };
  }

  /** The image of 0, as an arrow from there: t. */
  handles(): Handle[] {
    return [{ name: 'shift', kind: 'tip', at: Array.from(this.shift), from: Array.from(this.shift, () => 0) }];
  }

  drag(handle: string, to: readonly number[]): Float64Array {
    if (handle !== 'shift') throw noHandle(this, handle);
    const values = this.values.slice();
    values.set(to, this.dim);
    return values;
  }
}

/** What training runs: values [logScale (d), shift (d)]. */
const actnormKernel: CreateKernel = (dim, _, values) => {
  const logScale = values.subarray(0, dim);
  const scale = logScale.map(Math.exp);
  const change = logScale.reduce((sum, s) => sum + s, 0);
  return {
    forward(v, y, logDet) {
      for (let at = 0; at < v.length; at++) y[at] = scale[at % dim] * v[at] + values[dim + (at % dim)];
      for (let p = 0; p < logDet.length; p++) logDet[p] += change;
    },

    carryScore(_, score) {
      for (let at = 0; at < score.length; at++) score[at] /= scale[at % dim];
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

const actnormFloat32: CreateFloat32Map = (dim, _, values) => {
  const logScale = values.subarray(0, dim);
  const scale = logScale.map(Math.exp);
  const logDet = logScale.reduce((sum, s) => rounded(sum + s), 0);
  const det = rounded(Math.exp(logDet));
  return (v, y) => {
    for (let i = 0; i < dim; i++) y[i] = rounded(scale[i] * v[i]) + values[dim + i];
    return [det, logDet];
  };
};

/** Kingma & Dhariwal 2018 (arXiv 1807.03039), section 3.1. Its initialisation from a first batch of data is not part of the map. */
export const actnorm: LayerType = {
  name: 'actnorm',
  formula: 'y = exp(s)·v + t, coordinate by coordinate; log det = Σ s',
  source: 'Kingma & Dhariwal 2018, arXiv 1807.03039, section 3.1',
  marginIs: 'exact',
  closedFormInverse: () => true,
  parameters: [
    { name: 'logScale', shape: perCoordinate, meaning: 's: each coordinate is multiplied by exp(s).' },
    { name: 'shift', shape: perCoordinate, meaning: 't: what is then added to each coordinate.' },
  ],
  options: [],
  initialise(dim, _, random) {
    return Float64Array.from({ length: 2 * dim }, () => 0.01 * random.normal());
  },
  create: (dim, _, values) => new ActNormLayer(actnorm, dim, values),
  kernel: actnormKernel,
  float32: actnormFloat32,
};
