/** Every stage from z to x as a small picture, and with the slider below them the timeline of the whole map. */

import { pointsOf } from './brush';
import * as describe from './describe';
import { drawDots } from './dots';
import { html, prepareCanvas, update } from './element';
import type { LayerActions } from './hover';
import { createMarginBar, type MarginBar } from './margin-bar';
import { drawHistogram } from './painters';
import { noZoom, projectionOf } from './scales';
import type { Picture, Scene } from './scene';
import type { Theme } from './theme';

export interface FilmstripActions extends LayerActions {
  /** Be at a cursor at once. */
  scrub(cursor: number): void;
}

export interface Filmstrip {
  readonly element: HTMLElement;
  draw(scene: Scene): void;
  resize(): void;
}

interface Film {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  drawn: Picture | undefined;
}

const narrowest = 60;
const widest = 104;
/** Particles in one small picture: more would only cost time. */
const most = 400;

export function createFilmstrip(actions: FilmstripActions): Filmstrip {
  const films = html('div', { class: 'films' });
  const margins = html('div', { class: 'margins', 'aria-hidden': 'true' });
  const slider = html('input', { type: 'range', min: 0, step: 'any', class: 'timeline', 'aria-label': 'Cursor between z and x' });
  const track = html('div', { class: 'track' }, films, slider, margins);
  const element = html('section', { class: 'filmstrip', 'aria-label': 'Stages from z to x' }, track);

  let shown: Film[] = [];
  let bars: MarginBar[] = [];
  let cell = 0;
  /** Kept here because reading it from the element in every frame would lay out the page every time. */
  const seen = { left: 0, width: 0 };
  let scene: Scene | undefined;
  let painted: Theme | undefined;
  let brushedThen: Uint32Array | undefined;
  let current = -1;

  slider.addEventListener('input', () => actions.scrub(slider.valueAsNumber));
  slider.addEventListener('keydown', (event) => {
    if (scene === undefined) return;
    const cursor = slider.valueAsNumber;
    const [step, last] = [event.shiftKey ? 0.1 : 1, scene.state.layers.length];
    const to = {
      ArrowRight: Math.floor(cursor / step + 1e-9 + 1) * step,
      ArrowUp: Math.floor(cursor / step + 1e-9 + 1) * step,
      ArrowLeft: Math.ceil(cursor / step - 1e-9 - 1) * step,
      ArrowDown: Math.ceil(cursor / step - 1e-9 - 1) * step,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const target = Math.min(Math.max(to, 0), last);
    if (event.shiftKey) actions.scrub(target);
    else actions.goTo(target);
  });
  element.addEventListener('scroll', () => {
    seen.left = element.scrollLeft;
    paint();
  });

  function build(depth: number): void {
    shown = Array.from({ length: depth + 1 }, (_, stage) => {
      const canvas = html('canvas', { 'aria-hidden': 'true' });
      const name = stage === 0 ? 'z' : stage === depth ? 'x' : String(stage);
      const film = html(
        'button',
        { type: 'button', class: 'film', tabindex: -1, title: `Go to stage ${stage}`, 'aria-label': `Go to stage ${stage}` },
        canvas,
        html('span', { class: 'film-name' }, name),
      );
      film.addEventListener('click', () => actions.goTo(stage));
      return { element: film, canvas, drawn: undefined };
    });
    films.replaceChildren(...shown.map((film) => film.element));
    bars = Array.from({ length: depth }, (_, i) => {
      const bar = createMarginBar();
      bar.element.addEventListener('pointerenter', () => actions.pointAt(i + 1));
      bar.element.addEventListener('pointerleave', () => actions.pointAt(undefined));
      return bar;
    });
    margins.replaceChildren(...bars.map((bar) => bar.element));
    update(slider, { max: depth });
    layOut();
  }

  function layOut(): void {
    if (shown.length === 0) return;
    cell = Math.min(Math.max(seen.width / shown.length, narrowest), widest);
    track.style.setProperty('--cell', `${cell}px`);
    track.style.setProperty('--stages', String(shown.length));
    shown.forEach((film) => (film.drawn = undefined));
  }

  /** Draws the small pictures that can be seen and have changed. */
  function paint(): void {
    if (scene?.picture === undefined || cell === 0) return;
    const { picture, theme, state, brushed } = scene;
    const size = cell - 6;
    shown.forEach((film, stage) => {
      const left = stage * cell;
      if (film.drawn === picture || left < seen.left - cell || left > seen.left + seen.width || stage > picture.depth) return;
      film.drawn = picture;
      const context = prepareCanvas(film.canvas, size, size);
      context.fillStyle = theme.foreground;
      context.globalAlpha = 0.7;
      const points = picture.particles.stage(stage);
      const at = projectionOf(size, size, picture.sights[stage], noZoom);
      if (state.dim === 1) drawHistogram(context, points, picture.half, size);
      else drawDots(context, points.subarray(0, 2 * most), at, 1.25);
      if (!brushed || state.dim === 1) return;
      context.fillStyle = theme.probe;
      context.globalAlpha = 1;
      drawDots(context, pointsOf(points, brushed), at, 2);
    });
  }

  return {
    element,
    resize: () => {
      seen.width = element.clientWidth;
      layOut();
      keepInView(current);
      paint();
    },
    draw: (next) => {
      const { state, cursor } = next;
      scene = next;
      if (shown.length !== state.layers.length + 1) build(state.layers.length);
      if (painted !== next.theme || brushedThen !== next.brushed) {
        painted = next.theme;
        brushedThen = next.brushed;
        shown.forEach((film) => (film.drawn = undefined));
      }
      paint();
      bars.forEach((bar, i) => {
        bar.draw(state.layers[i], state.epsilon);
        const wrong = describe.warning(state.layers[i], state);
        bar.element.title = `Layer ${i + 1}: margin ${describe.number(state.layers[i].margin)}${wrong === undefined ? '' : `, ${wrong}`}`;
        bar.element.classList.toggle('active', next.instant.layer === i + 1);
        bar.element.classList.toggle('lit', next.lit === i + 1);
      });
      shown.forEach((film, stage) => film.element.classList.toggle('current', stage === Math.round(cursor)));
      slider.style.setProperty('--fraction', String(cursor / state.layers.length));
      if (slider.valueAsNumber !== cursor) slider.value = String(cursor);
      update(slider, { 'aria-valuetext': describe.stage(cursor, state.layers.length) });
      const nearest = Math.round(cursor);
      if (nearest !== current) {
        current = nearest;
        keepInView(nearest);
      }
    },
  };

  function keepInView(stage: number): void {
    const [left, right] = [stage * cell, (stage + 1) * cell];
    if (left < seen.left) element.scrollLeft = left - cell / 2;
    else if (right > seen.left + seen.width + 1) element.scrollLeft = right + cell / 2 - seen.width;
  }
}
