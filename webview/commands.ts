/** The buttons of both views that run the session's commands, and when they make sense. */

import type { FlowState, ViewCommand } from '../src/protocol/messages';
import { html } from './element';
import { post } from './host';
import { button, type ButtonLook, type UiButton } from './ui/toolkit';

const looks = {
  reset: { icon: 'reset', tooltip: 'Reset: back to the initial values, step 0' },
  runToZ: { icon: 'runToZ', tooltip: 'Run x → z, to z' },
  stepXToZ: { icon: 'stepXToZ', tooltip: 'Step x → z: one layer back' },
  stepZToX: { icon: 'stepZToX', tooltip: 'Step z → x: one layer on' },
  runToX: { icon: 'runToX', tooltip: 'Run z → x, to x' },
} satisfies Partial<Record<ViewCommand, ButtonLook>>;

export function commandButton(command: ViewCommand, look: ButtonLook): UiButton {
  return button(look, () => post({ type: 'command', command }));
}

/** Train or pause, and reset. */
export function createTrainingButtons(): { element: HTMLElement; draw(state: FlowState): void } {
  let running = false;
  const toggle = button({ icon: 'play', label: 'Train', tooltip: 'Train', primary: true }, () =>
    post({ type: 'command', command: running ? 'pause' : 'train' }),
  );
  const reset = commandButton('reset', looks.reset);
  return {
    element: html('div', { class: 'buttons', role: 'group', 'aria-label': 'Training' }, toggle.element, reset.element),
    draw: ({ training, layers }) => {
      running = training.status === 'running';
      toggle.look(
        running
          ? { icon: 'pause', label: 'Pause', tooltip: 'Pause training', primary: true }
          : { icon: 'play', label: 'Train', tooltip: training.step === 0 ? 'Train this flow' : 'Go on training', primary: true },
      );
      toggle.enable(layers.length > 0);
      reset.enable(training.step > 0);
    },
  };
}

/** To z, one layer towards z, one layer towards x, to x. */
export function createStepButtons(): { element: HTMLElement; draw(state: FlowState): void } {
  const [toZ, back, on, toX] = (['runToZ', 'stepXToZ', 'stepZToX', 'runToX'] as const).map((command) =>
    commandButton(command, looks[command]),
  );
  return {
    element: html(
      'div',
      { class: 'buttons steps', role: 'group', 'aria-label': 'Step through the layers' },
      html('span', { class: 'end', 'aria-hidden': 'true' }, 'z'),
      toZ.element,
      back.element,
      on.element,
      toX.element,
      html('span', { class: 'end', 'aria-hidden': 'true' }, 'x'),
    ),
    draw: ({ cursor, layers }) => {
      [toZ, back].forEach((it) => it.enable(cursor > 0));
      [on, toX].forEach((it) => it.enable(cursor < layers.length));
    },
  };
}
