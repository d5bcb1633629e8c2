/** One dimension: the base density below, the map's curve above it, the density of x beside it, and the equal areas p_x dx = p_z dz. */

import { axisBottom, axisLeft, line, pointer, scaleLinear, select, type ScaleLinear } from 'd3';
import type { ProbeState } from '../src/protocol/messages';
import * as describe from './describe';
import { html, show, svg, update, write } from './element';
import {
  areaPerMass,
  equalAreas,
  interpolated,
  lineMap,
  preimage,
  targetDensity,
  type DensityPoint,
  type LineMap,
} from './one-dimension-marks';
import type { Instant } from './instant';
import type { Picture, Scene } from './scene';
import type { TargetPainter } from './target';

export interface OneDimensionActions {
  /** At the stage that the cursor is nearest to. */
  placeProbe(point: readonly number[]): void;
  putBackProbe(probe: ProbeState | undefined): void;
}

const edge = { left: 40, right: 14, top: 12, bottom: 34, between: 10 };
/** How much of z is shown, and how wide dz is. */
const [shownZ, dz] = [3, 0.3];
const steps = { small: 0.05, large: 0.5 };
/** So many points of a curve look smooth. */
const smooth = 400;

export function createOneDimension(actions: OneDimensionActions): { element: HTMLElement; draw(scene: Scene): void; resize(): void } {
  const path = (kind: string): SVGPathElement => svg('path', { class: kind });
  const [strip, base, baseArea] = [path('strip'), path('density base-density'), path('mass')];
  const [target, image, imageArea] = [path('density target-density'), path('density image-density'), path('mass')];
  const [ghostCurve, ghostImage] = [path('map-curve ghost'), path('density image-density ghost')];
  const [curve, identity] = [path('map-curve'), svg('line', { class: 'identity' })];
  const [ring, targetMark] = [svg('circle', { class: 'probe-ring', r: 6 }), svg('circle', { class: 'target-mark', r: 4 })];
  const [across, up] = [svg('g', { class: 'axis' }), svg('g', { class: 'axis' })];
  const names = [svg('text', { class: 'axis-name', 'text-anchor': 'end' }), svg('text', { class: 'axis-name' })];
  const labels = ['z', 'x', undefined].map((of) => {
    const [letter, index] = [svg('tspan'), svg('tspan', { dy: 3, class: 'index' })];
    write(letter, of === undefined ? 'π' : 'p');
    write(index, of ?? '');
    return svg('text', { class: 'density-name' }, letter, index);
  });
  const [whole, upper] = [svg('rect'), svg('rect')];
  const plot = svg(
    'svg',
    { 'aria-hidden': 'true' },
    svg('defs', {}, svg('clipPath', { id: 'line-clip' }, whole), svg('clipPath', { id: 'curve-clip' }, upper)),
    across,
    up,
    svg('g', { 'clip-path': 'url(#line-clip)' }, strip, baseArea, base),
    svg('g', { 'clip-path': 'url(#curve-clip)' }, imageArea, identity, ghostImage, ghostCurve, target, image, curve),
    ...[ring, targetMark, ...names, ...labels],
  );
  const [title, compared, facts] = [html('strong'), html('p', { class: 'compared' }), html('p', { class: 'facts' })];
  const box = html('div', { class: 'line-picture', tabindex: 0, role: 'application', 'aria-roledescription': 'plot' }, plot);
  const key = html(
    'p',
    { class: 'hint' },
    'The shaded areas are equal, p_x dx = p_z dz: what the curve stretches, it thins. Point, or use the arrow keys, to move dz; a click places the probe.',
  );
  const element = html(
    'section',
    { class: 'line-view', 'aria-label': 'The line' },
    html('div', { class: 'line-caption' }, title, compared, facts),
    box,
    key,
  );

  let [width, height] = [0, 0];
  let scene: Scene | undefined;
  let pointed: number | undefined;
  let map: LineMap | undefined;
  let ghostMap: LineMap | undefined;
  let [carried, logDet, folded] = [new Float32Array(0), new Float32Array(0), new Uint8Array(0)];
  let wanted: { of: TargetPainter | undefined; points: DensityPoint[] } = { of: undefined, points: [] };
  let [zScale, xScale]: ScaleLinear<number, number>[] = [scaleLinear(), scaleLinear()];

  const chosen = (): number => pointed ?? scene?.state.probe?.route[0][0] ?? 0.5;
  /** Where z is at the stage that a probe would be placed at. */
  function place(z: number): void {
    if (scene?.picture === undefined || map === undefined) return;
    const stage = scene.picture.grid.stage(Math.round(scene.cursor));
    const values = Array.from(map.z, (_, i) => stage[2 * i]);
    actions.placeProbe([interpolated(map.z, values, Math.min(Math.max(z, -shownZ), shownZ))]);
  }
  const zAt = (event: MouseEvent): number | undefined => {
    const [px, py] = pointer(event, plot);
    if (map === undefined) return undefined;
    return px < zScale.range()[0] ? preimage(map, xScale.invert(py)) : zScale.invert(px);
  };
  const point = (z: number | undefined): void => {
    pointed = z === undefined ? undefined : Math.min(Math.max(z, -shownZ), shownZ);
    if (scene) drawPlot(scene);
  };
  box.addEventListener('pointermove', (event) => point(zAt(event)));
  box.addEventListener('pointerleave', () => point(undefined));
  box.addEventListener('click', (event) => {
    const z = zAt(event);
    if (z !== undefined) place(z);
  });
  box.addEventListener('keydown', (event) => {
    const move = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (event.key === 'Escape' && scene?.state.probe) actions.putBackProbe(undefined);
    if (move === undefined) return;
    event.preventDefault();
    place((scene?.state.probe?.route[0][0] ?? 0.5) + move * (event.shiftKey ? steps.large : steps.small));
  });

  function compute(picture: Picture | undefined, instant: Instant): LineMap | undefined {
    if (picture?.depth !== scene?.state.layers.length || picture === undefined) return undefined;
    const { grid, gridLogBase } = picture;
    if (logDet.length !== grid.count)
      [carried, logDet, folded] = [new Float32Array(2 * grid.count), new Float32Array(grid.count), new Uint8Array(grid.count)];
    grid.pointsAt(instant, carried);
    grid.logDetAt(instant, logDet, folded);
    return lineMap(grid.stage(0), carried, gridLogBase, logDet);
  }

  function drawPlot(shown: Scene): void {
    if (map === undefined || width === 0 || height === 0) return;
    const { state, cursor } = shown;
    const aside = Math.min(Math.max(width * 0.24, 56), 240);
    const below = Math.min(Math.max(height * 0.24, 50), 200);
    const bottom = height - edge.bottom;
    zScale = scaleLinear([-shownZ, shownZ], [edge.left + aside + edge.between, width - edge.right]);
    const half = shown.picture?.half ?? shownZ;
    update(upper, { x: edge.left, y: 0, width: width - edge.left, height: Math.max(0, bottom - below - edge.between) });
    xScale = scaleLinear([-half, half], [bottom - below - edge.between, edge.top]);
    const perMass = areaPerMass(
      { densities: map.baseDensity, room: below, unit: zScale(1) - zScale(0) },
      {
        densities: [...Array.from(map.density), ...wanted.points.map(([, density]) => density)],
        room: aside,
        unit: xScale(0) - xScale(1),
      },
    );
    const rise = (density: number): number => bottom - (perMass * density) / (zScale(1) - zScale(0));
    const reach = (density: number): number => edge.left + (perMass * density) / (xScale(0) - xScale(1));
    const onZ = line<DensityPoint>(
      ([z]) => zScale(z),
      ([, density]) => rise(density),
    );
    const onX = line<DensityPoint>(
      ([, density]) => reach(density),
      ([x]) => xScale(x),
    ).defined((it) => it.every(Number.isFinite));
    const { z: zs, x: xs, baseDensity, density } = map;
    const thinnedOf = ({ length }: ArrayLike<number>): number[] => {
      const stride = Math.ceil(length / smooth);
      return Array.from({ length: Math.ceil(length / stride) }, (_, i) => Math.min(i * stride, length - 1));
    };
    const thinned = thinnedOf(zs);
    const curveOf = (of: LineMap): string =>
      line<number>(
        (i) => zScale(of.z[i]),
        (i) => xScale(of.x[i]),
      ).defined((i) => Number.isFinite(of.x[i]))(thinnedOf(of.z)) ?? '';
    const imageOf = (of: LineMap): string => onX(thinnedOf(of.z).map((i) => [of.x[i], of.density[i]])) ?? '';
    update(base, { d: onZ(thinned.map((i) => [zs[i], baseDensity[i]])) ?? '' });
    update(image, { d: imageOf(map) });
    update(ghostImage, { d: ghostMap ? imageOf(ghostMap) : '' });
    update(ghostCurve, { d: ghostMap ? curveOf(ghostMap) : '' });
    update(target, { d: onX(wanted.points) ?? '' });
    update(curve, { d: curveOf(map) });
    const diagonal = Math.min(half, shownZ);
    update(identity, { x1: zScale(-diagonal), y1: xScale(-diagonal), x2: zScale(diagonal), y2: xScale(diagonal) });

    const z = chosen();
    const [from, to] = [Math.max(z - dz / 2, -shownZ), Math.min(z + dz / 2, shownZ)];
    const areas = equalAreas(map, from, to);
    const [first, last] = [areas.image[0][0], areas.image[areas.image.length - 1][0]];
    update(baseArea, { d: `${onZ([[from, 0], ...areas.base, [to, 0]]) ?? ''}Z` });
    update(imageArea, { d: `${onX([[first, 0], ...areas.image, [last, 0]]) ?? ''}Z` });
    const along = areas.image.map(([x], i) => `${zScale(areas.base[i][0])} ${xScale(x)}`);
    update(strip, {
      d: `M${zScale(from)} ${bottom}L${along.join('L')}L${zScale(to)} ${bottom}ZM${edge.left} ${xScale(first)}L${along.join('L')}L${edge.left} ${xScale(last)}Z`,
    });

    const x = interpolated(zs, xs, z);
    const isOn = Number.isFinite(x) && Math.abs(x) <= half;
    show(ring, isOn);
    if (isOn) update(ring, { cx: zScale(z), cy: xScale(x) });
    const isEnd = cursor === state.layers.length;
    const wantedX =
      wanted.points.length === 0
        ? undefined
        : interpolated(
            wanted.points.map(([at]) => at),
            wanted.points.map(([, it]) => it),
            x,
          );
    show(targetMark, isOn && isEnd && wantedX !== undefined);
    if (isOn && wantedX !== undefined) update(targetMark, { cx: reach(wantedX), cy: xScale(x) });

    select(across)
      .attr('transform', `translate(0,${bottom})`)
      .call(
        axisBottom(zScale)
          .ticks(Math.max(3, Math.round(width / 110)))
          .tickSize(4),
      );
    select(up)
      .attr('transform', `translate(${edge.left},0)`)
      .call(
        axisLeft(xScale)
          // Not where the axis has its name.
          .tickValues(xScale.ticks(Math.max(3, Math.round(height / 80))).filter((value) => xScale(value) > edge.top + 16))
          .tickSize(4),
      );
    update(names[0], { x: width - edge.right, y: height - 3 });
    update(names[1], { x: 6, y: edge.top + 6 });
    write(names[0], 'z');
    write(names[1], nameOf(shown));
    const peak = (points: readonly DensityPoint[]): DensityPoint =>
      points.reduce((best, it) => (it[1] > best[1] ? it : best), points[0] ?? [0, 0]);
    const [zPeak, xPeak] = [peak(thinned.map((i) => [zs[i], baseDensity[i]])), peak(thinned.map((i) => [xs[i], density[i]]))];
    update(labels[0], { x: zScale(zPeak[0]) + 6, y: Math.max(rise(zPeak[1]) - 4, bottom - below) });
    update(labels[1], { x: Math.min(reach(xPeak[1]) + 5, edge.left + aside - 14), y: xScale(xPeak[0]) + 4 });
    show(labels[1].lastElementChild ?? labels[1], isEnd);
    show(labels[2], wanted.points.length > 0);
    const wantedPeak = peak(wanted.points);
    const tooNear = Math.abs(xScale(wantedPeak[0]) - xScale(xPeak[0])) < 16;
    update(labels[2], { x: Math.min(reach(wantedPeak[1]) + 5, edge.left + aside - 14), y: xScale(wantedPeak[0]) + (tooNear ? 18 : 4) });

    write(title, describe.stage(cursor, state.layers.length));
    show(compared, shown.ghost !== undefined);
    write(compared, describe.compared(shown.ghost?.step, state));
    write(facts, factsOf(shown, z, x, areas.mass));
    box.setAttribute(
      'aria-label',
      `The line at ${title.textContent}: ${facts.textContent}. Arrow keys move the probe, with Shift further; Escape removes it.`,
    );
  }

  const nameOf = ({ cursor, state }: Scene): string => (cursor === state.layers.length ? state.axes[0] : cursor === 0 ? 'z' : 'v');

  function factsOf(shown: Scene, z: number, x: number, [below, beside]: readonly [number, number]): string {
    const { state, cursor, target: of } = shown;
    const isEnd = cursor === state.layers.length;
    const to = isEnd ? `x₀ = g(z) = ${describe.number(x)}` : `v = ${describe.number(x)}`;
    const energy = isEnd ? energyAt(state.probe, of, z, x) : undefined;
    const density = isEnd ? 'p_x dx' : 'p dv';
    const folds = describe.folds(state.layers);
    return (
      `z = ${describe.number(z)} → ${to} · p_z dz = ${describe.number(below)}, ${density} = ${describe.number(beside)}` +
      `${energy === undefined ? '' : ` · u(x₀) = ${describe.number(energy)}`}${folds === undefined ? '' : ` · ${folds}: each branch has its own areas`}`
    );
  }

  return {
    element,
    resize: () => {
      [width, height] = [box.clientWidth, box.clientHeight];
      update(plot, { width, height, viewBox: `0 0 ${width} ${height}` });
      update(whole, { x: edge.left, y: 0, width: Math.max(0, width - edge.left), height: Math.max(0, height - edge.bottom + 1) });
    },
    draw: (next) => {
      scene = next;
      if (wanted.of !== next.target) wanted = { of: next.target, points: next.target ? targetDensity(next.target.target) : [] };
      map = compute(next.picture, next.instant);
      ghostMap = compute(next.ghost?.picture, next.instant);
      drawPlot(next);
    },
  };
}

/** u(x): the probe's own where it is meant, else read off the target. */
function energyAt(probe: ProbeState | undefined, of: TargetPainter | undefined, z: number, x: number): number | undefined {
  if (probe?.energy !== undefined && probe.route[0][0] === z) return probe.energy;
  if (of?.target.kind !== 'curve') return undefined;
  const { extent, logDensity } = of.target;
  const xs = Array.from(logDensity, (_, i) => extent * ((2 * i) / (logDensity.length - 1) - 1));
  return Math.abs(x) > extent ? undefined : -interpolated(xs, logDensity, x);
}
