/** The active layer over the plane: its hyperplane, the push ±û on either side, and the bands where its determinant is small or negative. */

import type { Scene } from './scene';
import { activeLayer } from './scene';
import { show, svg, update } from './element';
import { hatches, tileSize } from './hatch';
import type { Projection } from './scales';
import { band, carriedHalfWidth, footOf, hyperplane, type Point, type Window } from './strip';

/** Pixels between the hyperplane and the arrows on either side of it. */
const clearance = 9;

export function createPatterns(): SVGDefsElement {
  const tile = (kind: keyof typeof hatches): SVGPatternElement => {
    const id = `${kind}-hatch`;
    return svg(
      'pattern',
      { id, width: tileSize, height: tileSize, patternUnits: 'userSpaceOnUse' },
      svg('path', { d: hatches[kind], class: id }),
    );
  };
  return svg(
    'defs',
    {},
    tile('danger'),
    tile('fold'),
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
    tint: svg('path', { class: `band-tint ${kind}`, 'fill-rule': 'evenodd' }),
    hatch: svg('path', { class: `band-hatch ${kind}`, 'fill-rule': 'evenodd', fill: `url(#${kind}-hatch)` }),
  }));
  const line = svg('line', { class: 'hyperplane' });
  const pushes = [1, -1].map((side) => {
    const name = svg('text', { class: 'push-name' });
    name.textContent = side > 0 ? 'û' : '−û';
    return { side, arrow: svg('line', { class: 'push', 'marker-end': 'url(#arrow-head)' }), name };
  });
  const parts = [line, ...pushes.flatMap(({ arrow, name }) => [arrow, name])];
  const element = svg('g', { class: 'layer-overlay' }, ...bands.flatMap(({ tint, hatch }) => [tint, hatch]), ...parts);

  return {
    element,
    draw: (scene, { scale, left, top }, view) => {
      const { overlay } = activeLayer(scene);
      show(element, overlay.kind === 'hyperplane');
      if (overlay.kind !== 'hyperplane') return;
      const { w, uHat, kappa } = overlay;
      const pixel = ([x, y]: Point): Point => [left + scale * x, top - scale * y];
      const outline = (kind: 'danger' | 'fold'): string => {
        const half = overlay[kind] > 0 ? carriedHalfWidth(overlay[kind], kappa, scene.instant.tau) : 0;
        const corners = band(overlay, half, view).map(pixel);
        return corners.length < 3 ? '' : `M${corners.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`;
      };
      // The band that folds lies inside the one in danger and is left out of it.
      const outlines = { fold: outline('fold'), danger: outline('danger') + outline('fold') };
      for (const { kind, tint, hatch } of bands) [tint, hatch].forEach((path) => update(path, { d: outlines[kind] }));

      const ends = hyperplane(overlay, view);
      parts.forEach((part) => show(part, ends !== undefined));
      if (ends === undefined) return;
      const [[x1, y1], [x2, y2]] = ends.map(pixel);
      update(line, { x1, y1, x2, y2 });

      // As close to the middle of what is seen as the hyperplane comes.
      const foot = footOf(overlay, [(view.x0 + view.x1) / 2, (view.y0 + view.y1) / 2]);
      const inView = foot[0] > view.x0 && foot[0] < view.x1 && foot[1] > view.y0 && foot[1] < view.y1;
      const root = inView ? pixel(foot) : [(x1 + x2) / 2, (y1 + y2) / 2];
      const norm = Math.hypot(w[0], w[1]);
      const [ux, uy] = [uHat[0] * scale, -uHat[1] * scale];
      const length = Math.hypot(ux, uy);
      for (const { side, arrow, name } of pushes) {
        // Each arrow stays on the side that it pushes: it leaves the hyperplane where the layer spreads, and ends at it where it presses.
        const near = [root[0] + (side * clearance * w[0]) / norm, root[1] - (side * clearance * w[1]) / norm];
        const start = kappa < 0 ? [near[0] - side * ux, near[1] - side * uy] : near;
        const far = (share: number): [number, number] => [start[0] + side * ux * share, start[1] + side * uy * share];
        const [tip, text] = [far(1), far(kappa < 0 ? -11 / length : 1 + 11 / length)];
        update(arrow, { x1: start[0], y1: start[1], x2: tip[0], y2: tip[1] });
        update(name, { x: text[0], y: text[1] });
        show(arrow, length >= 6);
        show(name, length >= 24);
      }
    },
  };
}
