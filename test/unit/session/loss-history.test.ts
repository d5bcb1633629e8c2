import assert from 'node:assert/strict';
import { LossHistory } from '../../../src/session/loss-history';

const rowOf = (step: number, loss: number): number[] => [step, loss, -1, -2, 3, 4];

describe('the history of the loss', () => {
  it('keeps every step while there is room', () => {
    const history = new LossHistory();
    history.addRows([1, 3, 2, 2.5, 3, 2].flatMap((_, i, all) => (i % 2 === 0 ? rowOf(all[i], all[i + 1]) : [])));
    assert.deepEqual([...history.pairs()], [1, 3, 2, 2.5, 3, 2]);
    assert.deepEqual(history.latest, [3, 2]);
  });

  it('spans the whole run within its budget, the last step always among it', () => {
    const history = new LossHistory(64);
    for (let step = 1; step <= 10_007; step++) history.add(rowOf(step, 1 / step));
    const pairs = history.pairs();
    const steps = [...pairs].filter((_, i) => i % 2 === 0);
    assert.ok(steps.length <= 65, `${steps.length} entries`);
    assert.ok(steps[0] <= 256, `begins at step ${steps[0]}`);
    assert.equal(steps.at(-1), 10_007);
    steps.forEach((step, i) => assert.equal(pairs[2 * i + 1], Math.fround(1 / step)));
    const strides = new Set(steps.slice(1, -1).map((step, i) => step - steps[i]));
    assert.equal(strides.size, 1, 'evenly spread');
  });

  it('takes up where another left off', () => {
    const first = new LossHistory(64);
    for (let step = 1; step <= 1000; step++) first.add(rowOf(step, step));
    const second = new LossHistory(64);
    second.addRows(first.rows());
    for (let step = 1001; step <= 2000; step++) {
      first.add(rowOf(step, step));
      second.add(rowOf(step, step));
    }
    assert.deepEqual(second.latest, first.latest);
    assert.ok(second.pairs().length <= 130);
    assert.ok(second.pairs()[0] <= 64);
  });

  it('is empty once cleared', () => {
    const history = new LossHistory();
    history.add(rowOf(1, 1));
    history.clear();
    assert.equal(history.latest, undefined);
    assert.equal(history.pairs().length, 0);
  });
});
