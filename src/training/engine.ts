/** The training engine: what runs in the worker behind the messages of ./messages. */

import { enableProdMode, ready, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { buildFlow } from '../flow/flow';
import { samplers } from '../flow/samplers';
import { thinned, type PointTable } from '../flow/table';
import type { FromEngine, Port, ReadTable, StopReason, TableSummary, ToEngine } from './messages';
import { drawPicture, pictureBuffers } from './picture';
import { Progress } from './progress';
import { firstWhere, marginsOf, seriesOf } from './quantities';
import { initialCheckpoint, Trainer } from './trainer';
import { Watch } from './watch';
import { finish, type Work } from './work';

export interface EngineOptions {
  readonly readTable: ReadTable;
  /**
   * The folder of TensorFlow.js's `.wasm` files, ending in a slash. Without it, or where they cannot be loaded, the plain JavaScript
   * backend computes the same bits.
   */
  readonly wasmFolder?: string;
}

/** The step at which training stops, what it then says, and by which order. */
interface Goal {
  readonly step: number;
  readonly reason: 'done' | 'stepped';
  readonly order: number;
}

/** Milliseconds of work between two looks at the messages. */
const slice = 8;
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
  const { names, count, mean, scale } = table;
  return { names, count, mean, scale, sample: thinned(table, sampleSize) };
}

/** Lets messages in: resolves in a task of its own. Timers would wait for at least a millisecond, four in browsers. */
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

type Message<T extends ToEngine['type']> = Extract<ToEngine, { readonly type: T }>;

class Engine {
  private trainer: Trainer | undefined;
  /** Undefined while training rests. */
  private goal: Goal | undefined;
  /** The step that is being taken; let go of, it has not begun. */
  private training: Work | undefined;
  /** Questions that take longer than a slice, the first being worked on; training waits for them. */
  private questions: Work[] = [];
  private looping = false;
  private progress = new Progress();
  private watch = new Watch();

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
    const trainer = this.configured();
    switch (message.type) {
      case 'change': {
        this.letGo();
        trainer.change(message.spec);
        const { id } = message;
        return this.port.post({ type: 'changed', id, engine: trainer.engine, checkpoint: trainer.checkpoint() });
      }
      case 'edit':
        this.letGo();
        this.report();
        trainer.edit(message.edits);
        return this.port.post({ type: 'edited', id: message.id, checkpoint: trainer.checkpoint() });
      case 'train':
        return this.go({ step: message.until, reason: 'done', order: message.order });
      case 'step':
        return this.go({ step: trainer.step + message.count, reason: 'stepped', order: message.order });
      case 'watch':
        this.watch = new Watch(message.watched);
        return;
      case 'pause':
        return this.pause();
      case 'trace':
        return this.ask(this.trace(trainer, message));
      case 'revisit':
        return this.ask(this.revisit(trainer, message));
      case 'rewind':
        this.pause();
        return this.ask(this.rewind(trainer, message));
      case 'series': {
        const points = seriesOf(trainer.spec, trainer.history.spread(message.from, message.to, message.most), message.quantity);
        return this.port.post({ type: 'series', id: message.id, points }, [points.buffer as ArrayBuffer]);
      }
      case 'find':
        return this.ask(this.find(trainer, message));
    }
  }

  /** Ends whatever was running, without a word about it: the answer is `configured`. */
  private configure({ id, spec, data, checkpoint }: Message<'configure'>): void {
    let table: PointTable | undefined;
    if (data !== undefined && spec.objective.type === 'forward-kl' && !samplers.has(spec.objective.data)) {
      const read = this.readTable(data, spec.dim);
      if ('message' in read) return this.port.post({ type: 'data-problem', id, problem: read });
      table = read;
    }
    const trainer = new Trainer(spec, checkpoint ?? initialCheckpoint(spec), table);
    this.letGo();
    // They were asked of the flow that goes, and are answered before it does.
    for (const question of this.questions) finish(question);
    this.questions = [];
    this.trainer?.dispose();
    this.trainer = trainer;
    this.goal = undefined;
    this.progress = new Progress();
    const { engine } = trainer;
    this.port.post({ type: 'configured', id, engine, checkpoint: trainer.checkpoint(), ...(table && { table: summaryOf(table) }) });
  }

  private configured(): Trainer {
    if (this.trainer === undefined) throw new Error('The training engine was given no flow yet.');
    return this.trainer;
  }

  private *trace(trainer: Trainer, { id, ...size }: Message<'trace'>): Work {
    const { step, parameters } = trainer.checkpoint();
    const picture = yield* drawPicture(buildFlow(trainer.spec, parameters), step, trainer.spec.seed, size);
    this.port.post({ type: 'traced', id, picture }, pictureBuffers(picture));
  }

  private *revisit(trainer: Trainer, { id, step, ...size }: Message<'revisit'>): Work {
    const past = yield* trainer.revisit(step);
    if (!past) return this.port.post({ type: 'revisited', id, past: undefined });
    const picture = yield* drawPicture(buildFlow(trainer.spec, past.parameters), step, trainer.spec.seed, size);
    const margins = marginsOf(trainer.spec, past.parameters);
    this.port.post({ type: 'revisited', id, past: { ...past, margins, picture } }, pictureBuffers(picture));
  }

  private *rewind(trainer: Trainer, { id, step }: Message<'rewind'>): Work {
    const found = yield* trainer.rewind(step);
    this.port.post({ type: 'rewound', id, checkpoint: found ? trainer.checkpoint() : undefined });
  }

  private *find(trainer: Trainer, { id, from, condition }: Message<'find'>): Work {
    const step = yield* firstWhere(trainer.spec, trainer.history.since(from), condition);
    this.port.post({ type: 'found', id, step });
  }

  private ask(question: Work): void {
    this.questions.push(question);
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

  private async work(): Promise<void> {
    this.looping = true;
    let reported = performance.now();
    while (this.goal !== undefined || this.questions.length > 0) {
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
  }

  private workSlice(): void {
    const end = performance.now() + slice;
    do {
      const [question] = this.questions as (Work | undefined)[];
      if (question) {
        if (question.next().done) this.questions.shift();
      } else if (this.goal) {
        this.training ??= this.trainOn(this.configured(), this.goal);
        if (this.training.next().done) this.training = undefined;
      } else {
        return;
      }
    } while (performance.now() < end);
  }

  /** Takes one step, or stops where there is none to take. */
  private *trainOn(trainer: Trainer, goal: Goal): Work {
    const since = trainer.stalledSince;
    if (trainer.step >= goal.step && !trainer.isJudgementDue) return this.stop(goal, { reason: goal.reason });
    if (since !== undefined && !trainer.isJudgementDue) {
      trainer.forgive();
      return this.stop(goal, { reason: 'no-improvement', since, judgedBy: trainer.judgedBy });
    }
    const outcome = yield* trainer.next();
    if (outcome.type !== 'not-finite') {
      this.progress.add(outcome);
      const which = this.watch.isEmpty ? [] : this.watch.look(trainer.spec, trainer.lastStep());
      return which.length > 0 ? this.stop(goal, { reason: 'watched', which }) : undefined;
    }
    this.goal = undefined;
    this.report();
    this.port.post({ type: 'not-finite', at: outcome.at });
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
