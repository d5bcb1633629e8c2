/** Going back, editing, changing settings, stopping early: what a trainer does beside taking steps. */

import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { buildFlow } from '../../../src/flow/flow';
import type { FlowSpec, LayerSpec, Objective } from '../../../src/flow/spec';
import type { PointTable } from '../../../src/flow/table';
import { splitTable } from '../../../src/training/holdout';
import type { Checkpoint } from '../../../src/training/messages';
import { firstWhere, marginsOf, seriesOf } from '../../../src/training/quantities';
import type { TakenStep } from '../../../src/training/run';
import { initialCheckpoint, Trainer } from '../../../src/training/trainer';
import { finish } from '../../../src/training/work';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';

/** Takes so many steps, with every look at held-out rows on the way. */
function take(trainer: Trainer, count: number): TakenStep[] {
  const taken: TakenStep[] = [];
  while (taken.length < count) {
    const outcome = finish(trainer.next());
    assert.ok(outcome.type !== 'not-finite');
    if (outcome.type === 'step') taken.push(outcome);
  }
  return taken;
}

const trainerOf = (spec: FlowSpec, from: Checkpoint = initialCheckpoint(spec), table?: PointTable, memory?: number): Trainer =>
  new Trainer(spec, from, table, memory);
const mixed: LayerSpec[] = [...planarLayers(2), { type: 'coupling', options: { hidden: 3 }, initial: {} }];
/** So few bytes that of a hundred steps only some are kept. */
const little = 6000;
const base = { steps: 50, batch: 16, optimizer: 'adam', learningRate: 5e-3 } as const;

describe('a trainer', () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  for (const [name, layers] of [
    ['of fused layers', planarLayers(4)],
    ['of mixed layers', mixed],
  ] as const) {
    const spec = specOf(towardsU1, layers, { training: { ...base, schedule: 'cosine', clip: 5 } });

    it(`${name} shows every past step to the bit, whether it was kept or is taken again`, () => {
      const straight = trainerOf(spec);
      const expected = Array.from({ length: 120 }, () => (take(straight, 1), { ...straight.lastStep(), ...straight.checkpoint() }));
      const trainer = trainerOf(spec, initialCheckpoint(spec), undefined, little);
      take(trainer, 120);
      let replayed = 0;
      for (const { step, parameters, measures } of expected.filter((_, i) => i % 6 === 0)) {
        if (!trainer.history.at(step)) replayed++;
        assert.deepEqual(finish(trainer.revisit(step)), { step, parameters, measures }, `step ${step}`);
      }
      assert.ok(replayed >= 10, `${replayed} steps were not kept`);
      assert.deepEqual(trainer.checkpoint(), straight.checkpoint(), 'looking back changes nothing');
      assert.equal(finish(trainer.revisit(121)), undefined);
      straight.dispose();
      trainer.dispose();
    });

    it(`${name} goes on from any past step to the bit, and keeps the later ones until then`, () => {
      const trainer = trainerOf(spec);
      take(trainer, 60);
      const end = trainer.checkpoint();
      for (const step of [0, 1, 17, 32, 45]) {
        assert.ok(finish(trainer.rewind(step)));
        assert.equal(trainer.step, step);
        assert.deepEqual(finish(trainer.revisit(60))?.parameters, end.parameters, 'it is still there');
        take(trainer, 1);
        assert.equal(finish(trainer.revisit(60)), undefined, 'and now is not');
        take(trainer, 59 - step);
        assert.deepEqual(trainer.checkpoint(), end, `from step ${step}`);
      }
      assert.equal(finish(trainer.rewind(61)), false);
      trainer.dispose();
    });

    it(`${name} takes edits and other settings in the middle, and shows the steps around them as they were`, () => {
      const trainer = trainerOf(spec, initialCheckpoint(spec), undefined, little);
      const seen = new Map<number, Float32Array>();
      const go = (count: number): void => {
        for (let i = 0; i < count; i++) {
          take(trainer, 1);
          seen.set(trainer.step, trainer.checkpoint().parameters);
        }
      };
      go(21);
      trainer.edit([{ offset: 3, values: Float32Array.from([0.5, -0.5]) }]);
      const { parameters, moments } = trainer.checkpoint();
      seen.set(21, parameters);
      assert.deepEqual([...parameters.subarray(3, 5)], [0.5, -0.5]);
      assert.deepEqual([...moments[0].subarray(3, 5)], [0, 0], 'where it was going is forgotten');
      assert.ok(moments[1][3] > 0 && moments[1][4] > 0, 'but not the scale of its moves');
      assert.ok(moments[0][2] !== 0 && moments[0][5] !== 0, 'of the others it remembers everything');
      go(20);
      trainer.change({ ...spec, training: { ...spec.training, batch: 5, learningRate: 1e-3 } });
      assert.deepEqual(trainer.checkpoint().parameters, seen.get(41), 'a change loses nothing');
      go(20);
      trainer.change({ ...spec, training: { ...base, optimizer: 'sgd', momentum: 0.5, learningRate: 1e-4 } });
      go(20);
      for (const [step, as] of seen) assert.deepEqual(finish(trainer.revisit(step))?.parameters, as, `step ${step}`);
      // Going back to before the change, and on by the settings of now, is another story from there.
      assert.ok(finish(trainer.rewind(30)));
      take(trainer, 2);
      assert.notDeepEqual(trainer.checkpoint().parameters, seen.get(32));
      assert.deepEqual(finish(trainer.revisit(30))?.parameters, seen.get(30));
      trainer.dispose();
    });
  }

  it('draws another batch size from the step after the change on', () => {
    const spec = specOf(towardsMoons, planarLayers(3), { training: base });
    const changed = { ...spec, training: { ...base, batch: 40 } };
    const trainer = trainerOf(spec);
    take(trainer, 10);
    const before = trainer.checkpoint();
    trainer.change(changed);
    const [{ loss }] = take(trainer, 1);
    const other = trainerOf(changed, before);
    assert.equal(take(other, 1)[0].loss, loss);
    assert.deepEqual(other.checkpoint(), trainer.checkpoint());
  });

  it('follows the schedule of its learning rate, and tells it', () => {
    const spec = specOf(towardsMoons, planarLayers(1), { training: { ...base, steps: 10, schedule: 'exponential' } });
    const rates = take(trainerOf(spec), 11).map(({ learningRate }) => learningRate);
    assert.ok(Math.abs(rates[5] - 5e-4) < 1e-15);
    assert.equal(rates[10], 5e-3);
  });

  it('weights the energy by β, and tells it without', () => {
    const spec = specOf({ type: 'reverse-kl', energy: 'U1', anneal: 10 }, planarLayers(2), { training: base });
    const [first] = take(trainerOf(spec), 1);
    assert.ok(Math.abs(first.loss - (first.terms.base - first.terms.logDet + 0.109 * first.terms.energy)) < 1e-12);
  });

  describe('with Adam', () => {
    const adam = specOf(towardsU1, planarLayers(4), { training: { ...base, learningRate: 1e-3 } });
    const sgd: FlowSpec = { ...adam, training: { ...adam.training, optimizer: 'sgd', momentum: 0.9 } };
    /** The longest move of a parameter in the next steps, in learning rates. */
    const furthest = (trainer: Trainer, steps: number): number => {
      let most = 0;
      for (let i = 0; i < steps; i++) {
        const from = trainer.checkpoint().parameters;
        take(trainer, 1);
        trainer.checkpoint().parameters.forEach((value, at) => (most = Math.max(most, Math.abs(value - from[at]) / 1e-3)));
      }
      return most;
    };

    for (const [engine, layers] of [
      ['fused', planarLayers(4)],
      ['not fused', mixed],
    ] as const) {
      it(`moves by no more than the learning rate first, however late it begins (${engine})`, () => {
        const trainer = trainerOf({ ...sgd, layers });
        take(trainer, 120);
        trainer.change({ ...adam, layers });
        assert.ok(furthest(trainer, 1) < 1.001);
        take(trainer, 5);
        const again = trainerOf({ ...adam, layers }, trainer.checkpoint());
        take(trainer, 20);
        take(again, 20);
        assert.deepEqual(again.checkpoint(), trainer.checkpoint(), 'a checkpoint knows since when there are moments');
        trainer.dispose();
        again.dispose();
      });
    }

    it('remembers nothing of another optimiser’s steps that it goes back to', () => {
      const trainer = trainerOf(sgd);
      take(trainer, 60);
      trainer.change(adam);
      take(trainer, 20);
      assert.ok(finish(trainer.rewind(30)));
      const { moments, momentsSince } = trainer.checkpoint();
      assert.ok(moments.every((moment) => moment.every((value) => value === 0)));
      assert.equal(momentsSince, 30);
      assert.ok(furthest(trainer, 1) < 1.001);
    });

    it('does not leap after an edit', () => {
      const trainer = trainerOf(adam);
      take(trainer, 300);
      trainer.edit([{ offset: 0, values: trainer.checkpoint().parameters }]);
      assert.ok(furthest(trainer, 1) < 1.001);
    });
  });

  it('refuses an edit of what is not there, or is not a number', () => {
    const trainer = trainerOf(specOf(towardsU1, planarLayers(1)));
    assert.throws(() => trainer.edit([{ offset: 4, values: new Float32Array(2) }]), /has 5 parameters/);
    assert.throws(() => trainer.edit([{ offset: 0, values: Float32Array.from([NaN]) }]), /finite/);
    assert.equal(trainer.step, 0);
  });

  it('finds the first step at which a margin or a loss passed a value, and gives series for charts', () => {
    const spec = specOf(towardsU1, planarLayers(4), { training: { ...base, learningRate: 2e-2 } });
    const trainer = trainerOf(spec);
    const losses = take(trainer, 80).map(({ loss }) => loss);
    const margins = Array.from({ length: 81 }, (_, step) =>
      Math.min(...buildFlow(spec, finish(trainer.revisit(step))?.parameters ?? new Float32Array()).layers.map(({ margin }) => margin)),
    );
    const find = (condition: Parameters<typeof firstWhere>[2], from = 0): number | undefined =>
      finish(firstWhere(spec, trainer.history.since(from), condition));
    const most = Math.max(...margins.slice(1).map((margin) => Math.abs(margin - margins[0])));
    const moved = margins.findIndex((margin) => Math.abs(margin - margins[0]) > most / 2);
    const is = margins[moved] < margins[0] ? 'below' : 'above';
    const than = margins[0] + (Math.sign(margins[moved] - margins[0]) * most) / 2;
    const least = find({ quantity: { margin: 'least' }, is, than });
    assert.ok(moved > 0);
    assert.equal(least, moved);
    const limit = losses[0] - 1;
    assert.equal(find({ quantity: 'loss', is: 'below', than: limit }), losses.findIndex((loss) => loss < limit) + 1);
    assert.equal(find({ quantity: 'loss', is: 'above', than: -1e9 }), 1, 'of step 0 there is no loss');
    assert.equal(find({ quantity: 'loss', is: 'above', than: -1e9 }, 7), 7);
    assert.equal(find({ quantity: 'loss', is: 'above', than: 1e9 }), undefined);
    const series = finish(seriesOf(spec, trainer.history.spread(0, 80, 1000), 'loss'));
    assert.deepEqual(
      [...series],
      losses.flatMap((loss, i) => [i + 1, loss]),
    );
    const second = finish(seriesOf(spec, trainer.history.spread(80, 80, 5), { margin: 1 }));
    assert.deepEqual([...second], [80, marginsOf(spec, trainer.checkpoint().parameters)[1]]);
  });
});

describe('held-out rows', () => {
  const rows = (count: number): PointTable => ({
    names: ['a', 'b'],
    count,
    mean: [0, 0],
    scale: [1, 1],
    points: Float64Array.from({ length: 2 * count }, (_, i) => i + Math.sin(i)),
  });
  const first = (points: Float64Array): number[] => [...points].filter((_, i) => i % 2 === 0);

  it('are a share of the rows, the rest is trained on, and none is both', () => {
    const table = rows(100);
    const { training, heldOut } = splitTable(table, 0.2, 7);
    assert.deepEqual([training.count, training.points.length, heldOut.length], [80, 160, 40]);
    assert.deepEqual(
      [...first(training.points), ...first(heldOut)].sort((a, b) => a - b),
      first(table.points),
    );
    assert.deepEqual(splitTable(table, 0.2, 7), { training, heldOut });
    assert.notDeepEqual(splitTable(table, 0.2, 8).heldOut, heldOut);
  });

  it('leave something to train on, and at most a thousand are judged', () => {
    assert.equal(splitTable(rows(2), 0.99, 1).training.count, 1);
    assert.equal(splitTable(rows(5), 0.01, 1).heldOut.length, 2);
    assert.equal(splitTable(rows(1), 0.5, 1).heldOut.length, 0);
    const { training, heldOut } = splitTable(rows(10_000), 0.5, 1);
    assert.deepEqual([training.count, heldOut.length], [5000, 2000]);
  });

  const withHoldout: Objective = { type: 'forward-kl', data: 'points.csv', holdout: 0.25 };
  const table: PointTable = { ...rows(80), points: Float64Array.from({ length: 160 }, (_, i) => Math.sin(3.7 * i) + Math.cos(i * i)) };

  it('are judged every 256 steps, in float64, with a standard error, and are kept in the history', () => {
    const spec = specOf(withHoldout, planarLayers(2), { training: base });
    const trainer = trainerOf(spec, initialCheckpoint(spec), table);
    take(trainer, 256);
    assert.ok(trainer.isJudgementDue());
    const outcome = finish(trainer.next());
    assert.ok(outcome.type === 'judged');
    assert.ok(!trainer.isJudgementDue());
    const logs = buildFlow(spec, trainer.checkpoint().parameters).logProb(splitTable(table, 0.25, spec.seed).heldOut);
    const mean = logs.reduce((sum, log) => sum + log, 0) / 20;
    const error = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / 19 / 20);
    assert.ok(Math.abs(outcome.heldOut.mean - mean) < 1e-12 && Math.abs(outcome.heldOut.standardError - error) < 1e-12);
    assert.equal(trainer.history.at(256)?.measures.heldOut, outcome.heldOut.mean);
  });

  it('are judged early on too, and after the last step of a short training', () => {
    const spec = specOf(withHoldout, planarLayers(2), { training: base });
    const trainer = trainerOf(spec, initialCheckpoint(spec), table);
    const judged: number[] = [];
    while (trainer.step < 11 || trainer.isJudgementDue(11)) {
      const outcome = finish(trainer.next(11));
      if (outcome.type === 'judged') judged.push(outcome.step);
    }
    assert.deepEqual(judged, [1, 2, 4, 8, 11]);
  });

  it('stop training that no longer improves them', () => {
    const spec = specOf(withHoldout, planarLayers(6), { training: { ...base, learningRate: 3e-2, patience: 512 } });
    const trainer = trainerOf(spec, initialCheckpoint(spec), table);
    let steps = 0;
    const likelihoods: [number, number][] = [];
    while (trainer.stalledSince === undefined && steps < 20_000) {
      const outcome = finish(trainer.next());
      if (outcome.type === 'judged') likelihoods.push([outcome.step, outcome.heldOut.mean]);
      else steps++;
    }
    const best = likelihoods.reduce((a, b) => (b[1] > a[1] ? b : a));
    assert.equal(trainer.stalledSince, best[0]);
    assert.ok(trainer.step - best[0] >= 512 && trainer.step - best[0] < 1024);
    assert.equal(trainer.judgedBy, 'held-out');
  });

  it('are looked at before patience is lost with them, however short it is', () => {
    const spec = specOf(withHoldout, planarLayers(6), { training: { ...base, learningRate: 1e-3, patience: 10 } });
    const trainer = trainerOf(spec, initialCheckpoint(spec), table);
    const judged: [step: number, mean: number][] = [];
    while (trainer.step < 300 && (trainer.stalledSince === undefined || trainer.isJudgementDue())) {
      const outcome = finish(trainer.next());
      if (outcome.type === 'judged') judged.push([outcome.step, outcome.heldOut.mean]);
    }
    const [last, before] = [judged.length - 1, judged.length - 2].map((i) => judged[i]);
    assert.ok(
      judged.every(([step], i) => i === 0 || step - judged[i - 1][0] <= 10),
      `judged after ${judged.map(([step]) => step).join()}`,
    );
    if (trainer.step < 300) assert.ok(last[0] === trainer.step && last[1] <= before[1], 'it stops by what it has just seen');
    else assert.ok(last[1] > before[1]);
  });
});

describe('early stopping by the loss', () => {
  const spec = specOf(towardsU1, planarLayers(1), { training: { ...base, learningRate: 1e-12, patience: 60 } });

  /** The step at which it stalls, going on from a checkpoint every so many steps. */
  function stall(of: FlowSpec, every: number): number {
    let trainer = trainerOf(of);
    while (trainer.stalledSince === undefined && trainer.step < 5000) {
      take(trainer, 1);
      if (trainer.step % every !== 0) continue;
      const kept = structuredClone(trainer.checkpoint());
      trainer.dispose();
      trainer = trainerOf(of, kept);
    }
    return trainer.step;
  }

  it('stops where nothing improves, at the same step however often training went on from a checkpoint', () => {
    const step = stall(spec, Infinity);
    assert.ok(step > 60 && step < 1000, `stopped at ${step}`);
    assert.equal(stall(spec, 7), step);
  });

  it('has patience until annealing is over', () => {
    const annealed = specOf({ type: 'reverse-kl', energy: 'U1', anneal: 1500 }, planarLayers(1), { training: spec.training });
    assert.ok(stall(annealed, Infinity) > 1500 + 60 - 1);
  });

  it('judges anew when it is told to go on all the same', () => {
    const trainer = trainerOf(spec);
    while (trainer.stalledSince === undefined) take(trainer, 1);
    trainer.forgive();
    take(trainer, 30);
    assert.equal(trainer.stalledSince, undefined);
  });
});
