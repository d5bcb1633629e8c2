/** The active layer over the plane: its hyperplane, the push ±û on either side, and the bands where its determinant is small or negative. */

import type { Scene } from './scene';
import { activeLayer } from './scene';
import { show, svg, update } from './element';
import type { Projection } from './scales';
import { band, carriedHalfWidth, footOf, hyperplane, type Point, type Window } from './strip';

/** Patterns that tell the bands apart without colour: one hatching for danger, a crossed one for folds. */
export function createPatterns(): SVGDefsElement {
  const tile = (id: string, d: string): SVGPatternElement =>
    svg('pattern', { id, width: 8, height: 8, patternUnits: 'userSpaceOnUse' }, svg('path', { d, class: id }));
  return svg(
    'defs',
    {},
    tile('danger-hatch', 'M-2 2 2-2M0 8 8 0M6 10 10 6'),
    tile('fold-hatch', 'M-2 2 2-2M0 8 8 0M6 10 10 6M-2 6 2 10M0 0 8 8M6-2 10 2'),
    svg(
      'marker',
      { id: 'arrow-head', viewBox: '0 0 8 8', refX: 6.5, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
      svg('path', { d: 'M0 0.5 7.5 4 0 7.5 2 4z', class: 'arrow-head' }),
    ),
  );
}

export function createLayerOverlay(): { element: SVGGElement; draw(scene: Scene, projection: Projection, view: Window): void } {
  const bands = (['danger', 'fold'] as const).map((kind) => ({
    kind,
    tint: svg('path', { class: `band-tint ${kind}` }),
    hatch: svg('path', { class: `band-hatch ${kind}`, fill: `url(#${kind}-hatch)` }),
  }));
  const line = svg('line', { class: 'hyperplane' });
  const pushes = [1, -1].map((side) => ({ side, arrow: svg('line', { class: 'push', 'marker-end': 'url(#arrow-head)' }) }));
  const names = [1, -1].map((side) => ({ side, text: svg('text', { class: 'push-name' }) }));
  names.forEach(({ side, text }) => (text.textContent = side > 0 ? 'û' : '−û'));
  const element = svg(
    'g',
    { class: 'layer-overlay' },
    ...bands.flatMap(({ tint, hatch }) => [tint, hatch]),
    line,
    ...pushes.map(({ arrow }) => arrow),
    ...names.map(({ text }) => text),
  );

  return {
    element,
    draw: (scene, { scale, left, top }, view) => {
      const { overlay } = activeLayer(scene);
      const pixel = ([x, y]: Point): Point => [left + scale * x, top - scale * y];

      for (const { kind, tint, hatch } of bands) {
        const half = overlay[kind] > 0 ? carriedHalfWidth(overlay[kind], overlay.kappa, scene.instant.tau) : 0;
        const outline = band(overlay, half, view).map(pixel);
        const d = outline.length < 3 ? '' : `M${outline.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`;
        update(tint, { d });
        update(hatch, { d });
      }

      const ends = hyperplane(overlay, view);
      show(line, ends !== undefined);
      [...pushes.map(({ arrow }) => arrow), ...names.map(({ text }) => text)].forEach((it) => show(it, ends !== undefined));
      if (ends === undefined) return;
      const [[x1, y1], [x2, y2]] = ends.map(pixel);
      update(line, { x1, y1, x2, y2 });

      // Rooted on the hyperplane, close to the middle of what is seen, a little off the line on the side that it pushes.
      const middle: Point = [(view.x0 + view.x1) / 2, (view.y0 + view.y1) / 2];
      const foot = footOf(overlay, middle);
      const inView = foot[0] > view.x0 && foot[0] < view.x1 && foot[1] > view.y0 && foot[1] < view.y1;
      const root = inView ? pixel(foot) : [(x1 + x2) / 2, (y1 + y2) / 2];
      const norm = Math.hypot(overlay.w[0], overlay.w[1]);
      const length = Math.hypot(overlay.uHat[0], overlay.uHat[1]) * scale;
      for (const { side, arrow } of pushes) {
        const from = [root[0] + (side * 10 * overlay.w[0]) / norm, root[1] - (side * 10 * overlay.w[1]) / norm];
        const to = [from[0] + side * overlay.uHat[0] * scale, from[1] - side * overlay.uHat[1] * scale];
        update(arrow, { x1: from[0], y1: from[1], x2: to[0], y2: to[1] });
        const text = names.find((name) => name.side === side)?.text;
        const beyond = 1 + 11 / Math.max(length, 1);
        if (text) update(text, { x: from[0] + (to[0] - from[0]) * beyond, y: from[1] + (to[1] - from[1]) * beyond });
      }
    },
  };
}
