/** The probe's journey: where one point goes, and what each layer adds to its log density on the way. */

import { axisLeft, pointer, scaleLinear, select } from 'd3';
import type { ProbeState } from '../src/protocol/messages';
import { changes } from './changes';
import * as describe from './describe';
import { html, show, svg, update, write } from './element';
import { pointsAtLayers, type LayerActions } from './hover';
import { columnAt, journeyRange, logTarget, waterfall, type Fall } from './journey-marks';
import type { Scene } from './scene';

const edge = { left: 40, right: 8, top: 10, bottom: 20 };

export interface ProbeJourney {
  readonly element: HTMLElement;
  /** What the layer pointed at adds. */
  readonly reading: HTMLElement;
  draw(scene: Scene): void;
  resize(): void;
}

export function createProbeJourney(actions: LayerActions, close: HTMLElement): ProbeJourney {
  const route = html('span');
  const [rising, falling, folding] = ['rising', 'falling', 'folding'].map((kind) => svg('path', { class: `fall ${kind}` }));
  const joints = svg('path', { class: 'joints' });
  const [ends, lit] = [svg('path', { class: 'ends' }), svg('rect', { class: 'column-lit' })];
  const target = svg('line', { class: 'log-target' });
  const names = svg('g', { class: 'columns' });
  const up = svg('g', { class: 'axis' });
  const plot = svg(
    'svg',
    { role: 'application', 'aria-roledescription': 'plot', tabindex: 0 },
    ...[lit, up, joints, rising, falling, folding, ends, target, names],
  );
  const box = html('div', { class: 'plot-picture journey-picture' }, plot);
  const element = html('div', { class: 'journey' }, html('p', { class: 'route' }, route, close), box);
  const reading = html('span', { class: 'reading' });
  const drawAgain = changes();

  let [width, height] = [0, 0];
  let scene: Scene | undefined;
  const depth = (): number => scene?.state.layers.length ?? 0;
  const column = (i: number): number => edge.left + ((width - edge.left - edge.right) * i) / (depth() + 2);

  pointsAtLayers(
    plot,
    {
      layers: () => scene?.state.layers.map(({ number }) => number) ?? [],
      layerAt: (event) => columnAt(pointer(event, plot)[0], edge.left, width - edge.right, depth()),
      current: () => scene?.instant.layer ?? 1,
    },
    actions,
  );

  function drawNames(shown: Scene): void {
    const count = depth();
    const apart = Math.ceil(18 / Math.max(column(1) - column(0), 1));
    const active = shown.lit ?? shown.instant.layer;
    const layers = shown.state.layers
      .map(({ number }) => number)
      .filter((k) => k === active || (k % apart === 0 && Math.abs(k - active) >= apart && count + 1 - k >= apart));
    select(names)
      .selectAll<SVGTextElement, readonly [number, string]>('text')
      .data([[0, 'z'], ...layers.map((k) => [k, String(k)] as const), [count + 1, 'x']] as readonly (readonly [number, string])[])
      .join('text')
      .attr('x', ([i]) => (column(i) + column(i + 1)) / 2)
      .attr('y', height - 6)
      .attr('class', ([i]) => (i === active ? 'lit' : ''))
      .text(([, name]) => name);
  }

  function drawPlot(shown: Scene, probe: ProbeState, falls: readonly Fall[]): void {
    const { state, lit: pointed } = shown;
    const pi = logTarget(probe, state.training.floor);
    const end = falls.at(-1)?.to ?? probe.logBase;
    const y = scaleLinear(journeyRange([probe.logBase, ...falls.map(({ to }) => to), ...(pi === undefined ? [] : [pi])]), [
      height - edge.bottom,
      edge.top,
    ]);
    const gap = Math.min(2, (column(1) - column(0)) / 6);
    const block = ({ layer, from, to }: Fall): string => {
      const [top, bottom] = [y(Math.max(from, to)), y(Math.min(from, to))];
      return `M${column(layer) + gap} ${top}H${column(layer + 1) - gap}V${Math.max(bottom, top + 1)}H${column(layer) + gap}Z`;
    };
    const finite = falls.filter(({ from, to }) => Number.isFinite(from + to));
    const draw = (path: SVGElement, such: (fall: Fall) => boolean): void => update(path, { d: finite.filter(such).map(block).join('') });
    draw(rising, ({ from, to, folds }) => !folds && to >= from);
    draw(falling, ({ from, to, folds }) => !folds && to < from);
    draw(folding, ({ folds }) => folds);
    const levels = [probe.logBase, ...falls.map(({ to }) => to)]
      .map((level, i) => [i, level] as const)
      .filter(([, level]) => Number.isFinite(level));
    update(joints, { d: levels.map(([i, level]) => `M${column(i) + gap} ${y(level)}H${column(i + 2) - gap}`).join('') });
    const mark = (i: number, level: number): string => `M${column(i) + gap} ${y(level)}H${column(i + 1) - gap}`;
    const hasEnd = probe.logProb !== undefined && Number.isFinite(end);
    update(ends, { d: `${mark(0, probe.logBase)}${hasEnd ? mark(depth() + 1, end) : ''}` });
    show(target, pi !== undefined && Number.isFinite(pi));
    if (pi !== undefined) update(target, { x1: column(depth() + 1), x2: width - edge.right, y1: y(pi), y2: y(pi) });
    const active = pointed ?? shown.instant.layer;
    update(lit, { x: column(active), width: column(1) - column(0), y: edge.top, height: height - edge.top - edge.bottom });
    lit.classList.toggle('pointed', pointed !== undefined);
    select(up)
      .attr('transform', `translate(${edge.left},0)`)
      .call(
        axisLeft(y)
          .ticks(Math.max(3, Math.round(height / 40)))
          .tickSize(4),
      );
    drawNames(shown);
  }

  return {
    element,
    reading,
    resize: () => {
      [width, height] = [box.clientWidth, box.clientHeight];
      update(plot, { width, height, viewBox: `0 0 ${width} ${height}` });
    },
    draw: (next) => {
      scene = next;
      const { state, lit: pointed } = next;
      const { probe } = state;
      show(element, probe !== undefined);
      show(reading, probe !== undefined);
      // Every state brings a probe of its own, also where only the cursor moved.
      const told = JSON.stringify(probe && [probe.route, probe.dets, probe.logBase, probe.energy, probe.logProb]);
      if (probe === undefined || width === 0 || !drawAgain(told, pointed, next.instant.layer, state.layers.length, width, height)) return;
      const falls = waterfall(probe, state.closedForm);
      const fall = falls[(pointed ?? next.instant.layer) - 1];
      write(route, routeOf(probe));
      write(reading, `layer ${fall.layer}: −log|det| ${describe.change(fall.to - fall.from)}`);
      plot.setAttribute(
        'aria-label',
        `log p_z(z) ${describe.number(probe.logBase)}, then −log|det| z → x of every layer, to log p(x) ${describe.logProb(probe)}. ` +
          `${reading.textContent}. Arrow keys go through the layers, Enter goes to one.`,
      );
      drawPlot(next, probe, falls);
    },
  };
}

function routeOf({ route }: ProbeState): string {
  return `z ${describe.point(route[0])} → x₀ = g(z) ${describe.point(route[route.length - 1])}`;
}
