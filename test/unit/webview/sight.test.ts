import assert from 'node:assert/strict';
import { baseSight, sightAt, sightOf, steady, type Sight } from '../../../webview/sight';

const shows = ({ x, y, halfX, halfY }: Sight, px: number, py: number): boolean => Math.abs(px - x) <= halfX && Math.abs(py - y) <= halfY;

/** Evenly over [3, 5] × [−1, 0], in no order. */
const points = Float32Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? 3 + ((i * Math.E) % 2) : -1 + ((i * Math.PI) % 1)));

describe('what is shown of a stage', () => {
  it('is where its points are, with a little room', () => {
    const sight = sightOf(points, undefined);
    assert.ok(sight);
    assert.ok(shows(sight, 3, -1) && shows(sight, 5, 0));
    assert.ok(sight.halfX < 1.4 && sight.halfY < 0.7);
  });

  it('leaves out what lies far away, or nowhere', () => {
    const stray = points.slice();
    stray.set([1e9, 1e9, NaN, 0, Infinity, 0, -1e9, 3], 1200);
    const [sight, calm] = [sightOf(stray, undefined), sightOf(points, undefined)];
    assert.ok(sight && calm && Math.abs(sight.halfX - calm.halfX) < 0.05 && Math.abs(sight.x - calm.x) < 0.05);
    assert.equal(sightOf(new Float32Array(20).fill(NaN), undefined), undefined);
  });

  it('has also what belongs there: the σ circles at z, the target at x', () => {
    const sight = sightOf(points, baseSight);
    assert.ok(sight && shows(sight, 4.9, 0) && shows(sight, -3.5, -3.5) && shows(sight, -3.5, 3.5));
  });

  it('has every part of points in order, as those of a file or of contours are', () => {
    const line = Float32Array.from({ length: 5000 }, (_, i) => i / 5000);
    const sight = sightOf(line, undefined);
    assert.ok(sight && shows(sight, 0.02, 0.02) && shows(sight, 0.98, 0.98));
  });

  it('stays while training moves the points a little, and goes along with more', () => {
    const [calm, little, much, close] = [1, 1.1, 1.5, 0.4].map((half): Sight => ({ x: 0, y: 0, halfX: half, halfY: half }));
    assert.equal(steady(little, calm), calm);
    assert.equal(steady(much, calm), much);
    assert.equal(steady(close, calm), close);
    const aside = { ...calm, x: 0.5 };
    assert.equal(steady(aside, calm), aside, 'what leaves the sight is followed');
  });

  it('goes over from one stage to the next, and is that of the stage at both', () => {
    const sights: Sight[] = [baseSight, { x: 4, y: 2, halfX: 14, halfY: 3.5 }];
    assert.deepEqual(sightAt(sights, 0), sights[0]);
    assert.deepEqual(sightAt(sights, 1), sights[1]);
    assert.deepEqual(sightAt(sights, 0.5), { x: 2, y: 1, halfX: 7, halfY: 3.5 });
  });
});
