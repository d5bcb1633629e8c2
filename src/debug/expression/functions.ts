/** The functions of the language that know nothing of flows. */

import { isNumeric, mapValue, zip } from './operators';
import { ValueError } from './syntax';
import { Absent, describeKind, Tensor, type Value } from './value';

export interface FunctionInfo {
  readonly name: string;
  /** How it is written: "quantile(x, q)". */
  readonly signature: string;
  /** One sentence for a person. */
  readonly meaning: string;
  /** How many arguments it takes, at least and at most. */
  readonly arity: readonly [number, number];
  /** @throws ValueError for arguments of another kind */
  readonly apply: (values: readonly Value[]) => Value;
}

function numeric(value: Value, name: string): number | Tensor {
  if (isNumeric(value)) return value;
  throw new ValueError(`${name} needs numbers, and this is ${describeKind(value)}.`);
}

/** All the numbers of a value, a single one included. */
function numbers(value: Value, name: string): Float64Array {
  const given = numeric(value, name);
  return typeof given === 'number' ? Float64Array.of(given) : given.values;
}

function truths(value: Value, name: string): Float64Array {
  if (typeof value === 'boolean') return Float64Array.of(Number(value));
  if (value instanceof Tensor && value.of === 'boolean') return value.values;
  throw new ValueError(`${name} needs truth values, as in ${name}(det < 0), and this is ${describeKind(value)}.`);
}

/** What reduces numbers to one; absent where there are none. */
function reduction(name: string, meaning: string, reduce: (values: Float64Array) => number): FunctionInfo {
  return {
    name,
    signature: `${name}(x)`,
    meaning,
    arity: [1, 1],
    apply: ([x]) => {
      const values = numbers(x, name);
      return values.length === 0 ? new Absent(`${name} of no numbers is nothing.`) : reduce(values);
    },
  };
}

function entrywise(name: string, meaning: string, f: (x: number) => number): FunctionInfo {
  return {
    name,
    signature: `${name}(x)`,
    meaning,
    arity: [1, 1],
    apply: ([x]) => mapValue(numeric(x, name), f),
  };
}

/** Of one argument, over all its entries; of several, entry by entry. */
function extreme(name: string, meaning: string, pick: (a: number, b: number) => number): FunctionInfo {
  return {
    name,
    signature: `${name}(x, …)`,
    meaning,
    arity: [1, 8],
    apply: (values) => {
      if (values.length === 1) {
        const all = numbers(values[0], name);
        return all.length === 0 ? new Absent(`${name} of no numbers is nothing.`) : all.reduce((a, b) => pick(a, b));
      }
      return values.reduce((a, b) => zip(numeric(a, name), numeric(b, name), pick, 'number'));
    },
  };
}

function counting(name: string, meaning: string, of: (values: Float64Array) => number | boolean): FunctionInfo {
  return { name, signature: `${name}(condition)`, meaning, arity: [1, 1], apply: ([x]) => of(truths(x, name)) };
}

/** The mean of no numbers is NaN. */
export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** By linear interpolation between order statistics (type 7 of Hyndman & Fan 1996), as in NumPy. NaN where an entry is. */
export function quantile(values: Float64Array, share: number): number {
  if (values.some(Number.isNaN)) return NaN;
  const sorted = values.slice().sort();
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const above = sorted[Math.min(low + 1, sorted.length - 1)];
  return place === low ? sorted[low] : sorted[low] + (place - low) * (above - sorted[low]);
}

function quantileOf([x, q]: readonly Value[]): Value {
  if (typeof q !== 'number' || !(q >= 0 && q <= 1)) throw new ValueError('quantile(x, q) needs a q from 0 to 1: 0.5 is the median.');
  const values = numbers(x, 'quantile');
  return values.length === 0 ? new Absent('quantile of no numbers is nothing.') : quantile(values, q);
}

const length = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** ‖x‖₂ of a point, or of each point of several. */
function norm([x]: readonly Value[]): Value {
  const values = numbers(x, 'norm');
  if (!(x instanceof Tensor) || x.shape.length < 2) return length(values);
  const width = x.shape[x.shape.length - 1];
  const rows = Float64Array.from({ length: values.length / width }, (_, i) => length(values.subarray(i * width, (i + 1) * width)));
  return new Tensor(x.shape.slice(0, -1), rows);
}

const all: readonly FunctionInfo[] = [
  reduction('mean', 'The mean of all entries.', mean),
  reduction('sum', 'The sum of all entries.', (values) => values.reduce((sum, value) => sum + value, 0)),
  reduction('std', 'The standard deviation of all entries (divided by n).', (values) => {
    const centre = mean(values);
    return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  }),
  extreme('min', 'The least entry of one argument, or entry by entry the least of several.', Math.min),
  extreme('max', 'The greatest entry of one argument, or entry by entry the greatest of several.', Math.max),
  {
    name: 'quantile',
    signature: 'quantile(x, q)',
    meaning: 'The value below which the share q of all entries lies; quantile(x, 0.5) is the median.',
    arity: [2, 2],
    apply: quantileOf,
  },
  { name: 'norm', signature: 'norm(x)', meaning: 'The length ‖x‖ of a point, or of each of several points.', arity: [1, 1], apply: norm },
  counting('count', 'How many entries are true: count(det < 0).', (values) => values.reduce((sum, value) => sum + value, 0)),
  counting('any', 'Whether at least one entry is true.', (values) => values.some((value) => value !== 0)),
  counting('all', 'Whether every entry is true.', (values) => values.every((value) => value !== 0)),
  entrywise('abs', 'The absolute value.', Math.abs),
  entrywise('sqrt', 'The square root.', Math.sqrt),
  entrywise('exp', 'e to the power x.', Math.exp),
  entrywise('log', 'The natural logarithm.', Math.log),
  entrywise('tanh', 'The hyperbolic tangent, by which a planar layer bends.', Math.tanh),
];

export const functions: ReadonlyMap<string, FunctionInfo> = new Map(all.map((info) => [info.name, info]));
