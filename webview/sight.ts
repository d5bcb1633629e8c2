/** What the plane shows of each stage: where its particles are. Between two stages the sight goes over from one to the other. */

/** A part of the plane: [x − halfX, x + halfX] × [y − halfY, y + halfY]. */
export interface Sight {
  readonly x: number;
  readonly y: number;
  readonly halfX: number;
  readonly halfY: number;
}

/** Three standard deviations of the base, with some room. */
export const baseSight: Sight = { x: 0, y: 0, halfX: 3.5, halfY: 3.5 };

/** Of a stage at most so many points are looked at, and of those so large a share at either end may lie outside. */
const most = 400;
const outside = 0.005;
/** Room around the points, as a factor. */
const room = 1.3;
/** By how much, as a factor, what is to be seen with its room may exceed the old sight. */
const slack = 1.15;
/** What fills less of the old sight than this gets a closer one. */
const fills = 0.6;
const [least, greatest] = [0.25, 128];

/** All but a few of the points (n × 2) with some room around, or with `also`, which has its own; undefined where there is nothing finite. */
export function sightOf(points: Float32Array, also: Sight | undefined): Sight | undefined {
  const ends = [0, 1].map((axis) => {
    const stride = Math.ceil(points.length / 2 / most) || 1;
    const values = Float32Array.from({ length: Math.floor(points.length / 2 / stride) }, (_, i) => points[2 * i * stride + axis])
      .filter(Number.isFinite)
      .sort();
    const skipped = Math.floor(values.length * outside);
    return [values.at(skipped), values.at(-1 - skipped)];
  });
  const [[x0, x1], [y0, y1]] = ends;
  if (x0 === undefined || x1 === undefined || y0 === undefined || y1 === undefined) return also;
  const around = also ? 1 : room;
  const half = (low: number, high: number): number => Math.min(Math.max(((high - low) / 2) * around, least), greatest);
  const sight = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, halfX: half(x0, x1), halfY: half(y0, y1) };
  return also ? both(sight, also) : sight;
}

/** The least sight that has both. */
function both(a: Sight, b: Sight): Sight {
  const [left, right] = [Math.min(a.x - a.halfX, b.x - b.halfX), Math.max(a.x + a.halfX, b.x + b.halfX)];
  const [low, high] = [Math.min(a.y - a.halfY, b.y - b.halfY), Math.max(a.y + a.halfY, b.y + b.halfY)];
  return { x: (left + right) / 2, y: (low + high) / 2, halfX: (right - left) / 2, halfY: (high - low) / 2 };
}

/** `next`, or `previous` where that still shows all of it and is filled by it: the picture does not breathe while a flow is trained. */
export function steady(next: Sight, previous: Sight | undefined): Sight {
  if (!previous) return next;
  const all = both(next, previous);
  const shows = all.halfX <= previous.halfX * slack && all.halfY <= previous.halfY * slack;
  const filled = Math.max(next.halfX / previous.halfX, next.halfY / previous.halfY) >= fills;
  return shows && filled ? previous : next;
}

/** At a cursor between two stages: their middles are joined by a line, and the extent grows by the same factor everywhere on it. */
export function sightAt(sights: readonly Sight[], cursor: number): Sight {
  const stage = Math.min(Math.max(Math.floor(cursor), 0), sights.length - 1);
  const [from, to] = [sights[stage], sights[Math.min(stage + 1, sights.length - 1)]];
  const t = Math.min(Math.max(cursor - stage, 0), 1);
  return {
    x: from.x + (to.x - from.x) * t,
    y: from.y + (to.y - from.y) * t,
    halfX: from.halfX * (to.halfX / from.halfX) ** t,
    halfY: from.halfY * (to.halfY / from.halfY) ** t,
  };
}
