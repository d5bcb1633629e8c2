/** Breakpoints on the lines of layers. */

import { isMet, type Names } from './expression/evaluate';
import { parseLogMessage, writeLogMessage, type LogMessage } from './expression/log-message';
import { parseExpression } from './expression/parse';
import { ExpressionError, type Expression } from './expression/syntax';

/** As a client asks for it; lines count from 0. */
export interface WantedBreakpoint {
  readonly line: number;
  readonly condition: string | undefined;
  readonly hitCondition: string | undefined;
  readonly logMessage: string | undefined;
}

/** A breakpoint as it was set: at a layer, from 1, or nowhere, with the reason. */
export interface Breakpoint {
  readonly id: number;
  readonly wanted: WantedBreakpoint;
  readonly layer: number | undefined;
  readonly reason: string | undefined;
  readonly condition: Expression | undefined;
  readonly isDue: ((hits: number) => boolean) | undefined;
  readonly log: LogMessage | undefined;
  hits: number;
  /** The training step since which its condition is met, as far as training asks for it; +∞ where it is not. */
  metSince: number;
}

/** Nothing was seen yet. */
const unmet = { hits: 0, metSince: Infinity };

/** What a breakpoint does where the pass comes by. */
export type Outcome = { readonly stop: boolean; readonly say?: string };

const comparisons: Readonly<Record<string, (hits: number, count: number) => boolean>> = {
  '': (hits, count) => hits >= count,
  '=': (hits, count) => hits === count,
  '==': (hits, count) => hits === count,
  '>': (hits, count) => hits > count,
  '>=': (hits, count) => hits >= count,
  '<': (hits, count) => hits < count,
  '<=': (hits, count) => hits <= count,
  '%': (hits, count) => hits % count === 0,
};

/** Reads `3`, `>= 3` or `% 3`. @throws ExpressionError */
function readHitCondition(text: string): (hits: number) => boolean {
  const [, operator, digits] = /^\s*(==?|[<>]=?|%)?\s*(\d{1,9})\s*$/.exec(text) ?? [];
  const count = Number(digits);
  if (digits === undefined || count === 0)
    throw new ExpressionError(
      'A hit count is a whole number from 1, or >=, ==, < or % and one: "% 3" is every third time.',
      0,
      text.length,
    );
  const holds = comparisons[operator ?? ''];
  return (hits) => holds(hits, count);
}

/**
 * Sets a breakpoint on the layer of its line, or of the next line that has one. What is wrong with its condition is found now, as far as
 * it can be: `names` are those that there are.
 */
export function setBreakpoint(id: number, wanted: WantedBreakpoint, layerLines: readonly number[], names: Names): Breakpoint {
  const nothing = { id, wanted, layer: undefined, condition: undefined, isDue: undefined, log: undefined, ...unmet };
  const index = layerLines.findIndex((line) => line >= wanted.line);
  if (index < 0) return { ...nothing, reason: 'There is no layer on this line or below: set it on the line of a layer.' };
  try {
    const condition = wanted.condition?.trim() ? parseExpression(wanted.condition) : undefined;
    if (condition) isMet(condition, names);
    const isDue = wanted.hitCondition?.trim() ? readHitCondition(wanted.hitCondition) : undefined;
    const log = wanted.logMessage ? parseLogMessage(wanted.logMessage) : undefined;
    if (log) writeLogMessage(log, names);
    return { ...nothing, layer: index + 1, reason: undefined, condition, isDue, log };
  } catch (error) {
    if (error instanceof ExpressionError) return { ...nothing, reason: error.message };
    throw error;
  }
}

/** A breakpoint that was set again because others were, or because its line moved, goes on as the one that it was. */
export function goingOnFrom(before: readonly Breakpoint[], breakpoint: Breakpoint): Breakpoint {
  const asks = ({ layer, wanted: { condition, hitCondition, logMessage } }: Breakpoint): string =>
    JSON.stringify([layer, condition, hitCondition, logMessage]);
  const same = before.find((each) => asks(each) === asks(breakpoint));
  return same ? { ...breakpoint, hits: same.hits, metSince: same.metSince } : breakpoint;
}

/** What is debugged begins anew, and with it what the breakpoints have seen. */
export function beginAnew(breakpoints: readonly Breakpoint[]): void {
  for (const breakpoint of breakpoints) Object.assign(breakpoint, unmet);
}

/** An expression that fails stops, and says why. */
function orItsMistake(outcome: () => Outcome): Outcome {
  try {
    return outcome();
  } catch (error) {
    if (error instanceof ExpressionError) return { stop: true, say: error.message };
    throw error;
  }
}

/** The condition of a breakpoint is met: counts the hit, and acts on it where it is one to act on. */
export function hit(breakpoint: Breakpoint, names: Names): Outcome {
  breakpoint.hits++;
  if (breakpoint.isDue && !breakpoint.isDue(breakpoint.hits)) return { stop: false };
  const { log } = breakpoint;
  return log ? orItsMistake(() => ({ stop: false, say: writeLogMessage(log, names) })) : { stop: true };
}

/** The pass came to the layer of a breakpoint. */
export function meet(breakpoint: Breakpoint, names: Names): Outcome {
  return orItsMistake(() => {
    if (breakpoint.condition && !isMet(breakpoint.condition, names)) return { stop: false };
    return hit(breakpoint, names);
  });
}
