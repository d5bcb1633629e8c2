/** The layer that the cursor is in, in numbers. */

import * as describe from './describe';
import { html, write } from './element';
import { createFigures } from './figures';
import { activeLayer, type Scene } from './scene';

export function createLayerReadout(): { element: HTMLElement; draw(scene: Scene): void } {
  const title = html('h2');
  const figures = createFigures();
  return {
    element: html('section', { class: 'card', 'aria-label': 'Layer' }, html('header', {}, title), figures.element),
    draw: (scene) => {
      const { state } = scene;
      const layer = activeLayer(scene);
      const { w, uHat, kappa } = layer.overlay;
      const length = (v: readonly number[]): string => describe.number(Math.hypot(...v));
      const [formula, solved] = [describe.arrow[state.closedForm], describe.arrow[describe.opposite(state.closedForm)]];
      write(title, `Layer ${layer.number}, formula ${formula}`);
      figures.draw([
        [`Margin, ${formula}`, `${describe.number(layer.margin)}${layer.margin < 1 ? ', on wᵀv + b = 0' : ''}`],
        ['κ = wᵀû', describe.number(kappa)],
        ['‖w‖, ‖û‖', `${length(w)}, ${length(uHat)}`],
        ['Mean log|det|, z → x', layer.meanLogDet === undefined ? undefined : describe.signed(layer.meanLogDet)],
        [`Residual, ${solved}`, layer.residual > 0 ? `≤ ${describe.residual(layer.residual)}` : undefined],
        [`Doubtful particles, ${solved}`, layer.doubtful > 0 ? describe.count(layer.doubtful) : undefined],
      ]);
    },
  };
}
