/** The target as the plane shows it: contours of its density, or its points. */

import type { Target } from '../src/protocol/messages';
import { densityContours } from './contours';
import { drawDots } from './dots';
import type { Projection } from './scales';
import { sightOf, type Sight } from './sight';
import type { Theme } from './theme';

/** Draws one target again and again; contours are computed once. */
export class TargetPainter {
  private readonly paths: readonly { level: number; path: Path2D }[];

  /** Where it is. */
  readonly sight: Sight | undefined;

  constructor(readonly target: Target) {
    const contours = target.kind === 'density' ? densityContours(target) : [];
    const places = target.kind === 'points' ? target.points : Float32Array.from(contours.flatMap(({ rings }) => rings.flat(2)));
    this.sight = sightOf(places, undefined);
    this.paths = contours.map(({ level, rings }) => {
      const path = new Path2D();
      for (const ring of rings) {
        ring.forEach(([x, y], i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
        path.closePath();
      }
      return { level, path };
    });
  }

  draw(context: CanvasRenderingContext2D, projection: Projection, theme: Theme, opacity: number): void {
    context.save();
    if (this.target.kind === 'points') {
      context.globalAlpha = 0.55 * opacity;
      context.fillStyle = theme.density(0.6);
      drawDots(context, this.target.points, projection, 2);
    } else {
      context.translate(projection.left, projection.top);
      context.scale(projection.scale, -projection.scale);
      context.lineWidth = 1.25 / projection.scale;
      for (const { level, path } of this.paths) {
        context.strokeStyle = context.fillStyle = theme.density(0.25 + 0.75 * level);
        context.globalAlpha = 0.1 * opacity;
        context.fill(path, 'evenodd');
        context.globalAlpha = 0.8 * opacity;
        context.stroke(path);
      }
    }
    context.restore();
  }
}
