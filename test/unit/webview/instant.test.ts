import assert from 'node:assert/strict';
import { instantAt } from '../../../webview/instant';

describe('the instant at a cursor', () => {
  it('lies in the layer between two stages', () => {
    assert.deepEqual(instantAt(3.25, 16, 'generate', 'generate'), { layer: 4, s: 0.25, tau: 0.25 });
  });

  it('counts the applied fraction of a formula that runs x → z from the other side', () => {
    assert.deepEqual(instantAt(3.25, 16, 'generate', 'encode'), { layer: 4, s: 0.25, tau: 0.75 });
  });

  it('on a stage, shows the next layer in the direction last moved', () => {
    assert.deepEqual(instantAt(3, 16, 'generate', 'generate'), { layer: 4, s: 0, tau: 0 });
    assert.deepEqual(instantAt(3, 16, 'encode', 'generate'), { layer: 3, s: 1, tau: 1 });
  });

  it('at an end, stays in the last layer there is', () => {
    assert.deepEqual(instantAt(16, 16, 'generate', 'generate'), { layer: 16, s: 1, tau: 1 });
    assert.deepEqual(instantAt(0, 16, 'encode', 'generate'), { layer: 1, s: 0, tau: 0 });
  });

  it('never leaves the flow', () => {
    assert.deepEqual(instantAt(20, 2, 'generate', 'generate'), { layer: 2, s: 1, tau: 1 });
    assert.deepEqual(instantAt(-1, 2, 'encode', 'generate'), { layer: 1, s: 0, tau: 0 });
  });
});
