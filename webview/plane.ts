/** The plane: the deformed grid and the particles at any instant between z and x, with the layer that is at work. */

import { axisRight, axisTop, pointer, scaleLinear, select, zoom, zoomIdentity, type D3ZoomEvent, type ZoomTransform } from 'd3';
import * as describe from './describe';
import { html, prepareCanvas, show, svg, update, write } from './element';
import { instantAt } from './instant';
import { createLayerOverlay, createPatterns } from './layer-overlay';
import { GridPainter, drawDots, drawTrails } from './painters';
import { createProbeOverlay, probePoint } from './probe-overlay';
import { projectionOf, windowOf, type Projection, type Zoom } from './scales';
import { activeLayer, type Picture, type Scene } from './scene';
import type { Point } from './strip';
import { button } from './ui/toolkit';

export interface PlaneActions {
  placeProbe(point: Point): void;
  removeProbe(): void;
  /** The person zoomed or panned: draw again. */
  zoomed(zoom: Zoom): void;
}

export interface Plane {
  readonly element: HTMLElement;
  draw(scene: Scene): void;
  setZoom(zoom: Zoom): void;
  resize(): void;
}

/** How far back trails reach, in layers. */
const trail = 0.35;

export function createPlane(actions: PlaneActions): Plane {
  const canvas = html('canvas', { 'aria-hidden': 'true' });
  const circles = [1, 2, 3].map((sigma) => ({ sigma, circle: svg('circle'), name: svg('text') }));
  circles.forEach(({ sigma, name }) => (name.textContent = `${sigma}σ`));
  const base = svg('g', { class: 'base' }, ...circles.flatMap(({ circle, name }) => [circle, name]));
  const [across, up] = [svg('g', { class: 'axis' }), svg('g', { class: 'axis' })];
  const names = [svg('text', { class: 'axis-name', 'text-anchor': 'end' }), svg('text', { class: 'axis-name' })];
  const [layer, probe] = [createLayerOverlay(), createProbeOverlay()];
  const overlay = svg('svg', { 'aria-hidden': 'true' }, createPatterns(), base, layer.element, across, up, ...names, probe.element);
  const title = html('strong');
  const subtitle = html('span');
  const caption = html('div', { class: 'caption', 'aria-hidden': 'true' }, title, subtitle);
  const coordinates = html('div', { class: 'coordinates', 'aria-hidden': 'true', hidden: true });
  const fit = button({ icon: 'fit', tooltip: 'Show the whole plane (double-click)' }, () => setZoom(zoomIdentity));
  fit.element.classList.add('fit');
  const keys = html('p', { class: 'for-screen-readers', id: 'plane-keys' });
  keys.textContent = 'Arrow keys move the probe, with Shift further; Escape removes it.';
  const stageBox = html(
    'div',
    { class: 'plane-picture', tabindex: 0, role: 'application', 'aria-roledescription': 'plane', 'aria-describedby': 'plane-keys' },
    canvas,
    overlay,
    caption,
    coordinates,
  );
  const element = html('section', { class: 'plane', 'aria-label': 'The plane' }, stageBox, fit.element, keys);

  const grid = new GridPainter();
  let buffers = {
    particles: new Float32Array(0),
    from: new Float32Array(0),
    grid: new Float32Array(0),
    logDet: new Float32Array(0),
    folded: new Uint8Array(0),
  };
  let [width, height] = [0, 0];
  let current: Zoom = zoomIdentity;
  let scene: Scene | undefined;

  const behaviour = zoom<HTMLDivElement, unknown>()
    .scaleExtent([0.25, 40])
    // The wheel scrolls a page that can be scrolled; it zooms with Ctrl, or where there is nothing to scroll.
    .filter((event: MouseEvent) => {
      const scrolls = document.documentElement.scrollHeight > document.documentElement.clientHeight;
      return event.button === 0 && (event.type !== 'wheel' || event.ctrlKey || event.metaKey || !scrolls);
    })
    .on('zoom', (event: D3ZoomEvent<HTMLDivElement, unknown>) => {
      current = event.transform;
      show(fit.element, current.k !== 1 || current.x !== 0 || current.y !== 0);
      actions.zoomed({ k: current.k, x: current.x, y: current.y });
    });
  const picture = select<HTMLDivElement, unknown>(stageBox).call(behaviour).on('dblclick.zoom', null);
  const setZoom = (next: Zoom): void => {
    picture.call(behaviour.transform, zoomIdentity.translate(next.x, next.y).scale(next.k) as ZoomTransform);
  };
  show(fit.element, false);

  const projection = (half: number): Projection => projectionOf(width, height, half, current);
  const halfOf = (shown: Scene): number => shown.picture?.half ?? 4;
  const pointAt = (event: MouseEvent): Point | undefined => {
    if (scene === undefined) return undefined;
    const { scale, left, top } = projection(halfOf(scene));
    const [px, py] = pointer(event, stageBox);
    return [(px - left) / scale, (top - py) / scale];
  };

  stageBox.addEventListener('click', (event) => {
    const at = pointAt(event);
    if (at && event.detail < 2) actions.placeProbe(at);
  });
  stageBox.addEventListener('dblclick', () => setZoom(zoomIdentity));
  stageBox.addEventListener('pointermove', (event) => {
    const at = pointAt(event);
    show(coordinates, at !== undefined);
    if (at) write(coordinates, describe.point(at));
  });
  stageBox.addEventListener('pointerleave', () => show(coordinates, false));
  stageBox.addEventListener('keydown', (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (scene === undefined) return;
    if (move) {
      event.preventDefault();
      const step = (event.shiftKey ? 24 : 4) / projection(halfOf(scene)).scale;
      const [x, y] = probePoint(scene) ?? [0, 0];
      actions.placeProbe([x + move[0] * step, y + move[1] * step]);
    } else if (event.key === 'Escape' && scene.state.probe) {
      actions.removeProbe();
    }
  });

  function drawCanvas(shown: Scene, { particles, grid: carried, side, domain }: Picture, at: Projection): void {
    const { theme, instant, cursor, state } = shown;
    const context = prepareCanvas(canvas, width, height);
    if (buffers.particles.length !== particles.count * 2 || buffers.logDet.length !== carried.count) {
      buffers = {
        particles: new Float32Array(particles.count * 2),
        from: new Float32Array(particles.count * 2),
        grid: new Float32Array(carried.count * 2),
        logDet: new Float32Array(carried.count),
        folded: new Uint8Array(carried.count),
      };
    }
    carried.pointsAt(instant, buffers.grid);
    carried.logDetAt(instant, buffers.logDet, buffers.folded);
    grid.draw(context, { points: buffers.grid, logDet: buffers.logDet, folded: buffers.folded, side, domain }, at, theme);
    shown.target?.draw(context, at, theme, nearEnd(cursor / state.layers.length));

    particles.pointsAt(instant, buffers.particles);
    const behind = shown.heading === 'generate' ? Math.max(0, cursor - trail) : Math.min(state.layers.length, cursor + trail);
    const past = instantAt(behind, state.layers.length, shown.heading, state.closedForm);
    particles.pointsAt(past, buffers.from);
    const bend = shown.heading === 'generate' ? instant.layer - 1 : instant.layer;
    context.strokeStyle = theme.foreground;
    context.globalAlpha = 0.16;
    context.lineWidth = 1;
    drawTrails(context, buffers.from, past.layer === instant.layer ? buffers.from : particles.stage(bend), buffers.particles, at);
    context.fillStyle = theme.foreground;
    context.globalAlpha = theme.highContrast ? 0.95 : 0.75;
    drawDots(context, buffers.particles, at, width > 700 ? 2.25 : 1.75);
    context.globalAlpha = 1;
  }

  function drawOverlay(shown: Scene, at: Projection): void {
    const { state, cursor } = shown;
    const view = windowOf(at, width, height);
    const depth = state.layers.length;
    update(base, { opacity: nearEnd(1 - cursor / depth).toFixed(2) });
    for (const { sigma, circle, name } of circles) {
      update(circle, { cx: at.left, cy: at.top, r: sigma * at.scale });
      update(name, { x: at.left + sigma * at.scale * Math.SQRT1_2 + 3, y: at.top - sigma * at.scale * Math.SQRT1_2 - 3 });
    }
    const ticks = (pixels: number): number => Math.max(3, Math.round(pixels / 90));
    select(across)
      .attr('transform', `translate(0,${height})`)
      .call(
        axisTop(scaleLinear([view.x0, view.x1], [0, width]))
          .ticks(ticks(width))
          .tickSize(5),
      );
    select(up).call(
      axisRight(scaleLinear([view.y0, view.y1], [height, 0]))
        .ticks(ticks(height))
        .tickSize(5),
    );
    const name = (i: number): string => (cursor === depth ? state.axes[i] : `${cursor === 0 ? 'z' : 'v'}${'₁₂'[i]}`);
    update(names[0], { x: width - 8, y: height - 22 });
    update(names[1], { x: 30, y: 16 });
    names.forEach((text, i) => write(text, name(i)));
    layer.draw(shown, at, view);
    probe.draw(shown, at);
  }

  return {
    element,
    setZoom,
    resize: () => {
      [width, height] = [stageBox.clientWidth, stageBox.clientHeight];
      behaviour.extent([
        [0, 0],
        [width, height],
      ]);
      update(overlay, { width, height, viewBox: `0 0 ${width} ${height}` });
    },
    draw: (next) => {
      scene = next;
      if (width === 0 || height === 0) return;
      const at = projection(halfOf(next));
      if (next.picture) drawCanvas(next, next.picture, at);
      drawOverlay(next, at);
      const { state, cursor } = next;
      write(title, describe.stage(cursor, state.layers.length));
      const active = activeLayer(next);
      write(subtitle, `layer ${active.number} · ${active.label} · margin ${describe.margin(active.margin)}`);
      const wrong = describe.warning(active, state.epsilon);
      subtitle.dataset['status'] = active.status;
      stageBox.setAttribute(
        'aria-label',
        `The plane at ${title.textContent}, ${subtitle.textContent}${wrong === undefined ? '' : `, ${wrong}`}`,
      );
    },
  };
}

/** 0 away from the end that `t` runs to, 1 at it. */
function nearEnd(t: number): number {
  const f = Math.min(Math.max((t - 0.4) / 0.6, 0), 1);
  return f * f * (3 - 2 * f);
}
