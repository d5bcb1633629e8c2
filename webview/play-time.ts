/** Plays the layers by moving the cursor, and the training by asking for its steps. */

import type { FlowState } from '../src/protocol/messages';
import type { CursorControl } from './cursor-control';
import type { Pace, Playback, TimeAxis } from './playback';
import type { StepControl } from './step-control';

export interface Axes {
  readonly playback: Playback;
  readonly cursor: CursorControl;
  readonly steps: StepControl;
}

/** Milliseconds for all training steps at speed 1. */
const trainingDuration = 10_000;
/** Where motion is to be reduced, this many jumps take its place. */
const jumps = 10;
const still = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Plays this axis from where it is, or from its beginning where it is at its end; or pauses it. */
export function startTime({ playback, cursor, steps }: Axes, axis: TimeAxis, state: FlowState): void {
  const now = performance.now();
  const { begin, end } = extentOf(axis, state);
  const at = axis === 'layers' ? cursor.at(now) : (steps.step(state.past?.shown) ?? end);
  if (playback.axis === axis) playback.pause();
  else playback.start(axis, at < end ? at : begin, now);
}

/** Moves on to where the axis that is being played has got to, if one is. */
export function playTime({ playback, cursor, steps }: Axes, state: FlowState, { speed, loop }: Pace, now: number): void {
  const { axis } = playback;
  if (axis === undefined) return;
  const { begin, end, duration } = extentOf(axis, state);
  const at = playback.advance(now, { begin, end, rate: (speed * (end - begin)) / Math.max(duration, 1), loop });
  const jump = axis === 'layers' ? 1 : (end - begin) / jumps;
  const to = still.matches && at < end ? begin + Math.floor((at - begin) / jump) * jump : at;
  if (axis === 'layers') {
    if (to !== cursor.target) cursor.scrub(to);
  } else {
    const step = playback.axis === undefined ? undefined : Math.round(to);
    if ((!steps.isWaiting || step === undefined) && step !== steps.step(state.past?.shown)) steps.goTo(step);
  }
}

function extentOf(axis: TimeAxis, { layers, past, training, layerDuration }: FlowState): { begin: number; end: number; duration: number } {
  if (axis === 'layers') return { begin: 0, end: layers.length, duration: layers.length * layerDuration };
  return { begin: past?.first ?? 0, end: training.step, duration: trainingDuration };
}
