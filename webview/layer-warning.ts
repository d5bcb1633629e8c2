/** What is wrong with a layer, as an icon and in words; nothing where nothing is. */

import type { LayerState } from '../src/protocol/messages';
import * as describe from './describe';
import { html, show, write } from './element';
import { icon } from './ui/icons';

export function createLayerWarning(): { element: HTMLElement; draw(layer: LayerState, epsilon: number): void } {
  const text = html('span');
  const element = html('span', { class: 'layer-warning' }, icon('warning'), icon('fold'), text);
  return {
    element,
    draw: (layer, epsilon) => {
      const wrong = describe.warning(layer, epsilon);
      element.dataset['status'] = layer.status;
      show(element, wrong !== undefined);
      write(text, wrong ?? '');
    },
  };
}
