/** What the console does beside evaluating: setting a value, and asking the history of training. */

import { RequestError } from './arguments';
import { assign } from './assign';
import { parseExpression } from './expression/parse';
import type { Value } from './expression/value';
import { historyCondition } from './history-condition';
import { layerAt, type Place } from './names';

/** What a line of the console did: a value under its name, or a sentence. */
export type Answer = { readonly name: string; readonly value: Value } | { readonly says: string };

/**
 * `w[3] = [1, 0]` sets; `find margin[3] < 0.05` names the first training step at which that held; `visit 512` shows that step again, and
 * `visit now` the present. Undefined for a line that is none of these.
 * @throws RequestError or ExpressionError for what cannot be done
 */
export async function command(place: Place, line: string): Promise<Answer | undefined> {
  const [, target, value] = /^([^=!<>]+)=(?!=)(.+)$/s.exec(line) ?? [];
  if (target !== undefined) return { name: target.trim(), value: await assign(place, target, value) };
  const [, verb, rest] = /^\s*(find|visit)\s+(.+?)\s*$/s.exec(line) ?? [];
  if (verb === 'find') return { says: await find(place, rest) };
  if (verb === 'visit') return { says: await visit(place, rest) };
  return undefined;
}

async function find(place: Place, text: string): Promise<string> {
  const wanted = historyCondition(parseExpression(text), layerAt(place));
  if (!wanted)
    throw new RequestError(
      'The history knows the margins of layers, loss, base, logDet, energy, gradientNorm, learningRate and heldOut: write find margin[3] < 0.05, or find loss < 1 && step > 500.',
    );
  const { quantity } = wanted.condition;
  const { depth } = place.session;
  const layer = typeof quantity === 'object' && quantity.margin !== 'least' ? quantity.margin : 0;
  if (!Number.isInteger(layer) || layer < 0 || layer >= depth)
    throw new RequestError(`There is no layer ${layer + 1}: they are numbered from 1 to ${depth}.`);
  const step = await place.session.past.findStep(wanted.condition, wanted.from);
  return step === undefined
    ? `No training step that is kept meets ${text}.`
    : `Step ${step} is the first that meets ${text}: write visit ${step} to see it.`;
}

async function visit({ session }: Place, text: string): Promise<string> {
  if (text === 'now') {
    await session.revisit(undefined);
    return `This is step ${session.step}, the present.`;
  }
  const step = Number(text);
  if (!Number.isInteger(step) || step < 0) throw new RequestError(`visit takes the number of a training step, or now, and not ${text}.`);
  if (!(await session.revisit(step)))
    return `Step ${step} is not in the history: it has the steps from ${session.past.first} to ${session.step}.`;
  return `This is step ${step} again: write visit now to come back.`;
}
