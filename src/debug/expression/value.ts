/** What an expression can be worth. */

import { ValueError } from './syntax';

/** Numbers or truth values (0 and 1) in a row-major array of this shape; a point is a tensor of shape [d]. */
export class Tensor {
  constructor(
    readonly shape: readonly number[],
    readonly values: Float64Array,
    readonly of: 'number' | 'boolean' = 'number',
  ) {}

  /** Row i: a number or a truth value of a vector, else a tensor with one dimension less. @throws ValueError outside of it */
  at(i: number): Value {
    const [length, ...rest] = this.shape;
    if (!Number.isInteger(i) || i < 0 || i >= length)
      throw new ValueError(
        length === 0 ? 'There is nothing to index here.' : `The index is ${i}, and there are ${length}: take one from 0 to ${length - 1}.`,
      );
    if (rest.length === 0) return this.of === 'boolean' ? this.values[i] !== 0 : this.values[i];
    const size = this.values.length / length;
    return new Tensor(rest, this.values.subarray(i * size, (i + 1) * size), this.of);
  }
}

/** There is no value at this moment, and why: "Nothing was stepped back through yet." What is computed from it is absent too. */
export class Absent {
  constructor(readonly reason: string) {}
}

/** Names with values that are looked up when they are asked for. */
export interface Named {
  readonly name: string;
  /** One sentence for a person. */
  readonly meaning: string;
  readonly value: () => Value;
  /** The value at one layer, counted from 1, of what every layer has its own of. @throws ValueError where there is no such layer */
  readonly ofLayer?: (layer: number) => Value;
  /** The value at a point, of what depends on one. @throws ValueError where it is not one */
  readonly atPoint?: (point: Value) => Value;
}

export class Group {
  constructor(readonly members: ReadonlyMap<string, Named>) {}
}

export type Value = number | boolean | string | Tensor | Group | Absent;

/** What a value is, with its article: "a number", "a list of 1000 truth values". */
export function describeKind(value: Value): string {
  if (value instanceof Absent) return 'no value';
  if (value instanceof Group) return 'a group of values';
  if (value instanceof Tensor) {
    const things = value.of === 'boolean' ? 'truth values' : 'numbers';
    return value.shape.length === 1 ? `a list of ${value.shape[0]} ${things}` : `${value.shape.join(' × ')} ${things}`;
  }
  return typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? 'a truth value' : 'a number';
}
