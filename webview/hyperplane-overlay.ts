/** A layer v + û·h(wᵀv + b) over the plane: its hyperplane, the push ±û on either side, and where its determinant is small or negative. */

import type { HalfSpacesOverlay, HyperplaneOverlay } from '../src/protocol/messages';
import { createAreas, outlineOf, type AreaKind } from './areas';
import * as describe from './describe';
import { show, svg, update, write } from './element';
import type { LayerDrawing } from './layer-drawing';
import { band, carriedHalfWidth, carriedSides, footOf, halfSpace, hyperplane, type Point } from './strip';

/** Pixels between the hyperplane and the arrows on either side of it. */
const clearance = 9;

/** The push where wᵀv + b is large (planar) or ±1 (leaky planar), as shares of û: above the hyperplane, and below it. */
function shares(overlay: HyperplaneOverlay | HalfSpacesOverlay): [above: number, below: number] {
  if (overlay.kind === 'hyperplane') return [1, 1];
  const { detAbove, detBelow } = overlay;
  return [1, detAbove === 1 ? 0 : (detBelow - 1) / (detAbove - 1)];
}

export function createHyperplaneOverlay(): LayerDrawing<HyperplaneOverlay | HalfSpacesOverlay> {
  const areas = createAreas();
  const line = svg('line', { class: 'hyperplane' });
  const pushes = [1, -1].map((side) => ({
    side,
    arrow: svg('line', { class: 'push', 'marker-end': 'url(#arrow-head)' }),
    name: svg('text', { class: 'push-name' }),
  }));
  const parts = [line, ...pushes.flatMap(({ arrow, name }) => [arrow, name])];

  return {
    element: svg('g', {}, ...areas.elements, ...parts),
    draw: (overlay, { tau, epsilon }, { scale, left, top }, view) => {
      const { w, uHat } = overlay;
      const pixel = ([x, y]: Point): Point => [left + scale * x, top - scale * y];
      const outline = (kind: AreaKind): string => {
        if (overlay.kind === 'half-spaces') {
          const sides = carriedSides(overlay, tau, (det) => (kind === 'fold' ? det <= 0 : det > 0 && det < epsilon));
          return sides.map((side) => outlineOf(halfSpace(overlay, side, view).map(pixel))).join('');
        }
        const half = overlay[kind] > 0 ? carriedHalfWidth(overlay[kind], overlay.kappa, tau) : 0;
        return outlineOf(band(overlay, half, view).map(pixel));
      };
      const fold = outline('fold');
      // The band that folds lies inside the one in danger and is left out of it.
      areas.draw({ fold, danger: outline('danger') + (overlay.kind === 'hyperplane' ? fold : '') });

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
      const kappa = w[0] * uHat[0] + w[1] * uHat[1];
      const [above, below] = shares(overlay);
      for (const { side, arrow, name } of pushes) {
        const part = side > 0 ? above : below;
        const [ux, uy] = [part * uHat[0] * scale, -part * uHat[1] * scale];
        const length = Math.hypot(ux, uy);
        // Each arrow stays on the side that it pushes: it leaves the hyperplane where the layer spreads, and ends at it where it presses.
        const near = [root[0] + (side * clearance * w[0]) / norm, root[1] - (side * clearance * w[1]) / norm];
        const start = kappa < 0 ? [near[0] - side * ux, near[1] - side * uy] : near;
        const far = (share: number): [number, number] => [start[0] + side * ux * share, start[1] + side * uy * share];
        show(arrow, length >= 6);
        show(name, length >= 24);
        if (length < 6) continue;
        // Where the layer presses, both arrows end at the hyperplane, and the tip of û is where the other one begins: each has its name
        // beside its middle, on the side that the name of that tip leaves free.
        const middle = far(0.5);
        const tip = far(1);
        const text = kappa < 0 ? [middle[0] + (14 * uy) / length, middle[1] - (14 * ux) / length] : far(1 + 11 / length);
        update(arrow, { x1: start[0], y1: start[1], x2: tip[0], y2: tip[1] });
        update(name, { x: text[0], y: text[1] });
        write(name, `${side > 0 ? '' : '−'}${part === 1 ? '' : `${describe.number(part)} `}û`);
      }
    },
  };
}
