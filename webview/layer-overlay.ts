/** The active layer over the plane: what its kind has to show. A layer that is the same everywhere has nothing. */

import { createCentreOverlay } from './centre-overlay';
import { createCouplingOverlay } from './coupling-overlay';
import { show, svg } from './element';
import { hatches, tileSize } from './hatch';
import { createHyperplaneOverlay } from './hyperplane-overlay';
import { createPushOverlay } from './push-overlay';
import type { Projection } from './scales';
import { activeLayer, type Scene } from './scene';
import { seenOverlay } from './seen-overlay';
import type { Window } from './strip';

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
      { id: 'arrow-head', viewBox: '0 0 8 8', refX: 6.5, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' },
      svg('path', { d: 'M0 0.5 7.5 4 0 7.5 2 4z', class: 'arrow-head' }),
    ),
  );
}

export function createLayerOverlay(): { element: SVGGElement; draw(scene: Scene, projection: Projection, view: Window): void } {
  const [plane, centre, coupling, push] = [createHyperplaneOverlay(), createCentreOverlay(), createCouplingOverlay(), createPushOverlay()];
  return {
    element: svg('g', { class: 'layer-overlay' }, plane.element, centre.element, coupling.element, push.element),
    draw: (scene, projection, view) => {
      const { dim, coordinates, epsilon } = scene.state;
      const seen = seenOverlay(activeLayer(scene).overlay, dim, coordinates);
      const { overlay } = seen;
      const moment = { tau: scene.instant.tau, epsilon, coordinates };
      show(plane.element, overlay.kind === 'hyperplane' || overlay.kind === 'half-spaces');
      show(centre.element, overlay.kind === 'centre');
      show(coupling.element, overlay.kind === 'coupling');
      show(push.element, seen.push !== undefined);
      if (overlay.kind === 'hyperplane' || overlay.kind === 'half-spaces') plane.draw(overlay, moment, projection, view);
      if (overlay.kind === 'centre') centre.draw(overlay, moment, projection, view);
      if (overlay.kind === 'coupling') coupling.draw(overlay, moment, projection, view);
      if (seen.push) push.draw(seen.push, moment, projection, view);
    },
  };
}
