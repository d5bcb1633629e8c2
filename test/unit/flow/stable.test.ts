import assert from 'node:assert/strict';
import { excessOverTanh, logAddExp, sech2, sigmoid, softplus } from '../../../src/flow/stable';

// The values are from mpmath in 40 digits.
const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 4e-16 * Math.abs(expected), `${actual} instead of ${expected}`);

describe('stable elementary functions', () => {
  it('softplus keeps its relative accuracy far below 0 and does not overflow far above', () => {
    close(softplus(-40), 4.248354255291589e-18);
    close(softplus(0), 0.6931471805599453);
    close(softplus(89), 89);
    close(softplus(1e4), 1e4);
    assert.equal(softplus(-1e4), 0);
  });

  it('sigmoid keeps its relative accuracy far below 0', () => {
    close(sigmoid(-40), 4.248354255291589e-18);
    close(sigmoid(2), 0.8807970779778824);
    close(sigmoid(1e4), 1);
    assert.equal(sigmoid(-1e4), 0);
  });

  it('log(eᵃ + eᵇ) neither overflows nor vanishes', () => {
    close(logAddExp(1000, 1000), 1000.6931471805599);
    close(logAddExp(-1000, -1001), -999.6867383124818);
    assert.equal(logAddExp(-Infinity, -Infinity), -Infinity);
    assert.equal(logAddExp(-Infinity, 3), 3);
  });

  it('sech² keeps its relative accuracy where tanh rounds to 1', () => {
    close(sech2(0), 1);
    close(sech2(-1), 0.4199743416140261);
    close(sech2(30), 3.502604305078608e-26);
  });

  it('r − tanh r keeps its relative accuracy near 0', () => {
    close(excessOverTanh(1e-8), 3.3333333333333335e-25);
    close(excessOverTanh(-0.01), -3.333200005396607e-7);
    close(excessOverTanh(0.5), 0.03788284273999024);
    close(excessOverTanh(1), 0.23840584404423512);
    close(excessOverTanh(3), 2.0049452463132695);
  });
});
