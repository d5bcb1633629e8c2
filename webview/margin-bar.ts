/** A layer's margin as a bar with its number; a warning has a shape and a word of its own, not only a colour. */

import type { LayerState } from '../src/protocol/messages';
import * as describe from './describe';
import { html, write } from './element';
import { icon, type IconName } from './ui/icons';

export interface MarginBar {
  readonly element: HTMLElement;
  draw(layer: LayerState, epsilon: number): void;
}

const icons: Readonly<Record<LayerState['status'], readonly IconName[]>> = { ok: [], 'near-singular': ['warning'], folds: ['fold'] };

/** The bar is full at margin 1, which no layer exceeds, and empty at 0. */
export function createMarginBar(): MarginBar {
  const fill = html('span', { class: 'margin-fill' });
  const threshold = html('span', { class: 'margin-epsilon' });
  const number = html('span', { class: 'margin-number' });
  const text = html('span', { class: 'margin-text' }, number);
  const element = html('span', { class: 'margin' }, html('span', { class: 'margin-track' }, fill, threshold), text);
  return {
    element,
    draw: (layer, epsilon) => {
      if (element.dataset['status'] !== layer.status) {
        // Only where there is a warning: a deep flow has many bars.
        text.replaceChildren(...icons[layer.status].map(icon), number);
        element.dataset['status'] = layer.status;
      }
      fill.style.width = `${Math.min(Math.max(layer.margin, 0), 1) * 100}%`;
      threshold.style.left = `${epsilon * 100}%`;
      write(number, describe.margin(layer.margin));
    },
  };
}
