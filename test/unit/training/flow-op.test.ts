import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { standardNormal } from '../../../src/flow/base';
import { buildFlow, initialParameters, parameterSlots } from '../../../src/flow/flow';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import type { FlowSpec, LayerSpec, Options } from '../../../src/flow/spec';
import { flowOp, lossOp } from '../../../src/training/flow-op';
import { lossOf as lossOfTerms, trainingObjective, type TrainingObjective } from '../../../src/training/objective';
import { isFusable } from '../../../src/training/fused';
import { noSums } from '../../../src/training/pass';
import { opByOp } from '../flow/op-by-op';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';

const count = 40;

async function useTensorFlow(): Promise<void> {
  tf.enableProdMode();
  await tf.setBackend('cpu');
}

/** Parameters that bend and do not fold, with both signs of κ: the initial ones, moved. */
function parametersOf(spec: FlowSpec, move = 0.6): Float32Array {
  return Float32Array.from(initialParameters(spec), (value, i) => value + move * Math.sin(7.3 * i));
}

/** The same flow written op by op, with TensorFlow.js's own gradients; naive forms, good enough for mild parameters. */
function flowOpByOp(spec: FlowSpec, points: tf.Tensor2D, parameters: tf.Tensor1D): { image: tf.Tensor2D; logDet: tf.Tensor1D } {
  let v = points;
  let logDet: tf.Tensor1D = tf.zeros([points.shape[0]]);
  const slots = parameterSlots(spec);
  const order = spec.layers.map((_, k) => k);
  if (spec.objective?.type === 'forward-kl') order.reverse();
  for (const k of order) {
    const own = slots.filter(({ layer }) => layer === k);
    const length = own.reduce((sum, slot) => sum + slot.length, 0);
    const { type, options } = spec.layers[k];
    const image = opByOp(type, spec.dim, options, v, parameters.slice([own[0].offset], [length]));
    logDet = logDet.add<tf.Tensor1D>(image.logDet);
    v = image.points as tf.Tensor2D;
  }
  return { image: v, logDet };
}

const layersOf = (...layers: [type: string, options?: Options][]): LayerSpec[] =>
  layers.map(([type, options = {}]) => ({ type, options, initial: {} }));
const mixed = layersOf(
  ['actnorm'],
  ['linear', { permutation: 1 }],
  ['coupling', { hidden: 4 }],
  ['radial'],
  ['planar', { leaky: true }],
  ['coupling', { flip: true, hidden: 3 }],
);

const cases: [name: string, spec: FlowSpec][] = [
  ['constrained, x → z', specOf(towardsMoons, planarLayers(5))],
  ['constrained, z → x', specOf(towardsU1, planarLayers(5))],
  ['raw', specOf(towardsU1, planarLayers(5, true))],
  ['constrained and raw by turns', specOf(towardsMoons, [...planarLayers(2), ...planarLayers(2, true), ...planarLayers(1)])],
  ['in five dimensions', specOf(towardsMoons, planarLayers(3), { dim: 5 })],
  ['in one dimension', specOf(towardsMoons, planarLayers(3), { dim: 1 })],
  ['leaky', specOf(towardsMoons, layersOf(['planar', { leaky: true }], ['planar', { leaky: true, raw: true }]))],
  ...[...layerTypes.keys()].map((type): [string, FlowSpec] => [type, specOf(towardsU1, layersOf([type], [type]))]),
  ['every kind in turn', specOf(towardsMoons, mixed)],
  ['every kind in three dimensions', specOf(towardsMoons, mixed, { dim: 3 })],
  ['every kind in one dimension', specOf(towardsMoons, mixed, { dim: 1 })],
];

describe('the fused flow operation', () => {
  before(useTensorFlow);

  for (const [name, spec] of cases) {
    const { dim } = spec;
    const points = standardNormal(dim).sample(count, new RandomStream(3, 3));
    const values = parametersOf(spec);

    it(`${name}: computes what src/flow does`, () => {
      const rows = tf.tidy(() => flowOp(spec)(points, tf.tensor1d(values)).dataSync());
      const flow = buildFlow(spec, values);
      const last = flow.closedForm === 'encode' ? 0 : flow.layers.length;
      const { stages, passes } = flow.trace(points, flow.layers.length - last);
      const sign = flow.closedForm === 'encode' ? -1 : 1;
      for (let p = 0; p < count; p++) {
        const expected = Array.from(stages[last].subarray(p * dim, (p + 1) * dim));
        expected.push(sign * passes.reduce((sum, { logDet }) => sum + logDet[p], 0));
        // The result is the float64 value rounded to float32.
        expected.forEach((value, i) => {
          const found = rows[p * (dim + 1) + i];
          assert.ok(Math.abs(found - value) <= 1.2e-7 * Math.abs(value) + 1e-12, `particle ${p}, ${i}: ${found} instead of ${value}`);
        });
      }
    });

    it(`${name}: has the gradient that TensorFlow.js finds op by op`, () => {
      const weights = tf.tensor2d(Float32Array.from(standardNormal(dim + 1).sample(count, new RandomStream(4, 4))), [count, dim + 1]);
      const loss = (rows: tf.Tensor): tf.Scalar => rows.mul(weights).add(rows.square().mul(0.1)).sum();
      const fused = tf.tidy(() =>
        tf
          .grad((q) => loss(flowOp(spec)(points, q as tf.Tensor1D)))(tf.tensor1d(values))
          .dataSync(),
      );
      const plain = tf.tidy(() =>
        tf
          .grad((q) => {
            const { image, logDet } = flowOpByOp(spec, tf.tensor2d(Float32Array.from(points), [count, dim]), q as tf.Tensor1D);
            return loss(tf.concat([image, logDet.expandDims(1)], 1));
          })(tf.tensor1d(values))
          .dataSync(),
      );
      weights.dispose();
      const size = Math.hypot(...plain);
      plain.forEach((value, i) => assert.ok(Math.abs(fused[i] - value) < 1e-4 * size, `∂${i}: ${fused[i]}, op by op ${value}`));
    });

    it(`${name}: has the gradient of src/flow by finite differences`, () => {
      const cost = (parameters: Float64Array): number => {
        const flow = buildFlow(spec, parameters);
        const last = flow.closedForm === 'encode' ? 0 : flow.layers.length;
        const { stages, passes } = flow.trace(points, flow.layers.length - last);
        const sign = flow.closedForm === 'encode' ? -1 : 1;
        const squares = stages[last].reduce((sum, value) => sum + value * value, 0) / 2;
        return (squares - sign * passes.flatMap(({ logDet }) => Array.from(logDet)).reduce((sum, log) => sum + log, 0)) / count;
      };
      const square: TrainingObjective['cost'] = (row, at, gradient) => {
        let sum = 0;
        for (let i = at; i < at + dim; i++) {
          sum += row[i] ** 2 / 2;
          gradient[i] = row[i];
        }
        return sum;
      };
      const drawn = trainingObjective({ ...spec, dim: 2, training: { ...spec.training, batch: count } });
      const meanSquare = lossOp({ ...drawn, cost: square }, dim, 1, noSums(0));
      const { value, grad } = tf.tidy(() => {
        const found = tf.valueAndGrad((q) => meanSquare(flowOp(spec)(points, q as tf.Tensor1D)))(tf.tensor1d(values));
        return { value: found.value.dataSync()[0], grad: found.grad.dataSync() };
      });
      const exact = Float64Array.from(values);
      assert.ok(Math.abs(value - cost(exact)) < 1e-5 * (1 + Math.abs(value)));
      const h = 1e-6;
      grad.forEach((found, i) => {
        const beside = (step: number): number => cost(exact.map((parameter, j) => (j === i ? parameter + step : parameter)));
        const difference = (beside(h) - beside(-h)) / (2 * h);
        assert.ok(Math.abs(found - difference) < 1e-5 * (1 + Math.abs(difference)), `∂${i}: ${found}, by differences ${difference}`);
      });
    });
  }

  it('gives log|det| and a gradient where a constrained layer is nearly singular and the naive form is 0', () => {
    // softplus(−30) = 9.4e-14: on the hyperplane 1 + h′·wᵀû is 0 in float32.
    const spec = specOf(towardsU1, planarLayers(1));
    const { rows, gradient } = tf.tidy(() => {
      const parameters = tf.tensor1d([1, 0, -30, 0.5, 0]);
      const points = Float64Array.from([0, 0.25]);
      return {
        rows: flowOp(spec)(points, parameters).dataSync(),
        gradient: tf
          .grad((q) => flowOp(spec)(points, q as tf.Tensor1D).slice([0, 2], [1, 1]))(parameters)
          .dataSync(),
      };
    });
    assert.ok(Math.abs(rows[2] - Math.log(Math.log1p(Math.exp(-30)))) < 1e-5);
    // ∂ log softplus(wᵀu)/∂u₁ = w₁·σ(wᵀu)/softplus(wᵀu) → 1.
    assert.ok(Math.abs(gradient[2] - 1) < 1e-5);
  });

  it('is the same in float64 and with each run of fusable layers in WebAssembly', () => {
    const spec = specOf(towardsMoons, [...mixed, ...planarLayers(3)]);
    const points = standardNormal(2).sample(count, new RandomStream(3, 3));
    const values = parametersOf(spec);
    const evaluate = (op: ReturnType<typeof flowOp>): number[] =>
      tf.tidy(() => {
        const { value, grad } = tf.valueAndGrad((q) =>
          op(points, q as tf.Tensor1D)
            .square()
            .sum(),
        )(tf.tensor1d(values));
        return [...value.dataSync(), ...grad.dataSync()];
      });
    const whole = evaluate(flowOp(spec));
    const runs = evaluate(flowOp(spec, (k) => isFusable(spec.layers[k])));
    const size = Math.hypot(...whole);
    runs.forEach((value, i) => assert.ok(Math.abs(value - whole[i]) < 1e-5 * size, `${i}: ${value} instead of ${whole[i]}`));
  });

  it('refuses a layer that it has no kernel for', () => {
    const spec = specOf(towardsU1, planarLayers(1));
    const unknown = { ...spec, layers: [{ type: 'spiral', options: {}, initial: {} }] };
    assert.throws(() => flowOp(unknown), /"spiral"/);
  });
});

describe('the objectives', () => {
  before(useTensorFlow);

  /** The loss as training sees it, for the flow with these parameters, on the batch of step 1. */
  function lossOf(spec: FlowSpec, parameters: Float32Array): { loss: number; batch: Float64Array } {
    const objective = trainingObjective(spec);
    const batch = objective.batch(1);
    const sums = noSums(0);
    const share = tf.tidy(() => lossOp(objective, spec.dim, 1, sums)(flowOp(spec)(batch, tf.tensor1d(parameters))).dataSync()[0]);
    const terms = objective.terms(objective.baseTerm(batch), sums.cost, sums.logDet);
    const loss = lossOfTerms(spec, terms, 1);
    const base = spec.objective?.type === 'reverse-kl' ? terms.base : 0;
    assert.ok(Math.abs(loss - share - base) < 1e-5 * (1 + Math.abs(loss)), 'the operation and the terms agree');
    return { loss, batch };
  }

  it('forward KL is the mean of −log p_x over the batch', () => {
    const spec = specOf(towardsMoons, planarLayers(4));
    const values = parametersOf(spec);
    const { loss, batch } = lossOf(spec, values);
    const expected =
      -buildFlow(spec, values)
        .logProb(batch)
        .reduce((sum, log) => sum + log, 0) / spec.training.batch;
    assert.ok(Math.abs(loss - expected) < 1e-5, `${loss} instead of ${expected}`);
  });

  it('reverse KL is the mean of log p_x + u over the images of the batch', () => {
    const spec = specOf(towardsU1, planarLayers(4));
    const values = parametersOf(spec);
    const { loss, batch } = lossOf(spec, values);
    const flow = buildFlow(spec, values);
    const trace = flow.trace(batch, 0);
    const x = trace.stages[4];
    const u1 = (x1: number, x2: number): number =>
      0.5 * ((Math.hypot(x1, x2) - 2) / 0.4) ** 2 -
      Math.log(Math.exp(-0.5 * ((x1 - 2) / 0.6) ** 2) + Math.exp(-0.5 * ((x1 + 2) / 0.6) ** 2));
    const expected = flow.logProbOf(trace).reduce((sum, log, i) => sum + log + u1(x[2 * i], x[2 * i + 1]), 0) / spec.training.batch;
    assert.ok(Math.abs(loss - expected) < 1e-5 * Math.abs(expected), `${loss} instead of ${expected}`);
  });

  it('batches of a data file are its own rows, drawn with replacement', () => {
    const table = { names: ['a', 'b'], count: 3, mean: [0, 0], scale: [1, 1], points: Float64Array.from([1, 2, 3, 4, 5, 6]) };
    const spec = specOf({ type: 'forward-kl', data: 'points.csv' }, planarLayers(1));
    const batch = trainingObjective(spec, table).batch(1);
    const seen = new Set<string>();
    for (let i = 0; i < spec.training.batch; i++) seen.add(batch.subarray(2 * i, 2 * i + 2).join(' '));
    assert.deepEqual([...seen].sort(), ['1 2', '3 4', '5 6']);
  });

  it('name what there is when asked for what there is not', () => {
    const energy = specOf({ type: 'reverse-kl', energy: 'U9' }, planarLayers(1));
    assert.throws(() => trainingObjective(energy), /no energy "U9"; there are: U1, U2, U3, U4/);
    const data = specOf({ type: 'forward-kl', data: 'points.csv' }, planarLayers(1));
    assert.throws(() => trainingObjective(data), /"points.csv" is not one of two-moons/);
  });

  it('refuse a target of another dimension than the flow', () => {
    const inSpace = { dim: 3 };
    assert.throws(() => trainingObjective(specOf(towardsU1, planarLayers(1), inSpace)), /U1 is for 2 dimensions, but the flow has 3/);
    assert.throws(
      () => trainingObjective(specOf(towardsMoons, planarLayers(1), inSpace)),
      /two-moons draws in 2 dimensions, but the flow has 3/,
    );
    const table = { names: ['a'], count: 1, mean: [0], scale: [1], points: Float64Array.from([1]) };
    const data = specOf({ type: 'forward-kl', data: 'points.csv' }, planarLayers(1));
    assert.throws(() => trainingObjective(data, table), /points.csv have 1 coordinates, but the flow has 2/);
  });
});
