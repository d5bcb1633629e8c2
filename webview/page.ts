/** Where the Flow View's parts stand, and which of them there is something to see in. */

import type { FlowState } from '../src/protocol/messages';
import { html, show, svg } from './element';
import { createEmpty } from './empty';
import { createPatterns } from './layer-overlay';
import type { Theme } from './theme';
import { progressRing } from './ui/toolkit';

type Parts = Readonly<Record<'header' | 'plane' | 'line' | 'sketch' | 'legend' | 'time' | 'filmstrip' | 'side', HTMLElement>>;

export interface Page {
  /** The patterns and markers that pictures refer to. */
  readonly patterns: SVGSVGElement;
  /** What is read aloud when it changes. */
  readonly live: HTMLElement;
  /** The box of the picture that is shown. */
  box(): Element;
  /** Shows what there is of a flow; `waiting` for its first picture. */
  draw(state: FlowState | undefined, waiting: boolean): void;
  /** The plane's colours for what is dense and what is sparse, and the target's, for the plots. */
  paint(theme: Theme): void;
}

export function createPage({ header, plane, line, sketch, legend, time, filmstrip, side }: Parts): Page {
  const live = html('p', { class: 'for-screen-readers', role: 'status', 'aria-live': 'polite' });
  const wait = html('div', { class: 'waiting' }, progressRing(), 'Computing the first picture…');
  const stage = html('div', { class: 'stage' }, plane, line, sketch, legend);
  const patterns = svg('svg', { class: 'for-screen-readers', 'aria-hidden': 'true' }, createPatterns());
  const unread = html('p', { class: 'unread hint' }, 'Once the text describes a flow, it is drawn here.');
  const flow = html('main', { class: 'flow', hidden: true }, header, unread, stage, time, filmstrip, side, live);
  const empty = createEmpty();
  show(empty, false);
  document.body.append(patterns, flow, empty);
  let hero = plane;

  return {
    patterns,
    live,
    box: () => hero.querySelector('.plane-picture, .line-picture') ?? flow,
    draw: (state, waiting) => {
      show(flow, state !== undefined);
      show(empty, state === undefined);
      if (state === undefined) return;
      const isRead = state.layers.length > 0;
      for (const part of [stage, side, time, filmstrip]) show(part, isRead);
      show(unread, !isRead);
      const isLine = state.dim === 1;
      hero = isLine ? line : plane;
      for (const part of [plane, legend]) show(part, !isLine);
      show(line, isLine);
      if (wait.parentElement !== hero) hero.append(wait);
      show(wait, waiting);
    },
    paint: (theme) => {
      flow.style.setProperty('--dense', theme.dense);
      flow.style.setProperty('--sparse', theme.sparse);
      flow.style.setProperty('--target', theme.density(0.6));
    },
  };
}
