/**
 * The gradient of every engine where float32 is hardest: tanh saturated, margins of 1e-6, ‖w‖ of 1e-4, and each parameter of every
 * registered layer far larger and far smaller than usual. Against the automatic derivatives of TensorFlow.js, and against finite
 * differences of src/flow's own loss, component by component.
 *
 * What float32 can give is measured, not guessed: a program that rounds its inputs to float32 can be no better than the exact gradient at
 * inputs that differ by a rounding. The tolerance is a small multiple of what such roundings do to the gradient in float64.
 */

import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { buildFlow, initialParameters, parameterSlots } from '../../../src/flow/flow';
import { parameterCount } from '../../../src/flow/layer';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import { closedFormDirection, type FlowSpec, type LayerSpec, type Objective, type Options } from '../../../src/flow/spec';
import { energies } from '../../../src/flow/targets';
import { fusedStepper, isFusable } from '../../../src/training/fused';
import { trainingObjective, type TrainingObjective } from '../../../src/training/objective';
import { PlainStepper } from '../../../src/training/plain-stepper';
import type { Stepper } from '../../../src/training/stepper';
import { TensorFlowStepper } from '../../../src/training/tensorflow-stepper';
import { specOf } from '../flow/batches';
import { opByOp } from '../flow/op-by-op';
import { differentiate } from './differences';
import { layersOf, passOf, stateOf, taken } from './fused-reference';
import { steadyForms } from './steady-forms';

/** The unit roundoff of float32. */
const unit = 2 ** -24;

type Open = (spec: FlowSpec, objective: TrainingObjective, parameters: Float32Array) => Stepper;
const engines: [name: string, open: Open, takes: (layers: readonly LayerSpec[]) => boolean][] = [
  ['WebAssembly', (spec, objective, values) => fusedStepper(spec, stateOf(values), objective), (layers) => layers.every(isFusable)],
  ['TypeScript', (spec, objective, values) => new PlainStepper('', spec, objective, stateOf(values)), () => true],
  [
    'operations in float64',
    (spec, objective, values) => new TensorFlowStepper('', spec, objective, stateOf(values), () => false),
    () => true,
  ],
  [
    'operations in WebAssembly',
    (spec, objective, values) => new TensorFlowStepper('', spec, objective, stateOf(values), (k) => isFusable(spec.layers[k])),
    (layers) => layers.some(isFusable),
  ],
];

/** What SGD without momentum remembers of one step is the gradient. */
function gradientOf(open: Open, spec: FlowSpec, parameters: Float32Array, batch: Float64Array): Float32Array {
  const table = { names: Array.from({ length: spec.dim }, String), count: 1, mean: [], scale: [], points: batch };
  const objective = { ...trainingObjective(spec, table), size: batch.length / spec.dim, draw: () => batch };
  const stepper = open(spec, objective, parameters);
  taken(stepper, { step: 1, learningRate: 0, beta: 1 });
  const [gradient] = stepper.state().moments;
  stepper.dispose();
  return gradient;
}

/** The loss of a batch but for what no parameter moves, in float64. */
function lossOf(spec: FlowSpec, parameters: Float64Array, batch: Float64Array): number {
  const flow = buildFlow(spec, parameters);
  const encodes = flow.closedForm === 'encode';
  const { stages, passes } = flow.trace(batch, encodes ? spec.layers.length : 0);
  const logDet = passes.reduce((sum, pass) => sum + pass.logDet.reduce((all, log) => all + log, 0), 0);
  const image = stages[encodes ? 0 : spec.layers.length];
  if (spec.objective?.type === 'forward-kl') return (image.reduce((sum, z) => sum + z * z, 0) / 2 + logDet) / (batch.length / spec.dim);
  const energy = energies.get(spec.objective?.energy ?? '');
  assert.ok(energy);
  let sum = -logDet;
  for (let at = 0; at < image.length; at += spec.dim) sum += energy.evaluate(image, at, new Float64Array(spec.dim));
  return sum / (batch.length / spec.dim);
}

/** The same in TensorFlow.js, and its automatic derivative. */
function automatic(spec: FlowSpec, parameters: Float32Array, batch: Float64Array): Float32Array {
  const { dim, layers, objective } = spec;
  const count = batch.length / dim;
  const order = layers.map((_, k) => k);
  if (closedFormDirection(spec) === 'encode') order.reverse();
  const slots = parameterSlots(spec);
  const loss = (values: tf.Tensor): tf.Scalar => {
    let v = tf.tensor2d(Float32Array.from(batch), [count, dim]);
    let logDet: tf.Tensor = tf.zeros([count]);
    for (const k of order) {
      const own = slots.filter(({ layer }) => layer === k);
      const length = own.reduce((sum, slot) => sum + slot.length, 0);
      const { type, options } = layers[k];
      const image = opByOp(type, dim, options, v, (values as tf.Tensor1D).slice([own[0].offset], [length]), steadyForms);
      v = image.points as tf.Tensor2D;
      logDet = logDet.add(image.logDet);
    }
    const cost = objective?.type === 'forward-kl' ? v.square().mul(0.5).sum() : energyOf(objective?.energy ?? '', v);
    // A layer may have no say in one dimension, and TensorFlow.js asks for a way from parameters to loss.
    return cost.sub(logDet.sum()).div(count).add(values.sum().mul(0));
  };
  return tf.tidy(() => tf.grad(loss)(tf.tensor1d(parameters)).dataSync<'float32'>());
}

function energyOf(name: string, x: tf.Tensor2D): tf.Tensor {
  if (name === 'double-well') return x.square().sub(4).square().div(8).sum();
  assert.equal(name, 'U1');
  const [x1, x2] = tf.unstack(x, 1);
  const ring = x1.square().add(x2.square()).sqrt().sub(2).div(0.4);
  const [left, right] = [2, -2].map((at) => x1.add(at).div(0.6).square().mul(0.5));
  return ring
    .square()
    .mul(0.5)
    .add(left)
    .sub(tf.softplus(left.sub(right)))
    .sum();
}

/** ∂loss/∂image, and the exact gradient's two shares, which a program adds up in the end: through the image, and through log|det|. */
function sharesOf(spec: FlowSpec, parameters: Float64Array, batch: Float64Array): { cotangent: Float64Array; shares: Float64Array[] } {
  const { image } = passOf(spec, parameters, batch);
  const cotangent = image.slice();
  if (spec.objective?.type === 'reverse-kl') energies.get(spec.objective.energy)?.evaluate(image, 0, cotangent);
  const shares = [
    passOf(spec, parameters, batch).back(cotangent.slice(), Float64Array.of(0)),
    passOf(spec, parameters, batch).back(new Float64Array(image.length), Float64Array.of(-1)),
  ];
  return { cotangent, shares };
}

/**
 * Beyond that, of a type's gradient and as a part of ∂loss/∂image: two ways along a ray from the centre of a radial layer cancel but for
 * α/(α + r) of them, and a coupling layer takes 1 − tanh² of float64.
 */
const cancels: Readonly<Record<string, number>> = { radial: unit, coupling: Number.EPSILON };

/** A little more than a rounding of float32 away. */
const rounded = (value: number, random: RandomStream): number => value * (1 + (random.uniform() < 0.5 ? 1.5 : -1.5) * unit);

/** How far off the shares of the gradient at one point are where every parameter and coordinate is off by a rounding of float32. */
function conditionOf(spec: FlowSpec, parameters: Float32Array, point: Float64Array): Float64Array {
  const random = new RandomStream(11, 11);
  const exact = sharesOf(spec, Float64Array.from(parameters), point);
  const off = exact.shares.map((share) => share.map((value) => unit * Math.abs(value)));
  for (let i = 0; i < 8; i++) {
    const beside = sharesOf(
      spec,
      Float64Array.from(parameters, (value) => rounded(value, random)),
      point.map((value) => rounded(value, random)),
    );
    beside.shares.forEach((share, which) =>
      share.forEach((value, at) => (off[which][at] = Math.max(off[which][at], Math.abs(value - exact.shares[which][at])))),
    );
  }
  const least = Math.max(...spec.layers.map(({ type }) => cancels[type] ?? 0)) * Math.hypot(...exact.cotangent);
  return off[0].map((value, at) => least + value + off[1][at]);
}

/** How many times that an engine's gradient may be off; twenty-five times was the most that was seen beside the differences. */
const multiple = { automatic: 500, differences: 50 };

/** Holds every engine's gradient at one point to both oracles. Returns of how many components the differences tell four digits. */
function check(spec: FlowSpec, parameters: Float32Array, point: Float64Array, at: string): number {
  const condition = conditionOf(spec, parameters, point);
  const derived = automatic(spec, parameters, point);
  // Its own float32 is not spared either: what roundings of its inputs do to it is what it can tell.
  const random = new RandomStream(12, 12);
  const doubt = new Float64Array(derived.length);
  for (let i = 0; i < 4; i++) {
    const beside = automatic(
      spec,
      Float32Array.from(parameters, (value) => rounded(value, random)),
      point.map((value) => Math.fround(rounded(value, random))),
    );
    beside.forEach((value, at) => (doubt[at] = Math.max(doubt[at], Math.abs(value - derived[at]))));
  }
  const values = Float64Array.from(parameters);
  const differences = parameterSlots(spec).flatMap(({ offset, length }) => {
    const size = Math.max(...values.subarray(offset, offset + length).map(Math.abs)) || 1;
    return Array.from({ length }, (_, j) =>
      differentiate(
        (step) =>
          lossOf(
            spec,
            values.map((value, at) => (at === offset + j ? value + step : value)),
            point,
          ),
        size,
      ),
    );
  });
  for (const [name, open, takes] of engines) {
    if (!takes(spec.layers)) continue;
    gradientOf(open, spec, parameters, point).forEach((found, i) => {
      const { slope, error } = differences[i];
      for (const [oracle, expected, doubted] of [
        ['automatic', derived[i], doubt[i]],
        ['differences', slope, error],
      ] as const) {
        const allowed = multiple[oracle] * (condition[i] + doubted + 1e-30);
        assert.ok(Math.abs(found - expected) <= allowed, `${name}, ${at}, ∂${i}: ${found}, by ${oracle} ${expected} ± ${allowed}`);
      }
    });
  }
  return differences.filter(({ slope, error }) => error <= 1e-4 * Math.abs(slope) || slope === 0).length;
}

const data: Objective = { type: 'forward-kl', data: 'points.csv' };
const energyIn: Readonly<Record<number, string>> = { 1: 'double-well', 2: 'U1' };
const objectivesIn = (dim: number): Objective[] => [
  data,
  ...(dim in energyIn ? [{ type: 'reverse-kl', energy: energyIn[dim] } as const] : []),
];
/** Its points are handed in, as those of the standard normal base are not under reverse KL. */
const normal = (dim: number): FlowSpec['base'] => ({
  type: 'diagonal-normal',
  mean: Array<number>(dim).fill(0),
  scale: Array<number>(dim).fill(1),
});
const single = (type: string, options: Options, dim: number, objective: Objective): FlowSpec =>
  specOf(objective, layersOf([type, options]), {
    dim,
    base: normal(dim),
    training: { steps: 1, batch: 1, optimizer: 'sgd', learningRate: 1 },
  });

const pointIn = (dim: number, random: RandomStream): Float64Array => Float64Array.from({ length: dim }, () => Math.fround(random.normal()));

describe('the gradient at the extremes', () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  for (const type of layerTypes.values()) {
    const numbers = Object.fromEntries(type.options.filter((option) => 'least' in option).map(({ name }) => [name, 3]));
    const flags = type.options.filter((option) => !('least' in option));
    for (const options of [numbers, ...flags.map(({ name }) => ({ ...numbers, [name]: true }))]) {
      it(`of ${type.name} ${JSON.stringify(options)}: each parameter tiny and large`, () => {
        const random = new RandomStream(5, 9);
        let [told, all] = [0, 0];
        for (const dim of [1, 2, 3]) {
          for (const objective of objectivesIn(dim)) {
            const spec = single(type.name, options, dim, objective);
            const usual = Float32Array.from({ length: parameterCount(type, dim, options) }, () => 0.7 * random.normal());
            for (const { name, offset, length } of parameterSlots(spec)) {
              for (const scale of [1e-4, 12]) {
                const values = usual.map((value, i) => (i >= offset && i < offset + length ? scale * value : value));
                told += check(spec, values, pointIn(dim, random), `${scale} ${name} in ${dim} dimensions, ${objective?.type}`);
                all += values.length;
              }
            }
          }
        }
        assert.ok(told > 0.9 * all, `differences tell ${told} of ${all} components`);
      });
    }
  }

  const inverseSoftplus = (value: number): number => Math.log(Math.expm1(value));
  /** Of a planar layer with w = length·(0.6, 0.8, 0, …), wᵀu and b. */
  const planar = (dim: number, length: number, wu: number, b: number): Float32Array => {
    const w = Array.from({ length: dim }, (_, i) => length * (dim === 1 ? 1 : ([0.6, 0.8][i] ?? 0)));
    const u = w.map((value, i) => (wu * value) / length ** 2 + (dim > 1 ? 0.25 * ([0.8, -0.6][i] ?? 1) : 0));
    return Float32Array.from([...w, ...u, b]);
  };
  const planars: [name: string, options: Options, length: number, wu: number, bs: number[]][] = [
    ['saturated', {}, 1, 0.5, [6, -10, 14, -20]],
    ['saturated, raw', { raw: true }, 1, 0.5, [6, -10, 14, -20]],
    ['with a margin of 1e-6', {}, 1, inverseSoftplus(1e-6), [0, 1e-3, -0.02, 0.5]],
    ['with a margin of 1e-6, raw', { raw: true }, 1, -1 + 1e-6, [0, 1e-3, -0.02, 0.5]],
    ['with a margin of 1e-6, leaky', { leaky: true }, 1, inverseSoftplus(1e-6), [0.3, -0.5]],
    ['with ‖w‖ of 1e-4', {}, 1e-4, 0.5, [0, 0.5, -2, 10]],
    ['with ‖w‖ of 1e-4, raw', { raw: true }, 1e-4, 0.5, [0, 0.5, -2, 10]],
    ['with ‖w‖ of 1e-4 and a margin of 1e-6', {}, 1e-4, inverseSoftplus(1e-6), [0, 0.01]],
  ];
  for (const [name, options, length, wu, bs] of planars) {
    it(`of planar layers ${name}, alone and between others`, () => {
      const random = new RandomStream(6, 9);
      for (const dim of [1, 2, 3, 5]) {
        for (const objective of objectivesIn(dim)) {
          for (const b of bs) {
            // On the hyperplane wᵀv = 0, so that a = b.
            const point = Float64Array.from({ length: dim }, (_, i) => (dim === 1 ? 0 : ([0.5, -0.375][i] ?? 0.25)));
            const spec = single('planar', options, dim, objective);
            const values = planar(dim, length, wu, b);
            check(spec, values, point, `a = ${b} in ${dim} dimensions, ${objective?.type}`);
            if (dim > 2) continue;
            const others = layersOf(['linear'], ['planar'], ['planar', options], ['actnorm'], ['radial']);
            const between = { ...spec, layers: others };
            const slot = parameterSlots(between).find(({ layer }) => layer === 2);
            assert.ok(slot);
            const all = Float32Array.from({ length: initialParameters(between).length }, () => 0.3 * random.normal());
            all.set(values, slot.offset);
            check(between, all, pointIn(dim, random), `about ${b} between others in ${dim} dimensions, ${objective?.type}`);
          }
        }
      }
    });
  }
});
