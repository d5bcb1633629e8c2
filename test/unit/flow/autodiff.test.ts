/** log det against the Jacobian that TensorFlow.js finds by itself, for every registered type of layer. */

import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { parameterCount } from '../../../src/flow/layer';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import type { Options } from '../../../src/flow/spec';
import { determinant, forward } from './batches';
import { opByOp } from './op-by-op';

const count = 20;

describe('log det by automatic differentiation', () => {
  before(() => tf.setBackend('cpu'));

  for (const type of layerTypes.values()) {
    const choices: Options[] = [{}, ...type.options.map((option) => ({ [option.name]: 'least' in option ? 1 : true }))];
    for (const options of choices) {
      it(`${type.name} ${JSON.stringify(options)}: image and log|det| in 1, 2, 3 and 6 dimensions`, () => {
        const random = new RandomStream(11, 3);
        for (const dim of [1, 2, 3, 6]) {
          const draw = (length: number): number[] => Array.from({ length }, () => Math.fround(0.7 * random.normal()));
          const values = draw(parameterCount(type, dim, options));
          const points = draw(count * dim);
          const layer = type.create(dim, options, Float64Array.from(values));
          const { points: image, logDet } = forward(layer, points);
          tf.tidy(() => {
            const at = tf.tensor2d(points, [count, dim]);
            const map = (v: tf.Tensor): tf.Tensor => opByOp(type.name, dim, options, v as tf.Tensor2D, tf.tensor1d(values)).points;
            map(at)
              .dataSync()
              .forEach((value, i) => assert.ok(Math.abs(value - image[i]) < 1e-5 * (1 + Math.abs(image[i])), `y: ${image[i]}, ${value}`));
            // Points do not meet, so the gradient of the sum of output i over all of them holds row i of every Jacobian.
            const rows = Array.from({ length: dim }, (_, i) =>
              tf
                .grad((v) => map(v).slice([0, i], [count, 1]).sum())(at)
                .dataSync(),
            );
            for (let p = 0; p < count; p++) {
              const jacobian = rows.map((row) => Array.from(row.slice(p * dim, (p + 1) * dim)));
              const expected = Math.log(Math.abs(determinant(jacobian)));
              const values = layer.singularValues(Float64Array.from(points.slice(p * dim, (p + 1) * dim)));
              const tolerance = 1e-5 * (1 + values[0] / values[dim - 1]);
              assert.ok(Math.abs(logDet[p] - expected) < tolerance, `log det ${logDet[p]}, by autodiff ${expected}, within ${tolerance}`);
            }
          });
        }
      });
    }
  }
});
