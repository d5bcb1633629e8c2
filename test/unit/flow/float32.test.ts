/** The layers in float32, beside TensorFlow.js, which rounds to float32 after every operation. */

import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { float32Trace, traceErrors } from '../../../src/flow/diagnostics';
import { buildFlow } from '../../../src/flow/flow';
import { parameterCount, type LayerType } from '../../../src/flow/layer';
import { linear } from '../../../src/flow/linear';
import { planar } from '../../../src/flow/planar';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import { everyOption, forward, planarLayers, specOf, towardsMoons, towardsU1 } from './batches';
import { opByOp } from './op-by-op';

const [draws, count] = [12, 40];
const mean = (errors: number[]): number => errors.reduce((sum, error) => sum + error, 0) / errors.length;

describe('the float32 maps', () => {
  before(() => tf.setBackend('cpu'));

  for (const type of layerTypes.values()) {
    for (const options of everyOption(type)) {
      it(`${type.name} ${JSON.stringify(options)} errs as much as TensorFlow.js does, operation by operation`, () => {
        const random = new RandomStream(3, 3);
        const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
        for (const dim of [1, 2, 5]) {
          const errors: Record<'own' | 'theirs', number[][]> = { own: [], theirs: [] };
          for (let n = 0; n < draws; n++) {
            const values = draw(parameterCount(type, dim, options));
            const points = draw(count * dim);
            const exact = forward(type.create(dim, options, Float64Array.from(values)), Array.from(points));
            const own = { points: new Float32Array(points.length), logDet: new Float64Array(count) };
            const map = type.float32(dim, options, values);
            for (let p = 0; p < count; p++) {
              const [at, end] = [p * dim, (p + 1) * dim];
              [, own.logDet[p]] = map(points.subarray(at, end), own.points.subarray(at, end));
            }
            assert.ok(own.logDet.every((value) => Math.fround(value) === value));
            const theirs = tf.tidy(() => {
              const image = opByOp(type.name, dim, options, tf.tensor2d(points, [count, dim]), tf.tensor1d(values));
              return { points: image.points.dataSync(), logDet: image.logDet.dataSync() };
            });
            const errorOf = (found: ArrayLike<number>, truth: Float64Array): number =>
              mean(Array.from(truth, (value, i) => Math.abs(found[i] - value) / (1 + Math.abs(value))));
            errors.own.push([errorOf(own.points, exact.points), errorOf(own.logDet, exact.logDet)]);
            errors.theirs.push([errorOf(theirs.points, exact.points), errorOf(theirs.logDet, exact.logDet)]);
          }
          for (const which of [0, 1]) {
            const [error, expected] = [errors.own, errors.theirs].map((all) => mean(all.map((each) => each[which])));
            const what = `${which === 0 ? 'y' : 'log det'} in ${dim} dimensions: errs by ${error}, TensorFlow.js by ${expected}`;
            assert.ok(error <= 3 * expected && error >= expected / 3, what);
          }
        }
      });
    }
  }

  it('planar: det is 0 on a hyperplane where wᵀu = −20, as 1 + h′·wᵀû is in float32; in float64 it is e^{−20}', () => {
    const values = Float32Array.of(1, 0, -20, 0.5, 0);
    const y = new Float32Array(2);
    assert.deepEqual(planar.float32(2, {}, values)(Float32Array.of(0, 3), y), [0, -Infinity]);
    assert.ok(Math.abs(forward(planar.create(2, {}, Float64Array.from(values)), [0, 3]).logDet[0] + 20) < 1e-8);
  });
});

describe('the float32 trace', () => {
  it('goes through a layer that has no parameters', () => {
    const turn: LayerType = { ...linear, name: 'turn', parameters: [], create: () => quarterTurn, float32: () => turnFloat32 };
    const quarterTurn = linear.create(2, { permutation: 1 }, new Float64Array(4));
    const turnFloat32 = linear.float32(2, { permutation: 1 }, new Float32Array(4));
    assert.ok(layerTypes instanceof Map);
    layerTypes.set(turn.name, turn);
    try {
      const spec = specOf(towardsU1, [...planarLayers(1), { type: 'turn', options: {}, initial: {} }, ...planarLayers(1)]);
      // û = 0 where wᵀu = ln(e − 1) along w, but for rounding.
      const still = [1, 0, Math.log(Math.E - 1), 0, 0];
      const { stages } = float32Trace(spec, Float64Array.from([...still, ...still]), Float64Array.of(3, 4), 0);
      [4, -3].forEach((value, i) => assert.ok(Math.abs(stages[3][i] - value) < 1e-6));
    } finally {
      layerTypes.delete(turn.name);
    }
  });

  for (const objective of [towardsMoons, towardsU1]) {
    it(`has float32 stages in both directions, and log det z → x (${objective.type})`, () => {
      const spec = specOf(objective, planarLayers(6));
      const random = new RandomStream(1, 2);
      const parameters = Float64Array.from({ length: 30 }, () => random.normal());
      const flow = buildFlow(spec, parameters);
      const z = flow.base.sample(100, random);
      for (const stage of [0, 3, 6]) {
        const exact = flow.trace(z, stage);
        const short = float32Trace(spec, parameters, z, stage);
        short.stages.forEach((points) => assert.ok(points.every((value) => Math.fround(value) === value)));
        traceErrors(exact, short, 2).forEach((errors) => assert.ok(errors.median > 0 && errors.median < 1e-5, `${errors.median}`));
        short.passes.forEach(({ logDet, status }, k) => {
          const errors = Array.from(logDet, (value, p) => Math.abs(value - exact.passes[k].logDet[p])).sort((a, b) => a - b);
          assert.ok(errors[50] < 1e-5 && status.every((given) => given === 0), `layer ${k + 1}: ${errors[50]}`);
        });
      }
    });
  }
});
