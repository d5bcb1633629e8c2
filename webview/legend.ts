/** What the colours, patterns and lines of the plane mean. */

import type { Overlay } from '../src/protocol/messages';
import { densityColours, differenceColours } from './density';
import * as describe from './describe';
import { html, show, svg, write } from './element';
import { activeLayer, type Scene } from './scene';
import { nearness } from './scales';
import { seenOverlay } from './seen-overlay';
import { hyperplane, type Window } from './strip';
import type { Theme } from './theme';

/** Whether an area is hatched because the determinant is small there. */
function endangers(overlay: Overlay, epsilon: number): boolean {
  if (overlay.kind === 'half-spaces') return [overlay.detBelow, overlay.detAbove].some((det) => det > 0 && det < epsilon);
  return (overlay.kind === 'hyperplane' || overlay.kind === 'centre') && overlay.danger > 0;
}

function folds(overlay: Overlay): boolean {
  if (overlay.kind === 'half-spaces') return Math.min(overlay.detBelow, overlay.detAbove) <= 0;
  return overlay.kind === 'hyperplane' && overlay.fold > 0;
}

/** Keeps the room of as many rows as there ever were at this width: the plane above must not jump where a layer has less to say. */
function keepTallest(element: HTMLElement): void {
  let [width, tallest] = [0, 0];
  new ResizeObserver(() => {
    if (element.offsetWidth !== width) {
      element.style.minHeight = '';
      [width, tallest] = [element.offsetWidth, 0];
    }
    tallest = Math.max(tallest, element.offsetHeight);
    element.style.minHeight = `${tallest}px`;
  }).observe(element, { box: 'border-box' });
}

/** `view`: the part of the plane that is seen. */
export function createLegend(coordinates: HTMLElement, view: () => Window): { element: HTMLElement; draw(scene: Scene): void } {
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
  const reach = item('', svg('circle', { class: 'reach', cx: 11, cy: 6, r: 5 }));
  const moves = item(
    '',
    svg('line', { class: 'moves', x1: 2, x2: 20, y1: 6, y2: 6, 'marker-start': 'url(#arrow-head)', 'marker-end': 'url(#arrow-head)' }),
  );
  const danger = item('', ...patch('danger'));
  const fold = item('det < 0: folded', ...patch('fold'));
  const rampOf = (from: string, title: string) => {
    const colours = html('span', { class: 'ramp' });
    const [start, end] = [html('span'), html('span')];
    return { colours, start, end, element: html('span', { class: 'legend-item', title }, from, start, colours, end) };
  };
  const heat = rampOf('density', 'The flow’s density at this stage, with contours at equal steps');
  const whole = html('span', { class: 'legend-item' }, 'density at whole stages: a fraction of this layer is no such layer');
  const hidden = html('span', { class: 'legend-item' });
  const atX = html('span', { class: 'legend-item' }, 'flow − target: at x alone');
  const difference = rampOf('flow − target', 'The flow’s density minus the target’s');
  const contour = item('target’s density', svg('line', { class: 'target-contour', x1: 0, x2: 22, y1: 6, y2: 6 }));
  const ellipse = item('circles at z, carried along', svg('ellipse', { class: 'ellipse-sample', cx: 11, cy: 6, rx: 8, ry: 4 }));
  const target = item('target', svg('circle', { class: 'target-sample', cx: 11, cy: 6, r: 4.5 }));
  const element = html(
    'div',
    { class: 'legend', role: 'note', 'aria-label': 'Legend' },
    coordinates,
    scale,
    plane.element,
    reach.element,
    moves.element,
    hidden,
    push.element,
    danger.element,
    fold.element,
    heat.element,
    whole,
    difference.element,
    atX,
    contour.element,
    ellipse.element,
    target.element,
  );
  keepTallest(element);
  let painted: Theme | undefined;

  return {
    element,
    draw: (scene) => {
      const { state, picture, theme } = scene;
      if (painted !== theme) {
        painted = theme;
        heat.colours.style.background = `linear-gradient(90deg, ${densityColours(theme).join(', ')})`;
        difference.colours.style.background = `linear-gradient(90deg, ${differenceColours().join(', ')})`;
        ramp.style.background = `linear-gradient(90deg, ${theme.divergingLine.join(', ')})`;
      }
      const active = activeLayer(scene);
      const end = picture?.domain ?? 1;
      write(low, `denser −${end}`);
      write(high, `+${end} sparser`);
      const { number } = active;
      const { overlay, push: free, why } = seenOverlay(active.overlay, state.dim, state.coordinates);
      const formula = describe.arrow[state.closedForm];
      const isPlanar = overlay.kind === 'hyperplane' || overlay.kind === 'half-spaces';
      show(plane.element, isPlanar);
      const isSeen = isPlanar && hyperplane(overlay, view()) !== undefined;
      write(plane.text, `layer ${number}: wᵀv + b = 0${isSeen ? '' : ', out of view'}`);
      show(reach.element, overlay.kind === 'centre');
      write(reach.text, `layer ${number}: carried circle r = α about v₀`);
      show(moves.element, overlay.kind === 'coupling');
      if (overlay.kind === 'coupling') {
        const [passing, moving] = [describe.coordinates(overlay, true), describe.coordinates(overlay, false)];
        write(moves.text, `layer ${number}: moves ${moving} as ${passing} decides`);
      }
      show(push.element, isSeen || free !== undefined || overlay.kind === 'centre');
      if (overlay.kind === 'hyperplane') write(push.text, `±û, pushes ${formula}`);
      if (overlay.kind === 'half-spaces') write(push.text, `push where wᵀv + b = ±1, ${formula}`);
      if (overlay.kind === 'centre') write(push.text, `push at r = α, ${describe.way(overlay)}, ${formula}`);
      if (free) write(push.text, 'û along these two coordinates');
      show(hidden, why !== undefined);
      if (why !== undefined) write(hidden, `layer ${number}: ${why}`);
      write(danger.text, `det ${formula} < ε = ${describe.number(state.epsilon)}`);
      show(danger.element, endangers(overlay, state.epsilon));
      show(
        fold.element,
        state.layers.some((layer) => folds(layer.overlay)),
      );
      const { density, shown } = scene;
      const differs = shown.difference && density?.density.target !== undefined;
      show(atX, shown.difference && state.objective?.type === 'reverse-kl' && scene.cursor !== state.layers.length);
      show(scale, shown.grid);
      show(heat.element, shown.density && !differs && density !== undefined);
      show(whole, shown.density && !Number.isInteger(scene.cursor) && active.hasFractions !== true);
      show(difference.element, differs);
      show(contour.element, shown.target && (shown.density || shown.difference) && density?.density.target !== undefined);
      show(ellipse.element, shown.ellipses);
      if (density) {
        const { ends } = density;
        write(heat.start, '0');
        write(heat.end, describe.number(ends.density));
        write(difference.start, `−${describe.number(ends.difference)}`);
        write(difference.end, `+${describe.number(ends.difference)}`);
      }
      const targetShows = scene.target !== undefined && shown.target && nearness(scene.cursor / state.layers.length) > 0;
      show(target.element, targetShows && contour.element.hasAttribute('hidden'));
    },
  };
}
