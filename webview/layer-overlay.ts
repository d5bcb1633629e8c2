/** The active layer over the plane: what its kind has to show. A layer that is the same everywhere has nothing. */

import { createCentreOverlay } from './centre-overlay';
import { createCouplingOverlay } from './coupling-overlay';
import { show, svg } from './element';
import { hatches, tileSize } from './hatch';
import { createHyperplaneOverlay } from './hyperplane-overlay';
import type { Projection } from './scales';
import { activeLayer, type Scene } from './scene';
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
  const [plane, centre, coupling] = [createHyperplaneOverlay(), createCentreOverlay(), createCouplingOverlay()];
  return {
    element: svg('g', { class: 'layer-overlay' }, plane.element, centre.element, coupling.element),
    draw: (scene, projection, view) => {
      const { overlay } = activeLayer(scene);
      // In more dimensions what a layer is centred on fills the picture of two of them.
      const flat = scene.state.dim === 2;
      const moment = { tau: scene.instant.tau, epsilon: scene.state.epsilon };
      show(plane.element, flat && (overlay.kind === 'hyperplane' || overlay.kind === 'half-spaces'));
      show(centre.element, flat && overlay.kind === 'centre');
      show(coupling.element, flat && overlay.kind === 'coupling');
      if (!flat) return;
      if (overlay.kind === 'hyperplane' || overlay.kind === 'half-spaces') plane.draw(overlay, moment, projection, view);
      if (overlay.kind === 'centre') centre.draw(overlay, moment, projection, view);
      if (overlay.kind === 'coupling') coupling.draw(overlay, moment, projection, view);
    },
  };
}
