/** What stands in a view while there is no flow to show. */

import { commandButton } from './commands';
import { html, svg } from './element';

/** An invitation, under a small picture of what is to come: a Gaussian that becomes two. */
export function createEmpty(): HTMLElement {
  const rings = (cx: number, cy: number, radii: number[]): SVGElement[] => radii.map((r) => svg('ellipse', { cx, cy, rx: r, ry: r * 0.8 }));
  const picture = svg(
    'svg',
    { class: 'empty-picture', viewBox: '0 0 220 70', 'aria-hidden': 'true' },
    svg('g', { class: 'empty-z' }, ...rings(40, 35, [8, 17, 27])),
    svg('path', { class: 'empty-arrow', d: 'M84 35h34m-8-6 8 6-8 6' }),
    svg('g', { class: 'empty-x' }, ...rings(156, 26, [6, 12, 18]), ...rings(184, 44, [6, 12, 18])),
  );
  return html(
    'main',
    { class: 'empty' },
    picture,
    html('h1', {}, 'No flow yet'),
    html('p', {}, 'Start a new flow, or open a file that ends in .nflow: its layers are drawn here, trained, and stepped through.'),
    commandButton('newFlow', { label: 'New Flow…', tooltip: 'New Flow…', primary: true }).element,
    commandButton('openFlowView', { label: 'Open a Flow…', tooltip: 'Open a Flow…' }).element,
    html('p', { class: 'hint' }, 'Or drop a data file here, holding Shift.'),
  );
}
