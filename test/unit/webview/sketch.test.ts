import assert from 'node:assert/strict';
import { mostPoints, Sketch } from '../../../webview/sketch';

describe('a distribution drawn by hand', () => {
  const still = () => 0;

  it('is sprayed about the can, as wide as it says', () => {
    const draws = [1, -1, 0.5, 2];
    const sketch = new Sketch([], () => draws.shift() ?? 0);
    sketch.begin();
    sketch.spray([1, 2], 0.1, 2);
    assert.deepEqual(
      Array.from(sketch.points, (value) => Number(value.toFixed(3))),
      [1.1, 1.9, 1.05, 2.2],
    );
  });

  it('takes back the last stroke, and then the one before it', () => {
    const sketch = new Sketch([], still);
    sketch.begin();
    sketch.spray([0, 0], 1, 3);
    sketch.begin();
    sketch.spray([5, 5], 1, 2);
    assert.equal(sketch.count, 5);
    sketch.undo();
    assert.equal(sketch.count, 3);
    sketch.undo();
    sketch.undo();
    assert.equal(sketch.count, 0);
  });

  it('holds no more points than it says, and takes back what was drawn before the full can', () => {
    const sketch = new Sketch([], still);
    for (const count of [mostPoints - 1, 5, 5]) {
      sketch.begin();
      sketch.spray([0, 0], 1, count);
    }
    assert.equal(sketch.count, mostPoints);
    sketch.undo();
    assert.equal(sketch.count, mostPoints - 1);
  });

  it('is the same again from what was kept, and does not share it', () => {
    const sketch = new Sketch([], still);
    sketch.begin();
    sketch.spray([0.1234, -0.5], 1, 2);
    const again = new Sketch(sketch.kept, still);
    sketch.clear();
    assert.deepEqual([sketch.count, again.count], [0, 2]);
    assert.deepEqual(again.points, Float32Array.of(0.123, -0.5, 0.123, -0.5));
  });
});
