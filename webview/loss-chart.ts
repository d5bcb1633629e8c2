/** The loss over the training steps, with the full weight of the energy, and the least loss that is possible where it is known. */

import { axisBottom, axisLeft, bisectCenter, format, line, pointer, scaleLinear, select } from 'd3';
import * as describe from './describe';
import { html, show, svg, update, write } from './element';
import { gapAbove, lossCurve, lossesUnannealed, lossRange, type LossCurve } from './losses';
import type { Scene } from './scene';
import { createSection, type Section } from './section';

export interface LossChart extends Section {
  draw(scene: Scene): void;
  resize(): void;
}

const edge = { left: 44, right: 10, top: 8, bottom: 22 };

export function createLossChart(): LossChart {
  const annealing = html('p', { class: 'hint annealing' });
  const gap = html('span', { class: 'gap' });
  const empty = html('p', { class: 'hint' });
  const raw = svg('path', { class: 'loss-raw' });
  const smooth = svg('path', { class: 'loss-smooth' });
  const held = svg('path', { class: 'loss-held' });
  const floor = svg('line', { class: 'loss-floor' });
  const last = svg('circle', { class: 'loss-last', r: 3 });
  const looked = svg('line', { class: 'loss-reading' });
  const reading = svg('line', { class: 'loss-reading' });
  const [across, up] = [svg('g', { class: 'axis' }), svg('g', { class: 'axis' })];
  const clip = svg('rect', {});
  const picture = svg(
    'svg',
    { role: 'img', tabindex: 0 },
    svg('defs', {}, svg('clipPath', { id: 'loss-clip' }, clip)),
    across,
    up,
    svg('g', { 'clip-path': 'url(#loss-clip)' }, floor, raw, smooth, held, reading, looked),
    last,
  );
  const read = html('span', { class: 'reading', 'aria-live': 'polite' });
  const box = html('div', { class: 'plot-picture loss-picture' }, picture, empty);
  const section = createSection('loss', 'Loss', [read, gap], box, annealing);

  let scene: Scene | undefined;
  let curve: LossCurve = lossCurve(new Float32Array(0));
  let [width, height] = [0, 0];
  let read0: number | undefined;
  let losses: Float32Array | undefined;
  let heldOut: LossCurve = curve;
  /** What else the chart depends on, as it was drawn. */
  let drawn = '';

  const x = (): ReturnType<typeof scaleLinear<number, number>> =>
    scaleLinear([curve.steps[0], Math.max(curve.steps[curve.steps.length - 1], curve.steps[0] + 1)], [edge.left, width - edge.right]);

  const readAt = (index: number | undefined): void => {
    read0 = index === undefined ? undefined : Math.min(Math.max(index, 0), curve.steps.length - 1);
    show(reading, read0 !== undefined);
    write(read, read0 === undefined ? '' : `step ${describe.count(curve.steps[read0])}: ${describe.number(curve.losses[read0])}`);
    if (read0 !== undefined)
      update(reading, { x1: x()(curve.steps[read0]), x2: x()(curve.steps[read0]), y1: edge.top, y2: height - edge.bottom });
  };
  picture.addEventListener('pointermove', (event) => {
    if (curve.steps.length > 0) readAt(bisectCenter(curve.steps, x().invert(pointer(event, picture)[0])));
  });
  picture.addEventListener('pointerleave', () => readAt(undefined));
  picture.addEventListener('blur', () => readAt(undefined));
  picture.addEventListener('keydown', (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (move === undefined || curve.steps.length === 0) return;
    event.preventDefault();
    readAt((read0 ?? curve.steps.length - 1) + move * (event.shiftKey ? 10 : 1));
  });

  /** The loss of a flow that folds is no KL divergence plus the floor, and may be below the floor. */
  const drawGap = ({ state: { layers, training } }: Scene): void => {
    const { floor: least } = training;
    const latest = heldOut.losses.at(-1);
    const folds = describe.folds(layers);
    const above = least === undefined ? undefined : gapAbove(least, curve);
    if (least === undefined) {
      // The figure itself stands in the header, with its error.
      write(gap, latest === undefined ? '' : 'dotted: held out');
      gap.title = latest === undefined ? '' : 'The loss of the rows that training does not see';
    } else if (folds !== undefined) {
      write(gap, `no KL gap: ${folds}`);
      gap.title = 'A flow that folds has no density, so that its loss measures no KL divergence and can fall below the dashed line';
    } else if (above === undefined) {
      write(gap, `least possible loss ${describe.number(least)}`);
      gap.title = '';
    } else {
      write(gap, `KL gap ${describe.estimate(above)}`);
      gap.title = `How far the mean loss over the last ${describe.count(above.steps)} steps is above the least possible loss (dashed), ± its standard error, in nats`;
    }
  };

  const drawChart = (shown: Scene): void => {
    const { training } = shown.state;
    const some = curve.steps.length > 0;
    show(empty, !some);
    picture.toggleAttribute('hidden', !some);
    write(empty, training.step > 0 ? 'Go on training to see the loss.' : 'Train to see the loss.');
    drawGap(shown);
    const weighed = describe.annealing(shown.state);
    show(annealing, some && weighed !== '');
    write(annealing, weighed);
    if (!some || width === 0) return;
    const end = curve.steps.length - 1;
    const [low, high] = lossRange(curve, training.floor, heldOut.losses);
    const y = scaleLinear([low, high], [height - edge.bottom, edge.top]);
    const stepTicks = x()
      .ticks(Math.max(2, Math.round(width / 90)))
      .filter(Number.isInteger);
    select(across)
      .attr('transform', `translate(0,${height - edge.bottom})`)
      .call(axisBottom(x()).tickValues(stepTicks).tickFormat(format('~s')).tickSize(4));
    select(up)
      .attr('transform', `translate(${edge.left},0)`)
      .call(
        axisLeft(y)
          .ticks(Math.max(3, Math.round(height / 40)))
          .tickSize(4),
      );
    const path = (values: readonly number[]): string =>
      line<number>(
        (_, i) => x()(curve.steps[i]),
        (value) => y(value),
      )(values) ?? '';
    update(raw, { d: path(curve.losses) });
    update(smooth, { d: path(curve.smooth) });
    const held0 = line<number>(
      (_, i) => x()(heldOut.steps[i]),
      (value) => y(value),
    );
    update(held, { d: held0(heldOut.losses) ?? '' });
    const { past } = shown.state;
    show(looked, past?.shown !== undefined);
    if (past?.shown !== undefined) update(looked, { x1: x()(past.shown), x2: x()(past.shown), y1: edge.top, y2: height - edge.bottom });
    update(last, { cx: x()(curve.steps[end]), cy: y(curve.smooth[end]) });
    show(floor, training.floor !== undefined);
    if (training.floor !== undefined)
      update(floor, { x1: edge.left, x2: width - edge.right, y1: y(training.floor), y2: y(training.floor) });
    picture.setAttribute(
      'aria-label',
      `Loss from step ${describe.count(curve.steps[0])} to ${describe.count(curve.steps[end])}: from ${describe.number(curve.smooth[0])} to ` +
        `${describe.number(curve.smooth[end])}${gap.textContent === '' ? '' : `, ${gap.textContent}`}. Arrow keys read single steps.`,
    );
  };

  return {
    ...section,
    resize: () => {
      [width, height] = [box.clientWidth, box.clientHeight];
      update(picture, { width, height, viewBox: `0 0 ${width} ${height}` });
      update(clip, { x: edge.left, y: 0, width: Math.max(0, width - edge.left), height: Math.max(0, height - edge.bottom) });
      if (scene) drawChart(scene);
    },
    draw: (next) => {
      const { layers, training, past } = next.state;
      const said = [past?.shown, training.floor, training.beta, training.step > 0, describe.folds(layers)].join();
      scene = next;
      if (next.losses === losses && said === drawn) return;
      drawn = said;
      if (next.losses !== losses) {
        losses = next.losses;
        curve = lossCurve(next.terms.length > 0 ? lossesUnannealed(next.terms, next.state.objective?.type) : losses);
        heldOut = lossCurve(next.heldOut);
        readAt(undefined);
      }
      drawChart(next);
    },
  };
}
