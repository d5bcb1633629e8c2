/** What stops training while it runs: conditions on layers, parameters that change, layers that fold, and a loss that grows. */

import type { Watched } from '../training/messages';
import { hit, type Breakpoint } from './breakpoints';
import type { EnabledFilters } from './exceptions';
import { isMet } from './expression/evaluate';
import { showNumber } from './expression/show';
import { ExpressionError, mentions, type Expression } from './expression/syntax';
import { historyCondition } from './history-condition';
import { namesAt, type Place } from './names';
import type { Stop } from './pass-thread';

/** Stops where a parameter, which is some numbers of the vector of all, has changed by more than `delta` since it was set or stopped last. */
export interface DataBreakpoint {
  readonly id: number;
  /** `w[3]` or one number of it. */
  readonly expression: string;
  readonly offset: number;
  readonly length: number;
  readonly delta: number;
}

/**
 * Something that the engine looks for at every step, and what it is to a person that it came true (a change, by how much); undefined where
 * nobody is to know.
 */
interface Sentry {
  readonly watched: Watched;
  readonly stop: (by?: number) => Stop | undefined;
}

/** What only particles on their way through the layers can answer. */
const ofParticles = new Set(['det', 'logdet', 'in', 'out', 'residual', 'condition', 'particles', 'stage']);

export const lossDiverged = 'loss-diverged';

/**
 * Everything is looked for at every step, so that training rests at the very step: what the history could be asked, in the engine; for any
 * other condition the engine waits for the answer. A condition that was met rests until it was seen not to be, or training went back.
 */
export class TrainingWatch {
  /** Why training rests, where that is for something here. */
  met: Stop | undefined;
  private breakpoints: readonly Breakpoint[] = [];
  private data: readonly DataBreakpoint[] = [];
  private filters: EnabledFilters = new Map();
  private sentries: readonly Sentry[] = [];
  private armed = false;
  private warned: readonly Breakpoint[] = [];

  constructor(
    private readonly placeOfNow: () => Place,
    private readonly say: (text: string, breakpoint?: Breakpoint) => void,
  ) {}

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

  /** Training begins to run: says so where it is held up. */
  warn(): void {
    const { breakpoints } = this;
    if (!this.armed || this.warned === breakpoints) return;
    this.warned = breakpoints;
    for (const breakpoint of this.asked()) {
      const text = breakpoint.wanted.condition?.trim() ?? '';
      this.say(`Training waits after every step to ask whether ${text}, which is not recorded of steps, and is slower for it.`, breakpoint);
    }
  }

  private post(): void {
    const { session } = this.placeOfNow();
    this.sentries = this.armed
      ? [...this.ofLoss(), ...this.ofLayers(), ...this.ofConditions(), ...this.ofParameters(), ...this.ofQuestions()]
      : [];
    session.past.watch(
      this.sentries.map(({ watched }) => watched),
      (which) => {
        const stops = which.flatMap(({ index, by }) => this.sentries.at(index)?.stop(by) ?? []);
        this.met = stops.find(({ reason }) => reason === 'exception') ?? stops.at(0);
        return this.met !== undefined;
      },
    );
  }

  private ofLoss(): Sentry[] {
    const limit = this.filters.get(lossDiverged);
    if (limit === undefined) return [];
    const stop = (): Stop => {
      const step = this.placeOfNow().session.step;
      const description = `The loss grew above ${showNumber(limit)} at training step ${step}: try a lower learningRate, or clip the gradient.`;
      return { reason: 'exception', description, filter: lossDiverged };
    };
    return [{ watched: { condition: { quantity: 'loss', is: 'above', than: limit }, from: 0 }, stop }];
  }

  /** The margin is the worst determinant over all points: no particle needs to be there. Where it is only a bound, it says nothing. */
  private ofLayers(): Sentry[] {
    const { session } = this.placeOfNow();
    const { filters } = this;
    const layers = session.flow?.layers ?? [];
    /** What is so already when somebody begins to ask has to end before it can come about. */
    const sentry = (filter: string, layer: number, than: number, words: string): Sentry => {
      const stop = (): Stop => {
        const { flow, step } = session;
        const margin = showNumber(flow?.layers[layer].margin ?? NaN);
        const where = `Layer ${layer + 1} (${flow?.layers[layer].type.name ?? ''}), after training step ${step}`;
        return { reason: 'exception', description: `${where}: its worst determinant over all points is ${margin}. ${words}`, filter };
      };
      const holds = layers[layer].margin < than;
      return { watched: { condition: { quantity: { margin: layer }, is: 'below', than }, from: 0, holds }, stop };
    };
    const limit = filters.get('near-singular') ?? session.epsilon;
    return layers.flatMap(({ type }, k) => {
      if (type.marginIs !== 'exact') return [];
      const raw = session.opened?.spec.layers[k].options.raw === true;
      const folded = 'It folds there and has no inverse: take away raw: true, or step training back and lower learningRate.';
      const near = `Below ${showNumber(limit)} it counts as near-singular: step training back and look at what pushes it, or lower learningRate.`;
      return [
        ...(filters.has('folded') && raw ? [sentry('folded', k, 0, folded)] : []),
        ...(filters.has('near-singular') ? [sentry('near-singular', k, limit, near)] : []),
      ];
    });
  }

  /** A breakpoint without a condition is about the pass alone: training comes through every layer at every step. */
  private ofConditions(): Sentry[] {
    return this.breakpoints.flatMap((breakpoint) => {
      const { condition, layer } = breakpoint;
      const watched = condition && layer !== undefined ? historyCondition(condition, layer) : undefined;
      return watched && layer !== undefined ? [{ watched, stop: () => this.hit(breakpoint, layer) }] : [];
    });
  }

  private ofParameters(): Sentry[] {
    return this.data.map(({ id, expression, offset, length, delta }) => {
      const stop = (by = 0): Stop => {
        const description = `${expression} has changed by ${showNumber(by)} at training step ${this.placeOfNow().session.step}`;
        return { reason: 'data breakpoint', description, breakpoints: [id] };
      };
      return { watched: { offset, length, delta }, stop };
    });
  }

  private ofQuestions(): Sentry[] {
    const asked = this.asked();
    if (asked.length === 0) return [];
    return [{ watched: 'every step', stop: () => asked.map((breakpoint) => this.ask(breakpoint)).find((stop) => stop !== undefined) }];
  }

  /** The breakpoints whose conditions only the present can answer. */
  private asked(): Breakpoint[] {
    return this.breakpoints.filter(({ condition, layer }) => condition && layer !== undefined && !historyCondition(condition, layer));
  }

  private ask(breakpoint: Breakpoint): Stop | undefined {
    const { condition, layer, id } = breakpoint;
    if (!condition || layer === undefined) return undefined;
    try {
      const { step } = this.placeOfNow().session;
      const rested = breakpoint.metSince < step;
      const now = isMet(condition, namesAt(this.after(layer, condition)));
      if (now && !rested) breakpoint.metSince = step;
      if (!now) breakpoint.metSince = Infinity;
      return now && !rested ? this.hit(breakpoint, layer) : undefined;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { reason: 'breakpoint', description: error.message, breakpoints: [id] };
    }
  }

  private hit(breakpoint: Breakpoint, layer: number): Stop | undefined {
    const asking = breakpoint.log?.find((part) => typeof part !== 'string' && mentions(part, ofParticles));
    const place = this.after(layer, typeof asking === 'string' ? undefined : asking);
    const { stop, say } = hit(breakpoint, namesAt(place));
    if (say !== undefined) this.say(say, breakpoint);
    const description = `The condition at layer ${layer} is met at training step ${place.session.step}`;
    return stop ? { reason: 'breakpoint', description, breakpoints: [breakpoint.id] } : undefined;
  }

  /** The present after a layer, as the pass would find it for what asks about the particles, wherever it is now. */
  private after(layer: number, asking: Expression | undefined): Place {
    const place = this.placeOfNow();
    if (!asking || !mentions(asking, ofParticles)) return { ...place, layer };
    const { session, pass } = place;
    return { session, position: pass.positionAfter(layer), pass: pass.isAtEnd ? pass : pass.again(pass.flow, session.depth) };
  }
}
