import {
  InverseStatus,
  noHandle,
  type Handle,
  type InverseReport,
  type Layer,
  type LayerImage,
  type LayerType,
  type Overlay,
} from './layer';
import { dragPlanar, planarHandles, type PlanarFacts } from './planar-handles';
import { judgeInverse, polished, type Correction } from './residual';
import { logAddExp, logOf, logSoftplus, norm, softplus } from './stable';

/** A solution a of a + κ·h(a) = c. */
export interface Activation {
  readonly root: number;
  readonly iterations: number;
  /** How many solutions there are, as far as it matters: with none, y − û·h(`root`) is the point whose image comes nearest along û. */
  readonly solutions: 'one' | 'several' | 'none';
}

/**
 * y = v + û·h(a), a = wᵀv + b, with values [w (d), u (d), b]: what planar layers share, whatever their h.
 *
 * Constrained: û = u + (m(wᵀu) − wᵀu)·w/‖w‖² with m(s) = −1 + softplus(s), evaluated as û = u + (softplus(−wᵀu) − 1)·w/‖w‖²: the same
 * value, no cancellation. Then 1 + wᵀû = softplus(wᵀu) > 0. At w = 0 the constraint has no direction to act in and the formula is
 * singular; û = u is taken there, so that the layer is the translation by u·h(b).
 * Raw: û = u, which may fold space.
 *
 * det = 1 + h′(a)·κ by the matrix determinant lemma (Rezende & Mohamed 2015, arXiv 1505.05770, eq. 11–12).
 */
export abstract class PlanarMap implements Layer, PlanarFacts {
  abstract readonly margin: number;
  abstract readonly folds: boolean;
  readonly w: Float64Array;
  readonly b: number;
  readonly uHat: Float64Array;
  readonly kappa: number;
  /** 1 + κ, kept apart because κ rounds to −1 long before this is 0; never 0 by the constraint, but at the least number that there is. */
  readonly slack: number;
  /** log|1 + κ|, where 1 + κ itself is below every number too. */
  protected readonly logSlack: number;

  constructor(
    readonly type: LayerType,
    readonly dim: number,
    readonly raw: boolean,
    readonly values: Float64Array,
  ) {
    this.w = values.subarray(0, dim);
    this.uHat = values.slice(dim, 2 * dim);
    this.b = values[2 * dim];
    const wu = dot(this.w, this.uHat);
    const length = norm(this.w, 0, dim);
    if (raw || length === 0) {
      this.kappa = wu;
      this.slack = 1 + wu;
      this.logSlack = logOf(this.slack, wu);
    } else {
      const push = softplus(-wu) - 1;
      for (let i = 0; i < dim; i++) this.uHat[i] += push * (this.w[i] / length / length);
      this.slack = Math.max(softplus(wu), Number.MIN_VALUE);
      this.logSlack = logSoftplus(wu);
      this.kappa = this.slack - 1;
    }
  }

  /** The values of the raw layer with τû: v + τ(φ(v) − v). */
  protected pushing(tau: number): Float64Array {
    return Float64Array.of(...this.w, ...this.uHat.map((value) => tau * value), this.b);
  }

  /** h(a). */
  protected abstract height(a: number): number;
  /** h′(a). */
  protected abstract slope(a: number): number;
  /** y = v + û·h in one dimension, where û points along w and the two would cancel for κ near −1. */
  protected abstract onLine(v: number, a: number, h: number): number;
  /** det = 1 + h′(a)·κ and its logarithm, without cancellation, for point p; h = h(a). */
  protected abstract determinant(a: number, h: number, p: number, into: LayerImage): void;
  /** Solves a + κ·h(a) = c. */
  protected abstract solve(c: number): Activation;
  /** All solutions of a + κ·h(a) = c, ascending; of an interval of them the end at 0. */
  protected abstract solutions(c: number): number[];
  abstract overlay(epsilon: number): Overlay;

  forward(v: Float64Array, into: LayerImage): void {
    const { dim, uHat } = this;
    for (let p = 0, at = 0; at < v.length; p++, at += dim) {
      const a = this.activation(v, at);
      const h = this.height(a);
      if (dim === 1) into.points[at] = this.onLine(v[at], a, h);
      else for (let i = 0; i < dim; i++) into.points[at + i] = v[at + i] + uHat[i] * h;
      this.determinant(a, h, p, into);
    }
  }

  /** wᵀ of the formula is the scalar equation a + κ·h(a) = wᵀy + b for a; then v = y − û·h(a). */
  inverse(y: Float64Array, into: LayerImage, report?: InverseReport): void {
    const { dim, uHat } = this;
    const solutions: Activation['solutions'][] = [];
    for (let p = 0, at = 0; at < y.length; p++, at += dim) {
      const solved = this.solve(this.activation(y, at));
      const h = this.height(solved.root);
      for (let i = 0; i < dim; i++) into.points[at + i] = y[at + i] - uHat[i] * h;
      if (report) {
        report.iterations[p] = solved.iterations;
        solutions.push(solved.solutions);
      } else {
        this.determinant(solved.root, h, p, into);
        if (solved.solutions !== 'one') into.logDet[p] = solved.solutions === 'none' ? Infinity : NaN;
      }
    }
    if (!report) return;
    judgeInverse(this, y, into, report, this.correct);
    solutions.forEach((count, p) => {
      const judged: InverseStatus = report.status[p];
      if (count === 'several' && judged === InverseStatus.Ok) report.status[p] = InverseStatus.SeveralPreimages;
      if (count === 'none' && judged === InverseStatus.Unreliable) report.status[p] = InverseStatus.NoPreimage;
    });
  }

  preimages(y: Float64Array): Float64Array {
    const all = this.solutions(this.activation(y, 0)).flatMap((root) => {
      const h = this.height(root);
      const v = y.map((value, i) => value - this.uHat[i] * h);
      return polished(this, y, v, this.correct) === InverseStatus.NotFinite ? [] : Array.from(v);
    });
    return Float64Array.from(all);
  }

  /** J⁻¹ = I − û·h′·wᵀ/det (Sherman & Morrison, Ann. Math. Statist. 21, 1950). */
  private readonly correct: Correction = (rest, v, det) => {
    const along = (this.slope(this.activation(v, 0)) * dot(this.w, rest)) / det;
    for (let i = 0; i < this.dim; i++) rest[i] -= this.uHat[i] * along;
  };

  /** I + h′(a)·û·wᵀ. */
  jacobian(v: Float64Array): Float64Array {
    const { dim, w, uHat } = this;
    const slope = this.slope(this.activation(v, 0));
    return Float64Array.from({ length: dim * dim }, (_, at) => {
      const [i, j] = [Math.floor(at / dim), at % dim];
      return (i === j ? 1 : 0) + slope * uHat[i] * w[j];
    });
  }

  /**
   * σ₁σ₂ = |det| and σ₁² + σ₂² = 2 + 2h′κ + p² with p = h′‖û‖‖w‖, so σ₁ = (p + √(p² + 4·det))/2; the others are 1. As
   * (σ₁² − 1)(1 − σ₂²) = p² − h′²κ² ≥ 0, they lie between.
   */
  singularValues(v: Float64Array): Float64Array {
    const a = this.activation(v, 0);
    const image = { points: new Float64Array(0), det: new Float64Array(1), logDet: new Float64Array(1) };
    this.determinant(a, this.height(a), 0, image);
    const [det] = image.det;
    const values = new Float64Array(this.dim).fill(1);
    if (this.dim === 1) return values.fill(Math.abs(det));
    const product = this.slope(a) * norm(this.uHat, 0, this.dim) * norm(this.w, 0, this.dim);
    const half = Math.sqrt(Math.abs(det));
    const root = det < 0 ? Math.sqrt(Math.max(0, product - 2 * half) * (product + 2 * half)) : Math.hypot(product, 2 * half);
    const largest = (product + root) / 2;
    values[0] = Math.max(1, largest);
    values[this.dim - 1] = Math.min(1, Math.abs(det) / largest);
    return values;
  }

  handles(): Handle[] {
    return planarHandles(this);
  }

  drag(handle: string, to: readonly number[]): Float64Array {
    if (!this.handles().some(({ name }) => name === handle)) throw noHandle(this, handle);
    return dragPlanar(this, handle, to);
  }

  /** a = wᵀv + b for the point that begins at `at`. */
  private activation(v: Float64Array, at: number): number {
    let a = this.b;
    for (let i = 0; i < this.dim; i++) a += this.w[i] * v[at + i];
    return a;
  }
}

/**
 * log|det| of det = 1 + κ·sech²a = tanh²a + (1 + κ)·sech²a where h = tanh a and `slope` = sech²a; `slack` is 1 + κ. It is added up from the
 * logarithms of the two terms where det is below every number.
 */
export function tanhLogDet(det: number, h: number, slope: number, slack: number, kappa: number, logSlack: number): number {
  const lost = det < 1e-290 && slack > 0;
  return lost ? logAddExp(2 * Math.log(Math.abs(h)), Math.log(slope) + logSlack) : logOf(det, slope * kappa);
}

/** aᵀb of two vectors of the same length. */
export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
