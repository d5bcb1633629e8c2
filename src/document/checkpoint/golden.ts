/** Golden points: what the library that trained a flow computed for some points, so that an import can be checked. */

import type { Flow } from '../../flow/flow';
import { shorten } from '../sentences';

/** n points, each quantity where it is given. */
export interface GoldenPoints {
  readonly count: number;
  /** n × d: points at the base, and where they are mapped to by the flow z → x. */
  readonly z?: Float64Array;
  readonly x?: Float64Array;
  /** n: log|det| of the map z → x at z. */
  readonly logDet?: Float64Array;
  /** n: log p_x(x). */
  readonly logProb?: Float64Array;
}

/** The metadata key of a safetensors file that holds golden points as JSON. */
export const goldenKey = 'golden';

export const goldenForm = '{"z": [[…], …], "x": [[…], …], "log_det": […], "log_prob": […]}';

/** Golden points are mostly computed in float32, through layers that add their rounding errors up; another convention is off by far more. */
const tolerance = 1e-4;
const mostPoints = 100_000;

/** The golden points in JSON of the form {@link goldenForm}; or a sentence about what is wrong with it. */
export function readGolden(json: string, dim: number): GoldenPoints | { readonly message: string } {
  const form = `Golden points have the form ${goldenForm}`;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { message: `The golden points are not JSON. ${form}.` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { message: `The golden points are not an object. ${form}.` };
  const given = value as Readonly<Record<string, unknown>>;
  const read = {
    z: pointsOf(given.z, dim),
    x: pointsOf(given.x, dim),
    logDet: numbersOf(given.log_det),
    logProb: numbersOf(given.log_prob),
  };
  const keys = { z: 'z', x: 'x', logDet: 'log_det', logProb: 'log_prob' } as const;
  const names = ['z', 'x', 'logDet', 'logProb'] as const;
  const broken = names.find((name) => read[name] === null);
  if (broken) {
    const what = broken === 'z' || broken === 'x' ? `a list of points of ${dim} finite numbers` : 'a list of finite numbers';
    return { message: `"${keys[broken]}" of the golden points is not ${what}. ${form}.` };
  }
  const counts = names.flatMap((name) => {
    const numbers = read[name];
    return numbers ? [numbers.length / (name === 'z' || name === 'x' ? dim : 1)] : [];
  });
  const enough = (read.x && (read.z ?? read.logProb)) || (read.z && read.logDet);
  if (!enough || counts[0] === 0) return { message: `The golden points do not suffice: give x with z or log_prob. ${form}.` };
  if (counts.some((count) => count !== counts[0]))
    return { message: 'The golden points are not equally many in z, x, log_det and log_prob.' };
  if (counts[0] > mostPoints) return { message: `There are more than ${mostPoints} golden points: give a hundred.` };
  const { z, x, logDet, logProb } = read;
  return { count: counts[0], ...(z && { z }), ...(x && { x }), ...(logDet && { logDet }), ...(logProb && { logProb }) };
}

/** undefined where nothing is given, null where it is something else. */
function numbersOf(value: unknown): Float64Array | null | undefined {
  if (value === undefined || value === null) return undefined;
  const sound = Array.isArray(value) && value.every((number) => Number.isFinite(number));
  return sound ? Float64Array.from(value as number[]) : null;
}

function pointsOf(value: unknown, dim: number): Float64Array | null | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((point) => Array.isArray(point) && point.length === dim)) return null;
  return numbersOf(value.flat());
}

/** How far a flow is from its golden points at worst; `error` is relative where the quantity is above 1. */
export interface Mismatch {
  readonly error: number;
  /** A sentence that names the worst point. */
  readonly message: string;
}

/** Holds a flow against golden points, in float64: undefined where it agrees with all of them to 1e-4. */
export function checkGolden(flow: Flow, golden: GoldenPoints): Mismatch | undefined {
  const { dim } = flow;
  const depth = flow.layers.length;
  let worst: Mismatch | undefined;
  const compare = (what: string, at: string, i: number, is: number, should: number): void => {
    const error = Math.abs(is - should) / Math.max(1, Math.abs(should));
    if (error <= tolerance || (worst && !(error > worst.error))) return;
    const there = `golden point ${i + 1} (${at})`;
    worst = {
      error: Number.isNaN(error) ? Infinity : error,
      message: `${what} at ${there} is ${is.toPrecision(8)} and should be ${should.toPrecision(8)}.`.replaceAll('-', '−'),
    };
  };
  const place = (name: 'z' | 'x', points: Float64Array, i: number): string =>
    shorten(`${name} = ${Array.from(points.subarray(i * dim, (i + 1) * dim), (value) => value.toPrecision(4)).join(', ')}`);
  if (golden.z && (golden.x || golden.logDet)) {
    const { z } = golden;
    const trace = flow.trace(z, 0);
    for (let i = 0; i < golden.count; i++) {
      for (let c = 0; golden.x && c < dim; c++)
        compare(`Coordinate ${c + 1} of x`, place('z', z, i), i, trace.stages[depth][i * dim + c], golden.x[i * dim + c]);
      if (golden.logDet) {
        const sum = trace.passes.reduce((total, { logDet }) => total + logDet[i], 0);
        compare('log|det| z → x', place('z', z, i), i, sum, golden.logDet[i]);
      }
    }
  }
  if (golden.x && golden.logProb) {
    const logs = flow.logProb(golden.x);
    for (let i = 0; i < golden.count; i++) compare('log p', place('x', golden.x, i), i, logs[i], golden.logProb[i]);
  }
  return worst;
}
