/** The layers as a list: margin, mean log det, what is wrong, and which one the cursor is in. */

import type { FlowState, LayerState } from '../src/protocol/messages';
import * as describe from './describe';
import { html, write } from './element';
import type { LayerActions } from './hover';
import { createLayerWarning } from './layer-warning';
import { createMarginBar, type MarginBar } from './margin-bar';

interface Row {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  readonly logDet: HTMLElement;
  readonly warning: ReturnType<typeof createLayerWarning>;
  readonly bar: MarginBar;
}

export function createLayerList({ goTo, pointAt }: LayerActions): {
  element: HTMLElement;
  draw(state: FlowState, active: number, lit: number | undefined): void;
} {
  const margin = html('span', {}, 'margin');
  const heads = html(
    'div',
    { class: 'layer-heads', 'aria-hidden': 'true' },
    html('span'),
    margin,
    html('span', { title: 'Mean log|det| over the particles, z → x' }, 'log|det|'),
  );
  const list = html('ol', { class: 'layers' });
  const element = html('section', { class: 'layer-list', 'aria-label': 'Layers' }, html('h2', {}, 'Layers, z → x'), heads, list);
  let rows: Row[] = [];

  function createRow(number: number): Row {
    const label = html('span');
    const logDet = html('span', { class: 'layer-logdet' });
    const warning = createLayerWarning();
    const bar = createMarginBar();
    const button = html(
      'button',
      { type: 'button', class: 'layer' },
      html('span', { class: 'layer-name' }, html('span', { class: 'layer-number' }, String(number)), label),
      bar.element,
      logDet,
      warning.element,
    );
    button.addEventListener('click', () => goTo(number));
    for (const into of ['pointerenter', 'focus']) button.addEventListener(into, () => pointAt(number));
    for (const out of ['pointerleave', 'blur']) button.addEventListener(out, () => pointAt(undefined));
    return { element: html('li', {}, button), label, logDet, warning, bar };
  }

  return {
    element,
    draw: (state, active, lit) => {
      if (rows.length !== state.layers.length) {
        rows = state.layers.map((layer) => createRow(layer.number));
        list.replaceChildren(...rows.map((row) => row.element));
      }
      margin.title = `The least det over all of space, ${describe.arrow[state.closedForm]}`;
      rows.forEach((row, i) => {
        drawRow(row, state.layers[i], state, active === i + 1);
        row.element.classList.toggle('lit', lit === i + 1);
      });
    },
  };
}

function drawRow({ element, label, logDet, warning, bar }: Row, layer: LayerState, state: FlowState, active: boolean): void {
  write(label, layer.label);
  write(logDet, layer.meanLogDet === undefined ? '' : describe.signed(layer.meanLogDet));
  logDet.title = 'Mean log|det| over the particles, z → x';
  bar.draw(layer, state.epsilon);
  warning.draw(layer, state);
  const button = element.firstElementChild as HTMLElement;
  button.toggleAttribute('aria-current', active);
  button.title = `Go to stage ${layer.number}, after layer ${layer.number}`;
}
