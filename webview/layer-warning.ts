/** What is wrong with a layer, as an icon and in words; nothing where nothing is. */

import type { FlowState, LayerState } from '../src/protocol/messages';
import * as describe from './describe';
import { html, show, write } from './element';
import { icon } from './ui/icons';

export function createLayerWarning(): { element: HTMLElement; draw(layer: LayerState, state: FlowState): void } {
  const text = html('span');
  const element = html('span', { class: 'layer-warning' }, icon('warning'), icon('fold'), text);
  return {
    element,
    draw: (layer, state) => {
      const wrong = describe.warning(layer, state);
      element.dataset['status'] = layer.status;
      show(element, wrong !== undefined);
      write(text, wrong ?? '');
    },
  };
}
