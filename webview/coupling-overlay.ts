/** A coupling layer over the plane: along which axes it moves points. Which coordinates pass is said where the axes are named. */

import type { CouplingOverlay } from '../src/protocol/messages';
import { show, svg, update, write } from './element';
import type { LayerDrawing } from './layer-drawing';

/** Pixels between an edge and the arrow along it: room for the numbers of the axis. */
const inset = 42;

export function createCouplingOverlay(): LayerDrawing<CouplingOverlay> {
  const axes = ['v₁', 'v₂'].map((axis) => {
    const name = svg('text', { class: 'push-name' });
    write(name, `${axis} moves`);
    return { arrow: svg('line', { class: 'moves', 'marker-start': 'url(#arrow-head)', 'marker-end': 'url(#arrow-head)' }), name };
  });
  return {
    element: svg('g', {}, ...axes.flatMap(({ arrow, name }) => [arrow, name])),
    draw: ({ passes }, _, { scale }, { x0, x1, y0, y1 }) => {
      const [width, height] = [scale * (x1 - x0), scale * (y1 - y0)];
      const half = Math.min(width, height) / 6;
      const [across, up] = axes;
      update(across.arrow, { x1: width / 2 - half, x2: width / 2 + half, y1: height - inset, y2: height - inset });
      update(across.name, { x: width / 2, y: height - inset - 12 });
      update(up.arrow, { x1: inset, x2: inset, y1: height / 2 - half, y2: height / 2 + half });
      update(up.name, { x: inset + 32, y: height / 2 });
      axes.forEach(({ arrow, name }, i) => [arrow, name].forEach((part) => show(part, !passes[i])));
    },
  };
}
