/** A coupling layer over the plane: along each axis, whether its coordinate passes or moves. */

import type { CouplingOverlay } from '../src/protocol/messages';
import { subscript } from './describe';
import { show, svg, update, write } from './element';
import type { LayerDrawing } from './layer-drawing';

/** Pixels between an edge and the arrow along it: room for the numbers of the axis. */
const inset = 42;

export function createCouplingOverlay(): LayerDrawing<CouplingOverlay> {
  const axes = [0, 1].map(() => {
    const arrow = svg('line', { class: 'moves', 'marker-start': 'url(#arrow-head)', 'marker-end': 'url(#arrow-head)' });
    return { arrow, name: svg('text', { class: 'push-name' }) };
  });
  return {
    element: svg('g', {}, ...axes.flatMap(({ arrow, name }) => [arrow, name])),
    draw: ({ passes }, { coordinates }, { scale }, { x0, x1, y0, y1 }) => {
      const [width, height] = [scale * (x1 - x0), scale * (y1 - y0)];
      const half = Math.min(width, height) / 6;
      const [across, up] = axes;
      update(across.arrow, { x1: width / 2 - half, x2: width / 2 + half, y1: height - inset, y2: height - inset });
      update(across.name, { x: width / 2, y: height - inset - 10 });
      update(up.arrow, { x1: inset, x2: inset, y1: height / 2 - half, y2: height / 2 + half });
      update(up.name, { x: inset + 32, y: height / 2 });
      axes.forEach(({ arrow, name }, axis) => {
        const i = coordinates[axis];
        show(arrow, passes[i] === false);
        show(name, i in passes);
        name.classList.toggle('passes', passes[i]);
        write(name, `v${subscript(i + 1)} ${passes[i] ? 'passes' : 'moves'}`);
      });
    },
  };
}
