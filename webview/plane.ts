/** The plane: the deformed grid and the particles at any instant between z and x, with the layer that is at work. */

import { drag, pointer, select, zoom, zoomIdentity, type D3ZoomEvent } from 'd3';
import type { ProbeState } from '../src/protocol/messages';
import { createBrush } from './brush';
import { createAxes, createBaseCircles } from './axes';
import * as describe from './describe';
import { html, prepareCanvas, show, svg, update, write } from './element';
import { createGrips, type GripActions } from './grips';
import { createLayerWarning } from './layer-warning';
import { createLayerOverlay } from './layer-overlay';
import { PicturePainter } from './picture-painter';
import { createProbeOverlay } from './probe-overlay';
import { probePoint } from './probe-point';
import { nearness, noZoom, pointUnder, projectionOf, windowOf, type Projection, type Zoom } from './scales';
import { activeLayer, type Scene } from './scene';
import { baseSight, sightAt } from './sight';
import type { Point, Window } from './strip';
import { button } from './ui/toolkit';

export interface PlaneActions extends GripActions {
  /** At the stage that the cursor is nearest to. */
  placeProbe(point: Point): void;
  /** The probe as it was, or none. */
  putBackProbe(probe: ProbeState | undefined): void;
  /** Takes these particles, or none. */
  brush(particles: Uint32Array | undefined): void;
  /** The person zoomed or panned: draw again. */
  zoomed(zoom: Zoom): void;
}

export interface Plane {
  readonly element: HTMLElement;
  readonly box: HTMLElement;
  projection(): Projection;
  draw(scene: Scene): void;
  setZoom(zoom: Zoom): void;
  /** The part of the plane that is seen. */
  window(): Window;
  resize(): void;
}

/** Pixels that an arrow key moves the probe by, without and with Shift. */
const steps = { small: 4, large: 24 };

export function createPlane(choice: HTMLElement, actions: PlaneActions): Plane {
  const canvas = html('canvas', { 'aria-hidden': 'true' });
  const [base, axes, layer, probe] = [createBaseCircles(), createAxes(), createLayerOverlay(), createProbeOverlay()];
  const overlay = svg('svg', { 'aria-hidden': 'true' }, base.element, layer.element, axes.element, probe.element);
  const hold = svg('svg', { class: 'hold', role: 'group', 'aria-label': 'What can be moved of the layer' });
  const [title, subtitle, warning] = [html('strong'), html('span'), createLayerWarning()];
  const taken = html('span', { class: 'taken', role: 'status' });
  const compared = html('span', { class: 'compared' });
  const heldBack = html('span', { class: 'held-back', role: 'status' });
  const caption = html('div', { class: 'caption', 'aria-hidden': 'true' }, title, subtitle, warning.element, compared, taken, heldBack);
  const coordinates = html('div', { class: 'coordinates', 'aria-hidden': 'true', hidden: true });
  const box = html(
    'div',
    { class: 'plane-picture', tabindex: 0, role: 'application', 'aria-roledescription': 'plane', 'aria-describedby': 'plane-keys' },
    canvas,
    overlay,
    hold,
    coordinates,
  );
  const fit = button({ icon: 'fit', tooltip: 'Show the whole plane (double-click)' }, () => setZoom(noZoom));
  fit.element.classList.add('fit');
  const keys = html(
    'p',
    { class: 'for-screen-readers', id: 'plane-keys' },
    'Arrow keys move the probe, with Shift further; Escape removes it. Dragging with Shift takes particles; B does so with a box that arrow keys move, and with Shift stretch, until Enter. Escape lets them go.',
  );
  const element = html('section', { class: 'plane', 'aria-label': 'The plane' }, caption, box, choice, fit.element, keys);

  const painter = new PicturePainter();
  let [width, height] = [0, 0];
  let current: Zoom = noZoom;
  let scene: Scene | undefined;

  const behaviour = zoom<HTMLDivElement, unknown>()
    .scaleExtent([0.25, 40])
    // The wheel scrolls a page that can be scrolled; it zooms with Ctrl, or where there is nothing to scroll.
    .filter((event: MouseEvent) => {
      const { scrollHeight, clientHeight } = document.documentElement;
      return (
        event.button === 0 &&
        !(event.shiftKey && event.type !== 'wheel') &&
        (event.type !== 'wheel' || event.ctrlKey || event.metaKey || scrollHeight <= clientHeight)
      );
    })
    .on('zoom', ({ transform: { k, x, y } }: D3ZoomEvent<HTMLDivElement, unknown>) => {
      current = { k, x, y };
      show(fit.element, k !== 1 || x !== 0 || y !== 0);
      actions.zoomed(current);
    });
  const zoomable = select<HTMLDivElement, unknown>(box).call(behaviour).on('dblclick.zoom', null);
  const setZoom = ({ k, x, y }: Zoom): void => {
    zoomable.call((selection) => behaviour.transform(selection, zoomIdentity.translate(x, y).scale(k)));
  };
  show(fit.element, false);

  const projection = (): Projection => {
    const sight = scene?.picture ? sightAt(scene.picture.sights, scene.cursor) : baseSight;
    return projectionOf(width, height, sight, current);
  };
  const pointAt = (event: MouseEvent): Point => pointUnder(projection(), pointer(event, box));

  const grips = createGrips(box, projection, actions);
  hold.append(grips.element);
  overlay.append(
    createBrush(
      box,
      () => scene,
      projection,
      (particles) => actions.brush(particles),
    ),
  );

  // A double click begins with a click: what that did to the probe is undone.
  let before: ProbeState | undefined;
  box.addEventListener('click', (event) => {
    if (event.detail > 1 || event.shiftKey) return;
    before = scene?.state.probe;
    actions.placeProbe(pointAt(event));
  });
  box.addEventListener('dblclick', () => {
    setZoom(noZoom);
    actions.putBackProbe(before);
  });
  select<SVGElement, unknown>(probe.handle).call(
    drag<SVGElement, unknown>()
      .container(box)
      .on('drag', ({ x, y }: { x: number; y: number }) => actions.placeProbe(pointUnder(projection(), [x, y]))),
  );
  box.addEventListener('pointermove', (event) => {
    show(coordinates, true);
    write(coordinates, describe.point(pointAt(event)));
  });
  box.addEventListener('pointerleave', () => show(coordinates, false));
  box.addEventListener('keydown', (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (scene === undefined) return;
    if (move) {
      event.preventDefault();
      const step = (event.shiftKey ? steps.large : steps.small) / projection().scale;
      const at = probePoint(scene.state.probe, scene.cursor, scene.instant);
      const [x, y] = scene.state.coordinates.map((i) => at?.[i] ?? 0);
      actions.placeProbe([x + move[0] * step, y + move[1] * step]);
    } else if (event.key === 'Escape' && scene.brushed) {
      actions.brush(undefined);
    } else if (event.key === 'Escape' && scene.state.probe) {
      actions.putBackProbe(undefined);
    }
  });

  return {
    element,
    box,
    projection,
    setZoom,
    window: () => windowOf(projection(), width, height),
    resize: () => {
      [width, height] = [box.clientWidth, box.clientHeight];
      behaviour.extent([
        [0, 0],
        [width, height],
      ]);
      for (const drawing of [overlay, hold]) update(drawing, { width, height, viewBox: `0 0 ${width} ${height}` });
    },
    draw: (next) => {
      scene = next;
      if (width === 0 || height === 0) return;
      const { state, cursor } = next;
      const depth = state.layers.length;
      const at = projection();
      const view = windowOf(at, width, height);
      painter.draw(prepareCanvas(canvas, width, height), next, at, Math.min(width, height));
      base.draw(at, state.standardBase ? nearness(1 - cursor / depth) : 0);
      axes.draw(next, view, width, height);
      layer.draw(next, at, view);
      probe.draw(next, at);
      grips.draw(next, at, width, height);
      const { brushed, picture } = next;
      show(taken, brushed !== undefined);
      const share = brushed && picture ? brushed.length / picture.particles.count : 0;
      write(taken, brushed ? `${describe.count(brushed.length)} particles taken, ${describe.number(100 * share)} %` : '');
      show(compared, next.ghost !== undefined);
      write(compared, describe.compared(next.ghost?.step, state));
      const back = grips.heldBack(next);
      show(heldBack, back !== undefined);
      write(heldBack, back ?? '');

      const active = activeLayer(next);
      const problem = describe.warning(active, state);
      write(title, describe.stage(cursor, depth));
      write(subtitle, `layer ${active.number} · ${active.label} · margin ${describe.margin(active.margin)}`);
      warning.draw(active, state);
      update(box, { 'aria-label': `The plane at ${[title.textContent, subtitle.textContent, problem ?? 'no warning'].join(', ')}` });
    },
  };
}
