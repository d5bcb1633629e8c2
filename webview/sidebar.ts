/** The sidebar: training, stepping, the layers and the probe of the flow that is open. */

import type { Direction, FlowState, ToView } from '../src/protocol/messages';
import { createBanner } from './banner';
import { createStepButtons, createTrainingButtons, commandButton } from './commands';
import * as describe from './describe';
import { takeDrops } from './drop';
import { html, show, write } from './element';
import { createEmpty } from './empty';
import { createFigures } from './figures';
import { Hover } from './hover';
import { listen, post } from './host';
import { instantAt } from './instant';
import { createLayerList } from './layer-list';
import { divider } from './ui/toolkit';

const name = html('h1');
const objective = html('p', { class: 'objective' });
const [problem, note] = [createBanner('alert'), createBanner('status')];
const progress = html('p', { class: 'progress-text' });
const bar = html('progress', { 'aria-label': 'Training steps', value: 0 });
const training = createTrainingButtons();
const steps = createStepButtons();
const open = commandButton('openFlowView', { label: 'Open Flow View', tooltip: 'Open Flow View' });
const cursor = html('p', { class: 'cursor', role: 'status', 'aria-live': 'polite' });
const hover = new Hover(() => {
  if (previous) draw(previous);
});
const layers = createLayerList({ goTo, pointAt: hover.pointAt });
const hint = html('p', { class: 'hint' }, 'Click the plane in the Flow View to follow one point.');
const figures = createFigures();
const flow = html(
  'main',
  { class: 'flow', hidden: true },
  html('div', { class: 'titles' }, name, objective),
  problem.element,
  note.element,
  html('div', { class: 'training' }, training.element, progress, bar),
  divider(),
  html('div', { class: 'stepping' }, steps.element, cursor),
  divider(),
  layers.element,
  divider(),
  html('section', { 'aria-label': 'Probe' }, html('h2', {}, 'Probe'), hint, figures.element),
  open.element,
);
const empty = createEmpty();
show(empty, false);
document.body.append(flow, empty);

let previous: FlowState | undefined;
let heading: Direction = 'generate';

function receive(message: ToView): void {
  if (message.type === 'frame') post({ type: 'drawn' });
  if (message.type !== 'state') return;
  const { state } = message;
  show(flow, state !== undefined);
  show(empty, state === undefined);
  if (state !== undefined) draw(state);
  previous = state;
}

function draw(state: FlowState): void {
  const depth = state.layers.length;
  if (previous !== undefined && previous.cursor !== state.cursor) heading = state.cursor > previous.cursor ? 'generate' : 'encode';
  const instant = instantAt(state.cursor, depth, heading, state.closedForm);
  write(name, state.name);
  write(objective, describe.objective(state));
  problem.draw(describe.problem(state));
  note.draw(describe.note(state));
  write(progress, describe.training(state));
  progress.title = describe.lossTooltip(state);
  bar.max = Math.max(1, state.training.until);
  bar.value = Math.min(state.training.step, bar.max);
  training.draw(state);
  steps.draw(state);
  write(cursor, describe.stage(state.cursor, depth));
  layers.draw(state, instant.layer, hover.lit(state));
  const { probe } = state;
  show(hint, probe === undefined);
  show(figures.element, probe !== undefined);
  if (probe === undefined) return;
  figures.draw([
    [`At stage ${probe.walked.stage}`, describe.point(probe.walked.point)],
    ['log p(x)', describe.logProb(probe)],
    ['Round trip', probe.roundTrip === undefined ? undefined : `off by ${describe.residual(probe.roundTrip)}`],
  ]);
}

function goTo(stage: number): void {
  post({ type: 'cursor', cursor: stage });
}

takeDrops();
listen(receive);
