import type { LayerImage, Overlay } from './layer';
import { PlanarMap, type Activation } from './planar-map';
import { logOf } from './stable';

/** The slope of the leaky ReLU below 0, as in normflows. */
export const leakiness = 0.2;

/**
 * y = v + û·h(wᵀv + b) with the leaky ReLU h(a) = max(a, a/5). det is 1 + κ above the hyperplane and 1 + κ/5 on and below it, so the
 * inverse is a division on either side.
 */
export class LeakyPlanar extends PlanarMap {
  readonly detAbove = this.slack;
  readonly detBelow = 1 - leakiness + leakiness * this.slack;
  readonly margin = Math.min(this.detAbove, this.detBelow);
  readonly folds = this.detAbove < 0 && this.detBelow > 0;
  private readonly logDetBelow = logOf(this.detBelow, leakiness * this.kappa);

  protected height(a: number): number {
    return a > 0 ? a : leakiness * a;
  }

  protected slope(a: number): number {
    return a > 0 ? 1 : leakiness;
  }

  /** As h(a) = s·a with the slope s on either side, v + û·h = det·v + û·s·b. */
  protected onLine(v: number, a: number): number {
    return (a > 0 ? this.detAbove : this.detBelow) * v + this.uHat[0] * this.slope(a) * this.b;
  }

  protected determinant(a: number, _: number, p: number, into: LayerImage): void {
    into.det[p] = Number.isNaN(a) ? NaN : a > 0 ? this.detAbove : this.detBelow;
    into.logDet[p] = Number.isNaN(a) ? NaN : a > 0 ? this.logSlack : this.logDetBelow;
  }

  /**
   * a + κ·h(a) = c has the solution c/detAbove where that is above 0, and c/detBelow where that is at most 0. With −5 < κ < −1 both are
   * there for c < 0, neither for c > 0: the layer folds all of space onto one side. Of two, the one below is given, where det > 0; with
   * none, y is taken along û to the hyperplane, h(a) = c/κ. A side whose det is 0 is pressed flat onto c = 0.
   */
  protected solve(c: number): Activation {
    const { detAbove, detBelow } = this;
    if (c === 0) return { root: 0, iterations: 0, solutions: detAbove === 0 || detBelow === 0 ? 'several' : 'one' };
    const above = c / detAbove;
    const below = c / detBelow;
    const [isAbove, isBelow] = [detAbove !== 0 && above > 0, detBelow !== 0 && below < 0];
    if (!isAbove && !isBelow) return { root: c / (leakiness * this.kappa), iterations: 0, solutions: 'none' };
    return { root: isBelow ? below : above, iterations: 0, solutions: isAbove && isBelow ? 'several' : 'one' };
  }

  protected solutions(c: number): number[] {
    const [below, above] = [c / this.detBelow, c / this.detAbove];
    if (c === 0) return [0];
    return [...(below < 0 ? [below] : []), ...(above > 0 ? [above] : [])].filter(Number.isFinite);
  }

  fraction(tau: number): LeakyPlanar {
    return new LeakyPlanar(this.type, this.dim, true, this.pushing(tau));
  }

  overlay(): Overlay {
    const { b, detBelow, detAbove } = this;
    return { kind: 'half-spaces', w: Array.from(this.w), b, uHat: Array.from(this.uHat), detBelow, detAbove };
  }
}
