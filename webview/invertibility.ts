/** The invertibility plane: which planar layers come near to 1 + h′·wᵀû = 0, and with which of their particles. */

import { axisBottom, axisLeft, least as leastOf, line, pointer, scaleLinear, select } from 'd3';
import type { LayerState } from '../src/protocol/messages';
import { changes } from './changes';
import * as describe from './describe';
import { html, show, svg, update, write } from './element';
import { pointsAtLayers, type LayerActions } from './hover';
import { barAt, determinantCurve, kappaBars, kappaScale, kappaTicks, type DrawnBar, type KappaBar } from './invertibility-marks';
import type { Scene } from './scene';
import { createSection, type Section } from './section';

const edge = { left: 30, right: 12, top: 20, bottom: 32 };
/** Pixels within which the pointer finds a bar, and pixels that a bar's number needs for itself. */
const [near, room] = [24, 15];
const statuses = ['ok', 'near-singular', 'folds'] as const;

export function createInvertibility(actions: LayerActions): Section & { draw(scene: Scene): void; resize(): void } {
  const [hatch, tint] = [svg('path', { class: 'band-hatch fold', fill: 'url(#fold-hatch)' }), svg('path', { class: 'band-tint fold' })];
  const danger = svg('path', { class: 'band-hatch danger', fill: 'url(#danger-hatch)' });
  const boundary = svg('path', { class: 'boundary' });
  const forbidden = [svg('text', { class: 'forbidden' }), svg('text', { class: 'forbidden' })];
  const zero = svg('line', { class: 'zero' });
  const bars = statuses.map((status) => svg('path', { class: `kappa-bars ${status}` }));
  const means = svg('path', { class: 'kappa-means' });
  const dots = svg('path', { class: 'kappa-dots' });
  const [current, lit] = [svg('path', { class: 'kappa-bar current' }), svg('path', { class: 'kappa-bar lit' })];
  const numbers = svg('g', { class: 'kappa-numbers' });
  const [across, up] = [svg('g', { class: 'axis' }), svg('g', { class: 'axis' })];
  const names = [svg('text', { class: 'axis-name', 'text-anchor': 'end' }), svg('text', { class: 'axis-name' })];
  write(forbidden[0], 'det < 0:');
  write(forbidden[1], 'not invertible');
  write(names[0], 'κ = wᵀû');
  write(names[1], 'h′');
  const plot = svg(
    'svg',
    { role: 'application', 'aria-roledescription': 'plot', tabindex: 0 },
    ...[tint, hatch, danger, zero, boundary, across, up, ...forbidden, ...bars, current, dots, means, lit, numbers, ...names],
  );
  const least = html('span', { class: 'gap' });
  const reading = html('p', { class: 'reading' });
  const box = html('div', { class: 'plot-picture invertibility-picture' }, plot);
  const others = html('p', { class: 'hint' });
  const caption = html('p', { class: 'hint' });
  const section = createSection('invertibility', 'Invertibility', [least], reading, box, caption, others);

  let [width, height] = [0, 0];
  let scene: Scene | undefined;
  let computed: KappaBar[] = [];
  let drawn: DrawnBar[] = [];
  const [computeAgain, drawAgain] = [changes(), changes()];

  pointsAtLayers(
    plot,
    {
      layers: () => computed.map(({ layer }) => layer),
      layerAt: (event) => barAt(drawn, pointer(event, plot), near),
      current: () => scene?.instant.layer ?? 1,
    },
    actions,
  );

  function drawAxes(x: ReturnType<typeof kappaScale>, y: ReturnType<typeof scaleLinear<number, number>>): void {
    const [low] = x.domain();
    const inner = kappaTicks(x, Math.max(3, Math.round(width / 60))).filter((value) => x(value) < width - edge.right - 8);
    select(across)
      .attr('transform', `translate(0,${height - edge.bottom})`)
      .call(
        axisBottom(x)
          .tickValues(inner)
          .tickFormat((value) => describe.number(Number(value)))
          .tickSize(4),
      );
    select(up)
      .attr('transform', `translate(${edge.left},0)`)
      .call(axisLeft(y).tickValues([0, 0.5, 1]).tickSize(4));
    update(names[0], { x: width - edge.right, y: height - 2 });
    update(names[1], { x: 4, y: 11 });
    update(zero, { x1: x(0), x2: x(0), y1: y(1), y2: y(0) });
    const pixels = line<[number, number]>(
      ([kappa]) => x(kappa),
      ([, slope]) => y(slope),
    );
    const [curve, epsilon] = [determinantCurve(0, low), determinantCurve(scene?.state.epsilon ?? 0, low)];
    const beyond = `${pixels([...curve, [low, 1]]) ?? ''}Z`;
    [tint, hatch].forEach((area) => update(area, { d: beyond }));
    update(danger, { d: `${pixels([...epsilon, ...curve.reverse()]) ?? ''}Z` });
    update(boundary, { d: pixels(curve) ?? '' });
    const isRoomy = x(-1) - x(low) > 84;
    forbidden.forEach((text, i) => {
      show(text, isRoomy);
      update(text, { x: x(low) + 6, y: y(1) + 14 + 13 * i });
    });
  }

  function drawBars(
    x: ReturnType<typeof kappaScale>,
    y: ReturnType<typeof scaleLinear<number, number>>,
    layers: readonly LayerState[],
  ): void {
    // A layer of which nothing is known yet stands over all slopes.
    drawn = computed.map(({ layer, kappa, reach }) => ({ layer, x: x(kappa), top: y(reach?.high ?? 1), bottom: y(reach?.low ?? 0) }));
    const stroke = ({ x: at, top, bottom }: DrawnBar): string =>
      `M${at.toFixed(1)} ${top.toFixed(1)}V${Math.max(bottom, top + 0.5).toFixed(1)}`;
    const isSmooth = ({ layer }: DrawnBar): boolean => computed.find((bar) => bar.layer === layer)?.slopes === undefined;
    bars.forEach((path, i) => {
      const such = drawn.filter((bar) => layers[bar.layer - 1].status === statuses[i] && isSmooth(bar));
      update(path, { d: such.map(stroke).join('') });
    });
    update(dots, { d: computed.flatMap(({ kappa, slopes }) => slopes?.map((slope) => `M${x(kappa)} ${y(slope)}h0`) ?? []).join('') });
    const only = (layer: number | undefined): string =>
      drawn
        .filter((bar) => bar.layer === layer)
        .map(stroke)
        .join('');
    update(current, { d: only(scene?.instant.layer) });
    update(lit, { d: only(scene?.lit) });
    // A number where it fits; that of the layer at work and of the one pointed at always.
    const first = [scene?.lit, scene?.instant.layer];
    const named: DrawnBar[] = [];
    for (const bar of [...drawn].sort((a, b) => Number(first.includes(b.layer)) - Number(first.includes(a.layer)))) {
      if (named.every((other) => Math.abs(other.x - bar.x) >= room)) named.push(bar);
    }
    const ticks = computed.filter(({ layer, slopes }) => !slopes && named.some((bar) => bar.layer === layer));
    update(means, { d: ticks.map(({ kappa, reach }) => (reach ? `M${x(kappa) - 4} ${y(reach.mean)}h8` : '')).join('') });
    select(numbers)
      .selectAll<SVGTextElement, DrawnBar>('text')
      .data(named.slice(0, 24))
      .join('text')
      .attr('x', (bar) => bar.x)
      .attr('y', edge.top - 7)
      .attr('class', (bar) => (first.includes(bar.layer) ? 'lit' : ''))
      .text((bar) => bar.layer);
  }

  function sentenceOf(layer: number, layers: readonly LayerState[]): string {
    const bar = computed.find((it) => it.layer === layer);
    if (bar === undefined) return `${describe.layers([layer])} not planar`;
    const least = bar.least === undefined ? '' : `, least det ${describe.number(bar.least)}`;
    return `Layer ${layer}: κ ${describe.number(bar.kappa)}${least}, margin ${describe.number(layers[layer - 1].margin)}`;
  }

  function drawPlot(shown: Scene): void {
    const { layers, closedForm } = shown.state;
    const rest = layers.filter(({ number }) => computed.every(({ layer }) => layer !== number)).map(({ number }) => number);
    show(box, computed.length > 0);
    [caption, reading].forEach((part) => show(part, computed.length > 0));
    const worst = leastOf(
      computed.map(({ layer }) => layers[layer - 1]),
      ({ margin }) => margin,
    );
    write(least, worst === undefined ? '' : `least margin ${describe.margin(worst.margin)}, layer ${worst.number}`);
    show(others, rest.length > 0);
    write(
      others,
      rest.length === layers.length
        ? 'No layer is planar: only planar layers have a place here.'
        : `${describe.layers(rest)} not planar, and absent.`,
    );
    write(reading, sentenceOf(shown.lit ?? shown.instant.layer, layers));
    if (computed.length === 0 || width === 0) return;
    write(
      caption,
      `Each planar layer stands at κ = wᵀû, over the slopes h′ that its particles reach, ${describe.arrow[closedForm]}: det = 1 + h′κ, 0 on the curve; a tick marks the mean.`,
    );
    const x = kappaScale(computed, [edge.left, width - edge.right]);
    const y = scaleLinear([0, 1], [height - edge.bottom, edge.top]);
    drawAxes(x, y);
    drawBars(x, y, layers);
    plot.setAttribute(
      'aria-label',
      `Invertibility: ${sentenceOf(shown.instant.layer, layers)}. Arrow keys go through the layers, Enter goes to one.`,
    );
  }

  return {
    ...section,
    resize: () => {
      [width, height] = [box.clientWidth, box.clientHeight];
      update(plot, { width, height, viewBox: `0 0 ${width} ${height}` });
      if (scene) drawPlot(scene);
    },
    draw: (next) => {
      scene = next;
      if (!section.element.open) return;
      const { picture, state, lit: pointed, instant } = next;
      // Every state brings layers of its own, also where only the cursor moved.
      if (computeAgain(picture, JSON.stringify(state.layers))) computed = kappaBars(state.layers, picture?.particles);
      if (drawAgain(computed, pointed, instant.layer)) drawPlot(next);
    },
  };
}
