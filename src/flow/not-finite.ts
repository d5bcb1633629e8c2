import type { Flow } from './flow';
import type { Direction } from './spec';

/** Where something was not finite. `layer` counts from 0 in the order z → x, and is −1 for the points that were given. */
export interface NotFinitePlace {
  readonly layer: number;
  readonly particle: number;
  readonly quantity: 'point' | 'image' | 'log det';
}

/**
 * Takes n × d points through all layers, and says what was not finite first: in the order in which it is computed, each quantity over
 * all particles before the next.
 * @param finite what counts as finite; that a value can be stored in float32, say.
 * @returns the place, or the points at the other end.
 */
export function firstNotFinite(
  flow: Flow,
  direction: Direction,
  points: Float64Array,
  finite: (value: number) => boolean = Number.isFinite,
): NotFinitePlace | Float64Array {
  const wrong = (values: Float64Array): number => values.findIndex((value) => !finite(value));
  const given = wrong(points);
  if (given >= 0) return { layer: -1, particle: Math.floor(given / flow.dim), quantity: 'point' };
  const order = flow.layers.map((_, k) => k);
  if (direction === 'encode') order.reverse();
  let at = points;
  for (const layer of order) {
    const pass = flow.pass(layer, direction, at);
    const moved = wrong(pass.points);
    if (moved >= 0) return { layer, particle: Math.floor(moved / flow.dim), quantity: 'image' };
    const particle = wrong(pass.logDet);
    if (particle >= 0) return { layer, particle, quantity: 'log det' };
    at = pass.points;
  }
  return at;
}
