import assert from 'node:assert/strict';
import type { HyperplaneOverlay } from '../../../src/protocol/messages';
import { seenOverlay } from '../../../webview/seen-overlay';

describe('what is seen of a layer in three dimensions', () => {
  const hyperplane = (w: readonly number[]): HyperplaneOverlay => ({
    kind: 'hyperplane',
    w,
    b: 0.5,
    uHat: [1, 2, 3],
    kappa: -0.9,
    danger: 0.2,
    fold: 0,
  });

  it('is the whole hyperplane with its bands where w lies in the plane, and û along it', () => {
    const { overlay, push, why } = seenOverlay(hyperplane([0.4, 0, -0.7]), 3, [2, 0]);
    assert.deepEqual(overlay, { kind: 'hyperplane', w: [-0.7, 0.4], b: 0.5, uHat: [3, 1], kappa: -0.9, danger: 0.2, fold: 0 });
    assert.deepEqual([push, why], [undefined, undefined]);
  });

  it('is û alone where w leaves the plane, and by which coordinates', () => {
    const { overlay, push, why } = seenOverlay(hyperplane([0.4, 0, -0.7]), 3, [0, 1]);
    assert.equal(overlay.kind, 'none');
    assert.deepEqual(push, [1, 2]);
    assert.match(why ?? '', /depends on v₃ too$/);
  });

  it('is no sphere', () => {
    const { overlay, why } = seenOverlay({ kind: 'centre', centre: [0, 0, 0], reach: 1, push: 0.5, danger: 0 }, 3, [0, 1]);
    assert.equal(overlay.kind, 'none');
    assert.match(why ?? '', /sphere/);
  });

  it('is everything in two', () => {
    const overlay = hyperplane([0.4, -0.7]);
    assert.deepEqual(seenOverlay(overlay, 2, [0, 1]), { overlay });
  });
});
