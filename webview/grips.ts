/** What can be taken hold of in the layer that the cursor is in: drawn as grips over the plane, dragged or moved with the arrow keys. */

import { drag, select } from 'd3';
import type { Handle } from '../src/protocol/messages';
import * as describe from './describe';
import { show, svg, update, write } from './element';
import { pointUnder, type Projection } from './scales';
import { activeLayer, type Scene } from './scene';
import type { Point } from './strip';

export interface GripActions {
  /** A handle of a layer 1 … K is dragged; `done`: and let go of. */
  drag(layer: number, handle: string, to: Point, done: boolean): void;
}

/** Pixels that an arrow key moves a grip by, without and with Shift. */
const steps = { small: 4, large: 24 };
/** Pixels between a grip and its name. */
const clearance = 16;
/** Milliseconds after the last key until the grip is let go of. */
const keyRest = 600;
/** No layer that is looked at has more. */
const most = 3;

/** What each handle is, by layer and name; the symbol beside it, and words for those who cannot see it. */
const names: Readonly<Record<string, readonly [symbol: string, words: string]>> = {
  b: ['b', 'the hyperplane’s foot: moves the hyperplane'],
  w: ['w', 'the tip of w: turns the hyperplane and sets how sharp the bend is'],
  u: ['û', 'the tip of û: where points are pushed'],
  centre: ['v₀', 'the centre'],
  alpha: ['α', 'the reach'],
  shift: ['shift', 'the shift'],
};

interface Grip {
  readonly element: SVGGElement;
  readonly leader: SVGLineElement;
  readonly parts: readonly SVGElement[];
  readonly name: SVGTextElement;
  readonly mark: SVGGElement;
}

export function createGrips(
  container: HTMLElement,
  projection: () => Projection,
  actions: GripActions,
): {
  element: SVGGElement;
  draw(scene: Scene, at: Projection, width: number, height: number): void;
  heldBack(scene: Scene): string | undefined;
} {
  let layer = 0;
  let handles: readonly Handle[] = [];
  let resting: number | undefined;

  const grips = Array.from({ length: most }, (_, i): Grip => {
    const leader = svg('line', { class: 'grip-leader' });
    const halo = svg('circle', { class: 'grip-halo', r: 6 });
    const ring = svg('circle', { class: 'grip-ring', r: 6 });
    const reach = svg('circle', { class: 'grip-reach', r: 12 });
    const name = svg('text', { class: 'grip-name' });
    const mark = svg('g', { class: 'grip', tabindex: 0, role: 'button', 'aria-roledescription': 'grip' }, halo, ring, name, reach);
    mark.addEventListener('click', (event) => event.stopPropagation());
    mark.addEventListener('dblclick', (event) => event.stopPropagation());
    mark.addEventListener('keydown', (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!move || !(i in handles)) return;
      event.preventDefault();
      event.stopPropagation();
      const { name: handle, at } = handles[i];
      const step = (event.shiftKey ? steps.large : steps.small) / projection().scale;
      const to: Point = [at[0] + move[0] * step, at[1] + move[1] * step];
      actions.drag(layer, handle, to, false);
      letGoLater(layer, handle, to);
    });
    select<SVGElement, unknown>(mark).call(
      drag<SVGElement, unknown>()
        .container(container)
        .on('drag', ({ x, y }: { x: number; y: number }) => move(i, [x, y], false))
        .on('end', ({ x, y }: { x: number; y: number }) => move(i, [x, y], true)),
    );
    return { element: svg('g', {}, leader, mark), leader, parts: [halo, ring, reach], name, mark };
  });

  /** Several keys are one change of the text. */
  function letGoLater(of: number, handle: string, to: Point): void {
    window.clearTimeout(resting);
    resting = window.setTimeout(() => actions.drag(of, handle, to, true), keyRest);
  }

  let moved = false;
  function move(i: number, pixel: Point, done: boolean): void {
    if (!(i in handles) || (done && !moved)) return;
    moved = !done;
    actions.drag(layer, handles[i].name, pointUnder(projection(), pixel), done);
  }

  return {
    element: svg('g', { class: 'grips' }, ...grips.map(({ element }) => element)),
    draw: (scene, { scale, left, top }, width, height) => {
      const active = activeLayer(scene);
      layer = active.number;
      handles = active.handles.slice(0, most);
      const held = scene.state.dragged;
      grips.forEach(({ element, leader, parts, name, mark }, i) => {
        show(element, i in handles);
        if (!(i in handles)) return;
        const { name: handle, kind, at, from } = handles[i];
        const [x, y] = [left + scale * at[0], top - scale * at[1]];
        // A line to a tip that is not seen would lead nowhere.
        show(leader, from !== undefined && x > 0 && x < width && y > 0 && y < height);
        if (from) update(leader, { x1: left + scale * from[0], y1: top - scale * from[1], x2: x, y2: y });
        for (const part of parts) update(part, { cx: x, cy: y });
        // Beside its arrow, whose own name stands beyond its end.
        const [ax, ay] = from ? [at[0] - from[0], at[1] - from[1]] : [1, 1];
        const aside = clearance / (Math.hypot(ax, ay) || 1);
        update(name, { x: x + aside * ay, y: y + aside * ax * (from ? 1 : -1) });
        const [symbol, words] = names[handle] ?? [handle, handle];
        write(name, symbol);
        update(mark, {
          'aria-label': `${symbol} of layer ${layer}, ${words}, at ${describe.point([at[0], at[1]])}; arrow keys move it`,
          'data-kind': kind,
        });
        mark.classList.toggle('held-back', held?.layer === layer && held.handle === handle && held.heldBack);
      });
    },
    heldBack: ({ state: { dragged, layers } }) => {
      if (!dragged?.heldBack) return undefined;
      const { overlay } = layers[dragged.layer - 1];
      if (overlay.kind === 'hyperplane' && dragged.handle === 'u') return 'held back: wᵀû stays above −1, or the layer would fold';
      return `held back: the layer’s constraint lets ${names[dragged.handle]?.[0] ?? dragged.handle} come no further`;
    },
  };
}
