/** The operators on values: number by number on tensors, and a single value with every entry of a tensor. */

import { ValueError, type BinaryOperator, type UnaryOperator } from './syntax';
import { Absent, describeKind, Tensor, type Value } from './value';

type Arithmetic = Extract<BinaryOperator, '+' | '-' | '*' | '/' | '%' | '**'>;
type Comparison = Extract<BinaryOperator, '<' | '<=' | '>' | '>='>;
type Equality = Extract<BinaryOperator, '==' | '!='>;

const arithmetic: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
};
const comparisons: Readonly<Record<Comparison | Equality, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

const isArithmetic = (operator: BinaryOperator): operator is Arithmetic => Object.hasOwn(arithmetic, operator);
const isEquality = (operator: BinaryOperator): operator is Equality => operator === '==' || operator === '!=';
export const isNumeric = (value: Value): value is number | Tensor =>
  typeof value === 'number' || (value instanceof Tensor && value.of === 'number');
const isTrueOrFalse = (value: Value): value is boolean | Tensor =>
  typeof value === 'boolean' || (value instanceof Tensor && value.of === 'boolean');

/** @throws ValueError where the operator means nothing for these */
export function applyUnary(operator: UnaryOperator, operand: Value): Value {
  if (operand instanceof Absent) return operand;
  if (operator === '!') {
    if (!isTrueOrFalse(operand)) throw new ValueError(`! needs a truth value such as det < 0, and this is ${describeKind(operand)}.`);
    return mapValue(operand, (a) => Number(a === 0), 'boolean');
  }
  if (!isNumeric(operand)) throw new ValueError(`${operator} needs a number, and this is ${describeKind(operand)}.`);
  return operator === '-' ? mapValue(operand, (a) => -a) : operand;
}

/** @throws ValueError where the operator means nothing for these */
export function applyBinary(operator: BinaryOperator, left: Value, right: Value): Value {
  if (left instanceof Absent) return left;
  if (right instanceof Absent) return right;
  const needs = (what: string): never => {
    throw new ValueError(`${operator} needs ${what}, and has ${describeKind(left)} and ${describeKind(right)}.`);
  };
  if (operator === '&&' || operator === '||') {
    if (!isTrueOrFalse(left) || !isTrueOrFalse(right)) return needs('two truth values such as det < 0');
    return zip(left, right, operator === '&&' ? (a, b) => a * b : (a, b) => Math.max(a, b), 'boolean');
  }
  if (isArithmetic(operator)) {
    if (!isNumeric(left) || !isNumeric(right)) return needs('numbers');
    return zip(left, right, arithmetic[operator], 'number');
  }
  if (isEquality(operator) && typeof left === 'string' && typeof right === 'string') return (left === right) === (operator === '==');
  const compare = comparisons[operator];
  if (isNumeric(left) && isNumeric(right)) return zip(left, right, (a, b) => Number(compare(a, b)), 'boolean');
  if (isEquality(operator) && isTrueOrFalse(left) && isTrueOrFalse(right))
    return zip(left, right, (a, b) => Number(compare(a, b)), 'boolean');
  return needs(isEquality(operator) ? 'two values of the same kind' : 'numbers');
}

/** `f` of a value, or of every entry; truth values are 0 and 1. */
export function mapValue(value: number | boolean | Tensor, f: (a: number) => number, of: Tensor['of'] = 'number'): Value {
  if (value instanceof Tensor) return new Tensor(value.shape, value.values.map(f), of);
  const result = f(Number(value));
  return of === 'boolean' ? result !== 0 : result;
}

/** `f` of two values, entry by entry. @throws ValueError for tensors of different shapes */
export function zip(
  left: number | boolean | Tensor,
  right: number | boolean | Tensor,
  f: (a: number, b: number) => number,
  of: Tensor['of'],
): Value {
  if (!(left instanceof Tensor)) return mapValue(right, (b) => f(Number(left), b), of);
  if (!(right instanceof Tensor)) return mapValue(left, (a) => f(a, Number(right)), of);
  if (left.shape.join() !== right.shape.join())
    throw new ValueError(`These do not fit together entry by entry: ${describeKind(left)} and ${describeKind(right)}.`);
  return new Tensor(
    left.shape,
    left.values.map((a, i) => f(a, right.values[i])),
    of,
  );
}
