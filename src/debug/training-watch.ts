/** What stops training while it runs: conditions on layers, parameters that change, and a loss that grows. */

import type { FlowSession } from '../session/session';
import { isDueAgain, type Breakpoint } from './breakpoints';
import type { EnabledFilters } from './exceptions';
import { evaluate, isMet } from './expression/evaluate';
import { parseExpression } from './expression/parse';
import { showNumber } from './expression/show';
import { ExpressionError } from './expression/syntax';
import { Tensor, type Value } from './expression/value';
import { historyCondition, type HistoryCondition } from './history-condition';
import { namesAt, type Place } from './names';
import type { Stop } from './pass-thread';

/** Stops where a parameter has changed by more than `delta` since it was set, or since it stopped last. */
export interface DataBreakpoint {
  readonly id: number;
  /** `w[3]` or one number of it. */
  readonly expression: string;
  readonly delta: number;
  before: Value;
}

/** Something that was watched for came true, at a step that the history knows, or by now. */
export interface TrainingHit {
  readonly stop: Stop;
  readonly step: number | undefined;
}

export const lossDiverged = 'loss-diverged';

/** The greatest change between two values of the same parameter. */
export function changeBetween(before: Value, now: Value): number {
  if (typeof before === 'number' && typeof now === 'number') return Math.abs(now - before);
  if (!(before instanceof Tensor) || !(now instanceof Tensor)) return 0;
  return now.values.reduce((most, value, i) => Math.max(most, Math.abs(value - before.values[i])), 0);
}

/**
 * Looks whether training is to stop, whenever it tells of steps. What the history can be asked is found at its very step; anything else
 * by the step that training has come to. A condition that was met rests until it was seen not to be.
 */
export class TrainingWatch {
  breakpoints: readonly Breakpoint[] = [];
  data: readonly DataBreakpoint[] = [];
  filters: EnabledFilters = new Map();
  private readonly resting = new Set<unknown>();

  /** @param from the first step that was not looked at yet */
  async look(place: Place, from: number): Promise<TrainingHit | undefined> {
    return (await this.grownLoss(place.session, from)) ?? (await this.metCondition(place, from)) ?? this.changedParameter(place);
  }

  private async grownLoss(session: FlowSession, from: number): Promise<TrainingHit | undefined> {
    const limit = this.filters.get(lossDiverged);
    const loss = session.losses.latest?.[1];
    if (limit === undefined || loss === undefined) return undefined;
    const step = await this.first(
      session,
      lossDiverged,
      { condition: { quantity: 'loss', is: 'above', than: limit }, from: 0 },
      from,
      loss > limit,
    );
    if (step === undefined) return undefined;
    const description = `The loss grew above ${showNumber(limit)} at training step ${step}: try a lower learningRate, or clip the gradient.`;
    return { stop: { reason: 'exception', description }, step };
  }

  /** A breakpoint without a condition is about the pass alone: training comes through every layer at every step. */
  private async metCondition(place: Place, from: number): Promise<TrainingHit | undefined> {
    for (const breakpoint of this.breakpoints) {
      const { id, condition, layer, log } = breakpoint;
      if (!condition || layer === undefined || log) continue;
      const stop = (description: string): Stop => ({ reason: 'breakpoint', description, breakpoints: [id] });
      try {
        const now = isMet(condition, namesAt({ ...place, layer }));
        const known = historyCondition(condition, layer);
        const step = known ? await this.first(place.session, id, known, from, now) : this.sampled(place.session, id, now);
        if (step === undefined || !isDueAgain(breakpoint)) continue;
        return { stop: stop(`The condition at layer ${layer} is met ${known ? 'at' : 'by'} training step ${step}`), step };
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return { stop: stop(error.message), step: undefined };
      }
    }
    return undefined;
  }

  private changedParameter(place: Place): TrainingHit | undefined {
    for (const each of this.data) {
      const now = evaluate(parseExpression(each.expression), namesAt(place));
      const change = changeBetween(each.before, now);
      if (!(change > each.delta)) continue;
      each.before = now;
      const description = `${each.expression} has changed by ${showNumber(change)} by training step ${place.session.step}`;
      return { stop: { reason: 'data breakpoint', description, breakpoints: [each.id] }, step: undefined };
    }
    return undefined;
  }

  /** The first step, not before `from`, at which a condition held that does not rest; `now` is whether it holds now. */
  private async first(
    session: FlowSession,
    key: unknown,
    { condition, from }: HistoryCondition,
    since: number,
    now: boolean,
  ): Promise<number | undefined> {
    if (this.resting.has(key)) {
      if (!now) this.resting.delete(key);
      return undefined;
    }
    const step = await session.past.findStep(condition, Math.max(from, since));
    if (step !== undefined && now) this.resting.add(key);
    return step;
  }

  private sampled({ step }: FlowSession, key: unknown, now: boolean): number | undefined {
    const rested = this.resting.has(key);
    if (now) this.resting.add(key);
    else this.resting.delete(key);
    return now && !rested ? step : undefined;
  }
}
