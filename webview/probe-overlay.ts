/** The probe over the plane: a ring where it is now, and its route through all stages. */

import { line } from 'd3';
import { show, svg, update } from './element';
import { probePoint } from './probe-point';
import type { Projection } from './scales';
import type { Scene } from './scene';

export function createProbeOverlay(): { element: SVGGElement; handle: SVGElement; draw(scene: Scene, projection: Projection): void } {
  const [past, ahead] = [svg('path', { class: 'probe-route' }), svg('path', { class: 'probe-route ahead' })];
  const stops = svg('path', { class: 'probe-stops' });
  const halo = svg('circle', { class: 'probe-halo', r: 7 });
  const ring = svg('circle', { class: 'probe-ring', r: 7 });
  const dot = svg('circle', { class: 'probe-dot', r: 1.5 });
  const handle = svg('circle', { class: 'probe-handle', r: 12 });
  const element = svg('g', { class: 'probe' }, ahead, past, stops, halo, ring, dot, handle);

  return {
    element,
    handle,
    draw: (scene, { scale, left, top }) => {
      const now = probePoint(scene.state.probe, scene.cursor, scene.instant);
      show(element, now !== undefined);
      if (now === undefined || scene.state.probe === undefined) return;
      const [i, j] = scene.state.coordinates;
      const pixel = (point: readonly number[]): [number, number] => [left + scale * point[i], top - scale * point[j]];
      const route = scene.state.probe.route.map(pixel);
      const reached = scene.instant.layer;
      const path = line().defined((p) => p.every(Number.isFinite));
      update(past, { d: path([...route.slice(0, reached), pixel(now)]) ?? '' });
      update(ahead, { d: path([pixel(now), ...route.slice(reached)]) ?? '' });
      update(stops, {
        d: route
          .filter((p) => p.every(Number.isFinite))
          .map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`)
          .join(''),
      });
      const [cx, cy] = pixel(now);
      if (!Number.isFinite(cx + cy)) return;
      for (const circle of [halo, ring, dot, handle]) update(circle, { cx, cy });
    },
  };
}
