/** Runs of fused layers against the float64 kernels, TensorFlow.js op by op, and finite differences of src/flow. */

import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { standardNormal } from '../../../src/flow/base';
import { buildFlow, initialParameters, parameterSlots } from '../../../src/flow/flow';
import { RandomStream } from '../../../src/flow/random';
import { closedFormDirection, type FlowSpec } from '../../../src/flow/spec';
import { fusedRun } from '../../../src/training/fused-run';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';
import { opByOp } from '../flow/op-by-op';
import { layersOf, passOf } from './fused-reference';

/** Parameters that bend and do not fold, with both signs of κ: the initial ones, moved. */
function parametersOf(spec: FlowSpec, move = 0.6): Float32Array {
  return Float32Array.from(initialParameters(spec), (value, i) => value + move * Math.sin(7.3 * i));
}

const float32 = (values: Float64Array): Float32Array => Float32Array.from(values);
/** n × d numbers that float32 holds. */
const draws = (count: number, dim: number, stream = 3): Float64Array =>
  standardNormal(dim).sample(count, new RandomStream(3, stream)).map(Math.fround);

const runOf = (spec: FlowSpec): ReturnType<typeof fusedRun> => fusedRun(spec.dim, spec.layers, closedFormDirection(spec));

const every = layersOf(
  ['linear', { permutation: 1 }],
  ['planar'],
  ['radial'],
  ['planar', { raw: true }],
  ['planar', { leaky: true }],
  ['linear'],
  ['planar', { leaky: true, raw: true }],
);
const cases: [name: string, spec: FlowSpec][] = [1, 2, 3, 5].flatMap((dim): [string, FlowSpec][] => [
  [`planar, d = ${dim}`, specOf(towardsU1, planarLayers(4), { dim })],
  [`planar raw, d = ${dim}`, specOf(towardsU1, planarLayers(2, true), { dim })],
  [`planar leaky, d = ${dim}`, specOf(towardsU1, layersOf(['planar', { leaky: true }], ['planar', { leaky: true }]), { dim })],
  [`planar leaky raw, d = ${dim}`, specOf(towardsU1, layersOf(['planar', { leaky: true, raw: true }]), { dim })],
  [`radial, d = ${dim}`, specOf(towardsU1, layersOf(['radial'], ['radial']), { dim })],
  [`linear, d = ${dim}`, specOf(towardsU1, layersOf(['linear'], ['linear', { permutation: 3 }]), { dim })],
  [`every kind z → x, d = ${dim}`, specOf(towardsU1, every, { dim })],
  [`every kind x → z, d = ${dim}`, specOf(towardsMoons, every, { dim })],
]);

describe('a run of fused layers', () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  for (const [name, spec] of cases) {
    const { dim } = spec;
    const parameters = parametersOf(spec, dim > 3 ? 0.2 : 0.4);

    it(`${name}: image and Σ log|det| are those of src/flow, for any number of points`, () => {
      for (const count of [1, 3, 4, 63, 64, 67, 130]) {
        const points = draws(count, dim);
        const { image, logDet } = passOf(spec, parameters, points);
        const found = runOf(spec).forward(parameters, float32(points));
        image.forEach((value, i) =>
          assert.ok(Math.abs(found.points[i] - value) < 5e-6 * (1 + Math.abs(value)), `${found.points[i]}, not ${value}`),
        );
        logDet.forEach((value, p) => assert.ok(Math.abs(found.logDet[p] - value) < 2e-5, `log det ${found.logDet[p]}, not ${value}`));
      }
    });

    it(`${name}: takes cotangents back as the float64 kernels do`, () => {
      for (const count of [1, 66, 131]) {
        const points = draws(count, dim);
        const cotangent = draws(count, dim, 4);
        const logDetCotangent = draws(count, 1, 5);
        const found = runOf(spec).backward(parameters, float32(points), float32(cotangent), float32(logDetCotangent));
        const gradient = passOf(spec, parameters, points).back(cotangent, logDetCotangent);
        const size = Math.hypot(...gradient) / Math.sqrt(gradient.length);
        gradient.forEach((value, i) =>
          assert.ok(Math.abs(found.gradient[i] - value) < 2e-5 * (size + Math.abs(value)), `∂${i}: ${found.gradient[i]}, not ${value}`),
        );
        cotangent.forEach((value, i) =>
          assert.ok(Math.abs(found.points[i] - value) < 5e-5 * (1 + Math.abs(value)), `∂/∂point ${i}: ${found.points[i]}, not ${value}`),
        );
      }
    });

    it(`${name}: has the gradient that TensorFlow.js finds op by op`, () => {
      const count = 41;
      const points = draws(count, dim);
      const weights = draws(count, dim, 4);
      const logDetWeights = draws(count, 1, 5);
      const slots = parameterSlots(spec);
      const order = spec.layers.map((_, k) => k);
      if (spec.objective?.type === 'forward-kl') order.reverse();
      const loss = (q: tf.Tensor): tf.Scalar => {
        let v = tf.tensor2d(float32(points), [count, dim]);
        let logDet = tf.zeros([count]);
        for (const k of order) {
          const own = slots.filter(({ layer }) => layer === k);
          const length = own.reduce((sum, slot) => sum + slot.length, 0);
          const { type, options } = spec.layers[k];
          const image = opByOp(type, dim, options, v, (q as tf.Tensor1D).slice([own[0].offset], [length]));
          v = image.points as tf.Tensor2D;
          logDet = logDet.add(image.logDet);
        }
        const weighted = v.mul(tf.tensor2d(float32(weights), [count, dim])).sum();
        return weighted.add(logDet.mul(tf.tensor1d(float32(logDetWeights))).sum());
      };
      const expected = tf.tidy(() => tf.grad(loss)(tf.tensor1d(parameters)).dataSync<'float32'>());
      const { gradient } = runOf(spec).backward(parameters, float32(points), float32(weights), float32(logDetWeights));
      const size = Math.hypot(...expected);
      expected.forEach((value, i) => assert.ok(Math.abs(gradient[i] - value) < 5e-5 * size, `∂${i}: ${gradient[i]}, op by op ${value}`));
    });

    it(`${name}: has the gradient of src/flow by finite differences`, () => {
      const count = 30;
      const points = draws(count, dim);
      const weights = draws(count, dim, 4);
      const loss = (q: Float64Array): number => {
        const flow = buildFlow(spec, q);
        const last = flow.closedForm === 'encode' ? 0 : flow.layers.length;
        const { stages, passes } = flow.trace(points, flow.layers.length - last);
        const sign = flow.closedForm === 'encode' ? -1 : 1;
        const logDet = passes.reduce((sum, pass) => sum + pass.logDet.reduce((all, log) => all + log, 0), 0);
        return stages[last].reduce((sum, value, i) => sum + value * weights[i], 0) + sign * logDet;
      };
      const { gradient } = runOf(spec).backward(parameters, float32(points), float32(weights), new Float32Array(count).fill(1));
      const exact = Float64Array.from(parameters);
      const h = 1e-6;
      const size = Math.hypot(...gradient);
      gradient.forEach((found, i) => {
        const beside = (step: number): number => loss(exact.map((value, j) => (j === i ? value + step : value)));
        const difference = (beside(h) - beside(-h)) / (2 * h);
        assert.ok(Math.abs(found - difference) < 2e-5 * size, `∂${i}: ${found}, by differences ${difference}`);
      });
    });
  }
});

describe('a fused planar layer at its limits', () => {
  /** One layer and one point: every component of the gradient is held to its own size. */
  function check(values: number[], point: number[], options = {}, tolerance = 1e-5): void {
    const dim = point.length;
    const spec = specOf(towardsU1, layersOf(['planar', options]), { dim });
    const parameters = Float32Array.from(values);
    const points = Float64Array.from(point, Math.fround);
    const pass = passOf(spec, parameters, points);
    const { image, logDet } = pass;
    const run = runOf(spec);
    const found = run.forward(parameters, float32(points));
    image.forEach((value, i) =>
      assert.ok(Math.abs(found.points[i] - value) <= 1e-6 * (Math.abs(value) + Math.abs(point[i])), `y: ${found.points[i]}, not ${value}`),
    );
    const close = (what: string, one: number, other: number): void =>
      assert.ok(Math.abs(one - other) <= tolerance * Math.abs(other), `${what}: ${one}, not ${other}`);
    if (Math.abs(logDet[0]) > 1e-7) close('log det', found.logDet[0], logDet[0]);
    for (const [cotangent, share] of [
      [1, 0],
      [0, 1],
    ]) {
      const before = new Float64Array(dim).fill(cotangent);
      const gradient = pass.back(before.slice(), Float64Array.of(share));
      const own = run.backward(parameters, float32(points), float32(before), Float32Array.of(share));
      gradient.forEach((value, i) => close(`∂${i} of ${cotangent ? 'y' : 'log det'}`, own.gradient[i], value));
    }
  }

  it('saturated: h′ keeps its digits for |a| from 10 to 40', () => {
    for (const a of [10, -15, 20, -30, 40]) {
      check([1, 0, 0.5, 0.25, a], [0.25, 0.5]);
      check([1, 0, 0.5, 0.25, a], [0.25, 0.5], { raw: true });
      check([1, 0, 0, 0.5, 0.25, 0.5, a], [0.25, 0.5, 1]);
    }
  });

  it('with a margin of 1e-6: log|det| on the hyperplane and beside it', () => {
    // softplus(wᵀu) = 1e-6.
    const wu = Math.log(Math.expm1(1e-6));
    for (const v of [0, 2 ** -10, 2 ** -6, 0.25, -1]) check([1, 0, wu, 0.5, 0], [v, 0.75], {}, 5e-5);
  });

  it('with ‖w‖ of 1e-4', () => {
    for (const b of [0, 0.5, -2]) check([6e-5, 8e-5, 0.5, 0.25, b], [0.25, -1.5], {}, 5e-5);
  });
});

describe('the lanes that are left over', () => {
  it('remember nothing of the points that were there before', () => {
    // Raw, wᵀu = −1: at (0, 1) det = 0, and its gradient is not a number.
    const run = fusedRun(2, planarLayers(1, true), 'generate');
    const parameters = Float32Array.of(1, 0, -1, 0, 0);
    const gradientOf = (points: number[]): Float32Array => {
      const zero = new Float32Array(points.length);
      return run.backward(parameters, Float32Array.from(points), zero, zero.subarray(points.length / 2)).gradient;
    };
    const fine = [1, 1, 2, 1, -1, 0];
    assert.ok(gradientOf([...fine, 0, 1]).some(Number.isNaN));
    assert.ok(gradientOf(fine).every(Number.isFinite));
  });
});

describe('the product of fused determinants', () => {
  const logDetOf = (layers: ReturnType<typeof layersOf>, parameters: number[], points: number[], dim = 2): Float32Array =>
    fusedRun(dim, layers, 'generate').forward(Float32Array.from(parameters), Float32Array.from(points)).logDet;

  it('neither under- nor overflows', () => {
    const depth = 40;
    // On the hyperplane det = softplus(−23) = 1.03e-10, and with κ = 1e10 it is 1e10 + 1; u ⟂ w moves nothing off it.
    for (const wu of [-23, 1e10]) {
      const layers = planarLayers(depth);
      const logDet = logDetOf(
        layers,
        layers.flatMap(() => [1, 0, wu, 0, 0]),
        [0, 0.5, 0, 1],
      );
      const each = wu < 0 ? Math.log(Math.log1p(Math.exp(wu))) : Math.log(wu);
      for (const log of logDet) assert.ok(Math.abs(log - depth * each) < 1e-6 * depth * Math.abs(each), `${log}, not ${depth * each}`);
    }
  });

  it('is −∞ where a layer presses space flat, and NaN where there is no number', () => {
    // Raw, wᵀu = −1: det = 0 on the hyperplane.
    const layers = [...planarLayers(1), ...planarLayers(1, true), ...planarLayers(3)];
    const mild = [1, 0, 0.5, 0, 0];
    const parameters = [...mild, 1, 0, -1, 0, 0, ...mild, ...mild, ...mild];
    const [flat, fine, none] = logDetOf(layers, parameters, [0, 1, 1, 1, NaN, 1]);
    assert.equal(flat, -Infinity);
    assert.ok(Number.isFinite(fine));
    assert.ok(Number.isNaN(none));
  });

  it('goes on where a layer folds: log|det| of a negative determinant', () => {
    const [log] = logDetOf(planarLayers(1, true), [1, 0, -3, 0, 0], [0, 0.5]);
    assert.ok(Math.abs(log - Math.log(2)) < 1e-6);
  });
});
