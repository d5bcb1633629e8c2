/** The requests that look at a thread that rests, and set values there. */

import { RequestError, type Arguments } from './arguments';
import { assign } from './assign';
import { command } from './console';
import { passThread, trainingThread, type Debuggee } from './debuggee';
import { complete } from './expression/complete';
import { evaluate } from './expression/evaluate';
import { parseExpression } from './expression/parse';
import { showValue, writeValue } from './expression/show';
import { describeKind, Group, type Value } from './expression/value';
import { frameCount, framesOf, isTrainingFrame, positionOfFrame } from './frames';
import type { Handler } from './handler';
import { namesAt, type Place } from './names';
import { scopesAt } from './scopes';

export function inspectionHandlers(debuggee: Debuggee): ReadonlyMap<string, Handler> {
  const { pass, variables, client } = debuggee;

  const placeOf = (frame: number | undefined): Place => {
    if (debuggee.isRunning) throw new RequestError('The pass is running: pause it first.');
    return pass.placeAt(frame === undefined ? undefined : positionOfFrame(frame, pass));
  };
  const shown = (name: string, value: Value): object => ({
    result: showValue(value),
    type: describeKind(value),
    ...variables.reference({ name, value, expression: name }),
  });

  const threads = (): object => ({
    threads: [
      { id: passThread, name: pass.pass.direction === 'generate' ? 'Pass z → x' : 'Pass x → z' },
      { id: trainingThread, name: 'Training' },
    ],
  });
  const stackTrace = (given: Arguments): object => {
    const thread = given.whole('threadId');
    if (thread !== passThread && thread !== trainingThread) throw new RequestError(`There is no thread ${thread}.`);
    if (thread === passThread) placeOf(undefined);
    const stackFrames = framesOf(debuggee, thread, given.optionalCount('startFrame') ?? 0, given.optionalCount('levels') ?? 0);
    return { stackFrames, totalFrames: frameCount(debuggee, thread) };
  };
  const scopes = (given: Arguments): object => {
    const frame = given.whole('frameId');
    const all = scopesAt(placeOf(frame));
    const wanted = isTrainingFrame(frame) ? all.filter(({ name }) => name === 'Training') : all;
    return { scopes: wanted.map(({ name, lines }) => ({ name, variablesReference: variables.scope(lines), expensive: false })) };
  };
  const listVariables = (given: Arguments): object => ({
    variables: variables.list(
      given.whole('variablesReference'),
      given.optionalText('filter'),
      given.optionalCount('start') ?? 0,
      given.optionalCount('count') ?? 0,
    ),
  });
  const evaluateText = async (given: Arguments): Promise<object> => {
    const text = given.text('expression');
    const context = given.optionalText('context');
    const place = placeOf(given.optionalWhole('frameId'));
    const answer = context === 'repl' ? await command(place, text) : undefined;
    if (answer) return 'says' in answer ? { result: answer.says, variablesReference: 0 } : shown(answer.name, answer.value);
    const expression = parseExpression(text);
    const names = namesAt(place);
    const result = evaluate(expression, names);
    if (context === 'clipboard') return { result: writeValue(result), variablesReference: 0 };
    const plain = shown(text, result);
    const meaning = expression.kind === 'name' ? names.get(expression.name)?.meaning : undefined;
    return context === 'hover' && meaning !== undefined ? { ...plain, result: `${showValue(result)} — ${meaning}` } : plain;
  };
  const setVariable = async (given: Arguments): Promise<object> => {
    const line = variables.line(given.whole('variablesReference'), given.text('name'));
    if (!line.settable || line.expression === undefined) throw new RequestError(`${line.name} cannot be set: it is computed.`);
    const { position } = line;
    const place = placeOf(undefined);
    const value = await assign(
      position === undefined || position === place.position ? place : pass.placeAt(position),
      line.expression,
      given.text('value'),
    );
    return described(value);
  };
  const described = (value: Value): object => {
    const { variablesReference, indexedVariables } = variables.reference({ name: '', value });
    return {
      value: showValue(value),
      type: describeKind(value),
      variablesReference,
      ...(indexedVariables !== undefined && { indexedVariables }),
    };
  };
  const setExpression = async (given: Arguments): Promise<object> =>
    described(await assign(placeOf(given.optionalWhole('frameId')), given.text('expression'), given.text('value')));
  const completions = (given: Arguments): object => {
    const text = given.text('text');
    const column = given.whole('column') - client.columnBase;
    const names = namesAt(placeOf(given.optionalWhole('frameId')));
    const targets = complete(text, Math.min(Math.max(column, 0), text.length), names).map(({ label, kind, meaning, start, length }) => ({
      label,
      type: kind === 'function' ? 'function' : names.get(label)?.value() instanceof Group ? 'module' : 'variable',
      detail: meaning,
      start: start + client.columnBase,
      length,
    }));
    return { targets };
  };
  const exceptionInfo = (given: Arguments): object => {
    const thread = given.whole('threadId');
    const exception = thread === trainingThread ? debuggee.training.exception : pass.exception;
    if ((thread !== passThread && thread !== trainingThread) || !exception) throw new RequestError('Nothing went wrong here.');
    return { exceptionId: exception.filter, description: exception.description, breakMode: 'always' };
  };

  return new Map<string, Handler>([
    ['threads', threads],
    ['stackTrace', stackTrace],
    ['scopes', scopes],
    ['variables', listVariables],
    ['evaluate', evaluateText],
    ['setVariable', setVariable],
    ['setExpression', setExpression],
    ['completions', completions],
    ['exceptionInfo', exceptionInfo],
    ['loadedSources', () => ({ sources: [debuggee.reports.source] })],
  ]);
}
