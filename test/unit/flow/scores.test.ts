/** The score that a kernel carries through its layer, against differences of the log density of the image. */

import assert from 'node:assert/strict';
import { mixture, diagonalNormal, type Base } from '../../../src/flow/base';
import { parameterCount } from '../../../src/flow/layer';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import type { Options } from '../../../src/flow/spec';
import { inverse } from './batches';

const count = 6;

/** A density that is not symmetric about anything. */
function densityIn(dim: number): Base {
  const along = (value: number): number[] => Array.from({ length: dim }, (_, i) => value + 0.1 * i);
  return mixture([0.4, 0.6], [diagonalNormal(along(-0.5), along(0.9)), diagonalNormal(along(0.7), along(1.3))]);
}

describe('the score carried through a layer', () => {
  for (const type of layerTypes.values()) {
    const choices: Options[] = [{}, ...type.options.map((option) => ({ [option.name]: 'least' in option ? 3 : true }))];
    for (const options of choices) {
      it(`${type.name} ${JSON.stringify(options)} is ∇ log p of the image, in 1, 2, 3 and 5 dimensions`, () => {
        const random = new RandomStream(5, 9);
        for (const dim of [1, 2, 3, 5]) {
          const values = Float64Array.from({ length: parameterCount(type, dim, options) }, () => 0.5 * random.normal());
          const density = densityIn(dim);
          const v = density.sample(count, random);
          const score = new Float64Array(v.length);
          const slope = new Float64Array(dim);
          for (let at = 0; at < v.length; at += dim) {
            density.evaluate(v, at, slope);
            score.set(slope, at);
          }
          const kernel = type.kernel(dim, options, values);
          const y = new Float64Array(v.length);
          kernel.forward(v, y, new Float64Array(count));
          kernel.carryScore(v, score);

          const layer = type.create(dim, options, values);
          const logDensity = (image: Float64Array): Float64Array => {
            const back = inverse(layer, Array.from(image));
            return density.logDensity(back.points).map((log, p) => log - back.logDet[p]);
          };
          const h = 1e-5;
          for (let i = 0; i < dim; i++) {
            const beside = (step: number): Float64Array => logDensity(y.map((value, at) => (at % dim === i ? value + step : value)));
            const [above, below] = [beside(h), beside(-h)];
            for (let p = 0; p < count; p++) {
              const difference = (above[p] - below[p]) / (2 * h);
              const found = score[p * dim + i];
              assert.ok(
                Math.abs(found - difference) < 1e-6 * (1 + Math.abs(difference)),
                `d = ${dim}: ${found}, by differences ${difference}`,
              );
            }
          }
        }
      });
    }
  }

  it('of a radial layer is finite at its centre', () => {
    const type = layerTypes.get('radial');
    assert.ok(type);
    const kernel = type.kernel(2, {}, Float64Array.from([0.5, 0.5, 0.2, 1]));
    const score = Float64Array.from([1, -2]);
    const v = Float64Array.from([0.5, 0.5]);
    kernel.forward(v, new Float64Array(2), new Float64Array(1));
    kernel.carryScore(v, score);
    const stretch = Math.log1p(Math.exp(1)) / Math.log1p(Math.exp(0.2));
    assert.ok(Math.abs(score[0] - 1 / stretch) < 1e-12 && Math.abs(score[1] + 2 / stretch) < 1e-12);
  });
});
