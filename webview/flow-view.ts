/** The Flow View panel: takes the session's messages, keeps what is shown, and asks every view to draw it, once a frame. */

import type { Density, Ellipses, FlowState, Frame, ProbeState, Target, ToView } from '../src/protocol/messages';
import { unpack } from '../src/protocol/pack';
import { createCoordinates } from './coordinates';
import { CursorControl } from './cursor-control';
import { DensityPainter } from './density';
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
import { createNormality } from './normality';
import { createObjectiveTable } from './objective-table';
import { createOneDimension } from './one-dimension';
import { Questions } from './questions';
import { createPlane } from './plane';
import { Playback } from './playback';
import { playTime, startTime } from './play-time';
import { createProbeReadout } from './probe-readout';
import { pictureOf, type Ghost, type Picture, type Scene } from './scene';
import { noZoom, type Zoom } from './scales';
import { createShownControl, shownAtFirst, type Shown } from './shown';
import { StepControl } from './step-control';
import { TargetPainter } from './target';
import { onThemeChange, readTheme } from './theme';
import { createTimePanel } from './time-panel';
import { progressRing } from './ui/toolkit';

let state: FlowState | undefined;
let frame: Frame | undefined;
let picture: Picture | undefined;
let target: TargetPainter | undefined;
let brushed: Uint32Array | undefined;
let density: DensityPainter | undefined;
let ellipses: Ellipses | undefined;
let shown: Shown = { ...shownAtFirst, ...savedView()?.shown };
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
const axes = { playback, cursor, steps };
const goTo = (stage: number): void => {
  playback.pause();
  cursor.goTo(stage, state?.layerDuration ?? 0);
};
const putBackProbe = (probe: ProbeState | undefined): void =>
  post({ type: 'probe', probe: probe && { stage: probe.stage, point: probe.origin } });

const header = createHeader();
const layerActions = { goTo, pointAt: hover.pointAt };
const questions = new Questions();
const choice = createShownControl({
  show: (next) => {
    shown = next;
    schedule();
  },
  start: (source) => {
    // A particle's number means another one there.
    brushed = undefined;
    post({ type: 'source', source });
  },
});
const plane = createPlane(choice.element, {
  placeProbe,
  putBackProbe,
  zoomed,
  brush: (particles) => {
    brushed = particles;
    schedule();
  },
  drag: (layer, handle, to, done) => post({ type: 'drag', layer, handle, to, done }),
});
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
  toggle: (axis) => {
    if (state !== undefined) startTime(axes, axis, state);
    schedule();
  },
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
const normality = createNormality();
const sections = { normality, loss, terms, probe, invertibility, layer, objective };
const unfoldedAtFirst: readonly string[] = ['normality', 'loss', 'probe', 'invertibility', 'layer'];
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
    case 'density':
      density = message.packed && new DensityPainter(unpack<Density>(message.packed));
      questions.densities.answered();
      break;
    case 'ellipses':
      ellipses = message.packed && unpack<Ellipses>(message.packed);
      questions.ellipses.answered();
      break;
    case 'frame':
      questions.outdate();
      frame = unpack<Frame>(message.packed);
      if (brushed?.some((particle) => particle >= (frame?.count ?? 0))) brushed = undefined;
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
    brushed = undefined;
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

function draw(flowState: FlowState, now: number): void {
  const depth = flowState.layers.length;
  header.draw(flowState);
  [stage, side, time.element, filmstrip.element].forEach((part) => show(part, depth > 0));
  show(plane.element, flowState.dim > 1);
  show(legend.element, flowState.dim > 1);
  show(line.element, flowState.dim === 1);
  show(unread, depth === 0);
  if (depth === 0) return;
  playTime(axes, flowState, time.pace, now);
  const at = Math.min(Math.max(posed ?? cursor.at(now), 0), depth);
  const scene: Scene = {
    state: flowState,
    picture: picture?.depth === depth ? picture : undefined,
    ghost,
    losses: frame?.losses ?? nothing,
    terms: frame?.terms ?? nothing,
    heldOut: frame?.heldOut ?? nothing,
    target,
    shown,
    density: density?.density.stage === at ? density : undefined,
    brushed,
    ellipses: ellipses?.depth === depth ? ellipses : undefined,
    cursor: at,
    heading: cursor.heading,
    instant: instantAt(at, depth, cursor.heading, flowState.closedForm),
    lit: hover.lit(flowState),
    theme,
  };
  const hero = flowState.dim === 1 ? line : plane;
  if (waiting.parentElement !== hero.element) hero.element.append(waiting);
  show(waiting, scene.picture === undefined);
  coordinates.draw(flowState);
  choice.draw(shown, flowState);
  time.draw({ state: flowState, step: steps.step(flowState.past?.shown), playing: playback.axis, pinned: ghost?.step });
  if (flowState.dim === 2 && picture) {
    const moving = cursor.moving(now) || flowState.dragged !== undefined || flowState.training.status === 'running';
    questions.want(shown, at, plane.window(), moving);
  }
  for (const view of flowState.dim === 1 ? [line] : [plane, legend]) view.draw(scene);
  for (const view of [filmstrip, ...Object.values(sections)]) view.draw(scene);
  if (cursor.moving(now) || playback.axis !== undefined) {
    schedule();
  } else {
    write(
      live,
      scene.lit === undefined
        ? `${describe.stage(at, depth)}, ${describe.layer(flowState, scene.instant.layer)}`
        : describe.layer(flowState, scene.lit),
    );
    save();
  }
}

/** The coordinates that are not shown stay as they are. */
function placeProbe(place: readonly number[]): void {
  if (state === undefined) return;
  const nearest = Math.round(cursor.at(performance.now()));
  if (cursor.target !== nearest) goTo(nearest);
  // The session places a probe at a stage, and must stand on it first.
  cursor.tellNow();
  const point = [...(state.probe?.route[nearest] ?? Array.from({ length: state.dim }, () => 0))];
  place.forEach((value, i) => (point[state?.coordinates[i] ?? i] = value));
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
  const view = { uri: state.uri, zoom, shown, unfolded, pace: time.pace };
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
