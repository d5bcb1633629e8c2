import assert from 'node:assert/strict';
import { baseFrom, diagonalNormal, fullNormal, mixture, standardNormal, uniform, type Base } from '../../../src/flow/base';
import { buildFlow, initialParameters } from '../../../src/flow/flow';
import { RandomStream } from '../../../src/flow/random';
import { planarLayers, specOf, towardsMoons } from './batches';

const log2Pi = Math.log(2 * Math.PI);

/** By hand: L = [[2, 0], [1, 0.5]], so the covariance is [[4, 2], [2, 1.25]], with determinant 1. */
const full = fullNormal(
  [1, -1],
  [
    [2, 0],
    [1, 0.5],
  ],
);
const bases: [name: string, base: Base, mean: number[], covariance: number[]][] = [
  ['standard normal', standardNormal(2), [0, 0], [1, 0, 1]],
  ['diagonal normal', diagonalNormal([3, 0], [0.5, 2]), [3, 0], [0.25, 0, 4]],
  ['full normal', full, [1, -1], [4, 2, 1.25]],
  // Between the components: ¼·¾·4² = 3 in the first coordinate.
  ['mixture', mixture([1, 3], [diagonalNormal([-3, 0], [1, 1]), diagonalNormal([1, 0], [0.5, 1])]), [0, 0], [3 + 0.25 + 0.75 * 0.25, 0, 1]],
  ['uniform', uniform([-1, 0], [3, 6]), [1, 3], [16 / 12, 0, 3]],
];

describe('the base distributions', () => {
  for (const [name, base, mean, covariance] of bases) {
    it(`${name}: samples have its mean and covariance`, () => {
      const n = 40_000;
      const points = base.sample(n, new RandomStream(3, 1));
      const average = (of: (x: number, y: number) => number): number =>
        Array.from({ length: n }, (_, i) => of(points[2 * i], points[2 * i + 1])).reduce((sum, value) => sum + value, 0) / n;
      const [x, y] = [average((a) => a), average((_, b) => b)];
      const found = [x, y, average((a) => (a - x) ** 2), average((a, b) => (a - x) * (b - y)), average((_, b) => (b - y) ** 2)];
      [...mean, ...covariance].forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 0.08, `moment ${i}: ${found[i]}, ${value}`));
    });

    it(`${name}: its density integrates to 1`, () => {
      const h = 0.05;
      const side = 500;
      const at = (i: number): number =>
        mean[i % 2] + h * ((i % 2 === 0 ? (i / 2) % side : Math.floor((i - 1) / 2 / side)) - side / 2 + 0.5);
      const logs = base.logDensity(Float64Array.from({ length: 2 * side * side }, (_, i) => at(i)));
      const total = logs.reduce((sum, log) => sum + Math.exp(log), 0) * h * h;
      assert.ok(Math.abs(total - 1) < 1e-6, `∫ p = ${total}`);
    });

    it(`${name}: has the gradient of its log density`, () => {
      const [gradient, scratch] = [new Float64Array(2), new Float64Array(2)];
      for (const [x, y] of [
        [0.3, 0.7],
        [2.1, 1.9],
        [-0.8, 0.2],
      ]) {
        base.evaluate([9, x, y], 1, gradient);
        const log = (a: number, b: number): number => base.evaluate([a, b], 0, scratch);
        const h = 1e-5;
        const differences = [(log(x + h, y) - log(x - h, y)) / (2 * h), (log(x, y + h) - log(x, y - h)) / (2 * h)];
        differences.forEach((value, i) => assert.ok(Math.abs(gradient[i] - value) < 1e-6, `∂${i + 1}: ${gradient[i]}, ${value}`));
      }
    });
  }

  it('log density by hand', () => {
    const at = (base: Base, z: number[]): number => base.evaluate(z, 0, new Float64Array(2));
    // L⁻¹(2, 2) = (1, 2): −½·5, and det L = 1.
    assert.ok(Math.abs(at(full, [3, 1]) - (-2.5 - log2Pi)) < 1e-15);
    assert.equal(at(uniform([0, 0], [2, 4]), [1, 1]), -Math.log(2) - Math.log(4));
    assert.equal(at(uniform([0, 0], [2, 4]), [2.5, 1]), -Infinity);
    assert.ok(Number.isNaN(at(uniform([0, 0], [2, 4]), [NaN, 1])) && Number.isNaN(at(uniform([0, 0], [2, 4]), [9, NaN])));
  });

  it('carry a flow: its samples and densities are those of the base it names', () => {
    const spec = specOf(towardsMoons, planarLayers(2), { base: { type: 'uniform', low: [-1, -1], high: [1, 1] } });
    const flow = buildFlow(spec, initialParameters(spec));
    const x = flow.sample(50, new RandomStream(2, 2));
    assert.ok(flow.encode(x).every((value) => Math.abs(value) < 1 + 1e-9));
    assert.ok(flow.logProb(x).every(Number.isFinite));
  });

  it('refuse what is no distribution', () => {
    assert.throws(() => diagonalNormal([0, 0], [1, 0]), /above 0/);
    assert.throws(() => fullNormal([0, 0], [[1, 0]]), /2 rows of 2 numbers/);
    assert.throws(() => uniform([0], [0]), /below its high edge/);
    assert.throws(() => mixture([1], []), /as many weights as components/);
    assert.throws(() => mixture([1, 1], [standardNormal(2), standardNormal(3)]), /the same dimension, but these have 2, 3/);
    assert.throws(() => baseFrom({ type: 'uniform', low: [0], high: [1] }, 2), /1 dimensions, but the flow has 2/);
  });
});
