import { rounded, roundedDot } from './float32';
import {
  noHandle,
  perCoordinate,
  requireBelowOne,
  single,
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
import { inverseSoftplus, logAddExp, logOf, logSoftplus, norm, sigmoid, softplus } from './stable';

/** Nobody drags a reach below this, unless it was. */
const leastReach = 1e-3;

/** What a layer with the values alpha and beta does at the distance r from its centre. */
class RadialStretch {
  /** α, and s = α + β̂: above 0, if only by the least number that there is. */
  readonly alpha: number;
  readonly slack: number;
  readonly betaHat: number;
  private readonly logAlpha: number;
  private readonly logSlack: number;

  constructor(alpha: number, beta: number) {
    this.alpha = Math.max(softplus(alpha), Number.MIN_VALUE);
    this.slack = Math.max(softplus(beta), Number.MIN_VALUE);
    this.betaHat = this.slack - this.alpha;
    this.logAlpha = logSoftplus(alpha);
    this.logSlack = logSoftplus(beta);
  }

  /** The factors of lengths across a ray, 1 + β̂/(α + r), and along it, 1 + αβ̂/(α + r)². */
  factors(r: number): { across: number; along: number } {
    const reach = this.alpha + r;
    const near = this.alpha / reach;
    const far = r / reach;
    return { across: far + this.slack / reach, along: far * far + 2 * far * near + (near * this.slack) / reach };
  }

  /** The logarithms of these factors: added up from those of their terms where a factor itself leaves float64. */
  logFactors(r: number, { across, along }: { across: number; along: number }): { logAcross: number; logAlong: number } {
    const stretch = this.betaHat / (this.alpha + r);
    if (across > 1e-290 && along > 1e-290 && across < 1e290 && along < 1e290) {
      return { logAcross: logOf(across, stretch), logAlong: logOf(along, (stretch * this.alpha) / (this.alpha + r)) };
    }
    const logFar = Math.log(r);
    const logReach = logAddExp(this.logAlpha, logFar);
    const logNear = this.logAlpha - logReach;
    const logSlack = this.logSlack - logReach;
    return {
      logAcross: logAddExp(logFar - logReach, logSlack),
      logAlong: logAddExp(logFar - logReach + logAddExp(logFar - logReach, Math.LN2 + logNear), logNear + logSlack),
    };
  }
}

/**
 * y = v + β̂·(v − v₀)/(α + r), r = ‖v − v₀‖, with values [centre v₀ (d), alpha, beta], α = softplus(alpha) and β̂ = softplus(beta) − α.
 *
 * With s = α + β̂ = softplus(beta) > 0, q = α/(α + r) and p = r/(α + r), lengths across a ray are multiplied by p + s/(α + r) and lengths
 * along it by p² + 2pq + q·s/(α + r): sums of positive terms, so nothing cancels.
 */
class RadialLayer implements Layer {
  readonly margin: number;
  readonly folds = false;
  private readonly centre: Float64Array;
  private readonly stretch: RadialStretch;
  private readonly ray: Float64Array;

  constructor(
    readonly type: LayerType,
    readonly dim: number,
    private readonly values: Float64Array,
  ) {
    this.centre = values.subarray(0, dim);
    this.ray = new Float64Array(dim);
    this.stretch = new RadialStretch(values[dim], values[dim + 1]);
    this.margin = Math.min(1, (this.stretch.slack / this.stretch.alpha) ** dim);
  }

  forward(v: Float64Array, into: LayerImage): void {
    const { dim, centre } = this;
    const { alpha, betaHat } = this.stretch;
    for (let p = 0, at = 0; at < v.length; p++, at += dim) {
      const r = this.distance(v, at);
      const factors = this.stretch.factors(r);
      const { across, along } = factors;
      const { logAcross, logAlong } = this.stretch.logFactors(r, factors);
      for (let i = 0; i < dim; i++) {
        const ray = v[at + i] - centre[i];
        into.points[at + i] = across > 0.5 ? v[at + i] + betaHat * (ray / (alpha + r)) : centre[i] + across * ray;
      }
      into.det[p] = across ** (dim - 1) * along;
      into.logDet[p] = (dim - 1) * logAcross + logAlong;
    }
  }

  /**
   * With γ = ‖y − v₀‖, r is the positive root of r² + (s − γ)·r − αγ = 0, taken in the form that does not cancel; then
   * v = v₀ + (α + r)/(s + r)·(y − v₀).
   */
  inverse(y: Float64Array, into: LayerImage, report?: InverseReport): void {
    const { dim, centre } = this;
    const { alpha, slack } = this.stretch;
    for (let at = 0; at < y.length; at += dim) {
      const gamma = this.distance(y, at);
      const linear = slack - gamma;
      const root = Math.hypot(linear, 2 * Math.sqrt(alpha) * Math.sqrt(gamma));
      const r = linear > 0 ? (alpha * 2 * gamma) / (root + linear) : (root - linear) / 2;
      const stretch = (alpha + r) / (slack + r);
      for (let i = 0; i < dim; i++) into.points[at + i] = centre[i] + stretch * (y[at + i] - centre[i]);
    }
    if (!report) return this.forward(into.points, { ...into, points: new Float64Array(y.length) });
    report.iterations.fill(0);
    judgeInverse(this, y, into, report);
  }

  /** The same centre and α, with τβ̂: s becomes (1 − τ)·α + τ·s. */
  fraction(tau: number): RadialLayer {
    const values = this.values.slice();
    values[this.dim + 1] = inverseSoftplus((1 - tau) * this.stretch.alpha + tau * this.stretch.slack);
    return new RadialLayer(this.type, this.dim, values);
  }

  preimages(y: Float64Array): Float64Array {
    return solePreimage(this, y);
  }

  /** across·I + (along − across)·r̂·r̂ᵀ with r̂ = (v − v₀)/r; at the centre the two are the same. */
  jacobian(v: Float64Array): Float64Array {
    const { dim } = this;
    const r = this.distance(v, 0);
    const { across, along } = this.stretch.factors(r);
    return Float64Array.from({ length: dim * dim }, (_, at) => {
      const [i, j] = [Math.floor(at / dim), at % dim];
      const beyond = r === 0 ? 0 : (along - across) * (this.ray[i] / r) * (this.ray[j] / r);
      return i === j ? across + beyond : beyond;
    });
  }

  /** Along the ray once, across it d − 1 times. */
  singularValues(v: Float64Array): Float64Array {
    const { across, along } = this.stretch.factors(this.distance(v, 0));
    return new Float64Array(this.dim)
      .fill(across)
      .fill(along, 0, 1)
      .sort((a, b) => b - a);
  }

  /** For β̂ < 0 det grows with r, from (s/α)^d at the centre to 1: the radius where it passes ε is found by bisection. */
  overlay(epsilon: number): Overlay {
    requireBelowOne(epsilon);
    const { centre, dim } = this;
    const { alpha, betaHat } = this.stretch;
    const det = (r: number): number => {
      const { across, along } = this.stretch.factors(r);
      return across ** (dim - 1) * along;
    };
    let [danger, beyond] = [0, this.margin < epsilon ? alpha : 0];
    while (det(beyond) < epsilon) [danger, beyond] = [beyond, 2 * beyond];
    for (let middle = (danger + beyond) / 2; middle > danger && middle < beyond; middle = (danger + beyond) / 2) {
      if (det(middle) < epsilon) danger = middle;
      else beyond = middle;
    }
    return { kind: 'centre', centre: Array.from(centre), reach: alpha, push: betaHat / alpha, danger };
  }

  /** The centre v₀, and a point at the distance α from it. */
  handles(axis = 0): Handle[] {
    const centre = Array.from(this.centre);
    const rim = centre.map((value, i) => (i === axis ? value + this.stretch.alpha : value));
    return [
      { name: 'centre', kind: 'point', at: centre },
      { name: 'alpha', kind: 'tip', at: rim, from: centre },
    ];
  }

  /** The reach takes α + β̂ with it, so that the layer does the same on another scale: the relative push β̂/α stays. */
  drag(handle: string, to: readonly number[]): Float64Array {
    const { dim } = this;
    const { alpha, slack } = this.stretch;
    const values = this.values.slice();
    if (handle === 'centre') values.set(to);
    else if (handle === 'alpha') {
      const reach = Math.max(this.distance(Float64Array.from(to), 0), Math.min(leastReach, alpha));
      values[dim] = inverseSoftplus(reach);
      values[dim + 1] = inverseSoftplus(slack * (reach / alpha));
    } else throw noHandle(this, handle);
    return values;
  }

  private distance(v: Float64Array, at: number): number {
    for (let i = 0; i < this.dim; i++) this.ray[i] = v[at + i] - this.centre[i];
    return norm(this.ray, 0, this.dim);
  }
}

/** ln(e − 1): softplus of it is 1. */
const one = Math.log(Math.E - 1);

/** What training runs: values [centre (d), alpha, beta]. */
const radialKernel: CreateKernel = (dim, _, values) => {
  const centre = values.subarray(0, dim);
  const stretch = new RadialStretch(values[dim], values[dim + 1]);
  const { alpha, betaHat } = stretch;
  const ray = new Float64Array(dim);

  /** r, h = 1/(α + r), and the factors across the ray and along it. */
  const factors = (v: Float64Array, at: number): { r: number; h: number; across: number; along: number } => {
    for (let i = 0; i < dim; i++) ray[i] = v[at + i] - centre[i];
    const r = norm(ray, 0, dim);
    return { r, h: 1 / (alpha + r), ...stretch.factors(r) };
  };

  return {
    forward(v, y, logDet) {
      for (let p = 0, at = 0; p < logDet.length; p++, at += dim) {
        const { r, across, along } = factors(v, at);
        const { logAcross, logAlong } = stretch.logFactors(r, { across, along });
        for (let i = 0; i < dim; i++) y[at + i] = v[at + i] + betaHat * (ray[i] / (alpha + r));
        logDet[p] += (dim - 1) * logAcross + logAlong;
      }
    },

    /** J is symmetric: it multiplies by `along` on the ray r̂ and by `across` perpendicular to it; log det depends on r alone. */
    carryScore(v, score) {
      for (let at = 0; at < v.length; at += dim) {
        const { r, h, across, along } = factors(v, at);
        const outwards = r === 0 ? 0 : -betaHat * h * h * ((dim - 1) / across + (2 * alpha * h) / along);
        let onRay = 0;
        for (let i = 0; i < dim; i++) onRay += r === 0 ? 0 : (score[at + i] * (v[at + i] - centre[i])) / r;
        const change = (onRay - outwards) / along - onRay / across;
        for (let i = 0; i < dim; i++) score[at + i] = score[at + i] / across + (r === 0 ? 0 : (change * (v[at + i] - centre[i])) / r);
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

const radialFloat32: CreateFloat32Map = (dim, _, values) => {
  const centre = values.subarray(0, dim);
  const alpha = rounded(softplus(values[dim]));
  const betaHat = rounded(rounded(softplus(values[dim + 1])) - alpha);
  return (v, y) => {
    const ray = v.map((value, i) => value - centre[i]);
    const r = rounded(Math.sqrt(roundedDot(ray, ray)));
    const h = rounded(1 / rounded(alpha + r));
    const stretch = rounded(betaHat * h);
    for (let i = 0; i < dim; i++) y[i] = v[i] + rounded(stretch * ray[i]);
    const across = rounded(1 + stretch);
    const along = rounded(1 + rounded(rounded(alpha * stretch) * h));
    const det = rounded(rounded(across ** (dim - 1)) * along);
    return [det, rounded(rounded((dim - 1) * rounded(Math.log(across))) + rounded(Math.log(along)))];
  };
};

/** Rezende & Mohamed 2015 (arXiv 1505.05770), eq. 13–14 and appendix A.2, with α = softplus(alpha), as in Pyro. */
export const radial: LayerType = {
  name: 'radial',
  formula: 'y = v + β̂·(v − v₀)/(α + r), r = ‖v − v₀‖, det = (1 + β̂/(α + r))^(d−1)·(1 + αβ̂/(α + r)²)',
  source: 'Rezende & Mohamed 2015, arXiv 1505.05770, section 4.1 and appendix A.2',
  marginIs: 'exact',
  closedFormInverse: () => true,
  parameters: [
    { name: 'centre', shape: perCoordinate, meaning: 'v₀, the point around which space is drawn together or spread.' },
    { name: 'alpha', shape: single, meaning: 'How far the push reaches: α = softplus(alpha) is the distance at which it has halved.' },
    { name: 'beta', shape: single, meaning: 'How strong the push is: β̂ = softplus(beta) − α, outwards where it is positive.' },
  ],
  options: [],
  /** Somewhere in the middle of the base, reaching as far as the base does, and nearly the identity. */
  initialise(dim, _, random) {
    const values = new Float64Array(dim + 2);
    for (let i = 0; i < dim; i++) values[i] = 0.5 * random.normal();
    values[dim] = one;
    values[dim + 1] = one + 0.1 * random.normal();
    return values;
  },
  create: (dim, _, values) => new RadialLayer(radial, dim, values),
  kernel: radialKernel,
  float32: radialFloat32,
};
