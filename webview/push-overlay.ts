/** û where the layer has no line to lay it at: in the middle of what is seen. */

import { svg, update, write } from './element';
import type { LayerDrawing } from './layer-drawing';
import type { Point } from './strip';

/** Pixels between the tip and the name. */
const clearance = 12;

export function createPushOverlay(): LayerDrawing<Point> {
  const arrow = svg('line', { class: 'push', 'marker-end': 'url(#arrow-head)' });
  const name = svg('text', { class: 'push-name' });
  return {
    element: svg('g', {}, arrow, name),
    draw: ([ux, uy], _, { scale }, { x0, x1, y0, y1 }) => {
      const from = [(scale * (x1 - x0)) / 2, (scale * (y1 - y0)) / 2];
      const to = [from[0] + scale * ux, from[1] - scale * uy];
      const beyond = 1 + clearance / (scale * Math.hypot(ux, uy) || 1);
      update(arrow, { x1: from[0], y1: from[1], x2: to[0], y2: to[1] });
      update(name, { x: from[0] + scale * ux * beyond, y: from[1] - scale * uy * beyond });
      write(name, 'û');
    },
  };
}
