import fc from 'fast-check';
import assert from 'node:assert/strict';
import { areaPerMass, equalAreas, interpolated, lineMap, preimage, targetDensity } from '../../../webview/one-dimension-marks';

/** x = z + tanh(2z)/2 of a standard normal, on a fine line. */
const n = 1201;
const zs = Array.from({ length: n }, (_, i) => -3 + (6 * i) / (n - 1));
const pairs = (values: readonly number[]): Float32Array => Float32Array.from(values.flatMap((value) => [value, 0]));
const map = lineMap(
  pairs(zs),
  pairs(zs.map((z) => z + Math.tanh(2 * z) / 2)),
  Float32Array.from(zs, (z) => -(z * z) / 2 - Math.log(2 * Math.PI) / 2),
  Float32Array.from(zs, (z) => Math.log(1 + Math.cosh(2 * z) ** -2)),
);

describe('the areas over dz and dx', () => {
  it('are equal, and the normal distribution has that mass', () => {
    fc.assert(
      fc.property(fc.double({ min: -2.9, max: 2.5, noNaN: true }), fc.double({ min: 0.05, max: 0.4, noNaN: true }), (from, width) => {
        const { mass, base, image } = equalAreas(map, from, from + width);
        assert.ok(Math.abs(mass[0] - mass[1]) < 1e-4, `${mass.join()}`);
        const middle = from + width / 2;
        // Simpson's rule on the density.
        const p = (z: number): number => Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
        assert.ok(Math.abs(mass[0] - (width / 6) * (p(from) + 4 * p(middle) + p(from + width))) < 1e-4);
        assert.equal(base[0][0], from);
        assert.ok(Math.abs(image[0][0] - (from + Math.tanh(2 * from) / 2)) < 1e-4);
      }),
    );
  });
});

describe('the target on the line', () => {
  it('is a density that is normalised, from an energy or from points', () => {
    const curve = targetDensity({
      kind: 'curve',
      extent: 5,
      logDensity: Float32Array.from({ length: 401 }, (_, i) => -((5 * ((2 * i) / 400 - 1)) ** 2) / 2 + 7),
    });
    const points = targetDensity({ kind: 'points', points: pairs(Array.from({ length: 1000 }, (_, i) => Math.sin(i))) });
    for (const density of [curve, points]) {
      let sum = 0;
      for (let i = 1; i < density.length; i++) sum += ((density[i][1] + density[i - 1][1]) / 2) * (density[i][0] - density[i - 1][0]);
      assert.ok(Math.abs(sum - 1) < 1e-3, `${sum}`);
    }
    assert.ok(Math.abs(curve[200][1] - 1 / Math.sqrt(2 * Math.PI)) < 1e-4);
  });
});

describe('the scale of the densities', () => {
  const base = { densities: [0.1, 0.4], room: 100, unit: 50 };
  it('gives both as much as fits', () => {
    assert.ok(Math.abs(areaPerMass(base, { densities: [0.2, 1], room: 80, unit: 40 }) - 3200) < 1e-9);
  });
  it('does not shrink the base away for a density that rises without end', () => {
    assert.equal(areaPerMass(base, { densities: [0.2, 1e9, Infinity], room: 80, unit: 40 }), 2500);
  });
});

describe('a value between two', () => {
  it('lies on the straight line, and beyond the ends is that of the end', () => {
    assert.deepEqual(
      [-1, 0, 0.25, 1, 3, 9].map((at) => interpolated([0, 1, 3], [0, 4, 8], at)),
      [0, 0, 1, 4, 8, 8],
    );
  });
  it('is found again from the other side', () => {
    assert.ok(Math.abs(preimage(map, 0.5 + Math.tanh(1) / 2) - 0.5) < 0.01);
  });
});
