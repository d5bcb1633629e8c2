import assert from 'node:assert/strict';
import fc from 'fast-check';
import { thinned } from '../../../src/flow/table';

describe('a thinned table', () => {
  const tableOf = (count: number) => ({
    names: ['i', 'minus i'],
    count,
    mean: [0, 0],
    scale: [1, 1],
    points: Float64Array.from({ length: 2 * count }, (_, at) => (at % 2 === 0 ? at / 2 : -(at - 1) / 2)),
  });

  it('has whole rows in their order, evenly spread, and all of them where they are few', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 300 }), (count, most) => {
        const rows = thinned(tableOf(count), most);
        const kept = Math.min(count, most);
        assert.equal(rows.length, 2 * kept);
        const indices = Array.from({ length: kept }, (_, i) => rows[2 * i]);
        indices.forEach((row, i) => assert.equal(rows[2 * i + 1] + row, 0));
        assert.equal(indices[0], 0);
        const gaps = indices.slice(1).map((row, i) => row - indices[i]);
        assert.ok(Math.max(...gaps, 1) - Math.min(...gaps, count) <= 1 || kept === 1);
        assert.ok(count - indices[kept - 1] <= Math.ceil(count / kept));
      }),
    );
  });
});
