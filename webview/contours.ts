/** The contours of a density that is given on a grid. */

import { contours, range, type ContourMultiPolygon } from 'd3';
import type { Target } from '../src/protocol/messages';

const levels = 8;

/** Contour lines in the coordinates of the plane, each with its share of the greatest density. */
export interface Contour {
  readonly level: number;
  readonly rings: readonly (readonly (readonly [number, number])[])[];
}

/** Contours at equal steps of density; the grid's rows run from −extent to extent, x fastest. */
export function densityContours({ side, extent, logDensity }: Extract<Target, { kind: 'density' }>): Contour[] {
  const greatest = logDensity.reduce((a, b) => (b > a ? b : a), -Infinity);
  const density = Array.from(logDensity, (value) => Math.exp(value - greatest));
  const thresholds = range(1, levels + 1).map((i) => i / (levels + 1));
  // d3 puts the value of cell i at i + ½.
  const coordinate = (c: number): number => -extent + ((c - 0.5) * 2 * extent) / (side - 1);
  return contours()
    .size([side, side])
    .thresholds(thresholds)(density)
    .map((contour: ContourMultiPolygon) => ({
      level: contour.value,
      rings: contour.coordinates.flat().map((ring) => ring.map(([x, y]) => [coordinate(x), coordinate(y)] as const)),
    }));
}
