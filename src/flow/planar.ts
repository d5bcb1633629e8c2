import { InverseStatus, type InverseReport, type Layer, type LayerImage, type LayerType, type Overlay } from './layer';
import { solvePlanar } from './planar-inverse';
import { sech2, softplus } from './stable';

/** A residual above this, relative to 1 + ‖y‖, makes an inverse unreliable. */
const tolerance = 1e-9;

/** ln(e − 1): the wᵀu at which softplus(wᵀu) = 1, so wᵀû = 0. */
const neutral = Math.log(Math.E - 1);

/**
 * y = v + û·tanh(a), a = wᵀv + b, with values [w (d), u (d), b].
 *
 * Constrained: û = u + (m(wᵀu) − wᵀu)·w/‖w‖² with m(s) = −1 + softplus(s), evaluated as û = u + (softplus(−wᵀu) − 1)·w/‖w‖²: the same
 * value, no cancellation. Then 1 + wᵀû = softplus(wᵀu) > 0. At w = 0 the constraint has no direction to act in and the formula is
 * singular; û = u is taken there, so that the layer is the translation by u·tanh(b).
 * Raw: û = u, which may fold space.
 */
class PlanarLayer implements Layer {
  readonly margin: number;
  private readonly w: Float64Array;
  private readonly b: number;
  private readonly uHat: Float64Array;
  private readonly kappa: number;
  /** 1 + κ, the determinant on the hyperplane, kept apart because κ rounds to −1 long before this is 0. */
  private readonly slack: number;

  constructor(
    readonly type: LayerType,
    readonly dim: number,
    raw: boolean,
    values: Float64Array,
  ) {
    this.w = values.subarray(0, dim);
    this.uHat = values.slice(dim, 2 * dim);
    this.b = values[2 * dim];
    const wu = dot(this.w, this.uHat);
    const norm = Math.hypot(...this.w);
    if (raw || norm === 0) {
      this.kappa = wu;
      this.slack = 1 + wu;
    } else {
      const push = softplus(-wu) - 1;
      for (let i = 0; i < dim; i++) this.uHat[i] += push * (this.w[i] / norm / norm);
      this.slack = softplus(wu);
      this.kappa = this.slack - 1;
    }
    this.margin = Math.min(1, this.slack);
  }

  forward(v: Float64Array, into: LayerImage): void {
    const { dim, uHat } = this;
    for (let p = 0, at = 0; at < v.length; p++, at += dim) {
      const a = this.activation(v, at);
      const t = Math.tanh(a);
      for (let i = 0; i < dim; i++) into.points[at + i] = v[at + i] + uHat[i] * t;
      this.determinant(a, p, into);
    }
  }

  /** Solves κ-wise for a (see {@link solvePlanar}), then v = y − û·tanh(a). */
  inverse(y: Float64Array, into: LayerImage, report: InverseReport): void {
    const { dim, uHat, kappa, slack } = this;
    const { points } = into;
    for (let p = 0, at = 0; at < y.length; p++, at += dim) {
      const { root, iterations, several } = solvePlanar(kappa, slack, this.activation(y, at));
      const t = Math.tanh(root);
      for (let i = 0; i < dim; i++) points[at + i] = y[at + i] - uHat[i] * t;
      const a = this.activation(points, at);
      this.determinant(a, p, into);
      const back = Math.tanh(a);
      let error = 0;
      let size = 0;
      for (let i = 0; i < dim; i++) {
        error += (points[at + i] + uHat[i] * back - y[at + i]) ** 2;
        size += y[at + i] ** 2;
      }
      const residual = Math.sqrt(error);
      report.iterations[p] = iterations;
      report.residual[p] = residual;
      if (!Number.isFinite(residual)) report.status[p] = InverseStatus.NotFinite;
      else if (residual > tolerance * (1 + Math.sqrt(size))) report.status[p] = InverseStatus.Unreliable;
      else report.status[p] = several ? InverseStatus.SeveralPreimages : InverseStatus.Ok;
    }
  }

  /**
   * σ₁σ₂ = |det| and σ₁² + σ₂² = 2 + 2h′κ + p² with p = h′‖û‖‖w‖, so σ₁ = (p + √(p² + 4·det))/2; the others are 1. As
   * (σ₁² − 1)(1 − σ₂²) = p² − h′²κ² ≥ 0, they lie between.
   */
  singularValues(v: Float64Array): Float64Array {
    const a = this.activation(v, 0);
    const t = Math.tanh(a);
    const slope = sech2(a);
    const det = t * t + slope * this.slack;
    const values = new Float64Array(this.dim).fill(1);
    if (this.dim === 1) return values.fill(Math.abs(det));
    const product = slope * Math.hypot(...this.uHat) * Math.hypot(...this.w);
    const largest = (product + Math.sqrt(Math.max(0, product * product + 4 * det))) / 2;
    values[0] = Math.max(1, largest);
    values[this.dim - 1] = Math.min(1, Math.abs(det) / largest);
    return values;
  }

  /** det < ε ⇔ sinh²a < (ε − (1 + κ))/(1 − ε), from det = 1 + κ·sech²a. */
  overlay(epsilon: number): Overlay {
    if (!(epsilon >= 0 && epsilon < 1)) throw new RangeError(`ε must be at least 0 and below 1, but is ${epsilon}.`);
    const halfWidth = (level: number): number => (this.slack < level ? Math.asinh(Math.sqrt((level - this.slack) / (1 - level))) : 0);
    return {
      kind: 'hyperplane',
      w: Array.from(this.w),
      b: this.b,
      uHat: Array.from(this.uHat),
      kappa: this.kappa,
      danger: halfWidth(epsilon),
      fold: halfWidth(0),
    };
  }

  /** a = wᵀv + b for the point that begins at `at`. */
  private activation(v: Float64Array, at: number): number {
    let a = this.b;
    for (let i = 0; i < this.dim; i++) a += this.w[i] * v[at + i];
    return a;
  }

  /** 1 + h′κ where that is far from 0; else t² + (1 − t²)·(1 + κ), whose terms are all positive where 1 + κ is, so that nothing cancels. */
  private determinant(a: number, p: number, into: LayerImage): void {
    const slope = sech2(a);
    const change = slope * this.kappa;
    if (Math.abs(change) < 0.5) {
      into.det[p] = 1 + change;
      into.logDet[p] = Math.log1p(change);
    } else {
      const t = Math.tanh(a);
      into.det[p] = t * t + slope * this.slack;
      into.logDet[p] = Math.log(Math.abs(into.det[p]));
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** Rezende & Mohamed 2015 (arXiv 1505.05770), eq. 10–12 and appendix A.1. */
export const planar: LayerType = {
  name: 'planar',
  formula: 'y = v + û·tanh(wᵀv + b), det = 1 + tanh′(wᵀv + b)·wᵀû',
  source: 'Rezende & Mohamed 2015, arXiv 1505.05770, section 4.1 and appendix A.1',
  parameters: [
    { name: 'w', shape: 'vector', meaning: 'The normal of the hyperplane wᵀv + b = 0; the longer it is, the sharper the bend.' },
    { name: 'u', shape: 'vector', meaning: 'The direction in which points are pushed, before the constraint turns it into û.' },
    { name: 'b', shape: 'scalar', meaning: 'The offset of the hyperplane.' },
  ],
  options: [{ name: 'raw', default: false, meaning: 'Leave u as it is (û = u) instead of keeping wᵀû > −1: the layer may then fold.' }],
  /**
   * Every hyperplane passes through the middle of the base, which lets a flow divide the mass before it moves it: with b drawn from
   * N(0, 1), reverse KL lost one of U1's two modes for 3 seeds of 12. ‖w‖² is about 2, and û is small, so that the flow starts near the
   * identity.
   */
  initialise(dim, options, random) {
    const values = new Float64Array(2 * dim + 1);
    for (let i = 0; i < dim; i++) values[i] = Math.sqrt(2 / dim) * random.normal();
    const square = dot(values.subarray(0, dim), values.subarray(0, dim));
    for (let i = 0; i < dim; i++) values[dim + i] = 0.1 * random.normal() + (options.raw ? 0 : (neutral * values[i]) / square);
    return values;
  },
  create: (dim, options, values) => new PlanarLayer(planar, dim, options.raw === true, values),
};
