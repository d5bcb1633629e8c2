import assert from 'node:assert/strict';
import type { ProbeState } from '../../../src/protocol/messages';
import { instantAt } from '../../../webview/instant';
import { probePoint } from '../../../webview/probe-point';

const probe: ProbeState = {
  stage: 0,
  origin: [0, 0],
  route: [
    [0, 0],
    [1, 2],
    [3, 2],
  ],
  dets: [1, 1],
  logBase: -2,
  logProb: -2,
  walked: { stage: 1, point: [1.001, 2] },
};
const at = (cursor: number) => probePoint(probe, cursor, instantAt(cursor, 2, 'generate', 'generate'));

describe('the probe', () => {
  it('is where its own walk has led it, on the stage that it walked to', () => {
    assert.deepEqual(at(1), [1.001, 2]);
  });

  it('is on its route elsewhere', () => {
    assert.deepEqual(at(0), [0, 0]);
    assert.deepEqual(at(0.5), [0.5, 1]);
    assert.deepEqual(at(1.5), [2, 2]);
    assert.deepEqual(at(2), [3, 2]);
  });

  it('is nowhere before it is placed', () => {
    assert.equal(probePoint(undefined, 1, instantAt(1, 2, 'generate', 'generate')), undefined);
  });
});
