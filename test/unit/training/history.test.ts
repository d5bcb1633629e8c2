import assert from 'node:assert/strict';
import { History, nothingMeasured, type Mark, type Measures } from '../../../src/training/history';

const megabyte = 2 ** 20;

/** A mark whose numbers are those of its step. */
function markOf(step: number, parameters = 3): Mark {
  const filled = (value: number): Float32Array => new Float32Array(parameters).fill(value);
  return {
    step,
    state: { parameters: filled(step), moments: [filled(step + 0.25), filled(step + 0.5)] },
    momentsSince: 0,
    patience: undefined,
  };
}
const measured = (loss: number): Measures => ({ ...nothingMeasured, loss });

function historyOf(steps: number, budget?: number, parameters = 3): History<string> {
  const history = new History(parameters, markOf(0, parameters), 'first', budget);
  for (let step = 1; step <= steps; step++) history.record(step, () => markOf(step, parameters), measured(-step));
  return history;
}
const stepsOf = (history: History<string>): number[] => [...history.since(0)].map(({ step }) => step);

describe('the history of training', () => {
  it('keeps every step while there is room', () => {
    const history = historyOf(100);
    assert.deepEqual(stepsOf(history), [...Array(101).keys()]);
    const past = history.at(37);
    assert.deepEqual([...(past?.parameters ?? [])], [37, 37, 37]);
    assert.equal(past?.measures.loss, -37);
    assert.ok(Number.isNaN(past?.measures.heldOut));
    assert.equal(history.at(101), undefined);
    assert.equal(history.lastStep, 100);
  });

  it('knows where to take up training for any step, with its moments', () => {
    const history = historyOf(100);
    for (const step of [0, 15, 16, 17, 99, 100]) {
      const start = history.before(step);
      assert.ok(start && start.mark.step <= step && step - start.mark.step < 16, `${step} from ${start?.mark.step}`);
      assert.deepEqual(start.mark, markOf(start.mark.step));
    }
    assert.equal(history.before(101), undefined);
  });

  it('stays within its budget by dropping every second step, over the whole run', () => {
    const budget = 8 * megabyte;
    const parameters = 160;
    const history = historyOf(40_000, budget, parameters);
    assert.ok(history.bytes <= budget, `${history.bytes} bytes`);
    const steps = stepsOf(history);
    const stride = steps[1] - steps[0];
    assert.ok(stride > 1 && Math.log2(stride) % 1 === 0);
    assert.deepEqual(
      steps,
      steps.map((_, i) => i * stride),
    );
    assert.ok(steps.length * parameters * 4 > budget / 4, 'and uses a good part of it');
    assert.equal(history.at(steps[5])?.parameters[159], steps[5]);
    assert.equal(history.lastStep, 40_000);
    const start = history.before(39_999);
    assert.ok(start && 39_999 - start.mark.step < 16 * stride);
    assert.deepEqual(start.mark, markOf(start.mark.step, parameters));
  });

  it('keeps a run of 100,000 steps of 32 planar layers within 64 megabytes', () => {
    const mark = markOf(0, 160);
    const history = new History(160, mark, '');
    for (let step = 1; step <= 100_000; step++) history.record(step, () => ({ ...mark, step }), nothingMeasured);
    assert.ok(history.bytes <= 64 * megabyte, `${history.bytes} bytes`);
    assert.ok(stepsOf(history).length >= 50_000);
  });

  it('remembers by which settings each step was taken, and where they began', () => {
    const history = historyOf(20);
    history.begin(markOf(20), 'second');
    for (let step = 21; step <= 40; step++) history.record(step, () => markOf(step), measured(-step));
    assert.deepEqual([history.settingsOf(20), history.settingsOf(21)], ['first', 'second']);
    assert.deepEqual([history.before(19)?.settings, history.before(19)?.mark.step], ['first', 16]);
    assert.deepEqual([history.before(20)?.settings, history.before(20)?.mark.step], ['second', 20]);
    assert.deepEqual([history.before(31)?.settings, history.before(31)?.mark.step], ['second', 20]);
    assert.equal(history.at(20)?.measures.loss, -20, 'the step still had its loss');
  });

  it('keeps where a segment began when it drops steps, and forgets the oldest segments when there are too many', () => {
    const budget = 6 * megabyte;
    const history = new History(160, markOf(0, 160), 'first', budget);
    history.record(1, () => markOf(1, 160), nothingMeasured);
    history.begin(markOf(1, 160), 'odd');
    for (let step = 2; step <= 20_000; step++) history.record(step, () => markOf(step, 160), nothingMeasured);
    assert.equal(history.at(1)?.step, 1);
    assert.equal(history.at(3), undefined);
    for (let step = 20_000; step < 26_000; step++) history.begin(markOf(step, 160), `segment ${step}`);
    assert.ok(history.bytes <= budget);
    assert.equal(history.settingsOf(26_000), 'segment 25999');
  });

  it('drops what came after a step only once that is taken again', () => {
    const history = historyOf(100);
    assert.equal(history.at(90)?.step, 90);
    history.record(50, () => markOf(50), measured(7));
    assert.deepEqual([history.lastStep, history.at(50)?.measures.loss, history.at(51), history.before(51)], [50, 7, undefined, undefined]);
    assert.equal(stepsOf(history).length, 51);
  });

  it('notes the held-out likelihood of a step', () => {
    const history = historyOf(10);
    history.judged(7, { mean: -2.5, standardError: 0.1 });
    assert.deepEqual([history.at(7)?.measures.heldOut, history.at(7)?.measures.heldOutError], [-2.5, 0.1]);
    assert.equal(history.at(7)?.measures.loss, -7);
    assert.ok(Number.isNaN(history.at(8)?.measures.heldOut));
  });

  it('spreads steps evenly over a range for a chart', () => {
    const history = historyOf(1000);
    const steps = (from: number, to: number, most: number): number[] => [...history.spread(from, to, most)].map(({ step }) => step);
    assert.deepEqual(steps(100, 200, 5), [100, 125, 150, 175, 200]);
    assert.deepEqual(steps(998, 5000, 10), [998, 999, 1000]);
    assert.deepEqual(steps(2000, 5000, 10), []);
    assert.deepEqual(steps(-5, 0, 10), [0]);
  });
});
