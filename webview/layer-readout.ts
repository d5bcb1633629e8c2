/** The layer that the cursor is in, in numbers. */

import type { Overlay } from '../src/protocol/messages';
import * as describe from './describe';
import { write } from './element';
import { createFigures } from './figures';
import { activeLayer, type Scene } from './scene';
import { createSection, type Section } from './section';

type Figure = readonly [name: string, value: string | undefined];

const length = (v: readonly number[]): string => describe.number(Math.hypot(...v));

/** Where the margin is reached, if it is in one place. */
function placeOf(overlay: Overlay): string {
  if (overlay.kind === 'hyperplane') return ', on wᵀv + b = 0';
  if (overlay.kind === 'half-spaces') return overlay.detBelow < overlay.detAbove ? ', where wᵀv + b ≤ 0' : ', where wᵀv + b > 0';
  return overlay.kind === 'centre' ? ', at v₀' : '';
}

/** What is particular to the kind of layer: two figures, or as many as there are. */
function particulars(overlay: Overlay): readonly [Figure, Figure] {
  switch (overlay.kind) {
    case 'hyperplane':
      return [
        ['κ = wᵀû', describe.number(overlay.kappa)],
        ['‖w‖, ‖û‖', `${length(overlay.w)}, ${length(overlay.uHat)}`],
      ];
    case 'half-spaces':
      return [
        ['det where wᵀv + b ≤ 0, > 0', `${describe.number(overlay.detBelow)}, ${describe.number(overlay.detAbove)}`],
        ['‖w‖, ‖û‖', `${length(overlay.w)}, ${length(overlay.uHat)}`],
      ];
    case 'centre':
      return [
        ['Reach α', describe.number(overlay.reach)],
        ['Push β̂/α', `${describe.number(overlay.push)}, ${describe.way(overlay)}`],
      ];
    case 'coupling':
      return [
        ['Passes, decides', describe.coordinates(overlay, true)],
        ['Moves', describe.coordinates(overlay, false)],
      ];
    case 'none':
      return [
        ['', undefined],
        ['', undefined],
      ];
  }
}

export function createLayerReadout(): Section & { draw(scene: Scene): void } {
  const figures = createFigures();
  const section = createSection('layer-section', 'Layer', [], figures.element);
  return {
    ...section,
    draw: (scene) => {
      const { state } = scene;
      const layer = activeLayer(scene);
      const [formula, solved] = [describe.arrow[state.closedForm], describe.arrow[describe.opposite(state.closedForm)]];
      write(section.title, `Layer ${layer.number}, formula ${formula}`);
      figures.draw([
        [`Margin, ${formula}`, `${describe.number(layer.margin)}${layer.margin < 1 ? placeOf(layer.overlay) : ''}`],
        ...particulars(layer.overlay),
        ['Mean log|det|, z → x', layer.meanLogDet === undefined ? undefined : describe.signed(layer.meanLogDet)],
        [`Residual, ${solved}`, layer.residual > 0 ? `≤ ${describe.residual(layer.residual)}` : undefined],
        [`Doubtful particles, ${solved}`, layer.doubtful > 0 ? describe.count(layer.doubtful) : undefined],
      ]);
    },
  };
}
