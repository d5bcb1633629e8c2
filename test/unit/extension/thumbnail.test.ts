import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { targetThumbnail, thumbnail } from '../../../src/extension/thumbnail';
import { samplers } from '../../../src/flow/samplers';
import { energies } from '../../../src/flow/targets';

/** The shade 0 … 1 of each cell, row by row from the top. */
function cellsOf(svg: string): number[][] {
  const side = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
  const cells = Array.from({ length: side }, () => new Array<number>(side).fill(0));
  for (const [, opacity, path] of svg.matchAll(/fill-opacity="([\d.]+)" d="([^"]+)"/g))
    for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
      cells[Number(y)].fill(Number(opacity), Number(x), Number(x) + Number(length));
  return cells;
}

describe('a thumbnail', () => {
  it('is dark where the points are: high points at the top, few of them light', () => {
    const points = [...Array.from({ length: 100 }, () => [1, 2]).flat(), ...Array.from({ length: 10 }, () => [-1, -2]).flat()];
    const cells = cellsOf(thumbnail(points, 2, 'red'));
    const filled = cells.flatMap((row, y) => row.flatMap((shade, x) => (shade > 0 ? [{ x, y, shade }] : [])));
    assert.equal(filled.length, 2);
    const [top, bottom] = filled;
    assert.ok(top.x > bottom.x && top.y < bottom.y && top.shade > bottom.shade);
  });

  it('of points on the line is a histogram that stands on the lower edge', () => {
    const cells = cellsOf(thumbnail([0, 0, 0, 0, 1, 2, 2], 1, 'red'));
    const heights = cells[0].map((_, x) => cells.filter((row) => row[x] > 0).length);
    assert.deepEqual(
      heights.filter((height) => height > 0),
      [20, 5, 10],
    );
    assert.ok(heights.every((height, x) => height === 0 || cells[19][x] === 1));
  });

  it('is drawn for values that are all the same, and for none', () => {
    assert.match(thumbnail([3, 3, 3], 1, 'red'), /<path/);
    assert.match(thumbnail([], 1, 'red'), /^<svg.*<\/svg>$/);
  });

  it('is there for every built-in target, in both themes, and no two are the same', () => {
    const names = [...samplers.keys(), ...energies.keys()];
    const expected = names.flatMap((name) => [`${name}-dark.svg`, `${name}-light.svg`]).sort();
    assert.deepEqual(readdirSync('dist/targets').sort(), expected);
    const light = names.map((name) => readFileSync(`dist/targets/${name}-light.svg`, 'utf8'));
    assert.equal(new Set(light).size, names.length);
    assert.equal(light[0], targetThumbnail(names[0], '#005fb8'));
  });
});
