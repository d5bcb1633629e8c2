import { perCoordinate, requireBelowOne, single, type InverseReport, type LayerImage, type LayerType, type Overlay } from './layer';
import { planarRoots, solvePlanar } from './planar-inverse';
import { LeakyPlanar } from './planar-leaky';
import { planarFloat32 } from './planar-float32';
import { planarKernel } from './planar-kernel';
import { invertNearby, leastSlack } from './planar-nearby';
import { dot, PlanarMap, tanhLogDet, type Activation } from './planar-map';
import { excessOverTanh, sech2 } from './stable';

/** ln(e − 1): the wᵀu at which softplus(wᵀu) = 1, so wᵀû = 0. */
const neutral = Math.log(Math.E - 1);

/** y = v + û·tanh(wᵀv + b): det = 1 + κ·sech²(a), at its worst on the hyperplane if κ < 0 and 1 far from it otherwise. */
class TanhPlanar extends PlanarMap {
  readonly margin = Math.min(1, this.slack);
  readonly folds = this.slack < 0;

  override inverse(y: Float64Array, into: LayerImage, report?: InverseReport): void {
    if (report || this.slack < leastSlack) super.inverse(y, into, report);
    else invertNearby(this, y, into);
  }

  protected height(a: number): number {
    return Math.tanh(a);
  }

  protected slope(a: number): number {
    return sech2(a);
  }

  /** As tanh a = a − (a − tanh a), v + û·tanh a = (1 + κ)·v + û·(b − (a − tanh a)). */
  protected onLine(v: number, a: number, h: number): number {
    const [uHat] = this.uHat;
    return this.kappa < -0.5 && Math.abs(a) < 1 ? this.slack * v + uHat * (this.b - excessOverTanh(a)) : v + uHat * h;
  }

  /**
   * 1 + h′κ where |h′κ| < ½; else t² + (1 − t²)·(1 + κ), t = tanh a, whose terms are all positive where 1 + κ is, so that nothing cancels.
   */
  protected determinant(a: number, h: number, p: number, into: LayerImage): void {
    const slope = sech2(a);
    const change = slope * this.kappa;
    const det = Math.abs(change) < 0.5 ? 1 + change : h * h + slope * this.slack;
    into.det[p] = det;
    into.logDet[p] = tanhLogDet(det, h, slope, this.slack, this.kappa, this.logSlack);
  }

  protected solve(c: number): Activation {
    const { root, iterations, several } = solvePlanar(this.kappa, this.slack, c);
    return { root, iterations, solutions: several ? 'several' : 'one' };
  }

  protected solutions(c: number): number[] {
    return planarRoots(this.kappa, c, this.slack);
  }

  fraction(tau: number): TanhPlanar {
    return new TanhPlanar(this.type, this.dim, true, this.pushing(tau));
  }

  /** det < ε ⇔ sinh²a < (ε − (1 + κ))/(1 − ε), from det = 1 + κ·sech²a. */
  overlay(epsilon: number): Overlay {
    requireBelowOne(epsilon);
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
}

/** Below this ‖w‖ the constraint û = u + (m(wᵀu) − wᵀu)·w/‖w‖² is near its singularity at w = 0. */
const leastLength = 1e-3;

/** Where a layer that folds is brought back to: its least determinant, 1 + wᵀu, is then 0.1. */
const clampedTo = -0.9;

/**
 * The u + t·w nearest to u with wᵀu = −0.9, t = (−0.9 − wᵀu)/‖w‖², in as few digits as keep wᵀu within 0.005 of that.
 */
function clampedAlong(w: readonly number[], u: readonly number[]): number[] {
  const [normal, push] = [Float64Array.from(w), Float64Array.from(u)];
  const t = (clampedTo - dot(normal, push)) / dot(normal, normal);
  const exact = u.map((value, i) => value + t * w[i]);
  const rounded = Array.from({ length: 15 }, (_, i) => exact.map((value) => Number(value.toPrecision(i + 2))));
  return rounded.find((values) => Math.abs(dot(normal, Float64Array.from(values)) - clampedTo) < 0.005) ?? exact;
}

/** Rezende & Mohamed 2015 (arXiv 1505.05770), eq. 10–12 and appendix A.1. */
export const planar: LayerType = {
  name: 'planar',
  formula: 'y = v + û·h(wᵀv + b), det = 1 + h′(wᵀv + b)·wᵀû, with h = tanh, or the leaky ReLU max(a, a/5)',
  source: 'Rezende & Mohamed 2015, arXiv 1505.05770, section 4.1 and appendix A.1',
  marginIs: 'exact',
  closedFormInverse: (options) => options.leaky === true,
  parameters: [
    { name: 'w', shape: perCoordinate, meaning: 'The normal of the hyperplane wᵀv + b = 0; the longer it is, the sharper the bend.' },
    { name: 'u', shape: perCoordinate, meaning: 'The direction in which points are pushed, before the constraint turns it into û.' },
    { name: 'b', shape: single, meaning: 'The offset of the hyperplane.' },
  ],
  options: [
    { name: 'raw', default: false, meaning: 'Leave u as it is (û = u) instead of keeping wᵀû > −1: the layer may then fold.' },
    { name: 'leaky', default: false, meaning: 'Bend by the leaky ReLU max(a, a/5) instead of tanh: one kink, along the hyperplane.' },
  ],
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
  create: (dim, options, values) => new (options.leaky === true ? LeakyPlanar : TanhPlanar)(planar, dim, options.raw === true, values),
  kernel: planarKernel,
  float32: planarFloat32,
  /** A raw layer folds for wᵀu < −1, with the leaky ReLU down to −5 only; the constraint of the other kind is singular at w = 0. */
  caution(options, { w, u }, write) {
    if (options.raw === true) {
      if (w === undefined || u === undefined || !planar.create(w.length, options, Float64Array.of(...w, ...u, 0)).folds) return undefined;
      const wu = write(dot(Float64Array.from(w), Float64Array.from(u)));
      const along = clampedAlong(w, u);
      return {
        sentence: `This layer folds space: wᵀu = ${wu} is ${options.leaky === true ? 'between −5 and −1' : 'below −1'}.`,
        remedies: [
          { title: `Move u along w to [${along.map(write).join(', ')}], where wᵀu = ${write(clampedTo)}`, values: { u: along } },
          { title: 'Keep wᵀû > −1: take raw away', without: 'raw' },
        ],
      };
    }
    const length = w === undefined ? Infinity : Math.hypot(...w);
    if (length >= leastLength) return undefined;
    const sentence = `‖w‖ = ${write(length)} is below ${write(leastLength)}: the constraint on u is nearly singular there. Give a longer w.`;
    return { sentence, parameter: 'w' };
  },
};
