import assert from 'node:assert/strict';
import { lossParts, stackRange, stackTerms } from '../../../webview/loss-terms-marks';

/** Rows of step, loss, base, logDet, energy, gradient norm. */
const rows = (count: number, row: (i: number) => number[]): Float32Array =>
  Float32Array.from(Array.from({ length: count }, (_, i) => row(i)).flat());
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-5;

describe('the terms of the loss', () => {
  it('add up to it under both objectives', () => {
    const reverse = lossParts(
      rows(200, (i) => [i, -2.8 - 0.01 * i + 4, -2.8, 0.01 * i, 4, 1]),
      'reverse-kl',
    );
    const forward = lossParts(
      rows(200, (i) => [i, 2.8 - 0.01 * i, -2.8, -0.01 * i, 0, 1]),
      'forward-kl',
    );
    for (const { loss, terms } of [reverse, forward])
      loss.forEach((sum, i) =>
        assert.ok(
          near(
            sum,
            terms.reduce((all, { values }) => all + values[i], 0),
          ),
        ),
      );
    assert.ok(near(reverse.terms[2].values[199], 4));
    assert.deepEqual([reverse.terms.length, forward.terms.length], [3, 2]);
  });

  it('count the energy in full, also while training weighs it by less', () => {
    const { terms, loss } = lossParts(
      rows(1, () => [1, -2.8 - 0.5 + 0.1 * 4, -2.8, 0.5, 4, 1]),
      'reverse-kl',
    );
    assert.ok(near(terms[2].values[0], 4));
    assert.ok(near(loss[0], 0.7), 'E log p_z − E Σ log|det| + E u(x)');
  });

  it('leave out steps that are not finite', () => {
    const { steps } = lossParts(
      rows(4, (i) => [i, i === 2 ? NaN : 1, -2, 0, 0, 1]),
      'forward-kl',
    );
    assert.deepEqual(steps, [0, 1, 3]);
  });

  it('are known also where the gradient is not', () => {
    const { terms, gradientNorm } = lossParts(Float32Array.from([1, 1.2, -2.8, 0, 4, NaN]), 'reverse-kl');
    assert.ok(near(terms[2].values[0], 4));
    assert.deepEqual(gradientNorm, [NaN]);
  });

  it('are nothing before training', () => {
    const parts = lossParts(new Float32Array(0), 'forward-kl');
    assert.deepEqual(parts.steps, []);
    assert.deepEqual(
      stackTerms(parts).map((series) => series.length),
      [0, 0],
    );
  });

  it('are stacked up where they cost and down where they earn', () => {
    const parts = lossParts(
      rows(1, () => [1, -1.5, -2.8, 0.2, 1.5, 1]),
      'reverse-kl',
    );
    const [base, logDet, energy] = stackTerms(parts).map(([[low, high]]) => [low, high]);
    assert.ok(near(base[0], -2.8) && near(base[1], 0));
    assert.ok(near(logDet[0], -3) && near(logDet[1], -2.8));
    assert.ok(near(energy[0], 0) && near(energy[1], 1.5));
  });

  it('are shown with 0, and without the early steps that dwarf the rest', () => {
    const parts = lossParts(
      rows(400, (i) => [i, i < 3 ? 900 : 3, -2.8, 0, i < 3 ? 902.8 : 5.8, 1]),
      'reverse-kl',
    );
    const [low, high] = stackRange(stackTerms(parts));
    assert.ok(low < -2.8 && high > 5.8 && high < 300, `${low} … ${high}`);
  });
});
