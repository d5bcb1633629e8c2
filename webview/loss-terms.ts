/** The loss, taken apart: its terms over the training steps, stacked up where they cost and down where they earn. */

import { area, axisBottom, axisLeft, bisectCenter, format, line, pointer, scaleLinear, select } from 'd3';
import * as describe from './describe';
import { html, show, svg, update, write } from './element';
import { lossParts, stackRange, stackTerms, type LossParts } from './loss-terms-marks';
import type { Scene } from './scene';
import { createSection, type Section } from './section';

const edge = { left: 44, right: 10, top: 8, bottom: 22 };
/** A band that is thinner than this has its name below the plot only. */
const legible = 15;

export function createLossTerms(): Section & { draw(scene: Scene): void; resize(): void } {
  const bands = Array.from({ length: 3 }, (_, i) => svg('path', { class: `term term-${i}` }));
  const labels = bands.map(() => svg('text', { class: 'term-name', 'text-anchor': 'end' }));
  const total = svg('path', { class: 'term-total' });
  const [zero, reading, floor] = [
    svg('line', { class: 'zero' }),
    svg('line', { class: 'loss-reading' }),
    svg('line', { class: 'loss-floor' }),
  ];
  const [across, up] = [svg('g', { class: 'axis' }), svg('g', { class: 'axis' })];
  const clip = svg('rect');
  const plot = svg(
    'svg',
    { role: 'application', 'aria-roledescription': 'plot', tabindex: 0 },
    svg('defs', {}, svg('clipPath', { id: 'terms-clip' }, clip)),
    svg('g', { 'clip-path': 'url(#terms-clip)' }, ...bands, zero, floor, total, reading),
    ...[across, up, ...labels],
  );
  const box = html('div', { class: 'plot-picture terms-picture' }, plot);
  const swatches = bands.map((_, i) => {
    const text = html('span');
    const swatch = svg(
      'svg',
      { class: 'sample', width: 14, height: 10, 'aria-hidden': 'true' },
      svg('rect', { class: `term term-${i}`, width: 14, height: 10 }),
    );
    return { element: html('span', { class: 'legend-item' }, swatch, text), text };
  });
  const sum = html('span', { class: 'legend-item' });
  const equation = html('p', { class: 'equation' }, ...swatches.map(({ element }) => element), sum);
  const caption = html('p', { class: 'hint' });
  const hint = html('p', { class: 'hint' });
  const said = html('span', { class: 'for-screen-readers', 'aria-live': 'polite' });
  const gradient = html('span', { class: 'reading' });
  const section = createSection('terms', 'The loss, taken apart', [gradient], box, equation, said, caption, hint);

  let [width, height] = [0, 0];
  let scene: Scene | undefined;
  let rows: Float32Array | undefined;
  /** What else the plot depends on, as it was drawn. */
  let drawn = '';
  let parts: LossParts = { steps: [], terms: [], loss: [], gradientNorm: [] };
  let read: number | undefined;

  const x = (): ReturnType<typeof scaleLinear<number, number>> =>
    scaleLinear([parts.steps[0], Math.max(parts.steps[parts.steps.length - 1], parts.steps[0] + 1)], [edge.left, width - edge.right]);

  function readAt(index: number | undefined): void {
    const end = parts.steps.length - 1;
    read = index === undefined ? undefined : Math.min(Math.max(index, 0), end);
    show(reading, read !== undefined);
    if (end < 0) return;
    const at = read ?? end;
    if (read !== undefined) update(reading, { x1: x()(parts.steps[at]), x2: x()(parts.steps[at]), y1: edge.top, y2: height - edge.bottom });
    swatches.forEach(({ element, text }, i) => {
      show(element, i < parts.terms.length);
      if (i < parts.terms.length) write(text, `${parts.terms[i].name} ${describe.number(parts.terms[i].values[at])}`);
    });
    write(sum, `= loss ${describe.number(parts.loss[at])}${read === undefined ? '' : ` at step ${describe.count(parts.steps[at])}`}`);
    const norm = parts.gradientNorm[at];
    write(gradient, Number.isNaN(norm) ? '' : `gradient norm ${describe.number(norm)}`);
  }
  plot.addEventListener('pointermove', (event) => readAt(bisectCenter(parts.steps, x().invert(pointer(event, plot)[0]))));
  plot.addEventListener('pointerleave', () => readAt(undefined));
  plot.addEventListener('blur', () => readAt(undefined));
  plot.addEventListener('keydown', (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    readAt((read ?? parts.steps.length - 1) + move * (event.shiftKey ? 10 : 1));
    write(said, equation.textContent);
  });

  function drawPlot(shown: Scene): void {
    const some = parts.steps.length > 0;
    [box, equation, caption, gradient].forEach((part) => show(part, some));
    show(hint, !some);
    write(
      caption,
      `Up costs, down earns; the line is their sum, the loss. Averaged over the steps, in nats. ${describe.annealing(shown.state)}`,
    );
    write(hint, describe.noTerms(shown.state));
    if (!some || width === 0) return;
    const series = stackTerms(parts);
    const y = scaleLinear(stackRange(series), [height - edge.bottom, edge.top]);
    const [first, last] = [x()(parts.steps[0]), x()(parts.steps[parts.steps.length - 1])];
    const ticks = x()
      .ticks(Math.max(2, Math.round(width / 90)))
      .filter(Number.isInteger);
    select(across)
      .attr('transform', `translate(0,${height - edge.bottom})`)
      .call(axisBottom(x()).tickValues(ticks).tickFormat(format('~s')).tickSize(4));
    select(up)
      .attr('transform', `translate(${edge.left},0)`)
      .call(
        axisLeft(y)
          .ticks(Math.max(3, Math.round(height / 40)))
          .tickSize(4),
      );
    const at = (i: number): number => x()(parts.steps[i]);
    const shape = area<[number, number]>(
      (_, i) => at(i),
      ([low]) => y(low),
      ([, high]) => y(high),
    );
    bands.forEach((band, t) => {
      const it = series.find(({ key }) => key === t);
      show(band, it !== undefined);
      show(labels[t], false);
      if (it === undefined) return;
      update(band, { d: shape(it.map(([low, high]) => [low, high])) ?? '' });
      const [bottom, top] = it[it.length - 1].map((value) => Math.min(Math.max(y(value), edge.top), height - edge.bottom));
      show(labels[t], bottom - top >= legible && width > 200);
      // Beside the line of the sum, not on it.
      const sumLine = y(parts.loss[parts.loss.length - 1]);
      const isCut = sumLine > top && sumLine < bottom;
      const [from, to] = !isCut ? [top, bottom] : bottom - sumLine > sumLine - top ? [sumLine, bottom] : [top, sumLine];
      update(labels[t], { x: last - 6, y: (from + to) / 2 + 4 });
      write(labels[t], parts.terms[t].name.replace(/^\+/, ''));
    });
    update(total, {
      d:
        line<number>(
          (_, i) => at(i),
          (value) => y(value),
        )(parts.loss) ?? '',
    });
    update(zero, { x1: first, x2: last, y1: y(0), y2: y(0) });
    const { floor: least } = shown.state.training;
    show(floor, least !== undefined);
    if (least !== undefined) update(floor, { x1: first, x2: last, y1: y(least), y2: y(least) });
    readAt(read);
    plot.setAttribute('aria-label', `The loss, taken apart: ${equation.textContent.replaceAll(/ +/g, ' ')}. Arrow keys read single steps.`);
  }

  return {
    ...section,
    resize: () => {
      [width, height] = [box.clientWidth, box.clientHeight];
      update(plot, { width, height, viewBox: `0 0 ${width} ${height}` });
      update(clip, {
        x: edge.left,
        y: edge.top,
        width: Math.max(0, width - edge.left),
        height: Math.max(0, height - edge.bottom - edge.top),
      });
      if (scene) drawPlot(scene);
    },
    draw: (next) => {
      const { objective, training } = next.state;
      const said = [objective?.type, training.floor, training.beta].join();
      const isNew = next.terms !== rows || said !== drawn;
      scene = next;
      if (!isNew && parts.steps.length > 0) return;
      drawn = said;
      rows = next.terms;
      parts = lossParts(rows, objective?.type);
      read = undefined;
      drawPlot(next);
    },
  };
}
