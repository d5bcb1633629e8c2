/** Every engine takes the same steps: from one seed the same losses and parameters, for every layer, objective and optimiser. */

import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { initialParameters } from '../../../src/flow/flow';
import { layerTypes } from '../../../src/flow/registry';
import type { FlowSpec, LayerSpec, Objective, TrainingSpec } from '../../../src/flow/spec';
import type { PointTable } from '../../../src/flow/table';
import { trainingObjective, type TrainingObjective } from '../../../src/training/objective';
import { fusedStepper, isFusable } from '../../../src/training/fused';
import { openStepper } from '../../../src/training/open-stepper';
import { PlainStepper } from '../../../src/training/plain-stepper';
import { betaAt, learningRateAt } from '../../../src/training/schedule';
import type { StepOutcome, Stepper, TrainingState } from '../../../src/training/stepper';
import { TensorFlowStepper } from '../../../src/training/tensorflow-stepper';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';
import { reference } from './fused-reference';

type Open = (spec: FlowSpec, objective: TrainingObjective, state: TrainingState) => Stepper;

interface Engine {
  readonly name: string;
  readonly open: Open;
  /** The flows that it can take. */
  readonly takes: (layers: readonly LayerSpec[]) => boolean;
  /** A batch that takes it many milliseconds. */
  readonly huge: number;
}

const everyFlow = (): boolean => true;
const fusable = (layers: readonly LayerSpec[]): boolean => layers.every(isFusable);
const tensorFlow: Engine = {
  name: 'TensorFlow',
  open: (spec, objective, state) => new TensorFlowStepper('', spec, objective, state, () => false),
  takes: everyFlow,
  huge: 20_000,
};
/** What is held to TensorFlow.js. */
const others: readonly Engine[] = [
  { name: 'plain', open: (spec, objective, state) => new PlainStepper('', spec, objective, state), takes: everyFlow, huge: 20_000 },
  { name: 'fused', open: (spec, objective, state) => fusedStepper(spec, state, objective), takes: fusable, huge: 200_000 },
  { name: 'mixed', open: openStepper, takes: (layers) => layers.some(isFusable) && !fusable(layers), huge: 20_000 },
];
const engines = [tensorFlow, ...others];

function startOf(spec: FlowSpec): TrainingState {
  const parameters = Float32Array.from(initialParameters(spec));
  return { parameters, moments: [new Float32Array(parameters.length), new Float32Array(parameters.length)] };
}

function finish<T>(work: Generator<void, T>): { readonly result: T; readonly yields: number } {
  for (let yields = 0; ; yields++) {
    const { done, value } = work.next();
    if (done) return { result: value, yields };
  }
}

function take(stepper: Stepper, spec: FlowSpec, step: number): StepOutcome {
  const settings = { step, learningRate: learningRateAt(spec.training, step), beta: betaAt(spec.objective, step) };
  return finish(stepper.take(settings)).result;
}

const points: PointTable = {
  names: ['a', 'b'],
  count: 50,
  mean: [0, 0],
  scale: [1, 1],
  points: Float64Array.from({ length: 100 }, (_, i) => Math.sin(12.9 * i) + (i % 2) * Math.cos(3.1 * i)),
};

const objectives: [name: string, objective: Objective][] = [
  ['forward KL on samples', towardsMoons],
  ['forward KL on data', { type: 'forward-kl', data: 'points.csv' }],
  ['reverse KL', towardsU1],
  ['reverse KL, annealed', { ...towardsU1, anneal: 100 } as Objective],
  ['reverse KL by the path gradient', { ...towardsU1, gradient: 'path' } as Objective],
];
const optimizers: [name: string, training: Partial<TrainingSpec>][] = [
  ['Adam', { optimizer: 'adam' }],
  ['RMSProp, exponential', { optimizer: 'rmsprop', schedule: 'exponential', learningRate: 1e-3 }],
  ['SGD with momentum, clipped, cosine', { optimizer: 'sgd', momentum: 0.9, clip: 1, schedule: 'cosine', learningRate: 2e-3 }],
];
const of = (type: string, count: number, options: LayerSpec['options'] = {}): LayerSpec[] =>
  Array.from({ length: count }, () => ({ type, options: { ...(type === 'coupling' && { hidden: 4 }), ...options }, initial: {} }));
const flows: [name: string, layers: LayerSpec[]][] = [
  ...[...layerTypes.keys()].map((type): [string, LayerSpec[]] => [type, of(type, 2)]),
  ['raw planar', of('planar', 2, { raw: true })],
  ['leaky planar', of('planar', 2, { leaky: true })],
  ['every kind', [...layerTypes.keys()].flatMap((type) => of(type, type === 'planar' ? 4 : 1))],
];
const steps = 200;
/** A point beside the kink of a leaky layer may be on either side of it in float32, and its gradient with it. */
const toleranceOf = (layers: readonly LayerSpec[]): number => (layers.some(({ options }) => options.leaky === true) ? 2e-2 : 2e-3);

describe('the engines', () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  for (const [flow, layers] of flows) {
    for (const [objectiveName, objective] of objectives) {
      for (const [optimizer, changes] of optimizers) {
        it(`agree on ${flow}, ${objectiveName}, ${optimizer}`, () => {
          const tolerance = toleranceOf(layers);
          const training = { steps, batch: 12, optimizer: 'adam', learningRate: 5e-3, ...changes } as const;
          const spec = specOf(objective, layers, { training });
          const run = ({ open }: Engine): { losses: StepOutcome[]; state: TrainingState } => {
            const stepper = open(spec, trainingObjective(spec, points), startOf(spec));
            const losses = Array.from({ length: steps }, (_, i) => take(stepper, spec, i + 1));
            const state = stepper.state();
            stepper.dispose();
            return { losses, state };
          };
          const oracle = run(tensorFlow);
          for (const engine of others.filter(({ takes }) => takes(layers))) {
            const { name } = engine;
            const { losses, state } = run(engine);
            losses.forEach(({ loss, terms, gradientNorm }, i) => {
              const expected = oracle.losses[i];
              assert.ok(
                Math.abs(loss - expected.loss) < tolerance * (1 + Math.abs(expected.loss)),
                `${name}, step ${i + 1}: ${loss}, ${expected.loss}`,
              );
              assert.ok(
                Math.abs(gradientNorm - expected.gradientNorm) < 5 * tolerance * (1 + expected.gradientNorm),
                `${name}, step ${i + 1}`,
              );
              assert.ok(Math.abs(terms.logDet - expected.terms.logDet) < tolerance * (1 + Math.abs(terms.logDet)));
            });
            state.parameters.forEach((value, i) =>
              assert.ok(
                Math.abs(value - oracle.state.parameters[i]) < 3 * tolerance,
                `${name}, parameter ${i}: ${value}, ${oracle.state.parameters[i]}`,
              ),
            );
          }
        });
      }
    }
  }

  it('takes a step that nothing moves where the flow is the target: the path gradient has no noise there', () => {
    // N(0, 1) and the identity: the score of the image and the slope of the energy cancel at every point.
    const spec = specOf({ type: 'reverse-kl', energy: 'two-modes', gradient: 'path' }, of('actnorm', 1), {
      dim: 1,
      base: {
        type: 'mixture',
        weights: [0.3, 0.7],
        components: [
          { type: 'diagonal-normal', mean: [-2], scale: [0.5] },
          { type: 'diagonal-normal', mean: [1.5], scale: [0.8] },
        ],
      },
    });
    const state = { parameters: new Float32Array(2), moments: [new Float32Array(2), new Float32Array(2)] as const };
    const gradient = (from: FlowSpec): number => take(new PlainStepper('', from, trainingObjective(from), state), from, 1).gradientNorm;
    assert.ok(gradient(spec) < 1e-12);
    assert.ok(gradient({ ...spec, objective: { type: 'reverse-kl', energy: 'two-modes' } }) > 1e-2);
  });

  for (const { name, open, takes, huge: batch } of engines) {
    const [deep] = [planarLayers(32), [...planarLayers(31), ...of('actnorm', 1)]].filter(takes);
    const huge = specOf(towardsU1, deep, { training: { steps: 10, batch, optimizer: 'adam', learningRate: 1e-2 } });

    it(`${name}: yields within a huge step, and a step that is let go of has not begun`, () => {
      const stepper = open(huge, trainingObjective(huge), startOf(huge));
      const settings = { step: 1, learningRate: 1e-2, beta: 1 };
      const abandoned = stepper.take(settings);
      for (let i = 0; i < 3; i++) assert.equal(abandoned.next().done, false, 'it yields');
      const tensors = tf.memory().numTensors;
      abandoned.return(undefined as never);
      assert.ok(tf.memory().numTensors <= tensors);
      assert.deepEqual(stepper.state(), startOf(huge));
      const { yields } = finish(stepper.take(settings));
      assert.ok(yields >= 8, `${yields} yields`);
      const after = stepper.state();
      stepper.restore(startOf(huge));
      finish(stepper.take(settings));
      assert.deepEqual(stepper.state(), after);
      stepper.dispose();
    });

    it(`${name}: leaves the state as it was where something is not finite`, () => {
      const spec = specOf(towardsU1, planarLayers(2), { training: { steps: 1, batch: 8, optimizer: 'sgd', learningRate: 1e300 } });
      const stepper = open(spec, trainingObjective(spec), startOf(spec));
      const { loss, gradientNorm, refused } = take(stepper, spec, 1);
      assert.ok(!Number.isFinite(loss) || !Number.isFinite(gradientNorm));
      assert.deepEqual(stepper.state(), startOf(spec));
      // Every parameter has a gradient, and 1e300 times that is beyond float32.
      assert.deepEqual(refused?.map(Math.abs), startOf(spec).parameters.fill(Infinity));
      stepper.dispose();
    });

    it(`${name}: tells the parameters that its own gradient leads to, where those are finite and the loss is not`, () => {
      // Outside a uniform base the density is 0: the loss is infinite and the gradient that of log|det| alone.
      const box: FlowSpec['base'] = { type: 'uniform', low: [50, 50], high: [60, 60] };
      const layers = [planarLayers(2), [...planarLayers(2), ...of('coupling', 1)]].filter(takes).pop() ?? [];
      const training = { steps: 1, batch: 8, optimizer: 'sgd', learningRate: 0.1 } as const;
      const far = specOf(towardsMoons, layers, { base: box, training });
      const stepper = open(far, trainingObjective(far), startOf(far));
      const { loss, refused } = take(stepper, far, 1);
      assert.equal(loss, Infinity);
      const values = startOf(far).parameters;
      const { gradient } = reference(far, values, trainingObjective(far).batch(1));
      gradient.forEach((slope, i) => {
        const expected = values[i] - 0.1 * slope;
        assert.ok(Math.abs((refused?.[i] ?? NaN) - expected) < 1e-5, `parameter ${i}: ${refused?.[i]}, not ${expected}`);
      });
      stepper.dispose();
    });

    for (const [objectiveName, objective] of objectives) {
      it(`${name}: holds as many tensors after 1,000 steps as after 10, and none after dispose: ${objectiveName}`, () => {
        const layers = [planarLayers(4), [...planarLayers(4), ...of('coupling', 1, { hidden: 2 })]].filter(takes).pop() ?? [];
        const training = { steps: 10, batch: 4, optimizer: 'rmsprop', learningRate: 1e-4, clip: 1 } as const;
        const spec = specOf(objective, layers, { training });
        const empty = tf.memory().numTensors;
        const stepper = open(spec, trainingObjective(spec, points), startOf(spec));
        for (let step = 1; step <= 10; step++) take(stepper, spec, step);
        const { numTensors, numBytes } = tf.memory();
        for (let step = 11; step <= 1000; step++) take(stepper, spec, step);
        assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
        stepper.dispose();
        assert.equal(tf.memory().numTensors, empty);
      });
    }
  }

  it('is chosen by the layers, and says why', () => {
    const nameOf = (layers: LayerSpec[], objective = towardsU1): string => {
      const spec = specOf(objective, layers);
      const stepper = openStepper(spec, trainingObjective(spec), startOf(spec));
      stepper.dispose();
      return stepper.name;
    };
    assert.match(nameOf([...planarLayers(1), ...of('radial', 1), ...of('linear', 1)]), /every layer fused/);
    const why = 'TensorFlow.js (cpu): layer 3, of type coupling, has no fused kernel';
    assert.equal(nameOf([...planarLayers(2), ...of('coupling', 1)]), `${why}; 2 of 3 layers are fused in runs`);
    assert.equal(nameOf([...of('planar', 1), ...of('radial', 1), ...of('coupling', 1)]), `${why}; 2 of 3 layers are fused in runs`);
    const path: Objective = { ...towardsU1, gradient: 'path' } as Objective;
    assert.equal(nameOf([...planarLayers(2), ...of('coupling', 1)], path), why);
    const alone = 'TensorFlow.js (cpu): layer 1, of type actnorm, has no fused kernel';
    assert.equal(nameOf([...of('actnorm', 1), ...planarLayers(1), ...of('coupling', 1)]), alone);
  });
});

describe('schedules', () => {
  const training = { steps: 100, batch: 1, optimizer: 'adam', learningRate: 0.5 } as const;

  it('let the learning rate fall over the steps, and begin anew beyond them', () => {
    const at = (schedule: 'cosine' | 'exponential' | undefined, step: number): number =>
      learningRateAt({ ...training, ...(schedule && { schedule }) }, step);
    assert.deepEqual([at(undefined, 1), at(undefined, 99)], [0.5, 0.5]);
    assert.deepEqual([at('cosine', 1), at('exponential', 1)], [0.5, 0.5]);
    assert.ok(Math.abs(at('cosine', 51) - 0.25) < 1e-15);
    assert.ok(Math.abs(at('exponential', 51) - 0.05) < 1e-15);
    assert.ok(at('cosine', 100) < 2e-4 && at('exponential', 100) < 0.0053);
    assert.equal(at('cosine', 101), 0.5);
    assert.equal(at('exponential', 137), at('exponential', 37));
  });

  it('let β rise from 0.01 to 1', () => {
    const annealed: Objective = { ...towardsU1, anneal: 50 } as Objective;
    assert.ok(Math.abs(betaAt(annealed, 1) - (0.01 + 0.99 / 50)) < 1e-15);
    assert.equal(betaAt(annealed, 50), 1);
    assert.equal(betaAt(annealed, 1000), 1);
    assert.equal(betaAt(towardsU1, 1), 1);
    assert.equal(betaAt(towardsMoons, 1), 1);
  });
});
