/** The plane's axes, along its lower and left edges, and the circles of the base Gaussian. */

import { axisRight, axisTop, scaleLinear, select } from 'd3';
import { changes } from './changes';
import * as describe from './describe';
import { svg, update, write } from './element';
import { ticksWithin, type Projection } from './scales';
import type { Scene } from './scene';
import type { Window } from './strip';

/** Pixels at the ends of an axis that stay free of ticks: a label there would be cut off, or meet the other axis. */
const free = 28;
/** Pixels of a letter of an axis's name, about, and of half a tick's label. */
const [letter, halfLabel] = [7, 16];

export function createAxes(): { element: SVGGElement; draw(scene: Scene, view: Window, width: number, height: number): void } {
  const [across, up] = [svg('g', { class: 'axis' }), svg('g', { class: 'axis' })];
  const names = [svg('text', { class: 'axis-name', 'text-anchor': 'end' }), svg('text', { class: 'axis-name' })];

  const moved = changes();
  const drawTicks = ({ x0, x1, y0, y1 }: Window, width: number, height: number, name: string): void => {
    const [x, y] = [scaleLinear([x0, x1], [0, width]), scaleLinear([y0, y1], [height, 0])];
    const named = width - 8 - letter * name.length - halfLabel;
    const [xTicks, yTicks] = [ticksWithin(x, width, free, Math.min(named, width - free)), ticksWithin(y, height, free, height - free)];
    select(across)
      .attr('transform', `translate(0,${height})`)
      .call(axisTop(x).tickValues(xTicks.values).tickFormat(xTicks.format).tickSize(5));
    select(up).call(axisRight(y).tickValues(yTicks.values).tickFormat(yTicks.format).tickSize(5));
    update(names[0], { x: width - 8, y: height - 9 });
    update(names[1], { x: 8, y: 17 });
  };

  return {
    element: svg('g', {}, across, up, ...names),
    draw: ({ state, cursor }, view, width, height) => {
      const nameOf = (i: number): string =>
        cursor === state.layers.length ? state.axes[i] : `${cursor === 0 ? 'z' : 'v'}${describe.subscript(i + 1)}`;
      const [across, up] = state.coordinates.map(nameOf);
      if (moved(view.x0, view.x1, view.y0, view.y1, width, height, across.length)) drawTicks(view, width, height, across);
      [across, up].forEach((name, i) => write(names[i], name));
    },
  };
}

/** Where 39 %, 86 % and 99 % of the base's particles lie: within 1σ, 2σ and 3σ. They fade on the way to x. */
export function createBaseCircles(): { element: SVGGElement; draw(at: Projection, opacity: number): void } {
  const circles = [1, 2, 3].map((sigma) => ({ sigma, circle: svg('circle'), name: svg('text') }));
  circles.forEach(({ sigma, name }) => write(name, `${sigma}σ`));
  const element = svg('g', { class: 'base' }, ...circles.flatMap(({ circle, name }) => [circle, name]));
  return {
    element,
    draw: ({ scale, left, top }, opacity) => {
      update(element, { opacity: opacity.toFixed(2) });
      for (const { sigma, circle, name } of circles) {
        const diagonal = sigma * scale * Math.SQRT1_2 + 3;
        update(circle, { cx: left, cy: top, r: sigma * scale });
        update(name, { x: left + diagonal, y: top - diagonal });
      }
    },
  };
}
