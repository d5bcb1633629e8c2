import type { FlowSession } from '../session/session';
import type { Direction } from '../flow/spec';
import type { BatchPass, Visit } from './batch-pass';
import { meet, type Breakpoint } from './breakpoints';
import { exceptionIn, type EnabledFilters, type FlowException } from './exceptions';
import { showNumber } from './expression/show';
import { momentsOf, type Moment } from './moments';
import { greatest, namesAt, type Place } from './names';

/** Why the pass stands where it does. */
export interface Stop {
  readonly reason: 'entry' | 'step' | 'breakpoint' | 'data breakpoint' | 'exception' | 'goto' | 'restart' | 'pause';
  /** One line for a person. */
  readonly description: string;
  readonly breakpoints?: readonly number[];
  /** Of an exception of training: which filter it is of. */
  readonly filter?: string;
}

/** Inside the layer that comes next: what it does is known, and shown one moment after the other. */
interface Inside {
  readonly visit: Visit;
  readonly moments: readonly Moment[];
  readonly at: number;
}

const stepped = (description: string): Stop => ({ reason: 'step', description });
export const arrow = (direction: Direction): string => (direction === 'generate' ? 'z → x' : 'x → z');

/** The pass as a thread of the debugger: it steps, runs to breakpoints and stops at exceptions, either way. */
export class PassThread {
  breakpoints: readonly Breakpoint[] = [];
  filters: EnabledFilters = new Map();
  exception: FlowException | undefined;
  private inside: Inside | undefined;

  constructor(
    private readonly session: FlowSession,
    private batch: BatchPass,
    private readonly say: (text: string, breakpoint?: Breakpoint) => void,
  ) {}

  /** The pass through the flow as its parameters are now. */
  get pass(): BatchPass {
    const { flow } = this.session;
    if (flow && flow !== this.batch.flow && flow.layers.length === this.batch.flow.layers.length) {
      this.batch = this.batch.again(flow);
      if (this.inside && !this.batch.isAtEnd) this.enter(this.inside.at);
    }
    return this.batch;
  }

  /** Inside of which layer it is, from 1, and at which moment. */
  get moment(): { readonly layer: number; readonly title: string } | undefined {
    const { inside } = this;
    return inside && { layer: inside.visit.layer, title: inside.moments[inside.at].title };
  }

  /** Where an expression is evaluated: at a frame's position, or where the pass is. */
  placeAt(position: number | undefined): Place {
    const { pass, inside, session } = this;
    const known = inside?.moments.slice(0, inside.at + 1).flatMap((moment) => moment.known);
    return { session, pass, position: position ?? pass.position, ...(position === undefined && known && { within: known }) };
  }

  /** Through the next layer, or, inside one, to its next moment. */
  next(): Stop {
    const { inside } = this;
    if (!inside) return this.advance();
    if (inside.at + 1 === inside.moments.length) return this.advance();
    this.enter(inside.at + 1);
    return stepped(this.where());
  }

  stepBack(): Stop {
    const { inside } = this;
    if (!inside) return this.retreat();
    if (inside.at === 0) this.inside = undefined;
    else this.enter(inside.at - 1);
    return stepped(this.where());
  }

  stepIn(): Stop {
    if (this.inside || this.pass.isAtEnd) return this.next();
    this.enter(0);
    return stepped(this.where());
  }

  /** Completes the layer that it is inside of; outside of any, to the end. */
  stepOut(): Stop | undefined {
    return this.inside ? this.advance() : undefined;
  }

  /** One layer on, as a part of running: a stop if something asks for one. */
  runForth(): Stop | undefined {
    if (this.pass.isAtEnd) return stepped(this.where());
    const stop = this.arrive(this.forth());
    return stop ?? (this.pass.isAtEnd ? stepped(this.where()) : undefined);
  }

  runBack(): Stop | undefined {
    this.inside = undefined;
    if (this.pass.position === 0) return stepped(this.where());
    const stop = this.arrive(this.pass.back());
    return stop ?? (this.pass.position === 0 ? stepped(this.where()) : undefined);
  }

  /** To a stage 0 … K, by the maps between, past every breakpoint. */
  goTo(stage: number): Stop {
    this.leave();
    const { pass } = this;
    const position = pass.positionOf(stage);
    while (pass.position < position) pass.forth();
    while (pass.position > position) pass.back();
    return { reason: 'goto', description: this.where() };
  }

  /** Applies the layer of a position once more to what went into it; 0 begins anew. */
  restartAt(position: number): Stop {
    this.leave();
    const { pass } = this;
    if (pass.position > 0) pass.rewindBefore(Math.max(1, position));
    if (position > 0) pass.forth();
    return { reason: 'restart', description: this.where() };
  }

  /** Runs from the start with another batch, or with the same one. */
  begin(batch: BatchPass): Stop {
    this.leave();
    this.batch = batch;
    return { reason: 'entry', description: this.where() };
  }

  pause(): Stop {
    return { reason: 'pause', description: this.where() };
  }

  /** Where the pass is, in words. */
  where(): string {
    const { pass, moment } = this;
    if (moment) return `Inside layer ${moment.layer}, ${arrow(pass.direction)}: ${moment.title}`;
    if (pass.position === 0) return pass.direction === 'generate' ? 'At z' : 'At x';
    if (pass.isAtEnd) return pass.direction === 'generate' ? 'At x: every layer is applied' : 'At z: every layer is undone';
    return `After layer ${pass.visitAt(pass.position)?.layer ?? 0}, ${arrow(pass.direction)}`;
  }

  private enter(at: number): void {
    this.exception = undefined;
    const visit = this.batch.ahead();
    this.inside = { visit, moments: momentsOf(this.batch.flow, visit), at };
  }

  private leave(): void {
    this.inside = undefined;
    this.exception = undefined;
  }

  private forth(): Visit {
    const { pass, inside } = this;
    this.inside = undefined;
    return pass.forth(inside?.visit);
  }

  private advance(): Stop {
    if (this.pass.isAtEnd) return stepped(this.where());
    return this.arrive(this.forth()) ?? stepped(this.where());
  }

  private retreat(): Stop {
    if (this.pass.position === 0) return stepped(this.where());
    const visit = this.pass.back();
    const stop = this.arrive(visit) ?? stepped(`Layer ${visit.layer} undone, ${arrow(visit.direction)}`);
    this.say(this.backWords(visit));
    return stop;
  }

  private backWords(visit: Visit): string {
    const { roundTrip } = this.pass;
    const missed = roundTrip === undefined ? '' : `, round trip ${showNumber(roundTrip)}`;
    return `${arrow(visit.direction)} through layer ${visit.layer}: residual ${showNumber(greatest(visit.pass.residual))}${missed}`;
  }

  /** The pass came through a layer, either way: what stops it there. */
  private arrive(visit: Visit): Stop | undefined {
    const { pass } = this;
    this.exception = exceptionIn(pass, visit, this.filters, this.session.epsilon);
    if (this.exception) return { reason: 'exception', description: `Layer ${visit.layer}: ${this.exception.summary}` };
    const layer = pass.visitAt(pass.position)?.layer;
    const names = namesAt(this.placeAt(undefined));
    const hit: number[] = [];
    for (const breakpoint of this.breakpoints) {
      if (layer === undefined || breakpoint.layer !== layer) continue;
      const { stop, say } = meet(breakpoint, names);
      if (say !== undefined) this.say(say, breakpoint);
      if (stop) hit.push(breakpoint.id);
    }
    return hit.length > 0 ? { reason: 'breakpoint', description: this.where(), breakpoints: hit } : undefined;
  }
}
