/** Shift-drag over the plane, or B and the arrow keys, takes the particles in a box, which every view then shows at every stage. */

import { pointer } from 'd3';
import { show, svg, update } from './element';
import { probePoint } from './probe-point';
import { pointUnder, type Projection } from './scales';
import type { Scene } from './scene';
import type { Point } from './strip';

/** The particles within two corners at the instant that is shown, by their numbers; none where none is. */
export function within(points: Float32Array, [ax, ay]: Point, [bx, by]: Point): Uint32Array | undefined {
  const [x0, x1, y0, y1] = [Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by)];
  const found: number[] = [];
  for (let i = 0; i < points.length / 2; i++) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    if (x >= x0 && x <= x1 && y >= y0 && y <= y1) found.push(i);
  }
  return found.length > 0 ? Uint32Array.from(found) : undefined;
}

/** These particles' points, n × 2. */
export function pointsOf(points: Float32Array, particles: Uint32Array): Float32Array {
  return Float32Array.from({ length: 2 * particles.length }, (_, i) => points[2 * particles[i >> 1] + (i % 2)]);
}

/** Pixels that an arrow key moves the box by, and how wide it begins. */
const [step, widest] = [8, 80];

export function createBrush(
  container: HTMLElement,
  scene: () => Scene | undefined,
  projection: () => Projection,
  select: (particles: Uint32Array | undefined) => void,
): SVGRectElement {
  const box = svg('rect', { class: 'brush' });
  let from: Point | undefined;
  /** The box that the keyboard holds, in pixels. */
  let held: readonly [Point, Point] | undefined;
  show(box, false);

  function take(a: Point, b: Point): void {
    show(box, true);
    update(box, { x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), width: Math.abs(b[0] - a[0]), height: Math.abs(b[1] - a[1]) });
    const shown = scene();
    if (!shown?.picture) return;
    const { particles } = shown.picture;
    const points = new Float32Array(2 * particles.count);
    particles.pointsAt(shown.instant, points);
    select(within(points, pointUnder(projection(), a), pointUnder(projection(), b)));
  }
  const end = (): void => {
    from = held = undefined;
    show(box, false);
  };

  container.addEventListener('pointerdown', (event) => {
    if (!event.shiftKey || event.button !== 0) return;
    from = pointer(event, container);
    container.setPointerCapture(event.pointerId);
  });
  container.addEventListener('pointermove', (event) => {
    if (from) take(from, pointer(event, container));
  });
  for (const type of ['pointerup', 'pointercancel']) container.addEventListener(type, () => from && end());
  container.addEventListener('blur', end);

  /** Around the probe, or in the middle of what is seen. */
  function begin(): readonly [Point, Point] {
    const { clientWidth, clientHeight } = container;
    const shown = scene();
    const at = shown && probePoint(shown.state.probe, shown.cursor, shown.instant);
    const { scale, left, top } = projection();
    const [i, j] = shown?.state.coordinates ?? [0, 1];
    const [x, y] = at ? [left + scale * at[i], top - scale * at[j]] : [clientWidth / 2, clientHeight / 2];
    const half = Math.min(widest, clientWidth / 4, clientHeight / 4) / 2;
    return [
      [x - half, y + half],
      [x + half, y - half],
    ];
  }

  // Before the plane's own keys: while a box is held, they are not meant.
  container.addEventListener(
    'keydown',
    (event) => {
      if (event.target !== container || event.ctrlKey || event.metaKey || event.altKey) return;
      const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (event.key.toLowerCase() === 'b') held = begin();
      else if (!held) return;
      else if (event.key === 'Enter') end();
      else if (event.key === 'Escape') {
        end();
        select(undefined);
      } else if (move) {
        const moved = ([x, y]: Point): Point => [x + move[0], y + move[1]];
        // Stretched by its far corner: to the right, and up.
        held = [event.shiftKey ? held[0] : moved(held[0]), moved(held[1])];
      } else return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (held) take(...held);
    },
    { capture: true },
  );
  return box;
}
