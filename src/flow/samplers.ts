/** Targets given by samples, on the plane: what forward KL trains towards when no data file is named. */

import type { RandomStream } from './random';

/** A distribution on the plane that can be drawn from. */
export interface Sampler {
  readonly name: string;
  readonly describe: string;
  /** H(π) = −E[log π], in nats: the least negative log-likelihood that a flow can reach. */
  readonly entropy: number;
  /** How the entropy is known. */
  readonly entropyFrom: string;
  /** count × 2 independent draws. */
  sample(count: number, random: RandomStream): Float64Array;
}

const quadrature = 'quadrature over the plane';

/** `draw` writes a point's two numbers to `all[at]` and `all[at + 1]`. */
function points(count: number, draw: (all: Float64Array, at: number) => void): Float64Array {
  const all = new Float64Array(2 * count);
  for (let at = 0; at < all.length; at += 2) draw(all, at);
  return all;
}

const twoMoons: Sampler = {
  name: 'two-moons',
  describe: 'Two interleaved half circles of radius 1, with normal noise of σ = 0.1.',
  entropy: 1.0075848349,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, (all, at) => {
      const lower = random.uniform() < 0.5;
      const angle = Math.PI * random.uniform();
      const x = lower ? 1 - Math.cos(angle) : Math.cos(angle);
      const y = lower ? 0.5 - Math.sin(angle) : Math.sin(angle);
      all[at] = x + 0.1 * random.normal();
      all[at + 1] = y + 0.1 * random.normal();
    }),
};

const eightGaussians: Sampler = {
  name: 'eight-gaussians',
  describe: 'Eight normal blobs of σ = 0.5/√2, evenly on a circle of radius 4/√2.',
  entropy: 2.8315783605,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, (all, at) => {
      const angle = (random.index(8) * Math.PI) / 4;
      const x = 4 * Math.cos(angle) + 0.5 * random.normal();
      const y = 4 * Math.sin(angle) + 0.5 * random.normal();
      all[at] = x / Math.SQRT2;
      all[at + 1] = y / Math.SQRT2;
    }),
};

const rings: Sampler = {
  name: 'rings',
  describe: 'Four circles of radii 0.75, 1.5, 2.25 and 3 around 0, with normal noise of σ = 0.08.',
  entropy: 2.6231827703,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, (all, at) => {
      const radius = 0.75 * (1 + random.index(4));
      const angle = 2 * Math.PI * random.uniform();
      all[at] = radius * Math.cos(angle) + 0.08 * random.normal();
      all[at + 1] = radius * Math.sin(angle) + 0.08 * random.normal();
    }),
};

const checkerboard: Sampler = {
  name: 'checkerboard',
  describe: 'Uniform on every other square of a 4 × 4 board over [−4, 4]².',
  entropy: Math.log(32),
  entropyFrom: 'closed form: uniform on an area of 32',
  sample: (count, random) =>
    points(count, (all, at) => {
      const column = random.index(4);
      const row = 2 * random.index(2) + (column % 2);
      all[at] = 2 * (column + random.uniform()) - 4;
      all[at + 1] = 2 * (row + random.uniform()) - 4;
    }),
};

const circles: Sampler = {
  name: 'circles',
  describe: 'Two circles of radii 1 and 2 around 0, with normal noise of σ = 0.1.',
  entropy: 1.9923707971,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, (all, at) => {
      const radius = 1 + random.index(2);
      const angle = 2 * Math.PI * random.uniform();
      all[at] = radius * Math.cos(angle) + 0.1 * random.normal();
      all[at + 1] = radius * Math.sin(angle) + 0.1 * random.normal();
    }),
};

/** After Johnson et al. 2016 (arXiv 1603.06277), with their five arms twice as long. */
const pinwheel: Sampler = {
  name: 'pinwheel',
  describe: 'Five arms that turn by ¼·eʳ along their length r ∼ N(1, 0.3²), with σ = 0.1 across, twice as large.',
  entropy: 2.317788,
  entropyFrom: `${quadrature}, to 2e-6`,
  sample: (count, random) =>
    points(count, (all, at) => {
      const along = 1 + 0.3 * random.normal();
      const across = 0.1 * random.normal();
      const angle = (2 * Math.PI * random.index(5)) / 5 + 0.25 * Math.exp(along);
      const c = 2 * Math.cos(angle);
      const s = 2 * Math.sin(angle);
      all[at] = c * along - s * across;
      all[at + 1] = s * along + c * across;
    }),
};

const twoSpirals: Sampler = {
  name: 'two-spirals',
  describe: 'Two spirals of one and a half turns out to radius π, evenly by area, with normal noise of σ = 0.1.',
  entropy: 2.5406178943,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, (all, at) => {
      const arm = random.uniform() < 0.5 ? 1 : -1;
      const angle = 3 * Math.PI * Math.sqrt(random.uniform());
      const radius = (arm * angle) / 3;
      all[at] = -radius * Math.cos(angle) + 0.1 * random.normal();
      all[at + 1] = radius * Math.sin(angle) + 0.1 * random.normal();
    }),
};

const swissRoll: Sampler = {
  name: 'swiss-roll',
  describe: 'One spiral from angle 1.5π to 4.5π, its radius a fifth of the angle, with normal noise of σ = 0.1.',
  entropy: 1.968089987,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, (all, at) => {
      const angle = 1.5 * Math.PI * (1 + 2 * random.uniform());
      all[at] = (angle * Math.cos(angle)) / 5 + 0.1 * random.normal();
      all[at + 1] = (angle * Math.sin(angle)) / 5 + 0.1 * random.normal();
    }),
};

/** Every sampler, by name. */
export const samplers: ReadonlyMap<string, Sampler> = new Map(
  [twoMoons, eightGaussians, rings, checkerboard, circles, pinwheel, twoSpirals, swissRoll].map((sampler) => [sampler.name, sampler]),
);
