import { nearest } from '../../document/sentences';
import { functions } from './functions';
import { applyBinary, applyUnary } from './operators';
import { ExpressionError, ValueError, type Expression, type Name, type Span } from './syntax';
import { Absent, describeKind, Group, Tensor, type Named, type Value } from './value';

/** The names that an expression may use, where it is evaluated. */
export type Names = ReadonlyMap<string, Named>;

/**
 * The value of an expression. A name that every layer has its own of (margin, det, w) is that of the current layer, and indexed by a
 * layer's number, from 1, that of this layer: `w[3][0]` is the first coordinate of layer 3's w. Everything else counts from 0.
 * @throws ExpressionError, and nothing else unless a name itself fails.
 */
export function evaluate(expression: Expression, names: Names): Value {
  const inner = (part: Expression): Value => evaluate(part, names);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return located(expression, () => lookUp(expression, names).value());
    case 'list':
      return located(expression, () => listOf(expression.items.map(inner)));
    case 'unary': {
      const operand = inner(expression.operand);
      return located(expression, () => applyUnary(expression.operator, operand));
    }
    case 'binary': {
      const { operator } = expression;
      const left = inner(expression.left);
      // So that a condition can ask first whether the rest makes sense.
      if ((operator === '&&' && left === false) || (operator === '||' && left === true)) return left;
      const right = inner(expression.right);
      return located(expression, () => applyBinary(operator, left, right));
    }
    case 'conditional': {
      const test = inner(expression.test);
      if (test instanceof Absent) return test;
      if (typeof test === 'boolean') return inner(test ? expression.then : expression.otherwise);
      return fail(expression.test, `Before the ? stands a condition, and this is ${describeKind(test)}.`);
    }
    case 'index':
      return indexed(expression, names);
    case 'member': {
      const of = inner(expression.of);
      if (of instanceof Absent) return of;
      const { member } = expression;
      if (!(of instanceof Group)) return fail(member, `There is nothing called ${member.name} in ${describeKind(of)}.`);
      return located(member, () => lookUp(member, of.members).value());
    }
    case 'call':
      return called(expression, names);
  }
}

/** The value of a condition: absent counts as not met. @throws ExpressionError where it is not one truth value */
export function isMet(expression: Expression, names: Names): boolean {
  const value = evaluate(expression, names);
  if (typeof value === 'boolean') return value;
  if (value instanceof Absent) return false;
  const remedy =
    value instanceof Tensor && value.of === 'boolean' ? 'write any( … ) or all( … ) around it' : 'compare it, as in margin < 0.05';
  return fail(expression, `A condition is one truth value, and this is ${describeKind(value)}: ${remedy}.`);
}

function fail({ start, end }: Span, reason: string): never {
  throw new ExpressionError(reason, start, end);
}

function located(span: Span, compute: () => Value): Value {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ValueError) return fail(span, error.message);
    throw error;
  }
}

function lookUp(name: Name, names: Names): Named {
  const named = names.get(name.name);
  if (named !== undefined) return named;
  const call = functions.get(name.name);
  if (call) return fail(name, `${name.name} is a function: write ${call.signature}.`);
  return fail(name, `There is nothing called ${name.name}${suggestion(name.name, [...names.keys(), ...functions.keys()])}`);
}

function suggestion(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined ? `; there is ${known.slice(0, 12).join(', ')} …` : `: did you mean ${meant}?`;
}

function listOf(items: readonly Value[]): Value {
  const absent = items.find((item) => item instanceof Absent);
  if (absent) return absent;
  if (items.every((item) => typeof item === 'number')) return new Tensor([items.length], Float64Array.from(items));
  if (items.every((item) => typeof item === 'boolean')) return new Tensor([items.length], Float64Array.from(items, Number), 'boolean');
  const rows = items.flatMap((item) => (item instanceof Tensor ? [item] : []));
  const [first] = rows;
  const alike = rows.every(({ of, shape }) => of === first.of && shape.join() === first.shape.join());
  if (rows.length < items.length || !alike) throw new ValueError('A list holds numbers, or lists of the same length.');
  return new Tensor([rows.length, ...first.shape], Float64Array.from(rows.flatMap(({ values }) => [...values])), first.of);
}

function indexed({ of, index }: Extract<Expression, { kind: 'index' }>, names: Names): Value {
  const at = evaluate(index, names);
  if (at instanceof Absent) return at;
  if (typeof at !== 'number') return fail(index, `An index is a number, and this is ${describeKind(at)}.`);
  if (of.kind === 'name') {
    const { ofLayer } = lookUp(of, names);
    if (ofLayer) return located(index, () => ofLayer(at));
  }
  const value = evaluate(of, names);
  if (value instanceof Absent) return value;
  if (!(value instanceof Tensor)) return fail(of, `Only lists and what layers have can be indexed, and this is ${describeKind(value)}.`);
  return located(index, () => value.at(at));
}

function called({ callee, arguments: given }: Extract<Expression, { kind: 'call' }>, names: Names): Value {
  const call = functions.get(callee.name);
  if (!call) {
    const { atPoint } = lookUp(callee, names);
    if (!atPoint) return fail(callee, `${callee.name} is not a function: write it without parentheses.`);
    if (given.length !== 1) return fail(callee, `${callee.name}(point) takes one point, as in ${callee.name}(probe).`);
    const point = evaluate(given[0], names);
    return point instanceof Absent ? point : located(given[0], () => atPoint(point));
  }
  const [least, most] = call.arity;
  if (given.length < least || given.length > most) {
    const count = least === most ? String(least) : `${least} to ${most}`;
    return fail(callee, `${call.signature} takes ${count} argument${most === 1 ? '' : 's'}, and has ${given.length}.`);
  }
  const values = given.map((argument) => evaluate(argument, names));
  const absent = values.find((value) => value instanceof Absent);
  if (absent) return absent;
  const [place] = given;
  return located({ start: place.start, end: given[given.length - 1].end }, () => call.apply(values));
}
