import { perCoordinate, single, type LayerImage, type LayerType, type Overlay } from './layer';
import { solvePlanar } from './planar-inverse';
import { LeakyPlanar } from './planar-leaky';
import { planarKernel } from './planar-kernel';
import { dot, PlanarMap, type Activation } from './planar-map';
import { sech2 } from './stable';

/** ln(e − 1): the wᵀu at which softplus(wᵀu) = 1, so wᵀû = 0. */
const neutral = Math.log(Math.E - 1);

/** y = v + û·tanh(wᵀv + b): det = 1 + κ·sech²(a), at its worst on the hyperplane if κ < 0 and 1 far from it otherwise. */
class TanhPlanar extends PlanarMap {
  readonly margin = Math.min(1, this.slack);

  protected height(a: number): number {
    return Math.tanh(a);
  }

  protected slope(a: number): number {
    return sech2(a);
  }

  /** 1 + h′κ where that is far from 0; else t² + (1 − t²)·(1 + κ), whose terms are all positive where 1 + κ is, so that nothing cancels. */
  protected determinant(a: number, p: number, into: LayerImage): void {
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

  protected solve(c: number): Activation {
    const { root, iterations, several } = solvePlanar(this.kappa, this.slack, c);
    return { root, iterations, solutions: several ? 'several' : 'one' };
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
};
