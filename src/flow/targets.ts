/**
 * Targets given by an energy u(x), π(x) = e^{−u(x)}/Z, on the line and on the plane: what reverse KL trains towards.
 *
 * U1–U4 are the test energies of Rezende & Mohamed 2015 (arXiv 1505.05770, table 1). As printed, U2–U4 do not normalise on the plane; they
 * are confined here by the envelope ½(max(0, |x₁| − 4)/0.1)².
 */

import { diagonalNormal, mixture } from './base';
import { logAddExp, sigmoid } from './stable';

/** u(x), with π(x) = e^{−u(x)}/Z. */
export interface Energy {
  readonly name: string;
  readonly describe: string;
  readonly dim: 1 | 2;
  /** log Z = log ∫ e^{−u(x)} dx. */
  readonly logZ: number;
  /** How log Z is known. */
  readonly logZFrom: string;
  /**
   * u of the d numbers of `x` that begin at `at`; its gradient is written to the first d places of `gradient`. Far out either may be infinite;
   * up to 1e300 neither is NaN.
   */
  evaluate(x: ArrayLike<number>, at: number, gradient: Float64Array): number;
}

interface PlaneEnergy extends Omit<Energy, 'dim' | 'evaluate'> {
  /** u at (x₁, x₂); its gradient is written into `gradient`. */
  evaluate(x1: number, x2: number, gradient: Float64Array): number;
}

const onPlane = (energy: PlaneEnergy): Energy => ({
  ...energy,
  dim: 2,
  evaluate: (x, at, gradient) => energy.evaluate(x[at], x[at + 1], gradient),
});

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
  const difference = ((d2 - d1) / 2) * (d2 + d1);
  const share1 = sigmoid(difference);
  const share2 = sigmoid(-difference);
  gradient[0] = share1 * d1 * slope1 + share2 * d2 * slope2;
  gradient[1] = (share1 * d1) / width1 + (share2 * d2) / width2;
  return -logAddExp(log1, log2);
}

const strip = 8 + 0.1 * Math.sqrt(2 * Math.PI);
const closedForm = 'closed form: a Gaussian in x₂ for every x₁, times the length of the strip with its envelope';

const u1: PlaneEnergy = {
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
    // logLeft − logRight = −8·x₁/(2·0.6²).
    const difference = -x1 / 0.09;
    gradient[0] = outward * x1 + (sigmoid(difference) * left + sigmoid(-difference) * right) / 0.6;
    gradient[1] = outward * x2;
    return (ring * ring) / 2 - logAddExp(logLeft, logRight);
  },
};

const u2: PlaneEnergy = {
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

const u3: PlaneEnergy = {
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

const u4: PlaneEnergy = {
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

/** The four terms Aₖ·exp(aₖΔx² + bₖΔxΔy + cₖΔy²) of the potential, each around its own point. */
const muellerBrownTerms = [
  { A: -200, a: -1, b: 0, c: -10, x: 1, y: 0 },
  { A: -100, a: -1, b: 0, c: -10, x: 0, y: 0.5 },
  { A: -170, a: -6.5, b: 11, c: -6.5, x: -0.5, y: 1.5 },
  { A: 15, a: 0.7, b: 0.6, c: 0.7, x: -1, y: 1 },
] as const;
const temperature = 15;
/** Where the last term's exponent is above this, u is above 1000: from there it grows on along its tangent, so that nothing overflows. */
const wall = 7;

const muellerBrown: PlaneEnergy = {
  name: 'mueller-brown',
  describe: 'The Müller–Brown potential of a reaction with three wells, divided by 15.',
  logZ: 7.3648656055,
  logZFrom: 'quadrature over the plane',
  /** Müller & Brown, Theoret. Chim. Acta 53, 75–93 (1979). */
  evaluate(x1, x2, gradient) {
    let energy = 0;
    gradient.fill(0, 0, 2);
    for (const { A, a, b, c, x, y } of muellerBrownTerms) {
      const [dx, dy] = [x1 - x, x2 - y];
      // aΔx² + bΔxΔy + cΔy², with the square completed: its terms have the same sign, and no difference of infinities comes up.
      const exponent = (a - (b * b) / (4 * c)) * dx * dx + c * (dy + (b * dx) / (2 * c)) ** 2;
      const slope = (A * Math.exp(Math.min(exponent, wall))) / temperature;
      energy += slope * (1 + Math.max(0, exponent - wall));
      gradient[0] += slope * (2 * a * dx + b * dy);
      gradient[1] += slope * (b * dx + 2 * c * dy);
    }
    return energy;
  },
};

const doubleWell: Energy = {
  name: 'double-well',
  describe: 'On the line: two wells at ±2, u = (x² − 4)²/8, with a barrier of 2 between them.',
  dim: 1,
  logZ: 1.0373854003,
  logZFrom: 'quadrature over the line',
  evaluate(x, at, gradient) {
    const excess = x[at] * x[at] - 4;
    gradient[0] = (x[at] * excess) / 2;
    return (excess * excess) / 8;
  },
};

const modes = mixture([0.3, 0.7], [diagonalNormal([-2], [0.5]), diagonalNormal([1.5], [0.8])]);
const twoModes: Energy = {
  name: 'two-modes',
  describe: 'On the line: 0.3·N(−2, 0.5²) + 0.7·N(1.5, 0.8²), normalised.',
  dim: 1,
  logZ: 0,
  logZFrom: 'closed form: a mixture of normalised densities',
  evaluate(x, at, gradient) {
    const log = modes.evaluate(x, at, gradient);
    gradient[0] = -gradient[0];
    return -log;
  },
};

/** Every energy, by name. */
export const energies: ReadonlyMap<string, Energy> = new Map(
  [...[u1, u2, u3, u4, muellerBrown].map(onPlane), doubleWell, twoModes].map((energy) => [energy.name, energy]),
);

/** The names of the energies in `dim` dimensions. */
export const energyNames = (dim: number): string[] => [...energies.values()].filter((energy) => energy.dim === dim).map(({ name }) => name);
