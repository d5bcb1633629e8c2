/** Time: the training steps as a slider, both axes played, the present moment pinned to be compared with, and what can be exported. */

import type { FlowState } from '../src/protocol/messages';
import * as describe from './describe';
import { html, show, update, write } from './element';
import { post } from './host';
import type { Pace, TimeAxis } from './playback';
import { button, type UiButton } from './ui/toolkit';

export interface TimeActions {
  /** Show this training step, or now. */
  goToStep: (step: number | undefined) => void;
  /** Play this axis, or pause. */
  toggle: (axis: TimeAxis) => void;
  togglePin: () => void;
  /** Speed or loop changed. */
  changed: () => void;
}

export interface TimeMoment {
  readonly state: FlowState;
  /** The training step that is wished for; undefined is now. */
  readonly step: number | undefined;
  readonly playing: TimeAxis | undefined;
  /** The step of the pinned moment. */
  readonly pinned: number | undefined;
}

export interface TimePanel {
  readonly element: HTMLElement;
  readonly pace: Pace;
  setPace(pace: Pace): void;
  draw(moment: TimeMoment): void;
}

const speeds = [0.25, 0.5, 1, 2, 4];

export function createTimePanel(actions: TimeActions): TimePanel {
  const layers = button({ icon: 'play', label: 'Layers', tooltip: 'Play the layers z → x' }, () => actions.toggle('layers'));
  const training = button({ icon: 'play', label: 'Training', tooltip: 'Play the training' }, () => actions.toggle('training'));
  const slider = html('input', { type: 'range', class: 'steps-slider', min: 0, step: 1, 'aria-label': 'Training step shown' });
  const label = html('output', { class: 'step-label' });
  const now = button({ label: 'Now', tooltip: 'Back to now' }, () => actions.goToStep(undefined));
  const speed = html(
    'select',
    { 'aria-label': 'Speed', title: 'Speed' },
    ...speeds.map((value) => html('option', { value, selected: value === 1 }, `${value}×`)),
  );
  const loop = html('input', { type: 'checkbox' });
  const pin = button({ label: 'Pin', tooltip: 'Compare: pin what is shown as a ghost' }, actions.togglePin);
  const save = button({ label: 'Export…', tooltip: 'Export the picture, the animation or the numbers' }, () =>
    post({ type: 'command', command: 'export' }),
  );
  const past = html('div', { class: 'time-past' }, slider, label, now.element);
  const element = html(
    'section',
    { class: 'time', 'aria-label': 'Time' },
    html('div', { class: 'buttons', role: 'group', 'aria-label': 'Play' }, layers.element, training.element),
    html('div', { class: 'pace' }, speed, html('label', {}, loop, 'Loop')),
    past,
    html('div', { class: 'buttons' }, pin.element, save.element),
  );

  slider.addEventListener('input', () => actions.goToStep(slider.value === slider.max ? undefined : slider.valueAsNumber));
  for (const control of [speed, loop]) control.addEventListener('change', actions.changed);

  const drawPlay = (control: UiButton, is: boolean, name: string, what: string): void =>
    control.look(
      is
        ? { icon: 'pause', label: name, tooltip: `Pause: ${what} are being played` }
        : { icon: 'play', label: name, tooltip: `Play ${what}` },
    );

  return {
    element,
    get pace() {
      return { speed: Number(speed.value), loop: loop.checked };
    },
    setPace: (pace) => {
      speed.value = String(speeds.includes(pace.speed) ? pace.speed : 1);
      loop.checked = pace.loop;
    },
    draw: ({ state, step, playing, pinned }) => {
      const { past: known, training: at } = state;
      drawPlay(layers, playing === 'layers', 'Layers', 'the layers z → x');
      drawPlay(training, playing === 'training', 'Training', 'the training steps');
      training.enable(known !== undefined);
      slider.disabled = known === undefined;
      update(slider, { min: known?.first ?? 0, max: Math.max(at.step, 1) });
      const value = String(known ? (step ?? at.step) : 1);
      if (slider.value !== value) slider.value = value;
      const said =
        step === undefined ? `now, step ${describe.count(at.step)}` : `step ${describe.count(step)} of ${describe.count(at.step)}`;
      write(label, said);
      slider.setAttribute('aria-valuetext', said);
      // It keeps its place, so that nothing jumps under the hand.
      now.enable(step !== undefined);
      pin.look(
        pinned === undefined
          ? { label: 'Pin', tooltip: 'Compare: pin what is shown as a ghost' }
          : { label: `Unpin step ${describe.count(pinned)}`, tooltip: `Step ${describe.count(pinned)} is drawn as a ghost: take it away` },
      );
      show(past, state.layers.length > 0);
    },
  };
}
