/** The Flow View panel: takes the session's messages, keeps what is shown, and asks every view to draw it, once a frame. */

import type { FlowState, Frame, ProbeState, Target, ToView } from '../src/protocol/messages';
import { unpack } from '../src/protocol/pack';
import { createCoordinates } from './coordinates';
import { CursorControl } from './cursor-control';
import * as describe from './describe';
import { html, show, svg, write } from './element';
import { createEmpty } from './empty';
import { Exporter } from './exporter';
import { createFilmstrip } from './filmstrip';
import { createHeader } from './header';
import { listen, post, savedView, saveView } from './host';
import { Hover } from './hover';
import { instantAt } from './instant';
import { createInvertibility } from './invertibility';
import { createPatterns } from './layer-overlay';
import { createLayerReadout } from './layer-readout';
import { createLegend } from './legend';
import { createLossChart } from './loss-chart';
import { createLossTerms } from './loss-terms';
import { createObjectiveTable } from './objective-table';
import { createOneDimension } from './one-dimension';
import { createPlane } from './plane';
import { Playback, type TimeAxis } from './playback';
import { createProbeReadout } from './probe-readout';
import { pictureOf, type Ghost, type Picture, type Scene } from './scene';
import { noZoom, type Zoom } from './scales';
import { StepControl } from './step-control';
import { TargetPainter } from './target';
import { onThemeChange, readTheme } from './theme';
import { createTimePanel } from './time-panel';
import { progressRing } from './ui/toolkit';

let state: FlowState | undefined;
let frame: Frame | undefined;
let picture: Picture | undefined;
let target: TargetPainter | undefined;
let theme = readTheme();
let zoom: Zoom = noZoom;
/** Where an export wants the cursor drawn, wherever it is. */
let posed: number | undefined;
let ghost: Ghost | undefined;
let owesDrawn = false;
let scheduled = false;
const nothing = new Float32Array(0);

const cursor = new CursorControl(schedule);
const hover = new Hover(schedule);
const playback = new Playback();
const steps = new StepControl((step) => post({ type: 'revisit', step }));
const still = window.matchMedia('(prefers-reduced-motion: reduce)');
const goTo = (stage: number): void => {
  playback.pause();
  cursor.goTo(stage, state?.layerDuration ?? 0);
};
const putBackProbe = (probe: ProbeState | undefined): void =>
  post({ type: 'probe', probe: probe && { stage: probe.stage, point: probe.origin } });

const header = createHeader();
const layerActions = { goTo, pointAt: hover.pointAt };
const plane = createPlane({ placeProbe, putBackProbe, zoomed });
const line = createOneDimension({ placeProbe, putBackProbe });
const coordinates = createCoordinates((chosen) => post({ type: 'coordinates', coordinates: chosen }));
const legend = createLegend(coordinates.element);
const filmstrip = createFilmstrip({
  ...layerActions,
  scrub: (to) => {
    playback.pause();
    cursor.scrub(to);
  },
});
const time = createTimePanel({
  goToStep: (step) => {
    playback.pause();
    steps.goTo(step);
    schedule();
  },
  toggle,
  togglePin: () => {
    ghost = ghost || !picture || !frame ? undefined : { step: frame.step, picture };
    schedule();
  },
  changed: save,
});
const loss = createLossChart();
const terms = createLossTerms();
const probe = createProbeReadout(() => putBackProbe(undefined), layerActions);
const invertibility = createInvertibility(layerActions);
const layer = createLayerReadout();
const objective = createObjectiveTable();
const sections = { loss, terms, probe, invertibility, layer, objective };
const unfoldedAtFirst: readonly string[] = ['loss', 'probe', 'invertibility', 'layer'];
const live = html('p', { class: 'for-screen-readers', role: 'status', 'aria-live': 'polite' });
const waiting = html('div', { class: 'waiting' }, progressRing(), 'Computing the first picture…');
const stage = html('div', { class: 'stage' }, plane.element, line.element, legend.element);
const side = html('aside', { class: 'side' }, ...Object.values(sections).map(({ element }) => element));
const patterns = svg('svg', { class: 'for-screen-readers', 'aria-hidden': 'true' }, createPatterns());
const unread = html('p', { class: 'unread hint' }, 'Once the text describes a flow, it is drawn here.');
const flow = html('main', { class: 'flow', hidden: true }, header.element, unread, stage, time.element, filmstrip.element, side, live);
const empty = createEmpty();
show(empty, false);
document.body.append(patterns, flow, empty);

const exporter = new Exporter(
  {
    depth: () => picture?.depth,
    pose: (at) => {
      posed = at;
      schedule();
      return new Promise((done) => requestAnimationFrame(() => done()));
    },
    box: () => (state?.dim === 1 ? line : plane).element.querySelector('.plane-picture, .line-picture') ?? flow,
    background: () => theme.background,
  },
  patterns,
);

function receive(message: ToView): void {
  switch (message.type) {
    case 'state':
      receiveState(message.state);
      break;
    case 'target':
      target = message.packed && new TargetPainter(unpack<Target>(message.packed));
      break;
    case 'frame':
      frame = unpack<Frame>(message.packed);
      owesDrawn = true;
      preparePicture();
      break;
    case 'export':
      void exporter.export(message.as);
      break;
    case 'cancelExport':
      exporter.cancel();
      break;
    case 'revisited':
      steps.answered();
      break;
  }
  schedule();
}

function receiveState(next: FlowState | undefined): void {
  const another = next?.uri !== state?.uri;
  const reshaped = next?.layers.length !== state?.layers.length || next?.closedForm !== state?.closedForm;
  state = next;
  if (next === undefined) return;
  if (another) {
    const before = savedView();
    plane.setZoom(before?.uri === next.uri ? before.zoom : noZoom);
    picture = undefined;
    if (before?.uri === next.uri && before.pace) time.setPace(before.pace);
  }
  if (another || reshaped) {
    ghost = undefined;
    playback.pause();
    preparePicture();
  }
  // Where there is another flow, there is nothing to move through.
  cursor.follow(next.cursor, another || reshaped ? 0 : next.layerDuration);
  save();
}

/** State and frame may come in either order: a picture is made once they belong together. */
function preparePicture(): void {
  if (state === undefined || frame === undefined || frame.depth !== state.layers.length) return;
  picture = pictureOf(frame, state, picture);
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame((now) => {
    scheduled = false;
    show(flow, state !== undefined);
    show(empty, state === undefined);
    if (state !== undefined) draw(state, now);
    if (owesDrawn) post({ type: 'drawn' });
    owesDrawn = false;
  });
}

function draw(shown: FlowState, now: number): void {
  const depth = shown.layers.length;
  header.draw(shown);
  [stage, side, time.element, filmstrip.element].forEach((part) => show(part, depth > 0));
  show(plane.element, shown.dim > 1);
  show(legend.element, shown.dim > 1);
  show(line.element, shown.dim === 1);
  show(unread, depth === 0);
  if (depth === 0) return;
  play(shown, now);
  const at = Math.min(Math.max(posed ?? cursor.at(now), 0), depth);
  const scene: Scene = {
    state: shown,
    picture: picture?.depth === depth ? picture : undefined,
    ghost,
    losses: frame?.losses ?? nothing,
    terms: frame?.terms ?? nothing,
    heldOut: frame?.heldOut ?? nothing,
    target,
    cursor: at,
    heading: cursor.heading,
    instant: instantAt(at, depth, cursor.heading, shown.closedForm),
    lit: hover.lit(shown),
    theme,
  };
  const hero = shown.dim === 1 ? line : plane;
  if (waiting.parentElement !== hero.element) hero.element.append(waiting);
  show(waiting, scene.picture === undefined);
  coordinates.draw(shown);
  time.draw({ state: shown, step: steps.step(shown.past?.shown), playing: playback.axis, pinned: ghost?.step });
  for (const view of shown.dim === 1 ? [line] : [plane, legend]) view.draw(scene);
  for (const view of [filmstrip, ...Object.values(sections)]) view.draw(scene);
  if (cursor.moving(now) || playback.axis !== undefined) {
    schedule();
  } else {
    write(
      live,
      scene.lit === undefined
        ? `${describe.stage(at, depth)}, ${describe.layer(shown, scene.instant.layer)}`
        : describe.layer(shown, scene.lit),
    );
    save();
  }
}

/** Milliseconds for all training steps at speed 1. */
const trainingDuration = 10_000;
/** Where motion is to be reduced, this many jumps take its place. */
const jumps = 10;

/** Plays this axis from where it is, or from its beginning where it is at its end; or pauses it. */
function toggle(axis: TimeAxis): void {
  if (state === undefined) return;
  const now = performance.now();
  const { begin, end } = extentOf(axis, state);
  const at = axis === 'layers' ? cursor.at(now) : (steps.step(state.past?.shown) ?? end);
  if (playback.axis === axis) playback.pause();
  else playback.start(axis, at < end ? at : begin, now);
  schedule();
}

function extentOf(axis: TimeAxis, { layers, past, training }: FlowState): { begin: number; end: number; duration: number } {
  if (axis === 'layers') return { begin: 0, end: layers.length, duration: layers.length * (state?.layerDuration ?? 0) };
  return { begin: past?.first ?? 0, end: training.step, duration: trainingDuration };
}

function play(shown: FlowState, now: number): void {
  const { axis } = playback;
  if (axis === undefined) return;
  const { begin, end, duration } = extentOf(axis, shown);
  const { speed, loop } = time.pace;
  const at = playback.advance(now, { begin, end, rate: (speed * (end - begin)) / Math.max(duration, 1), loop });
  const jump = axis === 'layers' ? 1 : (end - begin) / jumps;
  const to = still.matches && at < end ? begin + Math.floor((at - begin) / jump) * jump : at;
  if (axis === 'layers') {
    if (to !== cursor.target) cursor.scrub(to);
  } else {
    const step = playback.axis === undefined ? undefined : Math.round(to);
    if ((!steps.isWaiting || step === undefined) && step !== steps.step(shown.past?.shown)) steps.goTo(step);
  }
}

/** The coordinates that are not shown stay as they are. */
function placeProbe(shown: readonly number[]): void {
  if (state === undefined) return;
  const nearest = Math.round(cursor.at(performance.now()));
  if (cursor.target !== nearest) goTo(nearest);
  // The session places a probe at a stage, and must stand on it first.
  cursor.tellNow();
  const point = [...(state.probe?.route[nearest] ?? Array.from({ length: state.dim }, () => 0))];
  shown.forEach((value, i) => (point[state?.coordinates[i] ?? i] = value));
  post({ type: 'probe', probe: { stage: nearest, point } });
}

function zoomed(next: Zoom): void {
  zoom = next;
  schedule();
}

let saved = '';
function save(): void {
  if (state === undefined) return;
  const unfolded = Object.entries(sections).flatMap(([name, { element }]) => (element.open ? [name] : []));
  const view = { uri: state.uri, zoom, unfolded, pace: time.pace };
  const text = JSON.stringify(view);
  if (text !== saved) saveView(view);
  saved = text;
}

const sized = [plane, line, filmstrip, loss, terms, probe, invertibility];
const sizes = new ResizeObserver(() => {
  for (const view of sized) view.resize();
  schedule();
});
sized.forEach((view) => sizes.observe(view.element));
const unfolded = savedView()?.unfolded ?? unfoldedAtFirst;
for (const [name, { element }] of Object.entries(sections)) {
  element.open = unfolded.includes(name);
  element.addEventListener('toggle', () => {
    save();
    schedule();
  });
}
/** The plane's colours for what is dense and what is sparse, and the target's, for the plots. */
function showTheme(): void {
  flow.style.setProperty('--dense', theme.dense);
  flow.style.setProperty('--sparse', theme.sparse);
  flow.style.setProperty('--target', theme.density(0.6));
}
showTheme();
onThemeChange(() => {
  theme = readTheme();
  showTheme();
  schedule();
});
listen(receive);
