/** What the colours, patterns and lines of the plane mean. */

import * as describe from './describe';
import { html, show, svg, write } from './element';
import { activeLayer, type Scene } from './scene';
import type { Theme } from './theme';

export function createLegend(): { element: HTMLElement; draw(scene: Scene): void } {
  const ramp = html('span', { class: 'ramp' });
  const [low, high] = [html('span'), html('span')];
  const scale = html(
    'span',
    { class: 'legend-item', title: 'The colours of the grid: log|det| of the map z → x so far' },
    'log|det| z → x',
    low,
    ramp,
    high,
  );

  const sample = (...children: SVGElement[]): SVGSVGElement =>
    svg('svg', { class: 'sample', width: 22, height: 12, 'aria-hidden': 'true' }, ...children);
  const item = (name: string, ...children: SVGElement[]): { element: HTMLElement; text: HTMLElement } => {
    const text = html('span', {}, name);
    return { element: html('span', { class: 'legend-item' }, sample(...children), text), text };
  };
  const patch = (kind: string): SVGElement[] => [
    svg('rect', { class: `band-tint ${kind}`, width: 22, height: 12 }),
    svg('rect', { class: `band-hatch ${kind}`, width: 22, height: 12, fill: `url(#${kind}-hatch)` }),
  ];
  const plane = item('', svg('line', { class: 'hyperplane', x1: 0, x2: 22, y1: 6, y2: 6 }));
  const push = item('', svg('line', { class: 'push', x1: 1, x2: 20, y1: 6, y2: 6, 'marker-end': 'url(#arrow-head)' }));
  const danger = item('', ...patch('danger'));
  const fold = item('det < 0: folded', ...patch('fold'));
  const target = item('target', svg('circle', { class: 'target-sample', cx: 11, cy: 6, r: 4.5 }));
  const element = html(
    'div',
    { class: 'legend', role: 'note', 'aria-label': 'Legend' },
    scale,
    plane.element,
    push.element,
    danger.element,
    fold.element,
    target.element,
  );
  let painted: Theme | undefined;

  return {
    element,
    draw: (scene) => {
      const { state, picture, theme } = scene;
      if (painted !== theme) {
        painted = theme;
        ramp.style.background = `linear-gradient(90deg, ${theme.divergingLine.join(', ')})`;
        element.style.setProperty('--target', theme.density(0.6));
      }
      const active = activeLayer(scene);
      const end = picture?.domain ?? 1;
      write(low, `denser −${end}`);
      write(high, `+${end} sparser`);
      write(plane.text, `layer ${active.number}: wᵀv + b = 0`);
      write(push.text, `±û, pushes ${describe.arrow[state.closedForm]}`);
      const { overlay } = active;
      [plane.element, push.element].forEach((entry) => show(entry, overlay.kind === 'hyperplane'));
      write(danger.text, `det ${describe.arrow[state.closedForm]} < ε = ${describe.number(state.epsilon)}`);
      show(danger.element, overlay.kind === 'hyperplane' && overlay.danger > 0);
      show(
        fold.element,
        state.layers.some((layer) => layer.overlay.kind === 'hyperplane' && layer.overlay.fold > 0),
      );
      show(target.element, scene.target !== undefined);
    },
  };
}
