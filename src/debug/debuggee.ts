import { decodeWeights } from '../document/weights';
import { parameterSlots } from '../flow/flow';
import type { Opened } from '../session/opened';
import type { SessionEvent } from '../session/session';
import { shapeOf } from '../session/snapshot';
import { RequestError } from './arguments';
import { BatchPass } from './batch-pass';
import { setBreakpoint, type Breakpoint } from './breakpoints';
import type { Client } from './client';
import type { EnabledFilters } from './exceptions';
import type { Program } from './host';
import type { Launch } from './launch';
import { namesAt } from './names';
import { PassThread, type Stop } from './pass-thread';
import { startingBatch } from './start';
import { TrainingThread } from './training-thread';
import { TrainingWatch, type TrainingHit } from './training-watch';
import { Variables } from './variables';

export const passThread = 1;
export const trainingThread = 2;

/** Milliseconds of a running pass between two looks at the requests. */
const slice = 10;
/** Milliseconds between two notes to the client that what it shows is out of date. */
const invalidationInterval = 200;

/** A flow that is being debugged: its two threads, what is shown of them, and what the client is told of its own accord. */
export class Debuggee {
  readonly variables = new Variables();
  readonly pass: PassThread;
  readonly training: TrainingThread;
  readonly watch = new TrainingWatch();
  private readonly unsubscribe: () => void;
  private opened: Opened;
  private begun = false;
  private running = false;
  private pausing = false;
  private outdated: ReturnType<typeof setTimeout> | undefined;
  private afterwards: (() => void)[] = [];

  /** @throws RequestError where the file has no flow that can be debugged, or the launch does not fit it */
  static async open(program: Program, launch: Launch, client: Client): Promise<Debuggee> {
    const { session } = program;
    await session.open();
    const { opened, flow } = session;
    if (!opened || !flow) throw new RequestError(whatIsWrong(program));
    const debuggee = new Debuggee(program, launch, client, opened, new BatchPass(flow, launch.direction, new Float64Array()));
    await debuggee.prepare(launch);
    debuggee.later(() => client.event('initialized'));
    return debuggee;
  }

  private constructor(
    readonly program: Program,
    private launch: Launch,
    readonly client: Client,
    opened: Opened,
    batch: BatchPass,
  ) {
    const { session } = program;
    this.opened = opened;
    this.pass = new PassThread(session, batch, (text, breakpoint) => this.say(text, breakpoint));
    this.training = new TrainingThread(
      session,
      (from) => this.look(from),
      () => this.client.event('continued', { threadId: trainingThread, allThreadsContinued: false }),
      (stop) => this.stopped(trainingThread, stop),
    );
    this.unsubscribe = session.subscribe((event) => this.follow(event));
  }

  dispose(): void {
    clearTimeout(this.outdated);
    this.unsubscribe();
    this.begun = false;
    this.pausing = true;
    this.program.close();
  }

  get isRunning(): boolean {
    return this.running;
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
    if (session.flow === undefined) return;
    this.begun = true;
    const entry = this.pass.begin(this.startingPass());
    if (noDebug) return this.runThrough();
    if (stopOnEntry) this.stopped(passThread, entry);
    else await this.run(() => this.pass.runForth());
  }

  /** Begins anew, by the same launch or another. @throws RequestError as {@link open} */
  async restart(launch: Launch | undefined): Promise<void> {
    this.begun = false;
    await this.program.refresh();
    await this.program.session.open();
    await this.prepare(launch ?? this.launch);
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

  /** One line in the client's console; with a breakpoint, at its place. */
  say(text: string, breakpoint?: Breakpoint): void {
    const line = breakpoint?.layer === undefined ? undefined : this.opened.layerLines[breakpoint.layer - 1];
    this.client.event('output', {
      category: 'console',
      output: `${text}\n`,
      ...(line !== undefined && { source: this.source, line: line + this.client.lineBase }),
    });
  }

  get source(): { name: string; path: string } {
    const { name, path } = this.program;
    return { name, path };
  }

  /** Stops at these exceptions from now on. */
  setFilters(filters: EnabledFilters): void {
    this.pass.filters = filters;
    this.watch.filters = filters;
  }

  /** Sets breakpoints in place of those that there were. */
  setBreakpoints(wanted: readonly { id: number; wanted: Breakpoint['wanted'] }[]): readonly Breakpoint[] {
    const names = namesAt(this.pass.placeAt(undefined));
    this.pass.breakpoints = wanted.map((each) => setBreakpoint(each.id, each.wanted, this.opened.layerLines, names));
    this.watch.breakpoints = this.pass.breakpoints;
    return this.pass.breakpoints;
  }

  get layerLines(): readonly number[] {
    return this.opened.layerLines;
  }

  /** What a launch asks for before the pass begins. */
  private async prepare(launch: Launch): Promise<void> {
    const { session } = this.program;
    const { opened, flow } = session;
    if (!opened || !flow) throw new RequestError(whatIsWrong(this.program));
    const { probe, weights } = launch;
    if (probe && probe.length !== flow.dim) throw new RequestError(`probe has ${probe.length} coordinates, and the flow has ${flow.dim}.`);
    if (weights !== undefined) await this.load(weights, opened);
    this.launch = launch;
    this.opened = session.opened ?? opened;
    this.pass.begin(this.startingPass());
    const stage = launch.direction === 'generate' ? 0 : session.depth;
    session.moveTo(stage);
    if (probe) session.setProbe({ stage, point: probe });
  }

  private async load(path: string, { spec }: Opened): Promise<void> {
    const bytes = await this.program.readFile(path).catch((error: unknown) => {
      throw new RequestError(error instanceof Error ? error.message : String(error));
    });
    const weights = decodeWeights(spec, bytes);
    if (!(weights instanceof Float32Array)) throw new RequestError(`${path}: ${weights.message}`);
    await this.program.session.editParameters(
      parameterSlots(spec).map(({ layer, name, offset, length }) => ({ layer, name, values: weights.subarray(offset, offset + length) })),
    );
  }

  private startingPass(): BatchPass {
    const { flow } = this.program.session;
    const { direction, particles, seed } = this.launch;
    if (!flow) throw new RequestError(whatIsWrong(this.program));
    return new BatchPass(flow, direction, startingBatch(flow, this.opened, direction, particles, seed));
  }

  private async trainFirst(to: number): Promise<void> {
    const { session } = this.program;
    this.say(`Training from step ${session.step} to ${to}.`);
    await this.training.prepare(to - session.step);
    this.say(this.training.where());
  }

  /** Runs to the end and stops nowhere. */
  private runThrough(): void {
    const { pass } = this.pass;
    while (!pass.isAtEnd) pass.forth();
    this.program.session.moveTo(pass.stage);
    this.say(`${this.pass.where()}; ${pass.count} particles.`);
    this.client.event('terminated');
  }

  private follow(event: SessionEvent): void {
    const { session } = this.program;
    if (event === 'picture') this.parametersChanged();
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

  private parametersChanged(): void {
    this.invalidate();
    this.training.progressed();
  }

  /** Whether training is to stop at one of its steps from `from` on. */
  private async look(from: number): Promise<TrainingHit | undefined> {
    return this.begun && !this.launch.noDebug ? this.watch.look(this.pass.placeAt(undefined), from) : undefined;
  }

  /** The text was edited: lines moved, or there is another flow. */
  private edited(opened: Opened): void {
    const sameFlow = shapeOf(opened.spec) === shapeOf(this.opened.spec);
    const sameLines = opened.layerLines.join() === this.opened.layerLines.join();
    this.opened = opened;
    if (sameFlow && sameLines) return;
    const before = this.pass.breakpoints;
    if (!sameFlow) {
      this.say('The flow was edited into another one: the pass begins anew. What was trained is kept for when the edit is undone.');
      this.pausing = true;
      this.stopped(passThread, this.pass.begin(this.startingPass()));
    }
    for (const breakpoint of this.setBreakpoints(before)) {
      this.client.event('breakpoint', { reason: 'changed', breakpoint: this.describe(breakpoint) });
    }
    this.invalidate('stacks');
  }

  /** A breakpoint as the client shows it. */
  describe({ id, layer, reason, wanted }: Breakpoint): object {
    const line = layer === undefined ? wanted.line : this.opened.layerLines[layer - 1];
    return {
      id,
      verified: layer !== undefined,
      line: line + this.client.lineBase,
      source: this.source,
      ...(reason !== undefined && { message: reason, reason: 'failed' }),
    };
  }

  private invalidate(area: 'variables' | 'stacks' = 'variables'): void {
    if (!this.client.canInvalidate || !this.begun || this.outdated) return;
    this.outdated = setTimeout(() => {
      this.outdated = undefined;
      this.variables.forget();
      this.client.event('invalidated', { areas: [area] });
    }, invalidationInterval);
  }
}

function whatIsWrong(program: Program): string {
  const { session, name } = program;
  const problem = session.problems.find(({ severity }) => severity === 'error');
  if (!problem) return session.note ?? `${name} has no flow.`;
  return `${name}, line ${program.text().slice(0, problem.start).split('\n').length}: ${problem.message}`;
}
