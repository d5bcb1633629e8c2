/** What stops training while it runs: conditions on layers, parameters that change, and a loss that grows. */

import type { Watched } from '../training/messages';
import { isDueAgain, type Breakpoint } from './breakpoints';
import type { EnabledFilters } from './exceptions';
import { isMet } from './expression/evaluate';
import { showNumber } from './expression/show';
import { ExpressionError } from './expression/syntax';
import { historyCondition } from './history-condition';
import { namesAt, type Place } from './names';
import type { Stop } from './pass-thread';

/** Stops where a parameter, which is some numbers of the vector of all, has changed by more than `delta` since it was set or stopped last. */
export interface DataBreakpoint {
  readonly id: number;
  /** `w[3]` or one number of it. */
  readonly expression: string;
  readonly offset: number;
  readonly delta: number;
  before: Float32Array;
}

/** Something that the engine looks for at every step, and what it is to a person that it came true; undefined where nobody is to know. */
interface Sentry {
  readonly watched: Watched;
  readonly stop: () => Stop | undefined;
}

export const lossDiverged = 'loss-diverged';

/** The greatest change between two values of the same parameter. */
function changeBetween(before: Float32Array, now: Float32Array): number {
  return now.reduce((most, value, i) => Math.max(most, Math.abs(value - before[i])), 0);
}

/**
 * What the history could be asked is looked for in the engine, at every step, so that training rests at the very step; any other condition
 * whenever training tells of steps. A condition that was met rests until it was seen not to be.
 */
export class TrainingWatch {
  private breakpoints: readonly Breakpoint[] = [];
  private data: readonly DataBreakpoint[] = [];
  private filters: EnabledFilters = new Map();
  private sentries: readonly Sentry[] = [];
  private readonly resting = new Set<Breakpoint>();
  private armed = false;

  constructor(private readonly placeOfNow: () => Place) {}

  /** From now on training is to stop, or no more. */
  arm(armed: boolean): void {
    this.armed = armed;
    this.post();
  }

  set(what: { breakpoints?: readonly Breakpoint[]; data?: readonly DataBreakpoint[]; filters?: EnabledFilters }): void {
    this.breakpoints = what.breakpoints ?? this.breakpoints;
    this.data = what.data ?? this.data;
    this.filters = what.filters ?? this.filters;
    this.post();
  }

  /** Why training rests, of what the engine was told to look for: `which` are the indices of what came true. */
  stopAt(which: readonly number[]): Stop | undefined {
    const stops = which.flatMap((index) => this.sentries.at(index)?.stop() ?? []);
    return stops.find(({ reason }) => reason === 'exception') ?? stops.at(0);
  }

  /** Whether training is to stop where it has come to, by a condition that only the present can answer. */
  look(): Stop | undefined {
    if (!this.armed) return undefined;
    const place = this.placeOfNow();
    for (const breakpoint of this.breakpoints) {
      const { condition, layer, log } = breakpoint;
      if (!condition || layer === undefined || log || historyCondition(condition, layer)) continue;
      try {
        const rested = this.resting.has(breakpoint);
        const now = isMet(condition, namesAt({ ...place, layer }));
        if (now) this.resting.add(breakpoint);
        else this.resting.delete(breakpoint);
        if (now && !rested && isDueAgain(breakpoint)) return stopOf(breakpoint, `The condition at layer ${layer} is met by`, place);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return { reason: 'breakpoint', description: error.message, breakpoints: [breakpoint.id] };
      }
    }
    return undefined;
  }

  private post(): void {
    const { session } = this.placeOfNow();
    this.sentries = this.armed ? [...this.ofLoss(), ...this.ofConditions(), ...this.ofParameters()] : [];
    session.past.watch(this.sentries.map(({ watched }) => watched));
  }

  private ofLoss(): Sentry[] {
    const limit = this.filters.get(lossDiverged);
    if (limit === undefined) return [];
    const stop = (): Stop => {
      const step = this.placeOfNow().session.step;
      const description = `The loss grew above ${showNumber(limit)} at training step ${step}: try a lower learningRate, or clip the gradient.`;
      return { reason: 'exception', description };
    };
    return [{ watched: { condition: { quantity: 'loss', is: 'above', than: limit }, from: 0 }, stop }];
  }

  /** A breakpoint without a condition is about the pass alone: training comes through every layer at every step. */
  private ofConditions(): Sentry[] {
    return this.breakpoints.flatMap((breakpoint) => {
      const { condition, layer, log } = breakpoint;
      const watched = condition && layer !== undefined && !log ? historyCondition(condition, layer) : undefined;
      if (!watched || layer === undefined) return [];
      const description = `The condition at layer ${layer} is met at`;
      return [{ watched, stop: () => (isDueAgain(breakpoint) ? stopOf(breakpoint, description, this.placeOfNow()) : undefined) }];
    });
  }

  private ofParameters(): Sentry[] {
    return this.data.map((each) => {
      const { id, expression, offset, delta, before } = each;
      const stop = (): Stop => {
        const { session } = this.placeOfNow();
        const now = session.parameters?.slice(offset, offset + before.length) ?? each.before;
        const change = changeBetween(each.before, now);
        each.before = now;
        const description = `${expression} has changed by ${showNumber(change)} at training step ${session.step}`;
        return { reason: 'data breakpoint', description, breakpoints: [id] };
      };
      return { watched: { offset, before, delta }, stop };
    });
  }
}

function stopOf({ id }: Breakpoint, description: string, { session: { step } }: Place): Stop {
  return { reason: 'breakpoint', description: `${description} training step ${step}`, breakpoints: [id] };
}
