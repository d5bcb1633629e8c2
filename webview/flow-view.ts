/** The Flow View panel: takes the session's messages, keeps what is shown, and asks every view to draw it, once a frame. */

import type { FlowState, Frame, Target, ToView } from '../src/protocol/messages';
import { unpack } from '../src/protocol/pack';
import * as describe from './describe';
import { html, show, write } from './element';
import { createEmpty } from './empty';
import { createFilmstrip } from './filmstrip';
import { createHeader } from './header';
import { listen, post, savedView, saveView } from './host';
import { instantAt } from './instant';
import { createLegend } from './legend';
import { createLossChart } from './loss-chart';
import { createPlane } from './plane';
import { CursorLink, Player } from './player';
import { createProbeReadout } from './probe-readout';
import { extentFor, logDetDomain, type Zoom } from './scales';
import { pictureOf, type Picture } from './scene';
import { TargetPainter } from './target';
import { onThemeChange, readTheme } from './theme';
import { progressRing } from './ui/toolkit';

let state: FlowState | undefined;
let frame: Frame | undefined;
let picture: Picture | undefined;
let target: TargetPainter | undefined;
let theme = readTheme();
let zoom: Zoom = { k: 1, x: 0, y: 0 };
let owesDrawn = false;
const player = new Player();
const link = new CursorLink();
const still = window.matchMedia('(prefers-reduced-motion: reduce)');

const header = createHeader();
const plane = createPlane({ placeProbe, removeProbe, zoomed });
const legend = createLegend();
const filmstrip = createFilmstrip({ goTo, scrub });
const loss = createLossChart();
const readout = createProbeReadout(removeProbe);
const live = html('p', { class: 'for-screen-readers', role: 'status', 'aria-live': 'polite' });
const waiting = html('div', { class: 'waiting' }, progressRing(), 'Computing the first picture…');
const flow = html(
  'main',
  { class: 'flow', hidden: true },
  header.element,
  html('div', { class: 'stage' }, plane.element, waiting, legend.element),
  html('aside', { class: 'side' }, loss.element, readout.element),
  filmstrip.element,
  live,
);
const empty = createEmpty();
show(empty, false);
document.body.append(flow, empty);

let scheduled = false;
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame((now) => {
    scheduled = false;
    draw(now);
  });
}

function draw(now: number): void {
  show(flow, state !== undefined);
  show(empty, state === undefined);
  if (state !== undefined && state.layers.length > 0) {
    const cursor = player.at(now);
    const depth = state.layers.length;
    const instant = instantAt(cursor, depth, player.heading, state.closedForm);
    const shown = picture?.depth === depth ? picture : undefined;
    const scene = {
      state,
      picture: shown,
      losses: frame?.losses ?? new Float32Array(0),
      target,
      cursor,
      heading: player.heading,
      instant,
      theme,
    };
    show(waiting, shown === undefined);
    header.draw(state);
    plane.draw(scene);
    legend.draw(scene);
    filmstrip.draw(scene);
    loss.draw(scene);
    readout.draw(scene);
    if (player.moving(now)) schedule();
    else write(live, `${describe.stage(cursor, depth)}, ${describe.layer(state, instant)}`);
  }
  if (owesDrawn) {
    owesDrawn = false;
    post({ type: 'drawn' });
  }
}

function receive(message: ToView): void {
  if (message.type === 'state') receiveState(message.state);
  else if (message.type === 'target') target = new TargetPainter(unpack<Target>(message.packed));
  else {
    frame = unpack<Frame>(message.packed);
    owesDrawn = true;
    makePicture();
  }
  schedule();
}

function receiveState(next: FlowState | undefined): void {
  const now = performance.now();
  const another = next?.uri !== state?.uri;
  const depthChanged = next?.layers.length !== state?.layers.length;
  const formulaTurned = next?.closedForm !== state?.closedForm;
  state = next;
  if (next === undefined) return;
  if (another) {
    const saved = savedView();
    plane.setZoom(saved?.uri === next.uri ? saved.zoom : { k: 1, x: 0, y: 0 });
    picture = undefined;
  }
  if (another || depthChanged || formulaTurned) makePicture();
  if (link.asksToMove(next.cursor)) {
    if (another || still.matches) player.jumpTo(next.cursor, now);
    else player.moveTo(next.cursor, now, next.layerDuration);
  }
  save();
}

function makePicture(): void {
  if (state === undefined || frame === undefined || frame.depth !== state.layers.length) return;
  const half = extentFor(frame.particles, picture?.half ?? 4);
  const fresh = pictureOf(frame, state.closedForm, half, 1);
  picture = { ...fresh, domain: logDetDomain(fresh.grid.spread(0.1), picture?.domain ?? 1) };
}

function goTo(stage: number): void {
  if (state === undefined) return;
  if (still.matches) player.jumpTo(stage, performance.now());
  else player.moveTo(stage, performance.now(), state.layerDuration);
  tell(stage);
}

function scrub(cursor: number): void {
  player.jumpTo(cursor, performance.now());
  tell(cursor);
}

/** Tells the session the newest cursor, at most once an animation frame. */
let untold: number | undefined;
function tell(cursor: number): void {
  if (untold === undefined) {
    requestAnimationFrame(() => {
      if (untold === undefined) return;
      link.post(untold);
      post({ type: 'cursor', cursor: untold });
      untold = undefined;
      save();
    });
  }
  untold = cursor;
  schedule();
}

function placeProbe(point: readonly [number, number]): void {
  const stage = Math.round(player.at(performance.now()));
  if (player.target !== stage) goTo(stage);
  post({ type: 'probe', probe: { stage, point: [point[0], point[1]] } });
}

function removeProbe(): void {
  post({ type: 'probe', probe: undefined });
}

function zoomed(next: Zoom): void {
  zoom = next;
  save();
  schedule();
}

function save(): void {
  if (state) saveView({ uri: state.uri, cursor: player.target, zoom });
}

new ResizeObserver(() => {
  plane.resize();
  filmstrip.resize();
  loss.resize();
  schedule();
}).observe(flow);
onThemeChange(() => {
  theme = readTheme();
  schedule();
});
listen(receive);
