import assert from 'node:assert/strict';
import { gapAbove, lossCurve, lossesUnannealed, lossRange } from '../../../webview/losses';

const pairs = (loss: (i: number) => number, count = 400): Float32Array =>
  Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? (i / 2) * 10 : loss((i - 1) / 2)));

describe('the loss curve', () => {
  it('is empty before training', () => {
    assert.deepEqual(lossCurve(new Float32Array(0)), { steps: [], losses: [], smooth: [] });
  });

  it('leaves a constant loss as it is, from the first step on', () => {
    assert.deepEqual(new Set(lossCurve(pairs(() => 2)).smooth), new Set([2]));
  });

  it('averages the noise of mini-batches away', () => {
    const { smooth } = lossCurve(pairs((i) => 1 + (i % 2 === 0 ? 0.5 : -0.5)));
    assert.ok(smooth.slice(100).every((value) => Math.abs(value - 1) < 0.06));
  });

  it('leaves out what is not finite', () => {
    const { steps, losses } = lossCurve(pairs((i) => (i === 2 ? NaN : 1), 4));
    assert.deepEqual(steps, [0, 10, 30]);
    assert.deepEqual(losses, [1, 1, 1]);
  });
});

describe('the gap above the least possible loss', () => {
  it('is that of the recent steps, within its standard error', () => {
    // 400 losses, one every ten steps: the last twenty are 1.5 and 2.5 in turns, so s² = 20 · 0.25 / 19.
    const gap = gapAbove(1, lossCurve(pairs((i) => (i < 380 ? 9 : 1.5 + (i % 2)))));
    assert.ok(gap);
    assert.ok(Math.abs(gap.mean - 1) < 1e-12);
    assert.ok(Math.abs(gap.error - Math.sqrt(0.25 / 19)) < 1e-12);
    assert.equal(gap.steps, 200);
  });

  it('is that of the whole energy also while that is annealed', () => {
    // E log p_z = −3, E Σ log|det| = 1, E u = 5, of which β = 0.01 … 0.4 counts so far.
    const rows = Array.from({ length: 400 }, (_, i) => [i + 1, -3 - 1 + 0.001 * (i + 10) * 5, -3, 1, 5, 1]);
    const gap = gapAbove(-1.5, lossCurve(lossesUnannealed(Float32Array.from(rows.flat()), 'reverse-kl')));
    assert.deepEqual(gap, { mean: 2.5, error: 0, steps: 20 });
    const samples = Float32Array.from([7, 2.25, -2.5, -0.25, 0, 1]);
    assert.deepEqual([...lossesUnannealed(samples, 'forward-kl')], [7, 2.25]);
  });

  it('of a step whose terms nobody told is the loss as it was told', () => {
    const told = Float32Array.from([7, 2.25, NaN, NaN, NaN, NaN]);
    assert.deepEqual([...lossesUnannealed(told, 'reverse-kl')], [7, 2.25]);
  });

  it('is not known from a few steps', () => {
    assert.equal(gapAbove(1, lossCurve(new Float32Array(0))), undefined);
    assert.equal(gapAbove(1, lossCurve(pairs(() => 2, 39))), undefined);
  });
});

describe('the range of the loss chart', () => {
  it('reaches down to the least possible loss and up to the greatest there was', () => {
    const [low, high] = lossRange(lossCurve(pairs((i) => 3 - i / 400)), 1);
    assert.ok(low < 1 && low > 0.8);
    assert.ok(high > 3 && high < 3.2);
  });

  it('is not flattened by a few early losses that dwarf the rest', () => {
    const [, high] = lossRange(lossCurve(pairs((i) => (i < 3 ? 1e6 : 2 - i / 400))), 1);
    assert.ok(high < 4);
  });

  it('has a height even for a single loss', () => {
    const [low, high] = lossRange(lossCurve(pairs(() => 2, 1)), undefined);
    assert.ok(low < 2 && high > 2);
  });
});
