/** The Flow View panel: takes the session's messages, keeps what is shown, and asks every view to draw it, once a frame. */

import type { FlowState, Frame, ProbeState, ToView } from '../src/protocol/messages';
import { unpack } from '../src/protocol/pack';
import { createCoordinates } from './coordinates';
import { CursorControl } from './cursor-control';
import * as describe from './describe';
import { takeDrops } from './drop';
import { write } from './element';
import { Exporter } from './exporter';
import { createFilmstrip } from './filmstrip';
import { createHeader } from './header';
import { listen, post, savedView } from './host';
import { Hover } from './hover';
import { instantAt } from './instant';
import { Kept } from './kept';
import { createLegend } from './legend';
import { createOneDimension } from './one-dimension';
import { createPage } from './page';
import { Pin } from './pin';
import { createPlane } from './plane';
import { Playback } from './playback';
import { playTime, startTime } from './play-time';
import type { Scene } from './scene';
import { noZoom, type Zoom } from './scales';
import { createShownControl, shownAtFirst, type Shown } from './shown';
import { createSide } from './side';
import { createSketchPad } from './sketch-pad';
import { StepControl } from './step-control';
import { onThemeChange, readTheme } from './theme';
import { createTimePanel } from './time-panel';
import { Told } from './told';

const told = new Told();
let brushed: Uint32Array | undefined;
let shown: Shown = { ...shownAtFirst, ...savedView()?.shown };
let theme = readTheme();
let zoom: Zoom = noZoom;
/** Where an export wants the cursor drawn, wherever it is. */
let posed: number | undefined;
let owesDrawn = false;
let scheduled = false;

const cursor = new CursorControl(schedule);
const hover = new Hover(schedule);
const playback = new Playback();
const pin = new Pin((step) => post({ type: 'pin', step }));
const steps = new StepControl((step) => post({ type: 'revisit', step }));
const axes = { playback, cursor, steps };
const goTo = (stage: number): void => {
  playback.pause();
  cursor.goTo(stage, told.state?.layerDuration ?? 0);
};
const putBackProbe = (probe: ProbeState | undefined): void =>
  post({ type: 'probe', probe: probe && { stage: probe.stage, point: probe.origin } });

const header = createHeader();
const layerActions = { goTo, pointAt: hover.pointAt };
const choice = createShownControl({
  show: (next) => {
    shown = next;
    schedule();
  },
  start: (source) => {
    // A particle's number means another one there.
    brushed = undefined;
    post({ type: 'source', source });
    pin.recall();
  },
  sketch: () => pad.open(),
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
const pad = createSketchPad(plane, {
  begun: () => goTo(told.state?.layers.length ?? 0),
  changed: schedule,
  use: (points) => post({ type: 'sketch', points }),
});
const line = createOneDimension({ placeProbe, putBackProbe });
const coordinates = createCoordinates((chosen) => {
  post({ type: 'coordinates', coordinates: chosen });
  pin.recall();
});
const legend = createLegend(coordinates.element, () => plane.window());
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
    if (told.state !== undefined) startTime(axes, axis, told.state);
    schedule();
  },
  togglePin: () => {
    const { picture, frame } = told;
    if (pin.step !== undefined) pin.release();
    else if (picture && frame) pin.set(frame.step, picture);
    schedule();
  },
  changed: save,
});
const side = createSide(
  layerActions,
  () => putBackProbe(undefined),
  () => {
    save();
    schedule();
  },
  savedView()?.unfolded,
);
const kept = new Kept({ plane, time, pad, pin, side });
const page = createPage({
  header: header.element,
  plane: plane.element,
  line: line.element,
  sketch: pad.bar,
  legend: legend.element,
  time: time.element,
  filmstrip: filmstrip.element,
  side: side.element,
});

const exporter = new Exporter(
  {
    depth: () => told.picture?.depth,
    pose: (at) => {
      posed = at;
      schedule();
      return new Promise((done) => requestAnimationFrame(() => done()));
    },
    box: () => page.box(),
    background: () => theme.background,
  },
  page.patterns,
);

function receive(message: ToView): void {
  switch (message.type) {
    case 'state':
      receiveState(message.state);
      break;
    case 'target':
    case 'density':
    case 'ellipses':
      told.take(message);
      break;
    case 'frame':
      told.take(message);
      if (brushed?.some((particle) => particle >= (told.frame?.count ?? 0))) brushed = undefined;
      owesDrawn = true;
      break;
    case 'export':
      void exporter.export(message.as);
      break;
    case 'cancelExport':
      exporter.cancel();
      break;
    case 'pinned':
      if (told.state) pin.answered(message.packed && unpack<Frame>(message.packed), told.state, told.picture);
      break;
    case 'sketched':
      pad.answered(message.refused);
      break;
    case 'revisited':
      steps.answered();
      break;
  }
  schedule();
}

function receiveState(next: FlowState | undefined): void {
  const { another, reshaped } = told.takeState(next);
  if (next === undefined) return;
  if (another) {
    brushed = kept.restore(next);
  } else if (reshaped) {
    pin.release();
  }
  if (another || reshaped) playback.pause();
  // Where there is another flow, there is nothing to move through.
  cursor.follow(next.cursor, another || reshaped ? 0 : next.layerDuration);
  save();
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame((now) => {
    scheduled = false;
    const { state } = told;
    page.draw(state, state !== undefined && told.picture?.depth !== state.layers.length);
    if (state !== undefined) draw(state, now);
    if (owesDrawn) post({ type: 'drawn' });
    owesDrawn = false;
  });
}

function draw(state: FlowState, now: number): void {
  const depth = state.layers.length;
  header.draw(state);
  if (depth === 0) return;
  playTime(axes, state, time.pace, now);
  const at = Math.min(Math.max(posed ?? cursor.at(now), 0), depth);
  const scene: Scene = {
    ...told.at(at, depth),
    state,
    ghost: pin.ghost,
    shown,
    brushed,
    cursor: at,
    heading: cursor.heading,
    instant: instantAt(at, depth, cursor.heading, state.closedForm),
    lit: hover.lit(state),
    theme,
  };
  coordinates.draw(state);
  choice.draw(shown, state);
  time.draw({ state, step: steps.step(state.past?.shown), playing: playback.axis, pinned: pin.step });
  if (state.dim === 2 && told.picture) {
    const moving = cursor.moving(now) || state.dragged !== undefined || state.training.status === 'running';
    // What passes by is not asked for.
    const rests = !cursor.moving(now) && playback.axis === undefined && posed === undefined;
    const hasDensity = Number.isInteger(at) || (rests && state.layers[scene.instant.layer - 1].hasFractions === true);
    const differs = shown.difference && at === depth && state.objective?.type === 'reverse-kl';
    const density = hasDensity && (shown.density || differs);
    told.questions.want({ density, ellipses: shown.ellipses }, at, plane.window(), moving);
  }
  for (const view of state.dim === 1 ? [line] : [plane, legend, pad]) view.draw(scene);
  for (const view of [filmstrip, side]) view.draw(scene);
  if (cursor.moving(now) || playback.axis !== undefined) {
    schedule();
  } else {
    const where = `${describe.stage(at, depth)}, ${describe.layer(state, scene.instant.layer)}`;
    write(page.live, scene.lit === undefined ? where : describe.layer(state, scene.lit));
    save();
  }
}

/** The coordinates that are not shown stay as they are. */
function placeProbe(place: readonly number[]): void {
  const { state } = told;
  if (state === undefined) return;
  const nearest = Math.round(cursor.at(performance.now()));
  if (cursor.target !== nearest) goTo(nearest);
  // The session places a probe at a stage, and must stand on it first.
  cursor.tellNow();
  const point = [...(state.probe?.route[nearest] ?? Array.from({ length: state.dim }, () => 0))];
  place.forEach((value, i) => (point[state.coordinates[i] ?? i] = value));
  post({ type: 'probe', probe: { stage: nearest, point } });
}

function zoomed(next: Zoom): void {
  zoom = next;
  schedule();
}

function save(): void {
  if (told.state) kept.save(told.state, brushed, { zoom, shown });
}

const sized = [plane, line, filmstrip, ...side.sized];
const sizes = new ResizeObserver(() => {
  for (const view of sized) view.resize();
  schedule();
});
sized.forEach((view) => sizes.observe(view.element));
function showTheme(): void {
  theme = readTheme();
  page.paint(theme);
}
showTheme();
onThemeChange(() => {
  showTheme();
  schedule();
});
takeDrops();
listen(receive);
