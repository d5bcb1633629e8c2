/** How the plane is laid on the screen, and which extents stay put while a flow is being trained. */

import type { NumberValue, ScaleLinear } from 'd3';
import type { Sight } from './sight';
import type { Point, Window } from './strip';

/** Pixels: px = left + scale·x, py = top − scale·y. Equal on both axes. */
export interface Projection {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

/** A d3-zoom transform: pixels are multiplied by k, then shifted. */
export interface Zoom {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export const noZoom: Zoom = { k: 1, x: 0, y: 0 };

/** Shows at least the sight in the middle of width × height pixels, then applies the zoom. */
export function projectionOf(width: number, height: number, { x, y, halfX, halfY }: Sight, { k, x: dx, y: dy }: Zoom): Projection {
  const scale = Math.min(Math.max(1, width) / (2 * halfX), Math.max(1, height) / (2 * halfY));
  return { scale: scale * k, left: (width / 2 - scale * x) * k + dx, top: (height / 2 + scale * y) * k + dy };
}

/** The point of the plane under a pixel. */
export function pointUnder({ scale, left, top }: Projection, [px, py]: readonly [number, number]): Point {
  return [(px - left) / scale, (top - py) / scale];
}

/** The part of the plane that width × height pixels show. */
export function windowOf({ scale, left, top }: Projection, width: number, height: number): Window {
  return { x0: -left / scale, x1: (width - left) / scale, y0: (top - height) / scale, y1: top / scale };
}

const extents = [3.5, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

/** Of the line: room for three standard deviations of the base. */
export const leastExtent = extents[0];

/**
 * The half-extent that shows all but a few of the points (n × 2) of every stage: one of a few values, so that it moves seldom, and never
 * less than `current`, so that the picture does not breathe while a flow is trained.
 */
export function extentFor(points: Float32Array, current: number): number {
  const allowed = points.length / 100;
  const fits = (half: number): boolean => {
    let outside = 0;
    for (const value of points) if (Math.abs(value) > half) outside++;
    return outside <= allowed;
  };
  return extents.find((half) => half >= current && fits(half)) ?? extents[extents.length - 1];
}

const domains = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** The end M of the symmetric domain [−M, M] of log|det|: a round number that is not below `spread`, nor below `current`. */
export function logDetDomain(spread: number, current: number): number {
  return domains.find((end) => end >= spread && end >= current) ?? domains[domains.length - 1];
}

/** How much of what belongs to one end is shown at a fraction `t` of the way there: nothing before 0.4, all of it at 1. */
export function nearness(t: number): number {
  const f = Math.min(Math.max((t - 0.4) / 0.6, 0), 1);
  return f * f * (3 - 2 * f);
}

/**
 * Ticks of a scale, without those too close to its ends: `from` and `to` are the pixels between which they may be. Two at least, if there
 * is room at all: one alone tells no scale.
 */
export function ticksWithin(
  scale: ScaleLinear<number, number>,
  pixels: number,
  from: number,
  to: number,
): { readonly values: number[]; readonly format: (value: NumberValue) => string } {
  const fewest = Math.max(3, Math.round(pixels / 90));
  const choices = [1, 2, 4].map((times) => {
    const values = scale.ticks(fewest * times).filter((value) => scale(value) > from && scale(value) < to);
    return { values, format: scale.tickFormat(fewest * times) };
  });
  return choices.find(({ values }) => values.length > 1) ?? choices[0];
}
