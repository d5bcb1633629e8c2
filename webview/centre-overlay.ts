/** A radial layer over the plane: its centre, the circle r = α as it is carried along with its whole way as arrows, and the disc in danger. */

import type { CentreOverlay } from '../src/protocol/messages';
import { createAreas } from './areas';
import { show, svg, update, write } from './element';
import type { LayerDrawing } from './layer-drawing';
import { carriedRadius } from './ray';

/** Pixels from the centre to the ends of its cross. */
const arm = 6;

export function createCentreOverlay(): LayerDrawing<CentreOverlay> {
  const areas = createAreas();
  const circle = svg('circle', { class: 'reach' });
  const cross = svg('path', { class: 'centre' });
  const name = svg('text', { class: 'push-name' });
  write(name, 'v₀');
  const arrows = Array.from({ length: 8 }, (_, i) => ({
    angle: ((i + 0.5) * Math.PI) / 4,
    arrow: svg('line', { class: 'push', 'marker-end': 'url(#arrow-head)' }),
  }));

  return {
    element: svg('g', {}, ...areas.elements, circle, ...arrows.map(({ arrow }) => arrow), cross, name),
    draw: (overlay, { tau }, { scale, left, top }) => {
      const { centre, reach, danger } = overlay;
      const [x, y] = [left + scale * centre[0], top - scale * centre[1]];
      const disc = scale * carriedRadius(danger, overlay, tau);
      areas.draw({
        fold: '',
        danger: disc > 0 ? `M${x - disc} ${y}a${disc} ${disc} 0 1 0 ${2 * disc} 0a${disc} ${disc} 0 1 0 ${-2 * disc} 0Z` : '',
      });
      update(circle, { cx: x, cy: y, r: scale * carriedRadius(reach, overlay, tau) });
      update(cross, { d: `M${x - arm} ${y}h${2 * arm}M${x} ${y - arm}v${2 * arm}` });
      update(name, { x: x + 16, y: y - 10 });
      const [from, to] = [scale * reach, scale * carriedRadius(reach, overlay, 1)];
      for (const { angle, arrow } of arrows) {
        const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
        show(arrow, Math.abs(to - from) >= 6);
        update(arrow, { x1: x + from * dx, y1: y + from * dy, x2: x + to * dx, y2: y + to * dy });
      }
    },
  };
}
