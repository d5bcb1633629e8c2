import assert from 'node:assert/strict';
import { nothingMeasured, type PastStep } from '../../../src/training/history';
import type { Watched } from '../../../src/training/messages';
import { Watch } from '../../../src/training/watch';
import { planarLayers, specOf, towardsU1 } from '../flow/batches';

const spec = specOf(towardsU1, planarLayers(1));
/** The first parameter is a hundredth of the step, the second stays, and the loss is the step. */
const step = (at: number): PastStep => ({
  step: at,
  parameters: Float32Array.of(at / 100, 7, 0, 0, 0),
  measures: { ...nothingMeasured, loss: at },
});
const change: Watched = { offset: 0, length: 2, delta: 0.055 };
const high: Watched = { condition: { quantity: 'loss', is: 'above', than: 4.5 }, from: 0 };

/** The steps from one to another at which it rests. */
function rests(watch: Watch, from: number, to: number): number[] {
  const steps = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return steps.filter((at) => watch.look(spec, step(at)).length > 0);
}

describe('what training is watched for', () => {
  it('holds a parameter against what it was at the last stop, and tells by how much it has changed', () => {
    const watch = new Watch([change], step(0));
    assert.deepEqual(rests(watch, 1, 20), [6, 12, 18]);
    const [{ index, by = NaN }] = watch.look(spec, step(40));
    assert.equal(index, 0);
    assert.ok(Math.abs(by - 0.22) < 1e-6, `${by}`);
  });

  it('after going back stops where it stopped before', () => {
    const watch = new Watch([change], step(0));
    rests(watch, 1, 13);
    for (const [to, stops] of [
      [12, [18]],
      [11, [12, 18]],
      [6, [12, 18]],
      [5, [6, 12, 18]],
      [0, [6, 12, 18]],
    ] as const) {
      watch.goBack(step(to));
      assert.deepEqual(rests(watch, to + 1, 20), stops, `from step ${to}`);
    }
  });

  it('after going back to before it was watched, holds a parameter against what it was there', () => {
    const watch = new Watch([change], step(50));
    watch.goBack(step(3));
    assert.deepEqual(rests(watch, 4, 20), [9, 15]);
  });

  it('holds a parameter against what it is where training begins anew', () => {
    const watch = new Watch([change], step(50));
    rests(watch, 51, 60);
    watch.begin(step(60));
    assert.deepEqual(rests(watch, 61, 70), [66]);
  });

  it('sees somebody else’s training begin again, of which nobody tells it', () => {
    const watch = new Watch([change], step(50));
    assert.deepEqual(rests(watch, 0, 10), [6]);
  });

  it('goes on with what it knows where something else is watched for as well', () => {
    let watch = new Watch([change, high], step(0));
    assert.deepEqual(rests(watch, 1, 8), [5, 6]);
    watch = new Watch(['every step', { ...high, holds: false }, change], step(8), watch);
    const seen = (at: number): number[] => watch.look(spec, step(at)).map(({ index }) => index);
    assert.deepEqual([9, 10, 11, 12].map(seen), [[0], [0], [0], [0, 2]]);
  });

  it('forgets what is watched for no more', () => {
    const before = new Watch([high], step(0));
    assert.deepEqual(rests(before, 1, 8), [5]);
    const watch = new Watch([high], step(8), new Watch([change], step(8), before));
    assert.deepEqual(rests(watch, 9, 12), [9]);
  });

  it('what held already has to end before it can come about', () => {
    const watch = new Watch([{ ...high, holds: true }], step(8));
    assert.deepEqual(rests(watch, 9, 12), []);
    assert.deepEqual(rests(watch, 2, 12), [5]);
  });
});
