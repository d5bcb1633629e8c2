/** Targets given by samples, on the plane: what forward KL trains towards when no data file is named. */

import type { RandomStream } from './random';

export interface Sampler {
  readonly name: string;
  readonly describe: string;
  /** H(π) = −E[log π], in nats: the least negative log-likelihood that a flow can reach. */
  readonly entropy: number;
  readonly entropyFrom: string;
  /** count × 2 independent draws. */
  sample(count: number, random: RandomStream): Float64Array;
}

const quadrature = 'quadrature over the plane';

function points(count: number, draw: () => readonly [number, number]): Float64Array {
  const all = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) all.set(draw(), 2 * i);
  return all;
}

const twoMoons: Sampler = {
  name: 'two-moons',
  describe: 'Two interleaved half circles of radius 1, with normal noise of σ = 0.1.',
  entropy: 1.0075848348,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, () => {
      const lower = random.uniform() < 0.5;
      const angle = Math.PI * random.uniform();
      const x = lower ? 1 - Math.cos(angle) : Math.cos(angle);
      const y = lower ? 0.5 - Math.sin(angle) : Math.sin(angle);
      return [x + 0.1 * random.normal(), y + 0.1 * random.normal()];
    }),
};

const eightGaussians: Sampler = {
  name: 'eight-gaussians',
  describe: 'Eight normal blobs of σ = 0.5/√2, evenly on a circle of radius 4/√2.',
  entropy: 2.8315783605,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, () => {
      const angle = (random.index(8) * Math.PI) / 4;
      const x = 4 * Math.cos(angle) + 0.5 * random.normal();
      const y = 4 * Math.sin(angle) + 0.5 * random.normal();
      return [x / Math.SQRT2, y / Math.SQRT2];
    }),
};

const rings: Sampler = {
  name: 'rings',
  describe: 'Four circles of radii 0.75, 1.5, 2.25 and 3 around 0, with normal noise of σ = 0.08.',
  entropy: 2.6231827703,
  entropyFrom: quadrature,
  sample: (count, random) =>
    points(count, () => {
      const radius = 0.75 * (1 + random.index(4));
      const angle = 2 * Math.PI * random.uniform();
      return [radius * Math.cos(angle) + 0.08 * random.normal(), radius * Math.sin(angle) + 0.08 * random.normal()];
    }),
};

const checkerboard: Sampler = {
  name: 'checkerboard',
  describe: 'Uniform on every other square of a 4 × 4 board over [−4, 4]².',
  entropy: Math.log(32),
  entropyFrom: 'closed form: uniform on an area of 32',
  sample: (count, random) =>
    points(count, () => {
      const column = random.index(4);
      const row = 2 * random.index(2) + (column % 2);
      return [2 * (column + random.uniform()) - 4, 2 * (row + random.uniform()) - 4];
    }),
};

/** Every sampler, by name. */
export const samplers: ReadonlyMap<string, Sampler> = new Map(
  [twoMoons, eightGaussians, rings, checkerboard].map((sampler) => [sampler.name, sampler]),
);
