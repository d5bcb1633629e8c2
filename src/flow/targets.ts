/**
 * Targets given by an energy u(x), π(x) = e^{−u(x)}/Z, on the plane: what reverse KL trains towards.
 *
 * U1–U4 are the test energies of Rezende & Mohamed 2015 (arXiv 1505.05770, table 1). As printed, U2–U4 do not normalise on the plane; they
 * are confined here by the envelope ½(max(0, |x₁| − 4)/0.1)².
 */

import { logAddExp, sigmoid } from './stable';

export interface Energy {
  readonly name: string;
  readonly describe: string;
  /** log Z = log ∫ e^{−u(x)} dx. */
  readonly logZ: number;
  /** How log Z is known. */
  readonly logZFrom: string;
  /** u at (x₁, x₂); its gradient is written into `gradient`. */
  evaluate(x1: number, x2: number, gradient: Float64Array): number;
}

const wave = (x1: number): number => Math.sin((Math.PI / 2) * x1);
const waveSlope = (x1: number): number => (Math.PI / 2) * Math.cos((Math.PI / 2) * x1);

/** Adds ∂/∂x₁ of the envelope to `gradient` and returns its energy. */
function envelope(x1: number, gradient: Float64Array): number {
  const beyond = Math.max(0, Math.abs(x1) - 4) / 0.1;
  gradient[0] += (Math.sign(x1) * beyond) / 0.1;
  return (beyond * beyond) / 2;
}

/**
 * −ln(e^{−½d₁²} + e^{−½d₂²}) of two residuals dᵢ = (x₂ − centreᵢ(x₁))/widthᵢ, each given with its derivative by x₁: two ridges that follow
 * curves of x₁.
 */
function twoRidges(d1: number, slope1: number, width1: number, d2: number, slope2: number, width2: number, gradient: Float64Array): number {
  const log1 = (-d1 * d1) / 2;
  const log2 = (-d2 * d2) / 2;
  const share1 = sigmoid(log1 - log2);
  const share2 = sigmoid(log2 - log1);
  gradient[0] = share1 * d1 * slope1 + share2 * d2 * slope2;
  gradient[1] = (share1 * d1) / width1 + (share2 * d2) / width2;
  return -logAddExp(log1, log2);
}

const strip = 8 + 0.1 * Math.sqrt(2 * Math.PI);
const closedForm = 'closed form: a Gaussian in x₂ for every x₁, times the length of the strip with its envelope';

const u1: Energy = {
  name: 'U1',
  describe: 'Two modes on a ring of radius 2.',
  logZ: 1.8775016261,
  logZFrom: 'quadrature over the plane',
  evaluate(x1, x2, gradient) {
    const radius = Math.hypot(x1, x2);
    const ring = (radius - 2) / 0.4;
    const left = (x1 + 2) / 0.6;
    const right = (x1 - 2) / 0.6;
    const logLeft = (-left * left) / 2;
    const logRight = (-right * right) / 2;
    const outward = radius === 0 ? 0 : ring / 0.4 / radius;
    gradient[0] = outward * x1 + (sigmoid(logLeft - logRight) * left + sigmoid(logRight - logLeft) * right) / 0.6;
    gradient[1] = outward * x2;
    return (ring * ring) / 2 - logAddExp(logLeft, logRight);
  },
};

const u2: Energy = {
  name: 'U2',
  describe: 'One ridge along a sine wave, on |x₁| ≤ 4.',
  logZ: Math.log(strip * 0.4 * Math.sqrt(2 * Math.PI)),
  logZFrom: closedForm,
  evaluate(x1, x2, gradient) {
    const d = (x2 - wave(x1)) / 0.4;
    gradient[0] = (-d * waveSlope(x1)) / 0.4;
    gradient[1] = d / 0.4;
    return (d * d) / 2 + envelope(x1, gradient);
  },
};

const u3: Energy = {
  name: 'U3',
  describe: 'A sine wave that splits in two around x₁ = 1 and joins again, on |x₁| ≤ 4.',
  logZ: Math.log(strip * 0.7 * Math.sqrt(2 * Math.PI)),
  logZFrom: closedForm,
  evaluate(x1, x2, gradient) {
    const from1 = (x1 - 1) / 0.6;
    const bump = 3 * Math.exp((-from1 * from1) / 2);
    const bumpSlope = (-bump * from1) / 0.6;
    const d = (x2 - wave(x1)) / 0.35;
    const slope = -waveSlope(x1) / 0.35;
    const energy = twoRidges(d, slope, 0.35, d + bump / 0.35, slope + bumpSlope / 0.35, 0.35, gradient);
    return energy + envelope(x1, gradient);
  },
};

const u4: Energy = {
  name: 'U4',
  describe: 'A sine wave that forks in two for x₁ > 1, on |x₁| ≤ 4.',
  logZ: Math.log(strip * 0.75 * Math.sqrt(2 * Math.PI)),
  logZFrom: closedForm,
  evaluate(x1, x2, gradient) {
    const share = sigmoid((x1 - 1) / 0.3);
    const step = 3 * share;
    const stepSlope = (step * (1 - share)) / 0.3;
    const d = x2 - wave(x1);
    const slope = -waveSlope(x1);
    const energy = twoRidges(d / 0.4, slope / 0.4, 0.4, (d + step) / 0.35, (slope + stepSlope) / 0.35, 0.35, gradient);
    return energy + envelope(x1, gradient);
  },
};

/** Every energy, by name. */
export const energies: ReadonlyMap<string, Energy> = new Map([u1, u2, u3, u4].map((energy) => [energy.name, energy]));
