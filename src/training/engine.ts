/** The training engine: what runs in the worker behind the messages of ./messages. */

import { enableProdMode, ready, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { buildFlow } from '../flow/flow';
import { samplers } from '../flow/samplers';
import { thinned, type PointTable } from '../flow/table';
import { drawDensity } from './density';
import { drawEllipses } from './ellipses';
import { stepColumns } from './messages';
import type { FromEngine, Picture, Port, ReadTable, RecordedStep, StopReason, TableSummary, ToEngine } from './messages';
import { drawPicture, pictureBuffers, type ParticleStart } from './picture';
import { Progress } from './progress';
import { firstWhere, marginsOf, seriesOf } from './quantities';
import { Recording } from './recording';
import type { Run } from './run';
import { initialCheckpoint, Trainer } from './trainer';
import { targetPoints, type TargetPoints } from './target-points';
import { Watch } from './watch';
import type { Work } from './work';

export interface EngineOptions {
  readonly readTable: ReadTable;
  /**
   * The folder of TensorFlow.js's `.wasm` files, ending in a slash. Without it, or where they cannot be loaded, the plain JavaScript
   * backend computes the same bits.
   */
  readonly wasmFolder?: string;
}

/** The step at which training stops, or how many it still takes; what it then says, and by which order. */
interface Goal {
  readonly until: number;
  left: number;
  readonly reason: 'done' | 'stepped';
  readonly order: number;
}

/** Milliseconds of work between two looks at the messages, which then wait for the piece of work that is under way. */
const slice = 4;
/** More points of a data file than this say nothing more to the eye. */
const sampleSize = 1000;
/** Milliseconds between two progress messages. */
const progressInterval = 50;

/** Starts an engine on `port`. It listens at once, and answers once TensorFlow.js is ready. */
export function startEngine(port: Port<FromEngine, ToEngine>, options: EngineOptions): void {
  const engine = new Engine(port, options.readTable);
  const prepared = prepareTensorFlow(options.wasmFolder);
  port.onMessage((message) => void prepared.then(() => engine.receive(message)));
}

async function prepareTensorFlow(wasmFolder: string | undefined): Promise<void> {
  enableProdMode();
  if (wasmFolder !== undefined) setWasmPaths(wasmFolder);
  if (wasmFolder === undefined || !(await setBackend('wasm'))) await setBackend('cpu');
  await ready();
}

function summaryOf(table: PointTable): TableSummary {
  const { names, count, mean, scale, leftOut } = table;
  return { names, count, mean, scale, sample: thinned(table, sampleSize), ...(leftOut !== undefined && { leftOut }) };
}

/**
 * Lets messages in: resolves in a task of its own. Timers would wait for at least a millisecond, four in browsers; and Node goes on
 * with what comes through one and the same channel before it looks at any other, so that each task has its own.
 */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const onmessage = (): void => {
      port1.close();
      resolve();
    };
    // Assigned so, because Node's types leave out this property that its ports share with the browsers'.
    Object.assign(port1, { onmessage });
    port2.postMessage(undefined);
  });
}

function lastStep({ until, left }: Goal, run: Run): number {
  return left <= 0 ? run.step : until;
}

function isReached(goal: Goal, run: Run): boolean {
  const last = lastStep(goal, run);
  return run.step >= last && !run.isJudgementDue(last);
}

type Message<T extends ToEngine['type']> = Extract<ToEngine, { readonly type: T }>;

class Engine {
  private run: Run | undefined;
  private table: PointTable | undefined;
  /** What particles that begin at x begin from, once that was asked for. */
  private points: { readonly draw: TargetPoints | undefined } | undefined;
  /** Undefined while training rests. */
  private goal: Goal | undefined;
  /** The step that is being taken; let go of, it has not begun. */
  private training: Work | undefined;
  /** Questions that take longer than a slice, the first being worked on; training waits for them. */
  private questions: { readonly id: number; readonly work: Work }[] = [];
  private looping = false;
  private progress = new Progress();
  private watch: Watch | undefined;

  constructor(
    private readonly port: Port<FromEngine, ToEngine>,
    private readonly readTable: ReadTable,
  ) {}

  receive(message: ToEngine): void {
    try {
      this.answer(message);
    } catch (error) {
      this.fail(error);
    }
  }

  private answer(message: ToEngine): void {
    if (message.type === 'configure') return this.configure(message);
    const run = this.configured();
    switch (message.type) {
      case 'change': {
        this.letGo();
        run.change(message.spec);
        const { id } = message;
        return this.port.post({ type: 'changed', id, engine: run.engine, checkpoint: run.checkpoint() });
      }
      case 'edit':
        this.letGo();
        this.report();
        run.edit(message.edits);
        return this.port.post({ type: 'edited', id: message.id, checkpoint: run.checkpoint() });
      case 'train':
        return this.go({ until: message.until, left: Infinity, reason: 'done', order: message.order });
      case 'step':
        // One step of a large batch can take longer than a person should wait for a sign.
        this.report();
        return this.go({ until: Infinity, left: message.count, reason: 'stepped', order: message.order });
      case 'follow':
        return this.follow(run, message.steps);
      case 'watch':
        this.watch = message.watched.length > 0 ? new Watch(message.watched, run.lastStep(), this.watch) : undefined;
        return;
      case 'pause':
        return this.pause();
      case 'trace':
        return this.ask(message.id, this.trace(run, message));
      case 'density':
        return this.ask(message.id, this.density(run, message));
      case 'ellipses':
        return this.look(run, message);
      case 'revisit':
        return this.ask(message.id, this.revisit(run, message));
      case 'rewind':
        this.pause();
        return this.ask(message.id, this.rewind(run, message));
      case 'series':
        return this.ask(message.id, this.series(run, message));
      case 'find':
        return this.ask(message.id, this.find(run, message));
    }
  }

  /** Ends whatever was running, without a word about it: the answer is `configured`. */
  private configure({ id, spec, data, checkpoint, recorded }: Message<'configure'>): void {
    let table: PointTable | undefined;
    if (data !== undefined && spec.objective?.type === 'forward-kl' && !samplers.has(spec.objective.data)) {
      const read = this.readTable(data, spec.objective.data, spec.dim, spec.objective.columns);
      if ('message' in read) return this.port.post({ type: 'data-problem', id, problem: read });
      table = read;
    }
    const run = recorded ? new Recording(spec, recorded, table) : new Trainer(spec, checkpoint ?? initialCheckpoint(spec), table);
    this.letGo();
    for (const question of this.questions) this.port.post({ type: 'dropped', id: question.id });
    this.questions = [];
    this.run?.dispose();
    this.run = run;
    this.table = table;
    this.points = undefined;
    this.watch?.begin(run.lastStep());
    this.goal = undefined;
    this.progress = new Progress();
    const { engine } = run;
    this.port.post({ type: 'configured', id, engine, checkpoint: run.checkpoint(), ...(table && { table: summaryOf(table) }) });
  }

  private configured(): Run {
    if (this.run === undefined) throw new Error('The training engine was given no flow yet.');
    return this.run;
  }

  private *trace(run: Run, { id, ...size }: Message<'trace'>): Work {
    const { step, parameters } = run.checkpoint();
    const picture = yield* this.draw(run, parameters, step, size);
    this.port.post({ type: 'traced', id, picture }, pictureBuffers(picture));
  }

  private *draw(
    { spec }: Run,
    parameters: Float32Array,
    step: number,
    { source, ...size }: Omit<Message<'trace'>, 'type' | 'id'>,
  ): Work<Picture> {
    let start: ParticleStart | undefined;
    if (source === 'target') {
      this.points ??= { draw: targetPoints(spec, this.table) };
      const points = this.points.draw?.(size.particles);
      start = points && { points, stage: spec.layers.length };
    }
    return yield* drawPicture(buildFlow(spec, parameters), step, spec.seed, size, start);
  }

  private *density(run: Run, { id, request, parameters }: Message<'density'>): Work {
    const flow = buildFlow(run.spec, parameters ?? run.checkpoint().parameters);
    const density = yield* drawDensity(flow, run.spec.objective, request);
    this.port.post({ type: 'density', id, density });
  }

  private look(run: Run, { id, request, parameters }: Message<'ellipses'>): void {
    const flow = buildFlow(run.spec, parameters ?? run.checkpoint().parameters);
    this.port.post({ type: 'ellipses', id, ellipses: drawEllipses(flow, request) });
  }

  private *revisit(run: Run, { id, step, ...size }: Message<'revisit'>): Work {
    const past = yield* run.revisit(step);
    if (!past) return this.port.post({ type: 'revisited', id, past: undefined });
    const picture = yield* this.draw(run, past.parameters, step, size);
    const margins = marginsOf(run.spec, past.parameters);
    this.port.post({ type: 'revisited', id, past: { ...past, margins, picture } }, pictureBuffers(picture));
  }

  private *rewind(run: Run, { id, step }: Message<'rewind'>): Work {
    const found = yield* run.rewind(step);
    const past = run.lastStep();
    if (found) this.watch?.goBack(past);
    const said = { step: past.step, ...past.measures };
    const row = found && !Number.isNaN(said.loss) ? { step: Float64Array.from(stepColumns, (name) => said[name]) } : {};
    this.port.post({ type: 'rewound', id, checkpoint: found ? run.checkpoint() : undefined, ...row });
  }

  private *find(run: Run, { id, from, condition }: Message<'find'>): Work {
    const step = yield* firstWhere(run.spec, run.history.since(from), condition);
    this.port.post({ type: 'found', id, step });
  }

  private *series(run: Run, { id, quantity, from, to, most }: Message<'series'>): Work {
    const points = yield* seriesOf(run.spec, run.history.spread(from, to, most), quantity);
    this.port.post({ type: 'series', id, points }, [points.buffer as ArrayBuffer]);
  }

  private ask(id: number, work: Work): void {
    this.questions.push({ id, work });
    if (!this.looping) void this.work();
  }

  private go(goal: Goal): void {
    this.goal = goal;
    if (!this.looping) void this.work();
  }

  /** The step that is being taken is taken again later, from its beginning. */
  private letGo(): void {
    this.training?.return();
    this.training = undefined;
  }

  /** Somebody else's training has gone on. */
  private follow(run: Run, steps: readonly RecordedStep[]): void {
    if (!(run instanceof Recording)) return;
    this.letGo();
    for (const again of run.receive(steps)) this.progress.add(again);
    this.report();
    if (!this.looping) void this.work();
  }

  /** What training is to come to, unless it waits for a step that is taken elsewhere. */
  private get due(): Goal | undefined {
    const { goal, run } = this;
    return goal && run?.isWaiting && !isReached(goal, run) ? undefined : goal;
  }

  private async work(): Promise<void> {
    this.looping = true;
    let reported = performance.now();
    while (this.due !== undefined || this.questions.length > 0) {
      try {
        this.workSlice();
      } catch (error) {
        this.goal = undefined;
        this.questions = [];
        this.fail(error);
      }
      if (this.goal !== undefined && performance.now() - reported >= progressInterval) {
        this.report();
        reported = performance.now();
      }
      await nextTask();
    }
    this.looping = false;
    if (this.goal) this.report();
  }

  private workSlice(): void {
    const end = performance.now() + slice;
    do {
      const [question] = this.questions as ((typeof this.questions)[0] | undefined)[];
      const { due } = this;
      if (question) {
        if (question.work.next().done) this.questions.shift();
      } else if (due) {
        this.training ??= this.trainOn(this.configured(), due);
        if (this.training.next().done) this.training = undefined;
      } else {
        return;
      }
    } while (performance.now() < end);
  }

  /** Takes one step, or stops where there is none to take. */
  private *trainOn(run: Run, goal: Goal): Work {
    if (isReached(goal, run)) return this.stop(goal, { reason: goal.reason });
    const last = lastStep(goal, run);
    const obstacle = run.whyRest(last);
    if (obstacle) return this.stop(goal, obstacle);
    const outcome = yield* run.next(last);
    switch (outcome.type) {
      case 'step':
        if (this.goal) this.goal.left--;
        this.progress.add(outcome);
        break;
      case 'judged':
        this.progress.add(outcome);
        break;
      case 'diverged':
        return this.stop(goal, { reason: 'diverged', message: outcome.message });
      case 'not-finite':
        this.goal = undefined;
        this.report();
        return this.port.post({ type: 'not-finite', at: outcome.at });
    }
    const which = this.watch?.look(run.spec, run.lastStep()) ?? [];
    // Another order may have come while the step was being taken.
    const now = this.goal ?? goal;
    if (which.length > 0) this.stop(now, { reason: 'watched', which, left: now.left });
  }

  private pause(): void {
    if (!this.goal) return;
    this.letGo();
    this.stop(this.goal, { reason: 'paused' });
  }

  private stop({ order }: Goal, reason: StopReason): void {
    this.goal = undefined;
    this.report();
    this.port.post({ type: 'stopped', order, ...reason });
  }

  private report(): void {
    const told = this.progress.tell();
    if (told) this.port.post({ type: 'progress', ...told, checkpoint: this.configured().checkpoint() });
  }

  private fail(error: unknown): void {
    this.port.post({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
