/** The samplers against their definitions: densities, entropies and moments that the code does not know of. */

import assert from 'node:assert/strict';
import { RandomStream } from '../../../src/flow/random';
import { samplers } from '../../../src/flow/samplers';

type Point = readonly [x: number, y: number];

/** A mixture of round normals of one σ, with their centres and weights. */
interface Bells {
  readonly sigma: number;
  readonly centres: readonly { readonly at: Point; readonly weight: number }[];
}

/** Gauss–Legendre nodes and weights on [0, 1], by Newton's method on the polynomial of degree n. */
function gaussLegendre(n: number): [node: number, weight: number][] {
  return Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 10; step++) {
      let [value, before] = [1, 0];
      for (let k = 1; k <= n; k++) [value, before] = [((2 * k - 1) * x * value - (k - 1) * before) / k, value];
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    return [(1 - x) / 2, 1 / ((1 - x * x) * slope * slope)];
  });
}

/** Normals of σ along curves s ↦ (x, y), 0 ≤ s ≤ 1, each curve as likely as the others and each s as likely as `likely` says. */
function along(sigma: number, pieces: number, curves: readonly ((s: number) => Point)[], likely: (s: number) => number = () => 1): Bells {
  const nodes = gaussLegendre(8);
  const places = Array.from({ length: pieces }, (_, k) => nodes.map(([node, weight]) => [(k + node) / pieces, weight / pieces])).flat();
  return {
    sigma,
    centres: curves.flatMap((curve) => places.map(([s, weight]) => ({ at: curve(s), weight: (likely(s) * weight) / curves.length }))),
  };
}

const circle =
  (radius: number) =>
  (s: number): Point => [radius * Math.cos(2 * Math.PI * s), radius * Math.sin(2 * Math.PI * s)];
const moon = (s: number): Point => [Math.cos(Math.PI * s), Math.sin(Math.PI * s)];
/** Evenly by area: the share of the arm up to the angle 3πs is s². */
const spiral =
  (arm: number) =>
  (s: number): Point => [-arm * Math.PI * s * Math.cos(3 * Math.PI * s), arm * Math.PI * s * Math.sin(3 * Math.PI * s)];
const roll = (s: number): Point => {
  const angle = Math.PI * (1.5 + 3 * s);
  return [(angle * Math.cos(angle)) / 5, (angle * Math.sin(angle)) / 5];
};

const bells: Record<string, Bells> = {
  'two-moons': along(0.1, 24, [moon, (s) => [1 - moon(s)[0], 0.5 - moon(s)[1]]]),
  'eight-gaussians': {
    sigma: 0.5 / Math.SQRT2,
    centres: Array.from({ length: 8 }, (_, k) => ({ at: circle(4 / Math.SQRT2)(k / 8), weight: 1 / 8 })),
  },
  rings: along(0.08, 60, [0.75, 1.5, 2.25, 3].map(circle)),
  circles: along(0.1, 40, [circle(1), circle(2)]),
  'two-spirals': along(0.1, 80, [spiral(1), spiral(-1)], (s) => 2 * s),
  'swiss-roll': along(0.1, 80, [roll]),
};

const densityOf =
  ({ sigma, centres }: Bells) =>
  (x: number, y: number): number =>
    centres.reduce((sum, { at, weight }) => sum + weight * Math.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * sigma * sigma)), 0) /
    (2 * Math.PI * sigma * sigma);

/** −∫ p·log p over the plane by the trapezoidal rule in steps of 0.3σ, which is all but exact for what is smooth on the scale of σ. */
function entropyOf({ sigma, centres }: Bells): number {
  const step = 0.3 * sigma;
  const half = 32;
  const side = 2 * Math.ceil(6 / step);
  const density = new Float64Array(side * side);
  const bell = (place: number, first: number): number[] =>
    Array.from({ length: 2 * half }, (_, i) => Math.exp(-(((first + i - side / 2) * step - place) ** 2) / (2 * sigma * sigma)));
  for (const { at, weight } of centres) {
    const [row, column] = at.map((place) => Math.round(place / step) + side / 2 - half);
    const [down, across] = [bell(at[0], row), bell(at[1], column)];
    down.forEach((a, i) => across.forEach((b, j) => (density[(row + i) * side + column + j] += weight * a * b)));
  }
  const norm = 2 * Math.PI * sigma * sigma;
  return density.reduce((sum, value) => (value > 0 ? sum - (value / norm) * Math.log(value / norm) : sum), 0) * step * step;
}

// Before it was turned, a point at this distance had some angle ψ to its arm with ψ + ¼·exp(ρ·cos ψ) + 2πk/5 equal to its own angle.
function pinwheel(x: number, y: number): number {
  const rho = Math.hypot(x, y) / 2;
  const excess = (psi: number, k: number): number => {
    const turn = psi + 0.25 * Math.exp(rho * Math.cos(psi)) + (2 * Math.PI * k) / 5 - Math.atan2(y, x);
    return turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
  };
  let density = 0;
  for (let k = 0; k < 5; k++) {
    for (let i = 0; i < 600; i++) {
      let [low, high] = [i, i + 1].map((n) => Math.PI * (n / 300 - 1));
      const [before, after] = [excess(low, k), excess(high, k)];
      if (before > 0 === after > 0 || Math.abs(before - after) > 3) continue;
      for (let halving = 0; halving < 40; halving++) {
        const middle = (low + high) / 2;
        if (excess(middle, k) > 0 === before > 0) low = middle;
        else high = middle;
      }
      const [along, across] = [rho * Math.cos(low), rho * Math.sin(low)];
      const determinant = 4 * Math.abs(1 - 0.25 * Math.exp(along) * across);
      const bell = Math.exp(-((along - 1) ** 2) / 0.18 - across ** 2 / 0.02) / (2 * Math.PI * 0.3 * 0.1);
      density += bell / determinant / 5;
    }
  }
  return density;
}

/** E[−log p] over what a point of the pinwheel is made from, along ∼ N(1, 0.3²) and across ∼ N(0, 0.1²), in steps of half their σ. */
function pinwheelEntropy(): number {
  let entropy = 0;
  for (let i = -13; i <= 13; i++) {
    for (let j = -13; j <= 13; j++) {
      const [a, b] = [1 + 0.15 * i, 0.05 * j];
      const turn = 0.25 * Math.exp(a);
      const x = 2 * (a * Math.cos(turn) - b * Math.sin(turn));
      const y = 2 * (a * Math.sin(turn) + b * Math.cos(turn));
      entropy -= (Math.exp(-(i * i + j * j) / 8) / (8 * Math.PI)) * Math.log(pinwheel(x, y));
    }
  }
  return entropy;
}

const densities: Record<string, (x: number, y: number) => number> = {
  ...Object.fromEntries(Object.entries(bells).map(([name, each]) => [name, densityOf(each)])),
  pinwheel,
  checkerboard: (x, y) =>
    Math.abs(x) < 4 && Math.abs(y) < 4 && (Math.floor((x + 4) / 2) + Math.floor((y + 4) / 2)) % 2 === 0 ? 1 / 32 : 0,
};

const entropies: Record<string, () => number> = {
  ...Object.fromEntries(Object.entries(bells).map(([name, each]) => [name, () => entropyOf(each)])),
  pinwheel: pinwheelEntropy,
  // 1/32 on an area of 32.
  checkerboard: () => 5 * Math.LN2,
};

/** By hand: E x₁, E x₂, Var x₁, Cov, Var x₂. */
const moments: Record<string, number[]> = {
  'two-moons': [0.5, 0.25, 0.5 + 0.25 + 0.01, (0.5 - 4 / Math.PI) / 4, 0.5 - 4 / Math.PI ** 2 + (0.25 - 2 / Math.PI) ** 2 + 0.01],
  'eight-gaussians': [0, 0, 8 / 2 + 0.125, 0, 8 / 2 + 0.125],
  rings: [0, 0, (0.75 ** 2 * 30) / 8 + 0.0064, 0, (0.75 ** 2 * 30) / 8 + 0.0064],
  checkerboard: [0, 0, 16 / 3, 1, 16 / 3],
  circles: [0, 0, 5 / 4 + 0.01, 0, 5 / 4 + 0.01],
  pinwheel: [0, 0, 2 * (1 + 0.09 + 0.01), 0, 2 * (1 + 0.09 + 0.01)],
  'two-spirals': [0, 0, Math.PI ** 2 / 4 + 1 / 12 + 0.01, Math.PI / 6 - 1 / (36 * Math.PI), Math.PI ** 2 / 4 - 1 / 12 + 0.01],
  'swiss-roll': [
    0.4,
    2 / (15 * Math.PI),
    0.195 * Math.PI ** 2 - 0.16,
    0.06 * Math.PI - 0.8 / (15 * Math.PI),
    0.195 * Math.PI ** 2 + 0.02 - (2 / (15 * Math.PI)) ** 2,
  ],
};

describe('the samplers', () => {
  for (const sampler of samplers.values()) {
    it(`${sampler.name}: has the entropy that it states, by quadrature`, () => {
      const entropy = entropies[sampler.name]();
      // The pinwheel folds a little, where no quadrature is sharp.
      const digits = sampler.name === 'pinwheel' ? 2e-6 : 1e-9;
      assert.ok(Math.abs(entropy - sampler.entropy) < digits, `${entropy}, stated ${sampler.entropy}`);
    });

    it(`${sampler.name}: −log π over its samples averages to that entropy`, () => {
      const n = 1000;
      const points = sampler.sample(n, new RandomStream(4, 4));
      const density = densities[sampler.name];
      const costs = Array.from({ length: n }, (_, i) => -Math.log(density(points[2 * i], points[2 * i + 1])));
      const mean = costs.reduce((sum, cost) => sum + cost, 0) / n;
      const error = Math.sqrt(costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0)) / n;
      assert.ok(Math.abs(mean - sampler.entropy) < 5 * error + 1e-6, `${mean} ± ${error}, stated ${sampler.entropy}`);
    });

    it(`${sampler.name}: its samples have the mean and covariance of its definition`, () => {
      const n = 20_000;
      const points = sampler.sample(n, new RandomStream(5, 5));
      const mean = (of: (x: number, y: number) => number): number =>
        Array.from({ length: n }, (_, i) => of(points[2 * i], points[2 * i + 1])).reduce((sum, value) => sum + value, 0) / n;
      const x = mean((x1) => x1);
      const y = mean((_, x2) => x2);
      const found = [x, y, mean((x1) => (x1 - x) ** 2), mean((x1, x2) => (x1 - x) * (x2 - y)), mean((_, x2) => (x2 - y) ** 2)];
      const expected = moments[sampler.name];
      // Five standard errors of a variance v of something flatter than a normal: 5·v·√(2/n).
      const tolerance = 0.05 * Math.max(expected[2], Math.sqrt(expected[2]));
      found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < tolerance, `moment ${i}: ${value}, expected ${expected[i]}`));
    });
  }

  it('the same stream gives the same points, another one others', () => {
    for (const sampler of samplers.values()) {
      assert.deepEqual(sampler.sample(10, new RandomStream(1, 1)), sampler.sample(10, new RandomStream(1, 1)));
      assert.notDeepEqual(sampler.sample(10, new RandomStream(1, 1)), sampler.sample(10, new RandomStream(1, 2)));
    }
  });
});
