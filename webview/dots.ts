/** Points by the thousand. Without a GPU a canvas takes a microsecond for every rectangle: these are put together in memory, then drawn as one image. */

import { rgb } from 'd3';
import type { Projection } from './scales';

/** An image of the size of a canvas, kept from frame to frame. */
class Sheet {
  private readonly canvas = document.createElement('canvas');
  private readonly context: CanvasRenderingContext2D;
  private readonly image: ImageData;
  /** Opacity, blue, green and red, from the highest byte to the lowest, as every machine that runs VS Code reads them. */
  private readonly pixels: Uint32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.canvas.width = width;
    this.canvas.height = height;
    const context = this.canvas.getContext('2d');
    if (context === null) throw new Error('This browser offers no 2D canvas.');
    this.context = context;
    this.image = context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** Draws squares about points (n × 2): each pixel as much as they cover of it, and the more opaque the more of them do. */
  draw(points: Float32Array, { scale, left, top }: Projection, size: number, colour: string, opacity: number): HTMLCanvasElement {
    const { pixels, width, height } = this;
    const { r, g, b, opacity: own } = rgb(colour);
    const opaque = (b << 16) | (g << 8) | r;
    const share = opacity * own;
    pixels.fill(0);
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [left + scale * points[i] - size / 2, top - scale * points[i + 1] - size / 2];
      // What is not finite is not inside either.
      if (!(x > -size && x < width && y > -size && y < height)) continue;
      const [right, below] = [Math.min(x + size, width), Math.min(y + size, height)];
      for (let row = Math.max(0, Math.floor(y)); row < below; row++) {
        const covered = share * (Math.min(row + 1, y + size) - Math.max(row, y));
        for (let column = Math.max(0, Math.floor(x)); column < right; column++) {
          const at = row * width + column;
          const before = pixels[at] >>> 24;
          const more = covered * (Math.min(column + 1, x + size) - Math.max(column, x));
          pixels[at] = (Math.round(before + more * (255 - before)) << 24) | opaque;
        }
      }
    }
    this.context.putImageData(this.image, 0, 0);
    return this.canvas;
  }
}

const sheets = new WeakMap<HTMLCanvasElement, Sheet>();

/** Draws points (n × 2) as small squares in the fill colour and the opacity of the context. */
export function drawDots(context: CanvasRenderingContext2D, points: Float32Array, at: Projection, size: number): void {
  const { canvas, fillStyle, globalAlpha } = context;
  if (typeof fillStyle !== 'string') throw new TypeError('Dots are of one colour.');
  const known = sheets.get(canvas);
  const sheet = known?.width === canvas.width && known.height === canvas.height ? known : new Sheet(canvas.width, canvas.height);
  sheets.set(canvas, sheet);
  const ratio = context.getTransform().a;
  const pixels = { scale: at.scale * ratio, left: at.left * ratio, top: at.top * ratio };
  const image = sheet.draw(points, pixels, size * ratio, fillStyle, globalAlpha);
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 1;
  context.drawImage(image, 0, 0);
  context.restore();
}
