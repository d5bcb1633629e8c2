/** Training data drawn with a spray can over the plane, at x: by mouse, pen or finger, or with the arrow keys and Space. */

import { pointer, randomNormal } from 'd3';
import * as describe from './describe';
import { html, prepareCanvas, show, svg, update, write } from './element';
import { drawDots } from './dots';
import { pointUnder, type Projection } from './scales';
import type { Scene } from './scene';
import { Sketch } from './sketch';
import type { Point } from './strip';
import { button } from './ui/toolkit';

/** What of the plane the pad needs. */
export interface Easel {
  readonly element: HTMLElement;
  readonly box: HTMLElement;
  projection(): Projection;
}

export interface SketchActions {
  /** Drawing begins: go to x. */
  begun(): void;
  /** There is something to draw, or to keep. */
  changed(): void;
  /** Train on these points, n × 2. */
  use(points: Float32Array): void;
}

export interface SketchPad {
  /** The tools, to stand below the plane. */
  readonly bar: HTMLElement;
  /** The strokes, to be restored. */
  readonly strokes: readonly (readonly number[])[];
  restore(strokes: readonly (readonly number[])[]): void;
  open(): void;
  /** The extension has taken the points, or says why not. */
  answered(refused: string | undefined): void;
  draw(scene: Scene): void;
}

/** Standard deviations of the spray, in units of the plane. */
const spreads = { least: 0.01, most: 1, first: 0.15 };
/** What one notch of the wheel, or one key, makes of the spread. */
const factor = 1.2;
/** Points: at once when the can is pressed, and for each second that it stays pressed. */
const [burst, rate] = [4, 150];
/** The longest time (ms) that a late frame sprays for. */
const longest = 100;
/** Fewer say nothing about a distribution. */
export const leastPoints = 10;
/** Pixels that an arrow key moves the can by, without and with Shift. */
const steps = { small: 4, large: 24 };

export function createSketchPad(easel: Easel, actions: SketchActions): SketchPad {
  const gauss = randomNormal();
  let sketch = new Sketch([], gauss);
  let spread = spreads.first;
  let can: Point = [0, 0];
  let pressed = false;
  let last = 0;
  let isOpen = false;
  let refusal = '';

  const canvas = html('canvas', { 'aria-hidden': 'true' });
  const circle = svg('circle', { class: 'can' });
  const drawing = svg('svg', { 'aria-hidden': 'true' }, circle);
  const keys =
    'Arrow keys move the can, with Shift further; Space sprays, + and − change the spread, Ctrl+Z takes back a stroke, Escape leaves.';
  const pad = html(
    'div',
    { class: 'sketch', tabindex: 0, role: 'application', 'aria-roledescription': 'drawing', 'aria-describedby': 'sketch-keys' },
    canvas,
    drawing,
  );
  const count = html('output', { class: 'sketch-count' });
  const slider = html('input', { type: 'range', min: -2, max: 0, step: 0.05 });
  const refused = html('p', { class: 'sketch-refused', role: 'alert' });
  const undo = button({ label: 'Undo', tooltip: 'Take back the last stroke (Ctrl+Z)' }, () => change(() => sketch.undo()));
  const clear = button({ label: 'Clear', tooltip: 'Take back all points' }, () => change(() => sketch.clear()));
  const use = button(
    { label: 'Use as Data', tooltip: 'Write the points to a CSV file beside the flow, and learn from it', primary: true },
    () => actions.use(sketch.points),
  );
  const leave = button({ label: 'Close', tooltip: 'Back to the plane (Escape); what is drawn is kept' }, () => close());
  const bar = html(
    'div',
    { class: 'sketch-bar', role: 'group', 'aria-label': 'Draw data at x' },
    html('strong', {}, 'Draw data at x'),
    count,
    html('label', { title: 'How wide the can sprays (wheel, or + and −)' }, 'spread', slider),
    html('div', { class: 'buttons' }, undo.element, clear.element, use.element, leave.element),
    html('p', { class: 'hint' }, 'Drag to spray; the wheel changes the spread'),
    html('p', { class: 'for-screen-readers', id: 'sketch-keys' }, keys),
    refused,
  );
  easel.box.append(pad);
  for (const part of [pad, bar]) show(part, false);

  function change(by: () => void): void {
    by();
    refusal = '';
    actions.changed();
  }
  function close(): void {
    pressed = isOpen = false;
    easel.box.focus();
    actions.changed();
  }
  function widen(by: number): void {
    spread = Math.min(Math.max(spread * by, spreads.least), spreads.most);
    actions.changed();
  }
  function press(points: number): void {
    change(() => {
      sketch.begin();
      sketch.spray(can, spread, points);
    });
  }
  function flow(now: number): void {
    if (!pressed) return;
    const due = Math.floor((rate * Math.min(now - last, longest)) / 1000);
    if (due > 0) {
      last = now;
      change(() => sketch.spray(can, spread, due));
    }
    requestAnimationFrame(flow);
  }
  const at = (event: PointerEvent): Point => pointUnder(easel.projection(), pointer(event, pad));

  // What happens on the pad is not for the plane beneath it.
  for (const type of ['click', 'dblclick', 'mousedown', 'touchstart', 'pointerdown', 'pointermove', 'wheel', 'keydown'])
    pad.addEventListener(type, (event) => event.stopPropagation());
  pad.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    pad.setPointerCapture(event.pointerId);
    [can, pressed, last] = [at(event), true, performance.now()];
    press(burst);
    requestAnimationFrame(flow);
  });
  pad.addEventListener('pointermove', (event) => {
    const to = at(event);
    // However fast the hand is, the stroke has no gaps.
    if (pressed) {
      const between = Math.min(Math.floor(Math.hypot(to[0] - can[0], to[1] - can[1]) / Math.max(spread, 0.05)), 50);
      for (let i = 1; i <= between; i++) {
        const t = i / between;
        sketch.spray([can[0] + t * (to[0] - can[0]), can[1] + t * (to[1] - can[1])], spread, 1);
      }
    }
    can = to;
    actions.changed();
  });
  for (const type of ['pointerup', 'pointercancel', 'blur']) pad.addEventListener(type, () => (pressed = false));
  pad.addEventListener('wheel', (event) => {
    event.preventDefault();
    widen(event.deltaY < 0 ? factor : 1 / factor);
  });
  slider.addEventListener('input', () => {
    spread = 10 ** slider.valueAsNumber;
    actions.changed();
  });
  const onKey = (event: KeyboardEvent): void => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.key === 'Escape') close();
    else if (event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey)) change(() => sketch.undo());
    else if (event.currentTarget !== pad) return;
    else if (event.key === '+' || event.key === '-') widen(event.key === '+' ? factor : 1 / factor);
    // A key that is held sprays on: one stroke.
    else if (event.key === ' ' && event.repeat) change(() => sketch.spray(can, spread, burst));
    else if (event.key === ' ') press(burst);
    else if (move) {
      const step = (event.shiftKey ? steps.large : steps.small) / easel.projection().scale;
      can = [can[0] + move[0] * step, can[1] + move[1] * step];
      actions.changed();
    } else return;
    event.preventDefault();
  };
  for (const part of [pad, bar]) part.addEventListener('keydown', onKey);

  return {
    bar,
    get strokes() {
      return sketch.kept;
    },
    restore: (strokes) => {
      sketch = new Sketch(strokes, gauss);
      isOpen = false;
    },
    open: () => {
      [isOpen, refusal] = [true, ''];
      show(pad, true);
      pad.focus();
      actions.begun();
      actions.changed();
    },
    answered: (why) => {
      refusal = why ?? '';
      if (why === undefined) {
        sketch.clear();
        close();
      }
    },
    draw: ({ theme, state }) => {
      if (state.dim !== 2) isOpen = false;
      for (const part of [pad, bar]) show(part, isOpen);
      easel.element.classList.toggle('drawing', isOpen);
      if (!isOpen) return;
      const [width, height] = [pad.clientWidth, pad.clientHeight];
      const projection = easel.projection();
      const { scale, left, top } = projection;
      const context = prepareCanvas(canvas, width, height);
      context.fillStyle = theme.foreground;
      drawDots(context, sketch.points, projection, 3);
      update(drawing, { width, height, viewBox: `0 0 ${width} ${height}` });
      update(circle, { cx: left + scale * can[0], cy: top - scale * can[1], r: Math.max(2, 2 * spread * scale) });
      const points = `${describe.count(sketch.count)} ${sketch.count === 1 ? 'point' : 'points'}`;
      write(count, points);
      const value = String(Math.round(Math.log10(spread) * 20) / 20);
      if (slider.value !== value) slider.value = value;
      slider.setAttribute('aria-valuetext', describe.number(spread));
      for (const control of [undo, clear]) control.enable(sketch.count > 0);
      use.enable(sketch.count >= leastPoints);
      show(refused, refusal !== '');
      write(refused, refusal);
      pad.setAttribute('aria-label', `Drawing: the can at ${describe.point(can)}, spread ${describe.number(spread)}, ${points}`);
    },
  };
}
