import assert from 'node:assert/strict';
import { actnorm } from '../../../src/flow/actnorm';
import { InverseStatus } from '../../../src/flow/layer';
import { judgeInverse } from '../../../src/flow/residual';

describe('the judgement of an inverse', () => {
  /** What is said of `found` as the inverse of `y` under the identity: the residual is their distance. */
  function judged(found: number[], y: number[]): [residual: number, status: InverseStatus] {
    const into = { points: Float64Array.from(found), det: new Float64Array(1), logDet: new Float64Array(1) };
    const report = { status: new Uint8Array(1), iterations: new Uint16Array(1), residual: new Float64Array(1) };
    judgeInverse(actnorm.create(2, {}, new Float64Array(4)), Float64Array.from(y), into, report);
    return [report.residual[0], report.status[0]];
  }
  const near = (value: number, expected: number): boolean => Math.abs(value / expected - 1) < 1e-12;

  it('is relative to ‖y‖ above 1, and absolute below', () => {
    assert.equal(judged([1000, 9e-10], [1000, 0])[1], InverseStatus.Ok);
    assert.equal(judged([1000, 1.1e-9], [1000, 0])[1], InverseStatus.Unreliable);
    assert.equal(judged([0.9e-12, 0], [0, 0])[1], InverseStatus.Ok);
    assert.equal(judged([1.1e-12, 0], [0, 0])[1], InverseStatus.Unreliable);
  });

  it('holds where squares leave float64', () => {
    const [far, said] = judged([1.03e200, -4e198], [1e200, 0]);
    assert.ok(near(far, 5e198) && said === InverseStatus.Unreliable);
    const [close, fine] = judged([3e-200, 0], [0, -4e-200]);
    assert.ok(near(close, 5e-200) && fine === InverseStatus.Ok);
    // Both coordinates are finite, and their norm is not.
    assert.equal(judged([1.7e308, 1.7e308], [1.7e308, 1.7e308])[1], InverseStatus.NotFinite);
  });
});
