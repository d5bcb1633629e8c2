/** Shift-drag over the plane takes the particles under it, which every view then shows at every stage. */

import { pointer } from 'd3';
import { show, svg, update } from './element';
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

export function createBrush(
  container: HTMLElement,
  scene: () => Scene | undefined,
  projection: () => Projection,
  select: (particles: Uint32Array | undefined) => void,
): SVGRectElement {
  const box = svg('rect', { class: 'brush' });
  let from: Point | undefined;
  show(box, false);

  container.addEventListener('pointerdown', (event) => {
    if (!event.shiftKey || event.button !== 0) return;
    from = pointer(event, container);
    container.setPointerCapture(event.pointerId);
  });
  container.addEventListener('pointermove', (event) => {
    if (!from) return;
    const to = pointer(event, container);
    show(box, true);
    update(box, {
      x: Math.min(from[0], to[0]),
      y: Math.min(from[1], to[1]),
      width: Math.abs(to[0] - from[0]),
      height: Math.abs(to[1] - from[1]),
    });
    const shown = scene();
    if (!shown?.picture) return;
    const { particles } = shown.picture;
    const points = new Float32Array(2 * particles.count);
    particles.pointsAt(shown.instant, points);
    select(within(points, pointUnder(projection(), from), pointUnder(projection(), to)));
  });
  const end = (): void => {
    from = undefined;
    show(box, false);
  };
  container.addEventListener('pointerup', end);
  container.addEventListener('pointercancel', end);
  return box;
}
