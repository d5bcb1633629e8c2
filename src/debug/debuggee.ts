import type { Opened } from '../session/opened';
import type { SessionEvent } from '../session/session';
import { structureOf } from '../session/snapshot';
import { RequestError } from './arguments';
import { beginAnew, goingOnFrom, setBreakpoint, type Breakpoint } from './breakpoints';
import type { Client } from './client';
import { EditNotes } from './edit-notes';
import type { EnabledFilters } from './exceptions';
import type { Program } from './host';
import type { Launch } from './launch';
import { namesAt } from './names';
import { PassThread, type Stop } from './pass-thread';
import { prepare, rehearse, startingPass } from './prepare';
import { Reports } from './reports';
import { TrainingThread } from './training-thread';
import { TrainingWatch } from './training-watch';
import { Variables } from './variables';

export const passThread = 1;
export const trainingThread = 2;

/** Milliseconds of a running pass between two looks at the requests. */
const slice = 10;

/** A flow that is being debugged: its two threads, what is shown of them, and what comes of the events of its session. */
export class Debuggee {
  readonly variables = new Variables();
  readonly reports: Reports;
  readonly pass: PassThread;
  readonly training: TrainingThread;
  readonly watch: TrainingWatch;
  private readonly notes: EditNotes;
  private readonly unsubscribe: () => void;
  private begun = false;
  private ended = false;
  private running = false;
  private pausing = false;
  private afterwards: (() => void)[] = [];

  /** @throws RequestError where the file has no flow that can be debugged, or the launch does not fit it */
  static async open(program: Program, launch: Launch, client: Client): Promise<Debuggee> {
    const opened = await prepare(program, launch);
    const debuggee = new Debuggee(program, launch, client, opened);
    rehearse(debuggee.pass.pass);
    debuggee.later(() => client.event('initialized'));
    return debuggee;
  }

  private constructor(
    readonly program: Program,
    private launch: Launch,
    readonly client: Client,
    private opened: Opened,
  ) {
    const { session } = program;
    this.reports = new Reports(program, client, this.variables);
    const say = (text: string, breakpoint?: Breakpoint): void =>
      this.reports.say(text, breakpoint?.layer === undefined ? undefined : this.layerLines[breakpoint.layer - 1]);
    this.pass = new PassThread(session, startingPass(program, launch), say);
    this.watch = new TrainingWatch(() => this.pass.placeAt(undefined), say);
    this.training = new TrainingThread(
      session,
      this.watch,
      () => client.event('continued', { threadId: trainingThread, allThreadsContinued: false }),
      (stop) => this.stopped(trainingThread, stop),
    );
    const lineOf = (offset: number): number => program.text().slice(0, offset).split('\n').length;
    this.notes = new EditNotes(session, opened, lineOf, (sentence) => this.reports.say(sentence));
    this.unsubscribe = session.subscribe((event) => this.follow(event));
  }

  dispose(): void {
    this.reports.dispose();
    this.notes.dispose();
    this.unsubscribe();
    this.begun = false;
    this.ended = true;
    this.pausing = true;
    this.watch.arm(false);
    this.program.close();
  }

  get isRunning(): boolean {
    return this.running;
  }

  get layerLines(): readonly number[] {
    return this.opened.layerLines;
  }

  /** To be done once the request that is being answered is answered. */
  later(action: () => void): void {
    this.afterwards.push(action);
  }

  afterResponse(): void {
    const actions = this.afterwards;
    this.afterwards = [];
    for (const action of actions) action();
  }

  /** The client has set its breakpoints. */
  async begin(): Promise<void> {
    const { train, noDebug, stopOnEntry } = this.launch;
    const { session } = this.program;
    if (train !== undefined && train > session.step) await this.trainFirst(train);
    // Whoever was training first may have been told to stop debugging meanwhile.
    if (this.ended || session.flow === undefined) return;
    this.begun = true;
    const entry = this.pass.begin(startingPass(this.program, this.launch));
    if (noDebug) return this.runThrough();
    this.watch.arm(true);
    if (stopOnEntry) this.stopped(passThread, entry);
    else await this.run(() => this.pass.runForth());
  }

  /** Begins anew, by the same launch or another. @throws RequestError as {@link open} */
  async restart(launch = this.launch): Promise<void> {
    if (launch.program !== this.launch.program)
      throw new RequestError(`This session is of ${this.program.name}: to debug ${launch.program}, stop it and launch that.`);
    this.begun = false;
    this.watch.arm(false);
    await this.program.refresh();
    this.opened = await prepare(this.program, launch);
    this.notes.begin(this.opened);
    this.launch = launch;
    beginAnew(this.pass.breakpoints);
    this.pass.begin(startingPass(this.program, launch));
    this.later(() => void this.begin());
  }

  /** Lets the pass take steps until one stops it, or the person does. */
  async run(step: () => Stop | undefined): Promise<void> {
    this.running = true;
    this.pausing = false;
    let stop: Stop | undefined;
    let end = Date.now() + slice;
    while (stop === undefined) {
      if (Date.now() >= end) {
        await new Promise((resolve) => setTimeout(resolve));
        end = Date.now() + slice;
      }
      stop = this.pausing ? this.pass.pause() : step();
    }
    this.running = false;
    this.stopped(passThread, stop);
  }

  /** Stops a running pass after the layer that it is in; a resting one says where it is. */
  pausePass(): void {
    if (this.running) this.pausing = true;
    else this.stopped(passThread, this.pass.pause());
  }

  stopped(threadId: number, { reason, description, breakpoints }: Stop): void {
    if (!this.begun) return;
    this.variables.forget();
    if (threadId === passThread) this.program.session.moveTo(this.pass.pass.stage);
    this.client.event('stopped', {
      reason,
      description,
      threadId,
      allThreadsStopped: !this.running && !this.training.isRunning,
      ...(reason === 'exception' && { text: (threadId === passThread && this.pass.exception?.summary) || description }),
      ...(breakpoints && { hitBreakpointIds: breakpoints }),
    });
  }

  /** Stops at these exceptions from now on. */
  setFilters(filters: EnabledFilters): void {
    this.pass.filters = filters;
    this.watch.set({ filters });
  }

  /** Sets breakpoints in place of those that there were. */
  setBreakpoints(wanted: readonly { id: number; wanted: Breakpoint['wanted'] }[]): readonly Breakpoint[] {
    const names = namesAt(this.pass.placeAt(undefined));
    const before = this.pass.breakpoints;
    const breakpoints = wanted.map((each) => goingOnFrom(before, setBreakpoint(each.id, each.wanted, this.layerLines, names)));
    this.pass.breakpoints = breakpoints;
    this.watch.set({ breakpoints });
    return breakpoints;
  }

  private async trainFirst(to: number): Promise<void> {
    const { session } = this.program;
    const from = session.step;
    this.reports.say(`Training from step ${from} to ${to}.`);
    const progress = this.reports.progress(`Training to step ${to}`);
    await this.training.prepare(to - from, () => progress(Math.min(0.99, (session.step - from) / (to - from))));
    progress(1);
    this.reports.say(this.training.where());
  }

  /** Runs to the end and stops nowhere. */
  private runThrough(): void {
    const { pass } = this.pass;
    while (!pass.isAtEnd) pass.forth();
    this.program.session.moveTo(pass.stage);
    this.reports.say(`${this.pass.where()}; ${pass.count} particles.`);
    this.client.event('terminated');
  }

  private follow(event: SessionEvent): void {
    const { session } = this.program;
    if (event === 'picture') this.invalidate('variables');
    if (event === 'problems' && this.begun) this.notes.edited();
    if (event !== 'state') return;
    this.training.follow();
    const { opened } = session;
    if (!opened || !this.begun) return;
    if (opened !== this.opened) this.edited(opened);
    const { pass } = this.pass;
    if (!this.running && Number.isInteger(session.cursor) && session.cursor !== pass.stage) {
      this.stopped(passThread, this.pass.goTo(session.cursor));
    }
  }

  /** The text was edited: lines moved, values changed, or there is another flow. */
  private edited(opened: Opened): void {
    const before = this.opened;
    this.opened = opened;
    const sameFlow = structureOf(opened.spec) === structureOf(before.spec);
    const sameFrames = sameFlow && opened.layerLines.join() === before.layerLines.join();
    // Told of other frames, VS Code takes the person back to the top one's editor.
    this.invalidate(sameFrames ? 'variables' : 'stacks');
    if (sameFrames) return;
    if (!sameFlow) {
      this.reports.say('The flow was edited into another one: the pass begins anew. What was trained is kept for when the edit is undone.');
      this.notes.begin(opened);
      this.pausing = true;
      beginAnew(this.pass.breakpoints);
      this.stopped(passThread, this.pass.begin(startingPass(this.program, this.launch)));
    }
    const moved = ({ layer, wanted }: Breakpoint): Breakpoint['wanted'] =>
      sameFlow && layer !== undefined ? { ...wanted, line: opened.layerLines[layer - 1] } : wanted;
    const breakpoints = this.pass.breakpoints.map((each) => ({ id: each.id, wanted: moved(each) }));
    this.reports.breakpointsChanged(this.setBreakpoints(breakpoints), this.layerLines);
  }

  private invalidate(area: 'variables' | 'stacks'): void {
    if (this.begun) this.reports.invalidate(area);
  }
}
