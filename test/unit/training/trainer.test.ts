import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { integral } from '../../../src/flow/diagnostics';
import { buildFlow } from '../../../src/flow/flow';
import { firstNotFinite } from '../../../src/flow/not-finite';
import { layerTypes } from '../../../src/flow/registry';
import type { FlowSpec, LayerSpec } from '../../../src/flow/spec';
import type { PointTable } from '../../../src/flow/table';
import type { Checkpoint, NotFinite } from '../../../src/training/messages';
import { trainingObjective } from '../../../src/training/objective';
import type { Outcome } from '../../../src/training/run';
import { initialCheckpoint, Trainer } from '../../../src/training/trainer';
import { finish } from '../../../src/training/work';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';

function trainerOf(spec: FlowSpec, from = initialCheckpoint(spec), table?: PointTable): Trainer {
  return new Trainer(spec, from, table);
}

const next = (trainer: Trainer): Outcome => finish(trainer.next());

/** Takes `count` steps, all of which must succeed, and returns their losses. */
function take(trainer: Trainer, count: number): number[] {
  return Array.from({ length: count }, () => {
    const outcome = next(trainer);
    assert.ok(outcome.type === 'step', 'every step is finite');
    return outcome.loss;
  });
}

/** Trains on from the start of `spec` alone, and tells where it stands after `count` steps. */
function after(spec: FlowSpec, count: number): { losses: number[]; checkpoint: Checkpoint } {
  const trainer = trainerOf(spec);
  const losses = take(trainer, count);
  const checkpoint = trainer.checkpoint();
  trainer.dispose();
  return { losses, checkpoint };
}

describe('training', () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  for (const [name, objective] of [
    ['forward KL', towardsMoons],
    ['reverse KL', towardsU1],
  ] as const) {
    const spec = specOf(objective, planarLayers(8));

    it(`by ${name} brings the loss down`, () => {
      const { losses } = after(spec, 150);
      const mean = (part: number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
      assert.ok(mean(losses.slice(-20)) < mean(losses.slice(0, 20)) - 0.25, `from ${losses[0]} to ${losses[149]}`);
    });

    it(`by ${name} is the same to the bit for the same seed, and another for another`, () => {
      const once = after(spec, 30);
      assert.deepEqual(after(spec, 30), once);
      assert.notDeepEqual(after({ ...spec, seed: 8 }, 30).losses, once.losses);
    });

    it(`by ${name} goes on from a checkpoint to the bit as if it had never stopped`, () => {
      const whole = after(spec, 40);
      const first = after(spec, 15);
      const resumed = trainerOf(spec, structuredClone(first.checkpoint));
      const losses = [...first.losses, ...take(resumed, 25)];
      assert.deepEqual({ losses, checkpoint: resumed.checkpoint() }, whole);
      resumed.dispose();
    });
  }

  for (const type of layerTypes.values()) {
    for (const objective of [towardsMoons, towardsU1]) {
      it(`of ${type.name} layers by ${objective.type} brings the loss down, and leaves a density that integrates to 1`, () => {
        const layers: LayerSpec[] = Array.from({ length: 4 }, (_, k) => ({
          type: type.name,
          options: type.name === 'coupling' && k % 2 === 1 ? { flip: true } : {},
          initial: {},
        }));
        const spec = specOf(objective, layers, { training: { steps: 120, batch: 128, optimizer: 'adam', learningRate: 1e-2 } });
        const { losses, checkpoint } = after(spec, 120);
        const mean = (part: number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
        assert.ok(mean(losses.slice(-20)) < mean(losses.slice(0, 10)) - 0.05, `from ${losses[0]} to ${losses[119]}`);
        const total = integral(buildFlow(spec, checkpoint.parameters), 12, 300);
        assert.ok(Math.abs(total - 1) < 1e-3, `∫ p = ${total}`);
      });
    }
  }

  it('is Adam: TensorFlow.js’s own optimiser takes the same steps', () => {
    const spec = specOf(towardsU1, planarLayers(2), { training: { steps: 10, batch: 16, optimizer: 'adam', learningRate: 1e-2 } });
    const trainer = trainerOf(spec);
    const start = trainer.checkpoint().parameters;
    const optimizer = tf.train.adam(1e-2, 0.9, 0.999, 1e-8);
    const variable = tf.variable(tf.tensor1d(start));
    for (let step = 1; step <= 10; step++) {
      const before = trainer.checkpoint();
      take(trainer, 1);
      const now = trainer.checkpoint();
      // The gradient that this step saw, from how it moved the first moment: m ← 0.9·m + 0.1·g.
      const gradient = tf.tensor1d(now.moments[0].map((moment, i) => (moment - 0.9 * before.moments[0][i]) / 0.1));
      optimizer.applyGradients([{ name: variable.name, tensor: gradient }]);
      gradient.dispose();
      const expected = variable.dataSync();
      now.parameters.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5, `step ${step}, ${i}: ${value}, ${expected[i]}`));
    }
    trainer.dispose();
    optimizer.dispose();
    variable.dispose();
  });

  it('holds as many tensors after 300 steps as after 10, and none after dispose', () => {
    const empty = tf.memory().numTensors;
    const trainer = trainerOf(specOf(towardsMoons, planarLayers(2)));
    take(trainer, 10);
    const early = tf.memory();
    take(trainer, 290);
    assert.equal(tf.memory().numTensors, early.numTensors);
    assert.equal(tf.memory().numBytes, early.numBytes);
    trainer.dispose();
    assert.equal(tf.memory().numTensors, empty);
  });

  it('refuses the checkpoint of another flow', () => {
    const other = initialCheckpoint(specOf(towardsMoons, planarLayers(3)));
    assert.throws(() => trainerOf(specOf(towardsMoons, planarLayers(2)), other), /has 15 parameters, but the flow has 10/);
  });
});

describe('a step that is not finite', () => {
  before(() => tf.setBackend('cpu'));

  const layer = (w: number[], u: number[], b: number, raw = true): LayerSpec => ({
    type: 'planar',
    options: { raw },
    initial: { w, u, b: [b] },
  });
  const mild = layer([0.5, 0.5], [0.1, 0.1], 0);

  /** The report on the first step, and what is left standing: the parameters before it, and no tensor. */
  function firstStep(spec: FlowSpec, table?: PointTable): NotFinite {
    const tensors = tf.memory().numTensors;
    const trainer = trainerOf(spec, initialCheckpoint(spec), table);
    const outcome = next(trainer);
    assert.ok(outcome.type === 'not-finite', 'the step is refused');
    const report = outcome.at;
    assert.equal(trainer.step, 0);
    assert.deepEqual(trainer.checkpoint(), initialCheckpoint(spec));
    assert.deepEqual(report.before, initialCheckpoint(spec).parameters);
    assert.equal(report.step, 1);
    trainer.dispose();
    assert.equal(tf.memory().numTensors, tensors);
    return report;
  }
  const place = ({ layer: at, particle, quantity }: NotFinite): [number, number, string] => [at, particle, quantity];

  /** A data file of these rows, each of which the batch of 64 draws. */
  const tableOf = (rows: number[]): PointTable => ({
    names: ['a', 'b'],
    count: rows.length / 2,
    mean: [0, 0],
    scale: [1, 1],
    points: Float64Array.from(rows),
  });
  const towardsTable = { type: 'forward-kl', data: 'points.csv' } as const;

  it('names the layer and the particle whose log det is −∞: κ = −1, on the hyperplane', () => {
    const flat = layer([1, 0], [-1, 0], 0);
    const spec = specOf(towardsTable, [mild, flat]);
    const table = tableOf([1, 0, 0, 1]);
    const first = trainingObjective(spec, table).batch(1);
    const particle = Array.from({ length: 64 }, (_, p) => first[2 * p]).indexOf(0);
    assert.deepEqual(place(firstStep(spec, table)), [1, particle, 'log det']);
  });

  it('names the first layer, in the order they are run, whose image overflows', () => {
    const far = layer([1, 0], [0, 3e38], 50);
    assert.deepEqual(place(firstStep(specOf(towardsU1, [mild, far, far, mild]))), [2, 0, 'image']);
    assert.deepEqual(place(firstStep(specOf(towardsTable, [mild, far, far, mild], {}), tableOf([1, 0]))), [1, 0, 'image']);
  });

  it('names the first particle of a batch that is looked at in pieces, layer by layer over all of them', () => {
    // Of the two rows that overflow, the one that does so in an earlier layer is the rarer.
    const late = layer([0, 1], [0, 3e38], -50);
    const early = layer([1, 0], [3e38, 0], -50);
    const rows = Array.from({ length: 4000 }, (_, row) => (row === 7 ? [100, 0] : row % 400 === 1 ? [0, 100] : [0, 0])).flat();
    const training = { steps: 1, batch: 60_000, optimizer: 'adam', learningRate: 1e-3 } as const;
    const spec = specOf(towardsTable, [late, late, early, early], { training });
    const batch = trainingObjective(spec, tableOf(rows)).batch(1);
    const whole = firstNotFinite(buildFlow(spec, initialCheckpoint(spec).parameters), 'encode', batch, (value) =>
      Number.isFinite(Math.fround(value)),
    );
    assert.ok(!(whole instanceof Float64Array));
    assert.deepEqual(place(firstStep(spec, tableOf(rows))), [whole.layer, whole.particle, whole.quantity]);
    assert.equal(whole.layer, 2);
    const trainer = trainerOf(spec, initialCheckpoint(spec), tableOf(rows));
    let pieces = 0;
    for (const step = trainer.next(); !step.next().done; pieces++);
    assert.ok(pieces > 8, `${pieces} pieces`);
    trainer.dispose();
  });

  it('names the energy of the particle where that overflows', () => {
    assert.deepEqual(place(firstStep(specOf(towardsU1, [layer([1, 0], [0, 1e30], 50)]))), [-1, 0, 'energy u(x)']);
  });

  it('names the parameter whose gradient is not finite: the constraint has none at w = 0', () => {
    const report = firstStep(specOf(towardsU1, [mild, layer([0, 0], [0.5, 0.5], 0.1, false)]));
    assert.deepEqual(place(report), [1, -1, 'gradient of w']);
    assert.ok(!report.after.every(Number.isFinite));
  });

  describe('in float32, though float64 could go on', () => {
    /** Where training by SGD at this learning rate stops, and why. */
    function thrownOut(layers: LayerSpec[]): NotFinite {
      const spec = specOf(towardsU1, layers);
      const trainer = trainerOf({ ...spec, training: { ...spec.training, batch: 64, optimizer: 'sgd', learningRate: 10 } });
      for (let step = 1; step <= 30; step++) {
        const outcome = next(trainer);
        if (outcome.type === 'not-finite') return outcome.at;
      }
      return assert.fail('no step was refused');
    }
    const planar = (options: LayerSpec['options'] = {}): LayerSpec => ({ type: 'planar', options, initial: {} });

    for (const [name, layers] of [
      ['raw planar, planar', [planar({ raw: true }), planar()]],
      ['radial, planar', [{ type: 'radial', options: {}, initial: {} }, planar()]],
    ] as const) {
      it(`names a layer where SGD has thrown the parameters far out (${name})`, () => {
        const { layer: at, quantity } = thrownOut([...layers]);
        assert.ok(at >= 0, quantity);
        assert.notEqual(quantity, 'loss');
      });
    }

    it('names the layer whose wᵀu or wᵀv cannot be computed: w and u are huge', () => {
      const { layer: at, quantity, after: refused } = firstStep(specOf(towardsU1, [mild, layer([1e30, 1e30], [1e15, 0], 0, false)]));
      assert.equal(at, 1, quantity);
      assert.ok(!refused.every(Number.isFinite), 'the parameters after the step are those of the engine, which could not compute them');
    });
  });

  it('names the parameter that a learning rate beyond float32 throws away', () => {
    const spec = specOf(towardsU1, [mild, mild], { training: { steps: 1, batch: 8, optimizer: 'adam', learningRate: 1e300 } });
    assert.deepEqual(place(firstStep(spec)), [0, -1, 'new value of w']);
  });
});
