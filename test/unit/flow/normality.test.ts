import assert from 'node:assert/strict';
import { chiSquaredTail } from '../../../src/flow/chi-squared';
import { normality } from '../../../src/flow/normality';
import { RandomStream } from '../../../src/flow/random';
import reference from '../../fixtures/flow/normality-reference.json';

const close = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * (1e-300 + Math.abs(b));
const normal = (count: number, stream: number): Float64Array => {
  const random = new RandomStream(5, stream);
  return Float64Array.from({ length: count }, () => random.normal());
};

describe('the tail of χ²', () => {
  it('agrees with scipy from the middle far out into the tail', () => {
    for (const [value, degrees, tail] of reference.tails) {
      const found = chiSquaredTail(value, degrees);
      assert.ok(close(found, tail, 1e-11), `P(χ²_${degrees} > ${value}) = ${found}, scipy ${tail}`);
    }
  });

  it('begins at 1, ends at 0, and is not a number where the value is not', () => {
    assert.deepEqual([chiSquaredTail(0, 3), chiSquaredTail(Infinity, 3), chiSquaredTail(NaN, 3)], [1, 0, NaN]);
  });
});

describe('normality', () => {
  const tests = ['location', 'spread', 'skewness', 'kurtosis', 'overall'] as const;

  reference.samples.forEach((sample, i) => {
    it(`agrees with numpy's full Hermite tensors: sample ${i + 1}, in ${sample.dim} dimensions`, () => {
      const found = normality(Float64Array.from(sample.points), sample.dim);
      sample.mean.forEach((value, j) => assert.ok(close(found.mean[j], value, 1e-12)));
      sample.covariance.forEach((value, j) => assert.ok(Math.abs(found.covariance[j] - value) < 1e-13));
      for (const name of tests) {
        const { statistic, degrees, p } = sample[name];
        assert.equal(found[name].degrees, degrees);
        assert.ok(close(found[name].statistic, statistic, 1e-10), `${name}: ${found[name].statistic}, numpy ${statistic}`);
        assert.ok(close(found[name].p, p, 1e-9), `${name}: p ${found[name].p}, scipy ${p}`);
      }
    });
  });

  it('rejects a true hypothesis about as often as it says', () => {
    const rounds = 600;
    for (const name of tests) {
      const rejected = Array.from({ length: rounds }, (_, r) => normality(normal(2 * 500, r), 2)[name].p < 0.05).filter(Boolean).length;
      // Three standard deviations of a binomial with p = 0.05, and what 500 points are short of the limit.
      assert.ok(rejected / rounds > 0.02 && rejected / rounds < 0.085, `${name}: ${rejected / rounds}`);
    }
  });

  it('tells what is wrong apart', () => {
    const z = normal(2 * 1000, 1);
    const p = (points: Float64Array) => {
      const { location, spread, skewness, kurtosis } = normality(points, 2);
      return [location, spread, skewness, kurtosis].map((test) => test.p < 1e-4);
    };
    assert.deepEqual(p(z), [false, false, false, false]);
    assert.deepEqual(p(z.map((value) => value + 0.3)).slice(0, 1), [true]);
    assert.deepEqual(p(z.map((value) => 1.3 * value)).slice(0, 2), [false, true]);
    // Of mean 0 and variance 1, but skewed: (z² − 1)/√2.
    assert.deepEqual(p(z.map((value) => (value * value - 1) / Math.SQRT2)).slice(2), [true, true]);
  });

  it('leaves out points that are not finite, and has nothing to say of none', () => {
    const z = normal(2 * 50, 2);
    const { count, overall } = normality(Float64Array.from([NaN, 0, ...z, 1, Infinity]), 2);
    assert.equal(count, 50);
    assert.deepEqual(overall, normality(z, 2).overall);
    assert.equal(normality(new Float64Array(), 2).overall.p, NaN);
  });
});
