import { parameterSlots } from '../flow/flow';
import type { FlowSession } from '../session/session';
import { evaluate } from './expression/evaluate';
import { parseExpression } from './expression/parse';
import { ExpressionError, ValueError, type Expression } from './expression/syntax';
import { Absent, describeKind, Tensor, type Value } from './expression/value';
import { layerAt, namesAt, pointOf, probeAt, type Place } from './names';
import { layerParameter } from './parameters';
import { settingNamed, settingWord } from './training-names';

/**
 * Gives what `target` names a new value, itself an expression: `probe`, a parameter such as `w[3]`, one number of either, or a setting
 * such as `training.learningRate`. Training, if it runs, goes on from there; the file is not touched.
 * @returns what it is worth now
 * @throws ExpressionError where it cannot be set, or not to that
 */
export async function assign(place: Place, target: string, text: string): Promise<Value> {
  const expression = parseExpression(target);
  const names = namesAt(place);
  const value = isOfTraining(expression)
    ? (settingWord(text) ?? evaluate(parseExpression(text), names))
    : evaluate(parseExpression(text), names);
  if (value instanceof Absent) throw new ExpressionError(value.reason, 0, text.length);
  try {
    if (isOfTraining(expression)) await setSetting(place, expression.member.name, value);
    else
      await setAtPath(
        place,
        pathOf(expression, (index) => evaluate(index, names)),
        value,
      );
  } catch (error) {
    // What the values were, the person sees; where they stand in the expression matters little here.
    if (error instanceof ValueError || error instanceof RangeError) throw new ExpressionError(error.message, 0, text.length);
    throw error;
  }
  return evaluate(expression, namesAt(place));
}

type OfTraining = Extract<Expression, { kind: 'member' }>;

/** `training.learningRate`. */
function isOfTraining(expression: Expression): expression is OfTraining {
  return expression.kind === 'member' && expression.of.kind === 'name' && expression.of.name === 'training';
}

async function setSetting({ session }: Place, name: string, value: Value): Promise<void> {
  const setting = settingNamed(session, name);
  if (!setting) throw new ValueError(`training.${name} cannot be set: it is what training has come to, or this flow has none.`);
  if (typeof value !== 'number' && typeof value !== 'string')
    throw new ValueError(`${name} is a number or a word, and this is ${describeKind(value)}.`);
  await session.text.setTraining(setting, value);
}

/** Whether something of this name can be set at all. */
function isSettable({ opened }: FlowSession, name: string): boolean {
  return name === 'probe' || (opened !== undefined && parameterSlots(opened.spec).some((slot) => slot.name === name));
}

/** Numbers of the vector of all parameters. */
export interface NamedParameter {
  /** With its layer: `w` at layer 3 is `w[3]`. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** The parameter, or numbers of one, that an expression names; absent where it is that of no layer yet. Undefined where it is none. */
export function parameterAt(place: Place, text: string): NamedParameter | Absent | undefined {
  try {
    const expression = parseExpression(text);
    const names = namesAt(place);
    const value = evaluate(expression, names);
    const { root, indices } = pathOf(expression, (index) => evaluate(index, names));
    if (root === 'probe' || !isSettable(place.session, root)) return undefined;
    if (value instanceof Absent) return value;
    const [layer = layerAt(place), ...rest] = indices;
    const { slot } = layerParameter(place.session, layer, root);
    const name = [root, ...[layer, ...rest].map((index) => `[${index}]`)].join('');
    let { offset, length } = slot;
    rest.forEach((index, i) => {
      length /= slot.shape[i];
      offset += index * length;
    });
    return { name, offset, length };
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** `w[3][0]` as its name and its indices. */
function pathOf(expression: Expression, valueOf: (index: Expression) => Value): { root: string; indices: number[] } {
  if (expression.kind === 'name') return { root: expression.name, indices: [] };
  if (expression.kind !== 'index')
    throw new ExpressionError(
      'Only probe, a parameter, one of their numbers or a training setting can be set.',
      expression.start,
      expression.end,
    );
  const { root, indices } = pathOf(expression.of, valueOf);
  const index = valueOf(expression.index);
  if (typeof index !== 'number')
    throw new ExpressionError(`An index is a number, and this is ${describeKind(index)}.`, expression.index.start, expression.index.end);
  return { root, indices: [...indices, index] };
}

/** A value with one of its numbers, or a row of them, replaced. @throws ValueError where the new one has another shape */
function replaced(before: Value, indices: readonly number[], value: Value): Float64Array {
  const [index, ...rest] = indices;
  if (index !== undefined) {
    if (!(before instanceof Tensor)) throw new ValueError('A single number has no entries.');
    const part = replaced(before.at(index), rest, value);
    const values = before.values.slice();
    values.set(part, index * part.length);
    return values;
  }
  if (typeof before === 'number' && typeof value === 'number') return Float64Array.of(value);
  if (before instanceof Tensor && value instanceof Tensor && before.shape.join() === value.shape.join() && value.of === 'number')
    return value.values;
  throw new ValueError(`The new value must be ${describeKind(before)}, and this is ${describeKind(value)}.`);
}

function setAtPath(place: Place, { root, indices }: { root: string; indices: number[] }, value: Value): void | Promise<void> {
  return root === 'probe' ? setProbe(place, indices, value) : setParameter(place, root, indices, value);
}

function setProbe(place: Place, indices: readonly number[], value: Value): void {
  const { session, pass, position } = place;
  const { dim } = pass.flow;
  const before = probeAt(place);
  if (!before && indices.length > 0) throw new ValueError('There is no probe yet: set the whole point first.');
  const point = before ? replaced(new Tensor([dim], before), indices, value) : pointOf(value, dim);
  if (!point.every(Number.isFinite)) throw new ValueError('Every coordinate of the probe must be finite.');
  session.setProbe({ stage: pass.stageAt(position), point: [...point] });
}

async function setParameter(place: Place, name: string, indices: readonly number[], value: Value): Promise<void> {
  const { session } = place;
  if (!isSettable(session, name))
    throw new ValueError(`${name} cannot be set: probe, the parameters of layers and training settings such as training.learningRate can.`);
  const [layer = layerAt(place), ...rest] = indices;
  if (!Number.isInteger(layer) || layer < 1 || layer > session.depth)
    throw new ValueError(`There is no layer ${layer}: write ${name}[1] for that of layer 1.`);
  const parameter = layerParameter(session, layer, name);
  await session.editParameters([{ layer: layer - 1, name, values: replaced(parameter.value, rest, value) }]);
}
