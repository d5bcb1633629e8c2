/** The Flow View panel: takes the session's messages, keeps what is shown, and asks every view to draw it, once a frame. */

import type { FlowState, Frame, ProbeState, Target, ToView } from '../src/protocol/messages';
import { unpack } from '../src/protocol/pack';
import { CursorControl } from './cursor-control';
import * as describe from './describe';
import { html, show, write } from './element';
import { createEmpty } from './empty';
import { createFilmstrip } from './filmstrip';
import { createHeader } from './header';
import { listen, post, savedView, saveView } from './host';
import { instantAt } from './instant';
import { createLayerReadout } from './layer-readout';
import { createLegend } from './legend';
import { createLossChart } from './loss-chart';
import { createPlane } from './plane';
import { createProbeReadout } from './probe-readout';
import { pictureOf, type Picture, type Scene } from './scene';
import { noZoom, type Zoom } from './scales';
import { TargetPainter } from './target';
import { onThemeChange, readTheme } from './theme';
import { progressRing } from './ui/toolkit';

let state: FlowState | undefined;
let frame: Frame | undefined;
let picture: Picture | undefined;
let target: TargetPainter | undefined;
let theme = readTheme();
let zoom: Zoom = noZoom;
let owesDrawn = false;
let scheduled = false;
const noLosses = new Float32Array(0);

const cursor = new CursorControl(schedule);
const goTo = (stage: number): void => cursor.goTo(stage, state?.layerDuration ?? 0);
const putBackProbe = (probe: ProbeState | undefined): void =>
  post({ type: 'probe', probe: probe && { stage: probe.stage, point: [probe.origin[0], probe.origin[1]] } });

const header = createHeader();
const plane = createPlane({ placeProbe, putBackProbe, zoomed });
const legend = createLegend();
const filmstrip = createFilmstrip({ goTo, scrub: (to) => cursor.scrub(to) });
const loss = createLossChart();
const probe = createProbeReadout(() => putBackProbe(undefined));
const layer = createLayerReadout();
const live = html('p', { class: 'for-screen-readers', role: 'status', 'aria-live': 'polite' });
const waiting = html('div', { class: 'waiting' }, progressRing(), 'Computing the first picture…');
plane.element.append(waiting);
const stage = html('div', { class: 'stage' }, plane.element, legend.element);
const side = html('aside', { class: 'side' }, loss.element, probe.element, layer.element);
const unread = html('p', { class: 'unread hint' }, 'Once the text describes a flow, it is drawn here.');
const flow = html('main', { class: 'flow', hidden: true }, header.element, unread, stage, filmstrip.element, side, live);
const empty = createEmpty();
show(empty, false);
document.body.append(flow, empty);

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
  }
  if (another || reshaped) preparePicture();
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
  [stage, side, filmstrip.element].forEach((part) => show(part, depth > 0));
  show(unread, depth === 0);
  if (depth === 0) return;
  const at = Math.min(Math.max(cursor.at(now), 0), depth);
  const scene: Scene = {
    state: shown,
    picture: picture?.depth === depth ? picture : undefined,
    losses: frame?.losses ?? noLosses,
    target,
    cursor: at,
    heading: cursor.heading,
    instant: instantAt(at, depth, cursor.heading, shown.closedForm),
    theme,
  };
  show(waiting, scene.picture === undefined);
  for (const view of [plane, legend, filmstrip, loss, probe, layer]) view.draw(scene);
  if (cursor.moving(now)) {
    schedule();
  } else {
    write(live, `${describe.stage(at, depth)}, ${describe.layer(shown, scene.instant)}`);
    save();
  }
}

function placeProbe(point: readonly [number, number]): void {
  const nearest = Math.round(cursor.at(performance.now()));
  if (cursor.target !== nearest) goTo(nearest);
  // The session places a probe at a stage, and must stand on it first.
  cursor.tellNow();
  post({ type: 'probe', probe: { stage: nearest, point: [point[0], point[1]] } });
}

function zoomed(next: Zoom): void {
  zoom = next;
  schedule();
}

let saved = '';
function save(): void {
  if (state === undefined) return;
  const view = { uri: state.uri, zoom };
  const text = JSON.stringify(view);
  if (text !== saved) saveView(view);
  saved = text;
}

const sizes = new ResizeObserver(() => {
  for (const view of [plane, filmstrip, loss]) view.resize();
  schedule();
});
[plane, filmstrip, loss].forEach((view) => sizes.observe(view.element));
onThemeChange(() => {
  theme = readTheme();
  schedule();
});
listen(receive);
