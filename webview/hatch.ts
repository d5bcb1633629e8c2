/** Hatchings that tell areas apart without colour, the same in SVG and on canvas: one way for danger, crossed for folds. */

export const tileSize = 8;

/** The strokes of one tile. */
export const hatches = {
  danger: 'M-2 2 2-2M0 8 8 0M6 10 10 6',
  fold: 'M-2 2 2-2M0 8 8 0M6 10 10 6M-2 6 2 10M0 0 8 8M6-2 10 2',
} as const;

/** A hatching as a fill for a canvas, as fine as its pixels are. */
export function hatchPattern(context: CanvasRenderingContext2D, kind: keyof typeof hatches, colour: string): CanvasPattern {
  const ratio = Math.ceil(context.getTransform().a);
  const tile = new OffscreenCanvas(tileSize * ratio, tileSize * ratio);
  const brush = tile.getContext('2d');
  if (brush === null) throw new Error('This browser offers no 2D canvas.');
  brush.scale(ratio, ratio);
  brush.strokeStyle = colour;
  brush.stroke(new Path2D(hatches[kind]));
  const pattern = context.createPattern(tile, 'repeat');
  if (pattern === null) throw new Error('This browser offers no canvas patterns.');
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}
