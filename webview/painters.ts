/** What is drawn by the thousand, on canvas: the deformed grid, and the particles. */

import { hatchPattern } from './hatch';
import type { Projection } from './scales';
import { divergingSteps, type Theme } from './theme';

/** Groups items by colour, so that each colour is stroked or filled once. Reused from frame to frame. */
class Buckets {
  private bins = new Uint8Array(0);
  private order = new Uint32Array(0);
  private readonly ends: Uint32Array;

  constructor(private readonly count: number) {
    this.ends = new Uint32Array(count + 1);
  }

  begin(items: number): Uint8Array {
    if (this.bins.length !== items) {
      this.bins = new Uint8Array(items);
      this.order = new Uint32Array(items);
    }
    return this.bins;
  }

  /** Calls `draw` once for every bin that has items, with their indices. */
  forEach(draw: (bin: number, items: Uint32Array) => void): void {
    this.ends.fill(0);
    for (const bin of this.bins) this.ends[bin + 1]++;
    for (let i = 0; i < this.count; i++) this.ends[i + 1] += this.ends[i];
    const next = this.ends.slice();
    for (let i = 0; i < this.bins.length; i++) this.order[next[this.bins[i]]++] = i;
    for (let bin = 0; bin < this.count; bin++) {
      if (this.ends[bin + 1] > this.ends[bin]) draw(bin, this.order.subarray(this.ends[bin], this.ends[bin + 1]));
    }
  }
}

/** Levels beyond the diverging map: turned over, and not drawn at all. */
const folded = divergingSteps;
const absent = divergingSteps + 1;

/** How opaque folded cells are: as in the legend and in the band of the layer that folds. */
const foldTint = 0.1;
const foldHatch = 0.55;

export interface GridPicture {
  /** G² × 2. */
  readonly points: Float32Array;
  /** G². */
  readonly logDet: Float32Array;
  readonly folded: Uint8Array;
  /** G. */
  readonly side: number;
  /** The colours run from −domain to domain. */
  readonly domain: number;
}

/** Draws the grid: cells tinted, lines coloured, by log|det|; what is turned over is hatched, in the colour of errors. */
export class GridPainter {
  private readonly lines = new Buckets(divergingSteps + 2);
  private readonly cells = new Buckets(divergingSteps + 2);
  private levels = new Float32Array(0);

  draw(context: CanvasRenderingContext2D, grid: GridPicture, { scale, left, top }: Projection, theme: Theme): void {
    const { points, side } = grid;
    const x = (i: number): number => left + scale * points[2 * i];
    const y = (i: number): number => top - scale * points[2 * i + 1];
    const level = this.levelsOf(grid);
    // Of several corners the worst decides: one that is absent, then one that is turned over, then their mean.
    const bin = (worst: number, mean: number): number => (worst >= folded ? worst : Math.round(mean));

    const cellSide = side - 1;
    const cornerOf = (cell: number): number => cell + Math.floor(cell / cellSide);
    const cellBins = this.cells.begin(cellSide * cellSide);
    for (let c = 0; c < cellBins.length; c++) {
      const i = cornerOf(c);
      const [p, q, r, s] = [level[i], level[i + 1], level[i + side], level[i + side + 1]];
      cellBins[c] = bin(Math.max(p, q, r, s), (p + q + r + s) / 4);
    }
    const tint = theme.highContrast ? 0.32 : 0.24;
    this.cells.forEach((step, items) => {
      if (step === absent) return;
      context.beginPath();
      for (const c of items) {
        const i = cornerOf(c);
        context.moveTo(x(i), y(i));
        context.lineTo(x(i + 1), y(i + 1));
        context.lineTo(x(i + side + 1), y(i + side + 1));
        context.lineTo(x(i + side), y(i + side));
      }
      context.fillStyle = step === folded ? theme.error : theme.divergingFill[step];
      context.globalAlpha = step === folded ? foldTint : tint;
      context.fill();
      if (step !== folded) return;
      context.fillStyle = hatchPattern(context, 'fold', theme.error);
      context.globalAlpha = foldHatch;
      context.fill();
    });

    // First the lines along x, then those along y.
    const half = side * cellSide;
    const startOf = (line: number): number => (line < half ? cornerOf(line) : line - half);
    const endOf = (line: number): number => (line < half ? cornerOf(line) + 1 : line - half + side);
    const lineBins = this.lines.begin(2 * half);
    for (let l = 0; l < lineBins.length; l++) {
      const [p, q] = [level[startOf(l)], level[endOf(l)]];
      lineBins[l] = bin(Math.max(p, q), (p + q) / 2);
    }
    context.globalAlpha = 0.9;
    context.lineWidth = theme.highContrast ? 1.25 : 1;
    this.lines.forEach((step, items) => {
      if (step === absent) return;
      context.beginPath();
      for (const l of items) {
        context.moveTo(x(startOf(l)), y(startOf(l)));
        context.lineTo(x(endOf(l)), y(endOf(l)));
      }
      context.strokeStyle = step === folded ? theme.error : theme.divergingLine[step];
      context.stroke();
    });
    context.globalAlpha = 1;
  }

  /** Each grid point's place on the diverging map, 0 … steps − 1, or `folded`, or `absent` where it is not finite. */
  private levelsOf({ points, logDet, folded: over, domain }: GridPicture): Float32Array {
    if (this.levels.length !== logDet.length) this.levels = new Float32Array(logDet.length);
    for (let i = 0; i < logDet.length; i++) {
      const t = Math.min(Math.max(logDet[i] / domain, -1), 1);
      if (!Number.isFinite(points[2 * i] + points[2 * i + 1]) || Number.isNaN(t)) this.levels[i] = absent;
      else this.levels[i] = over[i] === 1 ? folded : ((t + 1) / 2) * (divergingSteps - 1);
    }
    return this.levels;
  }
}

/** Draws a line from each point of the first batch through the second to the third: where the particles came from. */
export function drawTrails(
  context: CanvasRenderingContext2D,
  from: Float32Array,
  via: Float32Array,
  to: Float32Array,
  { scale, left, top }: Projection,
): void {
  context.beginPath();
  for (let i = 0; i < to.length; i += 2) {
    context.moveTo(left + scale * from[i], top - scale * from[i + 1]);
    context.lineTo(left + scale * via[i], top - scale * via[i + 1]);
    context.lineTo(left + scale * to[i], top - scale * to[i + 1]);
  }
  context.stroke();
}

/** Draws the first coordinates of points (n × 2) within [−half, half] as a histogram that fills a square. */
export function drawHistogram(context: CanvasRenderingContext2D, points: Float32Array, half: number, size: number): void {
  const bars = 28;
  const counts = new Uint32Array(bars);
  for (let i = 0; i < points.length; i += 2) {
    const bar = Math.floor(((points[i] + half) / (2 * half)) * bars);
    if (bar >= 0 && bar < bars) counts[bar]++;
  }
  const [width, most] = [size / bars, Math.max(...counts, 1)];
  counts.forEach((count, i) => {
    const height = (count / most) * size * 0.7;
    context.fillRect(i * width, size - 4 - height, width - 0.5, height);
  });
}
