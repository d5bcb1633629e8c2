/** Values as text. What a number looks like can be typed in again. */

import { mean } from './functions';
import { Absent, Group, Tensor, type Value } from './value';

/** Six digits, `nan` and `inf` as they are written in expressions. */
export function showNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(Number(value.toPrecision(6)));
}

/** At most so many entries are written out. */
const mostWritten = 16;

/** In one line: a short tensor in full, a long one by its shape and what its entries are like. */
export function showValue(value: Value): string {
  if (value instanceof Absent) return `no value: ${value.reason}`;
  if (value instanceof Group) return `{${[...value.members.keys()].join(', ')}}`;
  if (typeof value === 'number') return showNumber(value);
  if (!(value instanceof Tensor)) return String(value);
  return value.values.length <= mostWritten ? writeTensor(value, showNumber) : summarise(value);
}

/** In full, with every digit: what goes to the clipboard. */
export function writeValue(value: Value): string {
  if (typeof value === 'number') return writeNumber(value);
  return value instanceof Tensor ? writeTensor(value, writeNumber) : showValue(value);
}

const writeNumber = (value: number): string => (Number.isFinite(value) ? String(value) : showNumber(value));

function writeTensor(tensor: Tensor, write: (value: number) => string): string {
  const entries = Array.from({ length: tensor.shape[0] }, (_, i) => tensor.at(i));
  const written = entries.map((entry) =>
    entry instanceof Tensor ? writeTensor(entry, write) : typeof entry === 'number' ? write(entry) : showValue(entry),
  );
  return `[${written.join(', ')}]`;
}

/** "1000 × 2: −3.2 … 3.1, mean 0.01"; of truth values "1000: 12 true"; what is not finite is counted apart. */
export function summarise({ shape, values, of }: Tensor): string {
  const size = shape.join(' × ');
  if (of === 'boolean') return `${size}: ${values.reduce((sum, value) => sum + value, 0)} true`;
  const finite = values.filter(Number.isFinite);
  const others = values.length - finite.length;
  const strange = others === 0 ? '' : `, ${others} not finite`;
  if (finite.length === 0) return `${size}${strange}`;
  const least = finite.reduce((a, b) => Math.min(a, b));
  const most = finite.reduce((a, b) => Math.max(a, b));
  return `${size}: ${showNumber(least)} … ${showNumber(most)}, mean ${showNumber(mean(finite))}${strange}`;
}
