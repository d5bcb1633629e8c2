/** The Flow View's header: which flow, which objective, which direction is solved; training; stepping. */

import type { FlowState } from '../src/protocol/messages';
import { createBanner } from './banner';
import { createStepButtons, createTrainingButtons } from './commands';
import * as describe from './describe';
import { html, show, write } from './element';
import { progressRing } from './ui/toolkit';

export function createHeader(): { element: HTMLElement; draw(state: FlowState): void } {
  const name = html('h1');
  const objective = html('span', { class: 'objective' });
  const directions = html('span', { class: 'directions' });
  const engine = html('span', { class: 'engine' });
  const attached = html('span', { class: 'attached' });
  const heldOut = html('span', {
    class: 'held-out',
    title: 'The mean of log p(x) over the rows that training does not see, ± its standard error, in nats',
  });
  const [training, steps] = [createTrainingButtons(), createStepButtons()];
  const ring = progressRing();
  const progress = html('span', { class: 'progress-text' });
  const bar = html('div', { class: 'progress-fill' });
  const [problem, note] = [createBanner('alert'), createBanner('status')];
  const element = html(
    'header',
    { class: 'header' },
    html(
      'div',
      { class: 'header-row' },
      html(
        'div',
        { class: 'titles' },
        html('div', { class: 'title' }, name, objective),
        html('div', { class: 'facts' }, directions, engine, attached, heldOut),
      ),
      html('div', { class: 'progress' }, ring, progress),
      training.element,
      steps.element,
    ),
    html('div', { class: 'progress-bar', 'aria-hidden': 'true' }, bar),
    problem.element,
    note.element,
  );
  return {
    element,
    draw: (state) => {
      write(name, state.name);
      write(objective, describe.objective(state));
      write(directions, describe.directions(state));
      write(progress, describe.training(state));
      show(ring, state.training.status === 'running');
      bar.style.width = `${state.training.until > 0 ? Math.min(1, state.training.step / state.training.until) * 100 : 0}%`;
      progress.title = describe.lossTooltip(state);
      write(engine, describe.engine(state));
      engine.title = state.training.engine ?? '';
      write(attached, describe.attached(state));
      write(heldOut, describe.heldOut(state));
      problem.draw(describe.problem(state));
      note.draw(describe.note(state));
      training.draw(state);
      steps.draw(state);
    },
  };
}
