/** Pictures of distributions that are told from one another at the size of an icon: drawn from points, never by hand. */

import { energyDraws } from '../flow/energy-draws';
import { RandomStream } from '../flow/random';
import { samplers } from '../flow/samplers';
import { energies } from '../flow/targets';

/** Cells a side, and how many shades a cell may have. */
const [side, shades] = [20, 5];
/** The share of the points on either side that may lie outside of the picture. */
const tail = 0.005;
const draws = 4000;

/** A built-in sampler or energy as an SVG in one colour, from draws of it; empty where there is none of this name. */
export function targetThumbnail(name: string, colour: string): string {
  const energy = energies.get(name);
  const source = samplers.get(name) ?? (energy && energyDraws(energy));
  return source ? thumbnail(source.sample(draws, new RandomStream(1, 1)), energy?.dim === 1 ? 1 : 2, colour) : '';
}

/** Points on the line (n) as a histogram, or on the plane (n × 2) as a density, as an SVG in one colour. */
export function thumbnail(points: ArrayLike<number>, dim: 1 | 2, colour: string): string {
  const all = Array.from(points);
  const cells = dim === 1 ? histogram(all) : density(all);
  const paths = Array.from({ length: shades }, (_, s) => pathOf(cells, s + 1)).map((path, s) =>
    path === '' ? '' : `<path fill-opacity="${(s + 1) / shades}" d="${path}"/>`,
  );
  const size = `width="16" height="16" viewBox="0 0 ${side} ${side}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} fill="${colour}" shape-rendering="crispEdges">${paths.join('')}</svg>`;
}

/** The cell of each value, in a range of all but the tails, padded by one cell. */
function cellsOf(values: readonly number[], [low, high]: readonly [number, number]): number[] {
  const step = (high - low) / (side - 2) || 1;
  return values.map((value) => Math.floor((value - low) / step) + 1);
}

function rangeOf(values: readonly number[]): [number, number] {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  return [at(tail), at(1 - tail)];
}

const isInside = (cell: number): boolean => cell >= 0 && cell < side;

/** Shades 0 … 5 of side × side cells, row by row from the top. */
function histogram(values: readonly number[]): Uint8Array {
  const counts = new Float64Array(side);
  for (const cell of cellsOf(values, rangeOf(values))) if (isInside(cell)) counts[cell]++;
  const most = Math.max(...counts);
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const height = Math.floor(i / side);
    return side - height <= (counts[i % side] / most) * side ? shades : 0;
  });
}

/** The same scale on both axes, as shapes are told by it. */
function density(points: readonly number[]): Uint8Array {
  const axes = [0, 1].map((axis) => points.filter((_, i) => i % 2 === axis));
  const ranges = axes.map(rangeOf);
  const half = Math.max(...ranges.map(([low, high]) => (high - low) / 2));
  const [columns, rows] = axes.map((values, axis) => {
    const middle = (ranges[axis][0] + ranges[axis][1]) / 2;
    return cellsOf(values, [middle - half, middle + half]);
  });
  const counts = new Float64Array(side * side);
  columns.forEach((column, i) => {
    if (isInside(column) && isInside(rows[i])) counts[(side - 1 - rows[i]) * side + column]++;
  });
  const filled = counts.filter((count) => count > 0).sort();
  const usual = filled[Math.round(0.9 * (filled.length - 1))] ?? 1;
  return Uint8Array.from(counts, (count) => Math.min(shades, Math.round(shades * Math.sqrt(count / usual))));
}

/** The cells of one shade, run by run. */
function pathOf(cells: Uint8Array, shade: number): string {
  let path = '';
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side;) {
      let length = 0;
      while (x + length < side && cells[y * side + x + length] === shade) length++;
      if (length > 0) path += `M${x} ${y}h${length}v1h-${length}z`;
      x += Math.max(1, length);
    }
  }
  return path;
}
