/** The densities at one stage as the plane shows them: a heat map with contours, the target's contours, and the difference of the two. */

import { contours, interpolateRdBu, range, rgb } from 'd3';
import type { Density } from '../src/protocol/messages';
import type { Projection } from './scales';
import type { Shown } from './shown';
import type { Theme } from './theme';

const levels = 8;
/** How much of the picture behind it a heat map leaves to be seen. */
const opacity = 0.85;

interface Line {
  readonly level: number;
  readonly path: Path2D;
}

/** Draws one answer again and again; its images and contours are made once a theme. */
export class DensityPainter {
  private readonly greatest: number;
  private readonly flow: Float64Array;
  private readonly target: Float64Array | undefined;
  private lines: { readonly flow: readonly Line[]; readonly target: readonly Line[] } | undefined;
  private images = new Map<string, HTMLCanvasElement>();
  private painted: Theme | undefined;

  constructor(readonly density: Density) {
    const linear = (logs: Float32Array): Float64Array => Float64Array.from(logs, (value) => (Number.isNaN(value) ? NaN : Math.exp(value)));
    this.flow = linear(density.logDensity);
    this.target = density.target && linear(density.target);
    this.greatest = this.flow.reduce((most, value) => (value > most ? value : most), 0);
  }

  /** The greatest density in the window, and the greatest difference to the target's. */
  get ends(): { readonly density: number; readonly difference: number } {
    const { flow, target } = this;
    const difference = target ? flow.reduce((most, value, i) => Math.max(most, Math.abs(value - target[i]) || 0), 0) : 0;
    return { density: this.greatest, difference };
  }

  draw(context: CanvasRenderingContext2D, at: Projection, theme: Theme, shown: Shown): void {
    if (this.painted !== theme) this.images.clear();
    this.painted = theme;
    const { scale, left, top } = at;
    const [x0, x1, y0, y1] = this.density.window;
    // The lattice's points are the middles of the image's pixels.
    const [dx, dy] = [(x1 - x0) / (this.density.side - 1) / 2, (y1 - y0) / (this.density.side - 1) / 2];
    const difference = shown.difference && this.target !== undefined;
    if (difference || shown.density) {
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = 'high';
      context.globalAlpha = opacity;
      context.drawImage(
        this.imageOf(difference ? 'difference' : 'density', theme),
        left + scale * (x0 - dx),
        top - scale * (y1 + dy),
        scale * (x1 - x0 + 2 * dx),
        scale * (y1 - y0 + 2 * dy),
      );
      context.globalAlpha = 1;
    }
    this.lines ??= { flow: this.linesOf(this.flow), target: this.target ? this.linesOf(this.target) : [] };
    context.save();
    context.translate(left, top);
    context.scale(scale, -scale);
    if (shown.density) {
      context.lineWidth = 1 / scale;
      context.strokeStyle = theme.foreground;
      context.globalAlpha = 0.45;
      for (const { path } of this.lines.flow) context.stroke(path);
    }
    if (shown.target) {
      context.lineWidth = 1.5 / scale;
      context.strokeStyle = theme.foreground;
      context.setLineDash([5 / scale, 3 / scale]);
      context.globalAlpha = 0.9;
      for (const { path } of this.lines.target) context.stroke(path);
    }
    context.restore();
  }

  private linesOf(values: Float64Array): Line[] {
    const { side, window: bounds } = this.density;
    const [x0, x1, y0, y1] = bounds;
    const greatest = values.reduce((most, value) => (value > most ? value : most), 0);
    // d3 puts the value of cell i at i + ½.
    const x = (c: number): number => x0 + ((c - 0.5) * (x1 - x0)) / (side - 1);
    const y = (c: number): number => y0 + ((c - 0.5) * (y1 - y0)) / (side - 1);
    return contours()
      .size([side, side])
      .thresholds(range(1, levels + 1).map((i) => (i / (levels + 1)) * greatest))(Array.from(values, (value) => (value >= 0 ? value : 0)))
      .map(({ value, coordinates }) => {
        const path = new Path2D();
        for (const ring of coordinates.flat()) {
          ring.forEach(([px, py], i) => (i === 0 ? path.moveTo(x(px), y(py)) : path.lineTo(x(px), y(py))));
        }
        return { level: value / greatest, path };
      });
  }

  private imageOf(kind: 'density' | 'difference', theme: Theme): HTMLCanvasElement {
    const known = this.images.get(kind);
    if (known) return known;
    const { side } = this.density;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = side;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This browser offers no 2D canvas.');
    const image = context.createImageData(side, side);
    const { flow, target, greatest } = this;
    const end = this.ends.difference;
    const [table, pixels] = [paletteOf(kind, theme), new Uint32Array(image.data.buffer)];
    for (let i = 0; i < flow.length; i++) {
      const share = kind === 'density' ? flow[i] / greatest : ((flow[i] - (target?.[i] ?? 0)) / end + 1) / 2;
      // The image's first row is its upper edge, where y is greatest; what is not finite stays transparent.
      const pixel = (side - 1 - Math.floor(i / side)) * side + (i % side);
      if (Number.isFinite(share)) pixels[pixel] = table[Math.round(share * (table.length - 1))];
    }
    context.putImageData(image, 0, 0);
    this.images.set(kind, canvas);
    return canvas;
  }
}

/** The colours of the heat map, from no density to the greatest. */
export function densityColours(theme: Theme): string[] {
  return range(256).map((i) => theme.density(0.15 + (0.85 * i) / 255));
}

/** From less than the target to more. */
export function differenceColours(): string[] {
  return range(256).map((i) => interpolateRdBu(1 - i / 255));
}

const palettes = { density: new WeakMap<Theme, Uint32Array>(), difference: new WeakMap<Theme, Uint32Array>() };

/** Each colour as a pixel with its opacity: none where there is nothing to tell, so that the theme's background shows. */
function paletteOf(kind: 'density' | 'difference', theme: Theme): Uint32Array {
  const known = palettes[kind].get(theme);
  if (known) return known;
  const colours = kind === 'density' ? densityColours(theme) : differenceColours();
  const bytes = colours.flatMap((colour, i) => {
    const { r, g, b } = rgb(colour);
    const share = i / (colours.length - 1);
    const weight = kind === 'density' ? Math.min(1, share * 5) : Math.min(1, Math.abs(2 * share - 1) * 2.5);
    return [r, g, b, 255 * weight];
  });
  const palette = new Uint32Array(Uint8ClampedArray.from(bytes).buffer);
  palettes[kind].set(theme, palette);
  return palette;
}
