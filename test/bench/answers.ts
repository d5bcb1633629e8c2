/**
 * How soon the training worker answers in the middle of a run: a pause and an edit of a parameter by turns, and one step where that does
 * not itself take long.
 */

import { Worker } from 'node:worker_threads';
import { newFlowText } from '../../src/document/new-flow';
import { parseFlow } from '../../src/document/parse';
import { initialParameters } from '../../src/flow/flow';
import { RandomStream } from '../../src/flow/random';
import type { FlowSpec, LayerSpec } from '../../src/flow/spec';
import type { FromEngine, ToEngine } from '../../src/training/messages';
import { median, report, table } from './report';

const answers = 200;
/** Milliseconds that training goes on between an answer and the next message, at most. */
const pauseBetween = 12;

const layersOf = (type: string, count: number): LayerSpec[] =>
  Array.from({ length: count }, (_, k) => ({ type, options: type === 'coupling' ? { flip: k % 2 === 1 } : {}, initial: {} }));
type Question = 'pause' | 'edit' | 'step';
interface Case {
  readonly layers: readonly LayerSpec[];
  readonly batch: number;
  readonly asks: readonly Question[];
  readonly breaks?: boolean;
}
const cases: Record<string, Case> = {
  planar16x512: { layers: layersOf('planar', 16), batch: 512, asks: ['pause', 'edit', 'step'] },
  planar32x8192: { layers: layersOf('planar', 32), batch: 8192, asks: ['pause', 'edit', 'step'] },
  coupling32x8192: { layers: layersOf('coupling', 32), batch: 8192, asks: ['pause', 'edit'] },
  mixed32x8192: {
    layers: Array.from({ length: 4 }, () => [...layersOf('planar', 4), ...layersOf('radial', 2), ...layersOf('coupling', 2)]).flat(),
    batch: 8192,
    asks: ['pause', 'edit'],
  },
  /** No step is finite, and what was not is looked for. */
  notFinite32x8192: { layers: layersOf('planar', 32), batch: 8192, asks: ['edit'], breaks: true },
};

/** A worker of its own, cold. */
class Engine {
  private readonly worker = new Worker(new URL('./engine-worker.mjs', import.meta.url));
  private hear: ((message: FromEngine) => void) | undefined;

  constructor() {
    this.worker.on('message', (message: FromEngine) => this.hear?.(message));
  }

  post(message: ToEngine): void {
    this.worker.postMessage(message);
  }

  /** Posts a message, and waits for the first that answers it. Milliseconds. */
  ask(message: ToEngine, isAnswer: (heard: FromEngine) => boolean): Promise<number> {
    const start = performance.now();
    const answer = new Promise<number>((resolve, reject) => {
      this.hear = (heard) => {
        if (heard.type === 'failed') reject(new Error(heard.message));
        else if (isAnswer(heard)) resolve(performance.now() - start);
      };
    });
    this.post(message);
    return answer;
  }

  close(): Promise<number> {
    return this.worker.terminate();
  }
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function time({ layers, batch, asks, breaks }: Case, newFlow: FlowSpec): Promise<number[]> {
  const spec = { ...newFlow, layers, training: { ...newFlow.training, batch } };
  const engine = new Engine();
  const parameters = Float32Array.from(initialParameters(spec));
  // The last layer's w = 0, for which its constraint has no derivative: all goes well until the gradient is there.
  if (breaks) parameters.fill(0, parameters.length - 5, parameters.length - 3);
  const moments = [new Float32Array(parameters.length), new Float32Array(parameters.length)] as const;
  await engine.ask({ type: 'configure', id: 0, spec, checkpoint: { step: 0, parameters, moments } }, ({ type }) => type === 'configured');
  const random = new RandomStream(1, 1);
  const times: number[] = [];
  for (let i = 1; i <= answers; i++) {
    engine.post({ type: 'train', order: 2 * i, until: 2 ** 40 });
    await after(pauseBetween * random.uniform());
    const edits = [{ offset: parameters.length - 1, values: Float32Array.of(0.01 * random.normal()) }];
    const messages: Record<Question, readonly [message: ToEngine, answer: FromEngine['type']]> = {
      pause: [{ type: 'pause' }, 'stopped'],
      edit: [{ type: 'edit', id: i, edits }, 'edited'],
      step: [{ type: 'step', order: 2 * i + 1, count: 1 }, 'stopped'],
    };
    const [message, answer] = messages[asks[i % asks.length]];
    times.push(await engine.ask(message, ({ type }) => type === answer));
  }
  await engine.close();
  return times;
}

/** Prints and reports the figures. */
export async function timeAnswers(): Promise<void> {
  const { spec } = parseFlow(newFlowText({ type: 'reverse-kl', energy: 'U1' }));
  if (!spec) throw new Error('The text of a new flow has mistakes.');
  const rows = [['', 'median', 'worst', 'first']];
  for (const [name, each] of Object.entries(cases)) {
    const times = await time(each, spec);
    const [typical, worst] = [median(times), Math.max(...times)];
    rows.push([name, ...[typical, worst, times[0]].map((ms) => ms.toFixed(2))]);
    report({ [`answer.${name}.median_ms`]: typical, [`answer.${name}.worst_ms`]: worst });
  }
  console.log(
    `\nMilliseconds until the training worker, new each time, answers a pause or an edit in the middle of a run: ${answers} answers`,
  );
  console.log(table(rows));
}
