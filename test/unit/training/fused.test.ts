/** Whole fused steps: loss, gradient and update against plain writings of them in float64. */

import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { baseFrom } from '../../../src/flow/base';
import { initialParameters } from '../../../src/flow/flow';
import { RandomStream, streams } from '../../../src/flow/random';
import { samplers } from '../../../src/flow/samplers';
import type { FlowSpec, Objective, OptimizerName } from '../../../src/flow/spec';
import { energies } from '../../../src/flow/targets';
import { fusedStepper, isFusable, simdAvailable, type BatchSource } from '../../../src/training/fused';
import { instantiate, parameterOffsets } from '../../../src/training/fused-module';
import type { StepOutcome } from '../../../src/training/stepper';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';
import { opByOp } from '../flow/op-by-op';
import { fusedGradient, layersOf, passOf, reference, stateOf, taken } from './fused-reference';

const parametersOf = (spec: FlowSpec): Float32Array =>
  Float32Array.from(initialParameters(spec), (value, i) => value + 0.3 * Math.sin(7.3 * i));

const batchOf = (spec: FlowSpec, step = 1): Float64Array =>
  baseFrom(spec.base, spec.dim).sample(spec.training.batch, new RandomStream(spec.seed, streams.batch(step)));

function withBatch(spec: FlowSpec, batch: number): FlowSpec {
  return { ...spec, training: { ...spec.training, batch } };
}

const none: BatchSource = {
  random: (step) => new RandomStream(1, step),
  draw: () => {
    throw new Error('This batch is drawn by the stepper itself.');
  },
};

function close(what: string, found: number, expected: number, tolerance = 2e-6): void {
  assert.ok(Math.abs(found - expected) <= tolerance * (1 + Math.abs(expected)), `${what}: ${found}, not ${expected}`);
}

function holds(spec: FlowSpec, batch: Float64Array, drawn: boolean, beta = 1, tolerance = 2e-5): void {
  const parameters = parametersOf(spec);
  const { outcome, gradient } = fusedGradient(spec, parameters, drawn ? undefined : batch, beta);
  const expected = reference(spec, parameters, drawn ? batch : batch.map(Math.fround), beta);
  close('loss', outcome.loss, expected.loss, tolerance);
  close('E log p_z', outcome.terms.base, expected.base, tolerance);
  const sign = spec.objective?.type === 'forward-kl' ? -1 : 1;
  close('E log|det|', outcome.terms.logDet, sign * expected.logDet, tolerance);
  close('E u', outcome.terms.energy, expected.energy, tolerance);
  const size = Math.hypot(...expected.gradient);
  expected.gradient.forEach((value, i) =>
    assert.ok(Math.abs(gradient[i] - value) <= tolerance * size, `∂${i}: ${gradient[i]}, not ${value}`),
  );
  close('norm', outcome.gradientNorm, size, tolerance);
}

const mixed = layersOf(['planar'], ['radial'], ['linear', { permutation: 1 }], ['planar', { leaky: true }], ['planar', { raw: true }]);
const towards = (energy: string): Objective => ({ type: 'reverse-kl', energy });

describe('a fused training step', () => {
  for (const energy of ['U1', 'U2', 'U3', 'U4', 'mueller-brown']) {
    it(`towards ${energy}: loss, terms and gradient are those of float64, whatever the batch's size`, () => {
      for (const count of [1, 2, 3, 5, 64, 131]) {
        const spec = withBatch(specOf(towards(energy), mixed), count);
        holds(spec, batchOf(spec), true, 1, 1e-4);
        holds(spec, batchOf(spec), true, 0.01, 1e-4);
      }
    });
  }

  it('on the line, in three and in five dimensions', () => {
    for (const count of [1, 7, 130]) {
      const line = withBatch(specOf(towards('double-well'), mixed, { dim: 1 }), count);
      holds(line, batchOf(line), true);
      for (const dim of [1, 3, 5]) {
        const spec = withBatch(specOf(towardsMoons, mixed, { dim }), count);
        holds(spec, batchOf(spec), false);
      }
    }
  });

  it('by forward KL on samples', () => {
    const spec = withBatch(specOf(towardsMoons, [...mixed, ...planarLayers(3)]), 200);
    const batch = samplers.get('two-moons')?.sample(200, new RandomStream(1, 1));
    assert.ok(batch);
    holds(spec, batch, false);
  });

  it('from bases other than the standard normal', () => {
    const base: FlowSpec['base'] = {
      type: 'mixture',
      weights: [1, 2],
      components: [
        { type: 'diagonal-normal', mean: [-1, 0], scale: [0.5, 1] },
        {
          type: 'full-normal',
          mean: [1, 1],
          cholesky: [
            [1, 0],
            [0.3, 0.8],
          ],
        },
      ],
    };
    for (const objective of [towardsMoons, towardsU1]) {
      const spec = withBatch(specOf(objective, mixed, { base }), 77);
      holds(spec, batchOf(spec), false);
    }
  });

  it('draws the batch that RandomStream gives, to the last point', () => {
    for (const [dim, energy] of [
      [1, 'two-modes'],
      [2, 'U2'],
    ] as const) {
      const spec = withBatch(specOf(towards(energy), planarLayers(2), { dim, seed: 2 ** 40 + 5 }), 1001);
      holds(spec, batchOf(spec), true);
    }
  });

  it('is the same to the bit however a batch is cut into calls', () => {
    const { offsets, total } = parameterOffsets(2, mixed);
    const parameters = parametersOf(specOf(towardsU1, mixed));
    const run = (cuts: readonly number[]): number[] => {
      const fused = instantiate(2, mixed, offsets, total, { base: () => assert.fail(), energy: () => assert.fail() });
      fused.objective(true, false, 1, true, true);
      fused.reserve(128);
      new Float32Array(fused.memory.buffer, fused.state(), total).set(parameters);
      fused.begin(1);
      fused.draw(7, 0, 1, 0);
      cuts.slice(1).forEach((to, i) => fused.advance(cuts[i], to));
      fused.finish(1000, 0, 1, 1e-3, 0, 0);
      const state = new Float32Array(fused.memory.buffer, fused.state(), 3 * total);
      return [...state, ...new Float64Array(fused.memory.buffer, fused.outcomeAt(), 5)];
    };
    const whole = run([0, 1000]);
    assert.deepEqual(run([0, 64, 640, 1000]), whole);
    assert.deepEqual(run([0, 512, 576, 960, 1000]), whole);
  });

  it('yields while a large batch is on its way, and an abandoned step changes nothing', () => {
    const spec = withBatch(specOf(towardsU1, planarLayers(32)), 50_000);
    const parameters = parametersOf(spec);
    const stepper = fusedStepper(spec, stateOf(parameters), none);
    const step = stepper.take({ step: 1, learningRate: 0.1, beta: 1 });
    assert.equal(step.next().done, false);
    assert.deepEqual(stepper.state(), stateOf(parameters));
    const again = taken(stepper, { step: 1, learningRate: 0.1, beta: 1 });
    const other = taken(fusedStepper(spec, stateOf(parameters), none), { step: 1, learningRate: 0.1, beta: 1 });
    assert.deepEqual(again, other);
  });
});

describe('the energies of the fused kernels', () => {
  /** One planar layer that is the identity, with ∂/∂u = tanh(1)·∇u: one point shows energy and gradient. */
  const spec = withBatch(specOf(towardsU1, planarLayers(1, true), { base: { type: 'diagonal-normal', mean: [0, 0], scale: [1, 1] } }), 1);
  const parameters = Float32Array.of(0, 0, 0, 0, 1);
  const slope = Math.tanh(1);

  for (const name of ['U1', 'U2', 'U3', 'U4']) {
    it(`${name} is that of src/flow, with its gradient, over the plane`, () => {
      const energy = energies.get(name);
      assert.ok(energy);
      const expected = new Float64Array(2);
      for (const x1 of [-40, -6, -4.25, -4, -3.5, -2, -1, -0.3, 0, 0.2, 1, 1.7, 2, 3, 4.1, 5, 30]) {
        for (const x2 of [-30, -4, -2.2, -1, -0.01, 0, 0.5, 1.5, 3, 10]) {
          const x = Float64Array.of(x1, x2).map(Math.fround);
          const { outcome, gradient } = fusedGradient({ ...spec, objective: towards(name) }, parameters, x);
          const value = energy.evaluate(x, 0, expected);
          const at = `${name}(${x1}, ${x2})`;
          close(at, outcome.terms.energy, value, 1e-6);
          const size = Math.hypot(...expected);
          expected.forEach((each, i) => close(`∂${at}/∂x${i + 1}`, gradient[2 + i] / slope / (1 + size), each / (1 + size), 1e-5));
        }
      }
    });
  }
});

describe('the path gradient', () => {
  const path = (energy: string): Objective => ({ type: 'reverse-kl', energy, gradient: 'path' });

  before(() => tf.setBackend('cpu'));

  /** Solves A·x = y by Cramer's rule in one and two dimensions. */
  function solve(a: number[][], y: number[]): number[] {
    if (y.length === 1) return [y[0] / a[0][0]];
    const det = a[0][0] * a[1][1] - a[0][1] * a[1][0];
    return [(y[0] * a[1][1] - y[1] * a[0][1]) / det, (y[1] * a[0][0] - y[0] * a[1][0]) / det];
  }

  /**
   * The pullback of (∇ log q(x) + β∇u(x))/n through the image alone. ∇ log q(x) = J⁻ᵀ·∇_z(log p_z(z) − Σ log|det|) by automatic
   * differentiation of every layer op by op, J and all.
   */
  function stopped(spec: FlowSpec, parameters: Float32Array, batch: Float64Array, beta: number): Float64Array {
    const { dim, layers } = spec;
    const count = batch.length / dim;
    const through = (z: tf.Tensor): { x: tf.Tensor2D; logDet: tf.Tensor } => {
      let x = z as tf.Tensor2D;
      let logDet: tf.Tensor = tf.zeros([count]);
      const { offsets, total } = parameterOffsets(dim, layers);
      layers.forEach(({ type, options }, k) => {
        const values = parameters.slice(offsets[k], offsets[k + 1] ?? total);
        const image = opByOp(type, dim, options, x, tf.tensor1d(values));
        x = image.points as tf.Tensor2D;
        logDet = logDet.add(image.logDet);
      });
      return { x, logDet };
    };
    const { rows, logDetSlope } = tf.tidy(() => {
      const z = tf.tensor2d(Float32Array.from(batch), [count, dim]);
      const slopeOf = (f: (at: tf.Tensor) => tf.Tensor): Float32Array =>
        tf
          .grad((at) => f(at).sum())(z)
          .dataSync<'float32'>();
      return {
        rows: Array.from({ length: dim }, (_, i) => slopeOf((at) => through(at).x.slice([0, i], [count, 1]))),
        // A linear layer's log|det| does not depend on the point, and TensorFlow.js asks for a way from one to the other.
        logDetSlope: slopeOf((at) => through(at).logDet.add(at.sum(1).mul(0))),
      };
    });
    const cotangent = new Float64Array(batch.length);
    const pass = passOf(spec, parameters, batch);
    const slope = new Float64Array(dim);
    const energy = spec.objective?.type === 'reverse-kl' ? energies.get(spec.objective.energy) : undefined;
    for (let at = 0; at < batch.length; at += dim) {
      const transposed = rows.map((_, j) => rows.map((row) => row[at + j]));
      const score = solve(
        transposed,
        rows.map((_, j) => -batch[at + j] - logDetSlope[at + j]),
      );
      energy?.evaluate(pass.image, at, slope);
      score.forEach((value, i) => (cotangent[at + i] = (value + beta * slope[i]) / count));
    }
    return pass.back(cotangent, new Float64Array(count));
  }

  for (const [dim, energy] of [
    [1, 'double-well'],
    [2, 'U1'],
    [2, 'U3'],
  ] as const) {
    for (const layers of [
      planarLayers(3),
      planarLayers(3, true),
      layersOf(['planar', { leaky: true }], ['planar', { leaky: true }]),
      layersOf(['radial'], ['radial']),
      layersOf(['linear', { permutation: 1 }], ['linear']),
      mixed,
    ]) {
      const names = layers.map(({ type, options }) => `${type}${options.raw ? ' raw' : ''}${options.leaky ? ' leaky' : ''}`).join(', ');
      it(`of ${names} towards ${energy} is that of an explicit stop-gradient`, () => {
        const spec = withBatch(specOf(path(energy), layers, { dim }), 37);
        const parameters = Float32Array.from(initialParameters(spec), (value, i) => value + 0.1 * Math.sin(7.3 * i));
        for (const beta of [1, 0.3]) {
          const { gradient } = fusedGradient(spec, parameters, undefined, beta);
          const expected = stopped(spec, parameters, batchOf(spec).map(Math.fround), beta);
          const size = Math.hypot(...expected);
          expected.forEach((value, i) => assert.ok(Math.abs(gradient[i] - value) < 1e-4 * size, `∂${i}: ${gradient[i]}, not ${value}`));
        }
      });
    }
  }

  it('is the total gradient in expectation, for every kind of layer', () => {
    const spec = withBatch(specOf(towards('U2'), mixed), 1 << 17);
    const parameters = Float32Array.from(initialParameters(spec));
    const total = fusedGradient(spec, parameters);
    const along = fusedGradient({ ...spec, objective: path('U2') }, parameters);
    assert.deepEqual(along.outcome.terms, total.outcome.terms);
    const size = Math.hypot(...total.gradient);
    total.gradient.forEach((value, i) =>
      assert.ok(Math.abs(along.gradient[i] - value) < 0.01 * size, `∂${i}: ${along.gradient[i]}, ${value}`),
    );
  });

  it('starts from the score of any base', () => {
    const base: FlowSpec['base'] = { type: 'diagonal-normal', mean: [0, 0], scale: [1, 1] };
    const spec = withBatch(specOf(path('U4'), mixed), 50);
    const parameters = parametersOf(spec);
    const drawn = fusedGradient(spec, parameters).gradient;
    const handed = fusedGradient({ ...spec, base }, parameters, batchOf(spec)).gradient;
    const size = Math.hypot(...drawn);
    drawn.forEach((value, i) => assert.ok(Math.abs(handed[i] - value) < 1e-5 * size));
  });
});

describe('the update of a fused step', () => {
  /** Fifty steps beside a plain writing of the optimiser, which is given the fused gradients. */
  function follow(
    optimizer: OptimizerName,
    changes: Partial<FlowSpec['training']>,
    move: (g: number, memory: number[], t: number) => number,
  ): void {
    const plain = withBatch(specOf(towardsU1, planarLayers(4)), 64);
    const spec = { ...plain, training: { ...plain.training, optimizer, ...changes } };
    const stepper = fusedStepper(spec, stateOf(parametersOf(spec)), none);
    const memories = Array.from(stepper.state().parameters, (): number[] => [0, 0]);
    const { clip = Infinity } = spec.training;
    const gradients = fusedStepper(
      { ...spec, training: { ...spec.training, optimizer: 'sgd', momentum: 0, clip: 0 } },
      stepper.state(),
      none,
    );
    for (let step = 1; step <= 50; step++) {
      const learningRate = 0.01 / step;
      const { parameters } = stepper.state();
      gradients.restore(stateOf(parameters));
      const { gradientNorm } = taken(gradients, { step, learningRate, beta: 1 });
      const gradient = gradients.state().moments[0];
      const outcome = taken(stepper, { step, learningRate, beta: 1 });
      assert.equal(outcome.gradientNorm, gradientNorm);
      const after = stepper.state();
      gradient.forEach((g, i) => {
        const scaled = gradientNorm > clip ? (g * clip) / gradientNorm : g;
        const expected = parameters[i] - learningRate * move(scaled, memories[i], step);
        close(`step ${step}, parameter ${i}`, after.parameters[i], expected, 1e-6);
        memories[i].forEach((value, which) => close(`moment ${which}`, after.moments[which][i], value, 1e-5));
      });
    }
  }

  const adam = (g: number, memory: number[], t: number): number => {
    memory[0] = 0.9 * memory[0] + 0.1 * g;
    memory[1] = 0.999 * memory[1] + 0.001 * g ** 2;
    return memory[0] / (1 - 0.9 ** t) / (Math.sqrt(memory[1] / (1 - 0.999 ** t)) + 1e-8);
  };

  it('is Adam’s', () => follow('adam', {}, adam));
  it('is Adam’s with clipping', () => follow('adam', { clip: 0.5 }, adam));
  it('is RMSProp’s', () =>
    follow('rmsprop', {}, (g, memory) => {
      memory[1] = 0.9 * memory[1] + 0.1 * g ** 2;
      return g / (Math.sqrt(memory[1]) + 1e-8);
    }));
  it('is SGD’s, with and without momentum', () => {
    for (const momentum of [0, 0.9]) {
      follow('sgd', { momentum, clip: 2 }, (g, memory) => (memory[0] = momentum * memory[0] + g));
    }
  });

  it('goes on to the bit from a state that was read', () => {
    const spec = withBatch(specOf(towardsU1, planarLayers(3)), 100);
    const stepper = fusedStepper(spec, stateOf(parametersOf(spec)), none);
    const steps = (from: typeof stepper, first: number): StepOutcome[] =>
      [0, 1, 2].map((i) => taken(from, { step: first + i, learningRate: 0.01, beta: 1 }));
    steps(stepper, 1);
    const middle = stepper.state();
    const outcomes = steps(stepper, 4);
    const other = fusedStepper(spec, middle, none);
    assert.deepEqual(steps(other, 4), outcomes);
    assert.deepEqual(other.state(), stepper.state());
    stepper.restore(middle);
    assert.deepEqual(steps(stepper, 4), outcomes);
  });
});

describe('a fused step that meets what is not finite', () => {
  function untouched(spec: FlowSpec, parameters: Float32Array, learningRate = 0.01, source = none): StepOutcome {
    const stepper = fusedStepper(spec, stateOf(parameters), source);
    const before = stepper.state();
    const outcome = taken(stepper, { step: 1, learningRate, beta: 1 });
    assert.ok(!Number.isFinite(outcome.loss) || !Number.isFinite(outcome.gradientNorm));
    assert.deepEqual(stepper.state(), before);
    return outcome;
  }
  const spec = withBatch(specOf(towardsU1, planarLayers(2, true)), 33);

  const changed = (parameters: Float32Array, ...changes: [at: number, value: number][]): Float32Array => {
    const copy = parameters.slice();
    for (const [at, value] of changes) copy[at] = value;
    return copy;
  };

  it('reports it and leaves the state as it was: in a parameter, an image, a determinant, an energy, the update', () => {
    const parameters = parametersOf(spec);
    untouched(spec, changed(parameters, [3, NaN]));
    untouched(spec, changed(parameters, [2, 3e38], [7, 3e38]));
    untouched(spec, changed(parameters, [2, 1e25]));
    untouched(spec, parameters, 1e300);
    // The last of 33 points lies on a hyperplane where det = 0.
    const handed: FlowSpec = { ...spec, base: { type: 'diagonal-normal', mean: [0, 0], scale: [1, 1] } };
    const batch = batchOf(spec);
    batch.set([0, 1], 64);
    const outcome = untouched(handed, Float32Array.of(1, 0, -1, 0, 0, 1, 0, 0.5, 0, 0), 0.01, { ...none, draw: () => batch });
    assert.equal(outcome.loss, Infinity);
    // Outside a uniform base the density is 0, and the gradient of its logarithm too.
    const box: FlowSpec = { ...specOf(towardsMoons, planarLayers(1)), base: { type: 'uniform', low: [5, 5], high: [6, 6] } };
    const far = untouched(withBatch(box, 33), parametersOf(box), 0.01, { ...none, draw: () => batch });
    assert.ok(far.loss === Infinity && Number.isFinite(far.gradientNorm));
  });
});

describe('what can be fused', () => {
  it('is told', () => {
    assert.ok(simdAvailable());
    const fusable = layersOf(['planar'], ['radial'], ['linear'], ['coupling'], ['actnorm']).map(isFusable);
    assert.deepEqual(fusable, [true, true, true, false, false]);
    const spec = specOf(towardsU1, layersOf(['planar'], ['coupling']));
    assert.throws(() => fusedStepper(spec, stateOf(new Float32Array(0)), none), /coupling/);
    const planar = specOf(towardsU1, planarLayers(1));
    assert.throws(() => fusedStepper(planar, stateOf(new Float32Array(4)), none), /4 parameters.*5/);
    assert.throws(() => fusedStepper({ ...planar, objective: towards('U9') }, stateOf(new Float32Array(5)), none), /"U9"; there are: U1/);
  });
});
