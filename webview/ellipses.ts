/** What becomes of small circles on the way through the flow: by the Jacobian of the map so far, exact to first order. */

import type { Ellipses } from '../src/protocol/messages';
import type { Projection } from './scales';
import type { Theme } from './theme';

/** Of the circles, as a share of the distance between them. */
const radius = 0.32;

/**
 * Draws the ellipses at a cursor. Between two stages points go straight from one to the other, and so do the Jacobians.
 * @param spacing the distance between two circles, where they are circles.
 */
export function drawEllipses(
  context: CanvasRenderingContext2D,
  { depth, count, centres, jacobians }: Ellipses,
  cursor: number,
  spacing: number,
  { scale, left, top }: Projection,
  theme: Theme,
): void {
  const size = radius * spacing * scale;
  context.save();
  context.strokeStyle = theme.foreground;
  context.lineWidth = 1.25;
  const stage = Math.min(Math.floor(cursor), depth - 1);
  const part = cursor - stage;
  const between = (values: Float32Array, width: number, p: number, i: number): number => {
    const from = width * (stage * count + p) + i;
    return (1 - part) * values[from] + part * values[from + width * count];
  };
  for (let p = 0; p < count; p++) {
    const [x, y] = [left + scale * between(centres, 2, p, 0), top - scale * between(centres, 2, p, 1)];
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => between(jacobians, 4, p, i));
    if (!Number.isFinite(x + y + a + b + c + d)) continue;
    context.beginPath();
    for (let i = 0; i <= 32; i++) {
      const [u, v] = [Math.cos((i * Math.PI) / 16), Math.sin((i * Math.PI) / 16)];
      context.lineTo(x + size * (a * u + b * v), y - size * (c * u + d * v));
    }
    context.globalAlpha = 0.12;
    context.fillStyle = theme.foreground;
    context.fill();
    context.globalAlpha = 0.9;
    context.stroke();
  }
  context.restore();
}
