import assert from 'node:assert/strict';
import { energyDraws } from '../../../src/flow/energy-draws';
import { RandomStream } from '../../../src/flow/random';
import { energies, type Energy } from '../../../src/flow/targets';

/** Powers of the coordinates, and waves, whose means under π are to agree. */
const means: readonly ((x: number, y: number) => number)[] = [
  (x) => x,
  (_, y) => y,
  (x) => x * x,
  (x, y) => x * y,
  (_, y) => y * y,
  (x, y) => Math.cos(3 * x + 2 * y),
  (x, y) => Math.sin(7 * y - x),
];

/** E and E² of every mean by the trapezoidal rule over [−10, 10]^d. */
function quadrature(energy: Energy): { mean: number; square: number }[] {
  const slope = new Float64Array(2);
  const step = 0.025;
  const side = Math.round(20 / step);
  const sums = means.map(() => ({ mean: 0, square: 0 }));
  let total = 0;
  for (let j = energy.dim === 1 ? side / 2 : 0; j <= (energy.dim === 1 ? side / 2 : side); j++) {
    for (let i = 0; i <= side; i++) {
      const [x, y] = [-10 + step * i, -10 + step * j];
      const weight = Math.exp(-energy.evaluate(energy.dim === 1 ? [x] : [x, y], 0, slope));
      total += weight;
      means.forEach((f, m) => {
        sums[m].mean += weight * f(x, y);
        sums[m].square += weight * f(x, y) ** 2;
      });
    }
  }
  return sums.map(({ mean, square }) => ({ mean: mean / total, square: square / total }));
}

describe('draws of an energy', () => {
  const count = 20_000;
  for (const energy of energies.values()) {
    it(`have the moments of ${energy.name}, by quadrature`, () => {
      const x = energyDraws(energy).sample(count, new RandomStream(11, 3));
      const at = (p: number): [number, number] => (energy.dim === 1 ? [x[p], 0] : [x[2 * p], x[2 * p + 1]]);
      assert.equal(x.length, count * energy.dim);
      quadrature(energy).forEach(({ mean, square }, m) => {
        let sum = 0;
        for (let p = 0; p < count; p++) sum += means[m](...at(p));
        const error = Math.sqrt(Math.max(0, square - mean * mean) / count);
        assert.ok(Math.abs(sum / count - mean) <= 4 * error + 1e-9, `mean ${m}: ${sum / count}, is ${mean} ± ${error}`);
      });
    });

    it(`of ${energy.name} are the same for the same seed, however many are drawn`, () => {
      const draws = energyDraws(energy);
      const [one, same, other] = [3, 3, 4].map((stream) => Array.from(draws.sample(50, new RandomStream(11, stream))));
      assert.deepEqual(one, same);
      assert.notDeepEqual(one, other);
      assert.deepEqual(Array.from(draws.sample(20, new RandomStream(11, 3))), one.slice(0, 20 * energy.dim));
    });
  }
});
