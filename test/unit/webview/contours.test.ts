import assert from 'node:assert/strict';
import { densityContours } from '../../../webview/contours';

describe('the contours of a density', () => {
  const [side, extent] = [121, 4];
  const at = (i: number): number => extent * ((2 * i) / (side - 1) - 1);
  /** A Gaussian around (1, −0.5), times a constant that overflows if it is not divided out. */
  const logDensity = Float32Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [at(i % side), at(Math.floor(i / side))];
    return 500 - ((x - 1) ** 2 + (y + 0.5) ** 2) / 2;
  });

  it('of a Gaussian are circles around its middle, at √(−2 ln level)', () => {
    const contours = densityContours({ kind: 'density', side, extent, logDensity });
    assert.ok(contours.length > 4);
    for (const { level, rings } of contours) {
      assert.equal(rings.length, 1);
      for (const [x, y] of rings[0]) assert.ok(Math.abs(Math.hypot(x - 1, y + 0.5) - Math.sqrt(-2 * Math.log(level))) < 0.03);
    }
  });
});
