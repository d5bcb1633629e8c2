import assert from 'node:assert/strict';
import { RandomStream } from '../../../src/flow/random';
import { samplers } from '../../../src/flow/samplers';
import { energies } from '../../../src/flow/targets';

function get<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  assert.ok(value !== undefined, name);
  return value;
}

/** Trapezoidal rule over [−a, a] × [−b, b]. */
function integrate(f: (x: number, y: number) => number, a: number, b: number, step: number): number {
  let sum = 0;
  for (let x = -a; x <= a + step / 2; x += step) for (let y = -b; y <= b + step / 2; y += step) sum += f(x, y);
  return sum * step * step;
}

describe('the energies on the plane', () => {
  // By hand, from table 1 of Rezende & Mohamed: w₁(1) = sin(π/2) = 1, w₂(1) = 3, w₃(1) = 3/2, w₁(2) = 0. The other mode of U1 adds less than 1e-11.
  const byHand: [name: string, x: [number, number], u: number][] = [
    ['U1', [0, 2], 0.5 * (2 / 0.6) ** 2 - Math.LN2],
    ['U1', [2.4, 0], 0.5 + 0.5 * (0.4 / 0.6) ** 2],
    ['U2', [1, 0], 0.5 * (1 / 0.4) ** 2],
    ['U2', [2, 0], 0],
    ['U3', [1, 0], -Math.log(Math.exp(-0.5 * (1 / 0.35) ** 2) + Math.exp(-0.5 * (2 / 0.35) ** 2))],
    ['U4', [1, 0], -Math.log(Math.exp(-0.5 * (1 / 0.4) ** 2) + Math.exp(-0.5 * (0.5 / 0.35) ** 2))],
    // Two widths beyond the envelope's edge: ½·(0.2/0.1)² on top. w₁(4.2) = sin(2.1π) = sin(0.1π).
    ['U2', [4.2, Math.sin(0.1 * Math.PI)], 2],
  ];
  for (const [name, [x1, x2], u] of byHand) {
    it(`${name}(${x1}, ${x2.toFixed(3)}) = ${u.toFixed(6)}`, () => {
      assert.ok(Math.abs(get(energies, name).evaluate([x1, x2], 0, new Float64Array(2)) - u) < 1e-11);
    });
  }

  for (const energy of [...energies.values()].filter(({ dim }) => dim === 2)) {
    it(`${energy.name} has the log Z that it states`, () => {
      const scratch = new Float64Array(2);
      const z = integrate((x, y) => Math.exp(-energy.evaluate([x, y], 0, scratch)), 6, 8, 0.02);
      assert.ok(Math.abs(Math.log(z) - energy.logZ) < 1e-6, `log Z = ${Math.log(z)}, stated ${energy.logZ}`);
    });

    it(`${energy.name} has the gradient of its value, far out too`, () => {
      const random = new RandomStream(2, 2);
      const gradient = new Float64Array(2);
      const scratch = new Float64Array(2);
      const u = (x1: number, x2: number): number => energy.evaluate([x1, x2], 0, scratch);
      for (let i = 0; i < 300; i++) {
        const scale = i % 3 === 0 ? 40 : 3;
        const x1 = scale * random.normal();
        const x2 = scale * random.normal();
        const value = energy.evaluate([x1, x2], 0, gradient);
        const h = 1e-5;
        const differences = [(u(x1 + h, x2) - u(x1 - h, x2)) / (2 * h), (u(x1, x2 + h) - u(x1, x2 - h)) / (2 * h)];
        assert.ok(Number.isFinite(value));
        // Rounding of u in the difference: ε·u/h.
        const tolerance = 1e-5 * (1 + Math.hypot(...differences)) + (4e-16 * Math.abs(value)) / h;
        differences.forEach((d, j) =>
          assert.ok(Math.abs(gradient[j] - d) < tolerance, `∂${j + 1} at (${x1}, ${x2}): ${gradient[j]}, ${d}`),
        );
      }
    });
  }

  it('U1 has a gradient at its kink in the middle', () => {
    const gradient = new Float64Array(2).fill(NaN);
    assert.ok(Number.isFinite(get(energies, 'U1').evaluate([0, 0], 0, gradient)));
    assert.deepEqual(Array.from(gradient), [0, 0]);
  });
});

describe('Müller–Brown', () => {
  // The published minima (Müller & Brown 1979, table 1): energies −146.70, −108.17 and −80.77, here divided by 15.
  const minima: [x: number, y: number, u: number][] = [
    [-0.558, 1.442, -146.7],
    [0.623, 0.028, -108.17],
    [-0.05, 0.467, -80.77],
  ];
  for (const [x, y, u] of minima) {
    it(`has the minimum at (${x}, ${y})`, () => {
      const gradient = new Float64Array(2);
      assert.ok(Math.abs(15 * get(energies, 'mueller-brown').evaluate([x, y], 0, gradient) - u) < 0.01);
      assert.ok(Math.hypot(...gradient) < 0.1, `gradient ${gradient.join(', ')}`);
    });
  }
});

describe('the energies on the line', () => {
  for (const energy of [...energies.values()].filter(({ dim }) => dim === 1)) {
    const scratch = new Float64Array(1);
    const u = (x: number): number => energy.evaluate([NaN, x], 1, scratch);

    it(`${energy.name} has the log Z that it states`, () => {
      let z = 0;
      for (let x = -10; x < 10; x += 0.001) z += Math.exp(-u(x)) * 0.001;
      assert.ok(Math.abs(Math.log(z) - energy.logZ) < 1e-9, `log Z = ${Math.log(z)}`);
    });

    it(`${energy.name} has the gradient of its value`, () => {
      for (let x = -6; x <= 6; x += 0.37) {
        const gradient = new Float64Array(1);
        energy.evaluate([x], 0, gradient);
        const difference = (u(x + 1e-5) - u(x - 1e-5)) / 2e-5;
        assert.ok(Math.abs(gradient[0] - difference) < 1e-7 * (1 + Math.abs(difference)), `at ${x}: ${gradient[0]}, ${difference}`);
      }
    });
  }

  it('by hand: the barrier of the double well, and the density of the two modes', () => {
    const at = (name: string, x: number): number => get(energies, name).evaluate([x], 0, new Float64Array(1));
    assert.equal(at('double-well', 0), 2);
    assert.equal(at('double-well', -2), 0);
    const density = ((0.3 * Math.exp(-0.5)) / 0.5 + (0.7 * Math.exp(-0.5 * (3 / 0.8) ** 2)) / 0.8) / Math.sqrt(2 * Math.PI);
    assert.ok(Math.abs(at('two-modes', -1.5) + Math.log(density)) < 1e-14);
  });
});

/** Densities of the samplers, from their definitions; arcs and circles as sums over evenly spaced angles. */
const normal = (dx: number, dy: number, sigma: number): number =>
  Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)) / (2 * Math.PI * sigma * sigma);
const average = (n: number, f: (share: number) => number): number =>
  Array.from({ length: n }, (_, i) => f((i + 0.5) / n)).reduce((sum, value) => sum + value, 0) / n;

const densities: Record<string, (x: number, y: number) => number> = {
  'two-moons': (x, y) =>
    average(400, (share) => {
      const c = Math.cos(Math.PI * share);
      const s = Math.sin(Math.PI * share);
      return (normal(x - c, y - s, 0.1) + normal(x - (1 - c), y - (0.5 - s), 0.1)) / 2;
    }),
  'eight-gaussians': (x, y) =>
    average(8, (share) => {
      const angle = 2 * Math.PI * share - Math.PI / 8;
      return normal(x - Math.SQRT2 * 2 * Math.cos(angle), y - Math.SQRT2 * 2 * Math.sin(angle), 0.5 / Math.SQRT2);
    }),
  rings: (x, y) =>
    average(800, (share) => {
      const radius = 0.75 * (1 + (Math.floor(share * 800) % 4));
      return normal(x - radius * Math.cos(2 * Math.PI * share), y - radius * Math.sin(2 * Math.PI * share), 0.08);
    }),
  circles: (x, y) =>
    average(800, (share) => {
      const radius = 1 + (Math.floor(share * 800) % 2);
      return normal(x - radius * Math.cos(2 * Math.PI * share), y - radius * Math.sin(2 * Math.PI * share), 0.1);
    }),
  'two-spirals': (x, y) =>
    average(4000, (share) => {
      const t = 3 * Math.PI * Math.sqrt(share);
      const [dx, dy] = [(-t * Math.cos(t)) / 3, (t * Math.sin(t)) / 3];
      return (normal(x - dx, y - dy, 0.1) + normal(x + dx, y + dy, 0.1)) / 2;
    }),
  'swiss-roll': (x, y) =>
    average(2000, (share) => {
      const t = Math.PI * (1.5 + 3 * share);
      return normal(x - (t * Math.cos(t)) / 5, y - (t * Math.sin(t)) / 5, 0.1);
    }),
  // Before it was turned, a point at this distance had some angle ψ to its arm with ψ + ¼·exp(ρ·cos ψ) + 2πk/5 equal to its own angle.
  pinwheel: (x, y) => {
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
  },
  checkerboard: (x, y) =>
    Math.abs(x) < 4 && Math.abs(y) < 4 && (Math.floor((x + 4) / 2) + Math.floor((y + 4) / 2)) % 2 === 0 ? 1 / 32 : 0,
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
    it(`${sampler.name}: −log π averages to the stated entropy over its samples`, () => {
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
