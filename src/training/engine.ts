/** The training engine: what runs in the worker behind the messages of ./messages. */

import { enableProdMode, getBackend, ready, setBackend, version_core } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { buildFlow } from '../flow/flow';
import { samplers } from '../flow/samplers';
import type { FlowSpec } from '../flow/spec';
import { thinned, type PointTable } from '../flow/table';
import type { FromEngine, Port, ReadTable, TableSummary, ToEngine } from './messages';
import { trainingObjective } from './objective';
import { drawPicture, pictureBuffers } from './picture';
import { initialCheckpoint, Trainer } from './trainer';

export interface EngineOptions {
  readonly readTable: ReadTable;
  /**
   * The folder of TensorFlow.js's `.wasm` files, ending in a slash. Without it, or where they cannot be loaded, the plain JavaScript
   * backend computes the same bits.
   */
  readonly wasmFolder?: string;
}

/** Milliseconds of training between two looks at the messages. */
const slice = 10;
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

class Engine {
  private spec: FlowSpec | undefined;
  private trainer: Trainer | undefined;
  /** The step at which training stops; undefined while it rests. */
  private until: number | undefined;
  /** A loop of {@link train} is alive; it may still be waiting for its next task after `until` was taken away. */
  private looping = false;
  /** (step, loss) pairs since the last progress message. */
  private losses: number[] = [];

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
    switch (message.type) {
      case 'configure':
        return this.configure(message);
      case 'train': {
        this.configured();
        this.until = message.until;
        if (!this.looping) void this.train();
        return;
      }
      case 'pause':
        if (this.until !== undefined) this.stop('paused');
        return;
      case 'trace': {
        const { spec, trainer } = this.configured();
        const { step, parameters } = trainer.checkpoint();
        const picture = drawPicture(buildFlow(spec, parameters), step, spec.seed, message);
        return this.port.post({ type: 'traced', id: message.id, picture }, pictureBuffers(picture));
      }
    }
  }

  /** Ends whatever was running, without a word about it: the answer is `configured`. */
  private configure({ id, spec, data, checkpoint }: Extract<ToEngine, { type: 'configure' }>): void {
    let table: PointTable | undefined;
    if (data !== undefined && spec.objective.type === 'forward-kl' && !samplers.has(spec.objective.data)) {
      const read = this.readTable(data, spec.dim);
      if ('message' in read) return this.port.post({ type: 'data-problem', id, problem: read });
      table = read;
    }
    const trainer = new Trainer(spec, trainingObjective(spec, table), checkpoint ?? initialCheckpoint(spec));
    this.trainer?.dispose();
    this.trainer = trainer;
    this.spec = spec;
    this.until = undefined;
    this.losses = [];
    const engine = `TensorFlow.js ${version_core} (${getBackend()})`;
    this.port.post({ type: 'configured', id, engine, checkpoint: trainer.checkpoint(), ...(table && { table: summaryOf(table) }) });
  }

  private configured(): { spec: FlowSpec; trainer: Trainer } {
    if (this.spec === undefined || this.trainer === undefined) throw new Error('The training engine was given no flow yet.');
    return { spec: this.spec, trainer: this.trainer };
  }

  private async train(): Promise<void> {
    this.looping = true;
    let reported = performance.now();
    while (this.until !== undefined) {
      try {
        this.trainSlice();
      } catch (error) {
        this.until = undefined;
        this.fail(error);
      }
      if (this.until !== undefined && performance.now() - reported >= progressInterval) {
        this.report();
        reported = performance.now();
      }
      await nextTask();
    }
    this.looping = false;
  }

  private trainSlice(): void {
    const { trainer } = this.configured();
    const end = performance.now() + slice;
    while (this.until !== undefined && performance.now() < end) {
      if (trainer.step >= this.until) return this.stop('done');
      const outcome = trainer.next();
      if (typeof outcome !== 'number') {
        this.until = undefined;
        this.report();
        return this.port.post({ type: 'not-finite', at: outcome });
      }
      this.losses.push(trainer.step, outcome);
    }
  }

  private stop(reason: 'done' | 'paused'): void {
    this.until = undefined;
    this.report();
    this.port.post({ type: 'stopped', reason });
  }

  private report(): void {
    if (this.losses.length === 0) return;
    this.port.post({ type: 'progress', losses: Float64Array.from(this.losses), checkpoint: this.configured().trainer.checkpoint() });
    this.losses = [];
  }

  private fail(error: unknown): void {
    this.port.post({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
