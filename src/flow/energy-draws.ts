import type { Sampler } from './samplers';
import type { Energy } from './targets';

/** The mass of every energy lies within this cube but for less than 1e-9 of it. */
const cube = 8;
/** Cells a side: to find where the mass is, and to draw from it. */
const [coarse, fine] = [128, { 1: 4096, 2: 256 }];
/** The part of the greatest density below which a coarse cell is left out. */
const least = 1e-12;
/** How far e^{−u} inside a cell may rise above its greatest corner. */
const headroom = 1.05;

/** A box divided into side^d cells, with the greatest e^{−(u − u₀)} of each cell's corners; cells and corners run x fastest. */
interface Cells {
  readonly low: readonly number[];
  readonly step: readonly number[];
  readonly side: number;
  readonly highest: Float64Array;
  /** u₀: the least u on a corner. */
  readonly ground: number;
}

/**
 * Independent draws of π ∝ e^{−u} on the line or the plane: a cell is drawn by the greatest density of its corners and a point in it
 * uniformly, which is then kept with the chance that the density there has of 1.05 times the greatest. That is exact as long as the
 * density nowhere rises above this ceiling inside a cell; what lies outside of the cells is less than 1e-9 of the mass.
 */
export function energyDraws(energy: Energy): Pick<Sampler, 'sample'> {
  const { dim } = energy;
  const slope = new Float64Array(dim);
  const cells = cellsOf(energy, support(cellsOf(energy, { low: Array(dim).fill(-cube), high: Array(dim).fill(cube) }, coarse)), fine[dim]);
  const { low, step, side, highest, ground } = cells;
  let total = 0;
  const cumulative = highest.map((weight) => (total += weight));
  return {
    sample(count, random) {
      const points = new Float64Array(count * dim);
      for (let at = 0; at < points.length;) {
        const cell = firstAbove(cumulative, random.uniform() * total);
        for (let i = 0, rest = cell; i < dim; i++, rest = Math.floor(rest / side)) {
          points[at + i] = low[i] + step[i] * ((rest % side) + random.uniform());
        }
        const height = Math.exp(ground - energy.evaluate(points, at, slope));
        if (random.uniform() * headroom * highest[cell] < height) at += dim;
      }
      return points;
    },
  };
}

interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

function cellsOf(energy: Energy, { low, high }: Box, side: number): Cells {
  const { dim } = energy;
  const slope = new Float64Array(dim);
  const step = low.map((edge, i) => (high[i] - edge) / side);
  const corners = side + 1;
  const u = Float64Array.from({ length: corners ** dim }, (_, corner) =>
    energy.evaluate(
      low.map((edge, i) => edge + step[i] * (Math.floor(corner / corners ** i) % corners)),
      0,
      slope,
    ),
  );
  const ground = u.reduce((a, b) => Math.min(a, b), Infinity);
  const highest = Float64Array.from({ length: side ** dim }, (_, cell) => {
    const corner = (cell % side) + corners * Math.floor(cell / side);
    const around = dim === 1 ? [u[corner], u[corner + 1]] : [u[corner], u[corner + 1], u[corner + corners], u[corner + corners + 1]];
    return Math.exp(ground - Math.min(...around));
  });
  return { low, step, side, highest, ground };
}

/** The box of the cells that are not left out, and of one more on every side. */
function support({ low, step, side, highest }: Cells): Box {
  const places = low.map((_, i) =>
    Array.from(highest).flatMap((weight, cell) => (weight > least ? [Math.floor(cell / side ** i) % side] : [])),
  );
  const reduce = (of: (a: number, b: number) => number, i: number): number => places[i].reduce((a, b) => of(a, b));
  return {
    low: low.map((edge, i) => edge + step[i] * (reduce(Math.min, i) - 1)),
    high: low.map((edge, i) => edge + step[i] * (reduce(Math.max, i) + 2)),
  };
}

/** The first place of a rising array whose value is above `value`. */
function firstAbove(rising: Float64Array, value: number): number {
  let [from, to] = [0, rising.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rising[middle] > value) to = middle;
    else from = middle + 1;
  }
  return from;
}
