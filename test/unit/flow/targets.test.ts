import assert from 'node:assert/strict';
import { RandomStream } from '../../../src/flow/random';
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

describe('every energy far out', () => {
  for (const energy of energies.values()) {
    it(`${energy.name} is high or infinite, and neither it nor its gradient is NaN`, () => {
      for (const size of [1e100, 1e154, 1e160, 1e200, 1e300]) {
        for (const [x1, x2] of [
          [1, 1],
          [1, -1],
          [-1, 0],
          [-0.7, 0.3],
          [0, 1],
        ]) {
          const gradient = new Float64Array(2);
          const point = energy.dim === 1 ? [x1 === 0 ? size : x1 * size] : [x1 * size, x2 * size];
          const u = energy.evaluate(point, 0, gradient);
          assert.ok(u > 1e100 && !gradient.some(Number.isNaN), `at ${point.join()}: u = ${u}, gradient ${gradient.join()}`);
        }
      }
    });
  }
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
