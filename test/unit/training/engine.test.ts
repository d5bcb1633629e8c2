import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { FlowSpec } from '../../../src/flow/spec';
import { startEngine, type EngineOptions } from '../../../src/training/engine';
import type { PointTable } from '../../../src/flow/table';
import { stepColumns, type Checkpoint, type FromEngine, type ReadTable, type ToEngine } from '../../../src/training/messages';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';

type Message<T extends FromEngine['type']> = Extract<FromEngine, { type: T }>;

/** An engine on this thread, and everything that it said. */
class Client {
  readonly said: FromEngine[] = [];
  private deliver: (message: ToEngine) => void = () => assert.fail('the engine listens at once');
  private wake: () => void = () => undefined;

  constructor(options: Partial<EngineOptions> = {}) {
    startEngine(
      {
        post: (message) => {
          this.said.push(structuredClone(message));
          this.wake();
        },
        onMessage: (listener) => (this.deliver = listener),
      },
      { readTable, ...options },
    );
  }

  send(message: ToEngine): void {
    this.deliver(structuredClone(message));
  }

  /** The first message of that type after the first `from` messages, waited for. */
  async hear<T extends FromEngine['type']>(type: T, from = 0): Promise<Message<T>> {
    for (;;) {
      const found = this.said.slice(from).find((message): message is Message<T> => message.type === type);
      if (found) return found;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async configure(spec: FlowSpec, more: { data?: Uint8Array; checkpoint?: Checkpoint } = {}): Promise<Message<'configured'>> {
    const from = this.said.length;
    this.send({ type: 'configure', id: from, spec, ...more });
    return this.hear('configured', from);
  }

  async train(until: number): Promise<Message<'stopped'>> {
    const from = this.said.length;
    this.send({ type: 'train', order: 1, until });
    return this.hear('stopped', from);
  }

  /** (step, loss) of every progress message after the first `from` messages. */
  losses(from = 0): [step: number, loss: number][] {
    return this.said.slice(from).flatMap((message) => {
      if (message.type !== 'progress') return [];
      const { steps } = message;
      const width = stepColumns.length;
      return Array.from({ length: steps.length / width }, (_, i): [number, number] => [steps[width * i], steps[width * i + 1]]);
    });
  }

  /** Where training stood when the engine last told. */
  checkpoint(): Checkpoint {
    const told = this.said.flatMap((message) => ('checkpoint' in message && message.checkpoint ? [message.checkpoint] : []));
    return told[told.length - 1];
  }
}

/** A data file here is one byte a coordinate; an empty one is a mistake on line 1. */
const readTable: ReadTable = (bytes, _, dim): PointTable | { line: number; message: string } =>
  bytes.length === 0
    ? { line: 1, message: 'The file is empty.' }
    : { names: ['a', 'b'], count: bytes.length / dim, mean: [0, 0], scale: [1, 1], points: Float64Array.from(bytes) };

const spec = specOf(towardsMoons, planarLayers(6));
const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the training engine', () => {
  it('tells each step once, in order, and says that it is done last', async () => {
    const client = new Client();
    const { checkpoint, engine } = await client.configure(spec);
    assert.equal(checkpoint.step, 0);
    assert.match(engine, /every layer fused/);
    assert.deepEqual(await client.train(120), { type: 'stopped', order: 1, reason: 'done' });
    assert.deepEqual(
      client.losses().map(([step]) => step),
      Array.from({ length: 120 }, (_, i) => i + 1),
    );
    assert.equal(client.said[client.said.length - 1].type, 'stopped');
    const last = client.said[client.said.length - 2];
    assert.ok(last.type === 'progress' && last.checkpoint.step === 120);
    assert.deepEqual(client.checkpoint(), last.checkpoint);
  });

  it('has nothing to do where it is past the goal', async () => {
    const client = new Client();
    await client.configure(spec);
    await client.train(5);
    const from = client.said.length;
    assert.deepEqual(await client.train(3), { type: 'stopped', order: 1, reason: 'done' });
    assert.deepEqual(client.losses(from), []);
  });

  it('comes to the same bits however often it is paused, asked for pictures, or started over from a checkpoint', async () => {
    const smooth = new Client();
    await smooth.configure(spec);
    await smooth.train(150);

    const rough = new Client();
    await rough.configure(spec);
    for (let round = 0; rough.checkpoint().step < 100; round++) {
      const from = rough.said.length;
      rough.send({ type: 'train', order: 1, until: 100 });
      for (let task = 0; task < round % 3; task++) await nextTask();
      rough.send({ type: 'trace', id: round, particles: 10, side: 3, extent: 3 });
      rough.send({ type: 'pause' });
      await rough.hear('stopped', from);
    }
    const resumed = new Client();
    await resumed.configure(spec, { checkpoint: rough.checkpoint() });
    await resumed.train(150);

    assert.deepEqual([...rough.losses(), ...resumed.losses()], smooth.losses());
    assert.deepEqual(resumed.checkpoint(), smooth.checkpoint());
  });

  it('answers while it trains, and pauses when asked', async () => {
    const client = new Client();
    await client.configure(spec);
    client.send({ type: 'train', order: 1, until: 1_000_000 });
    client.send({ type: 'trace', id: 5, particles: 50, side: 5, extent: 4 });
    const { id, picture } = await client.hear('traced');
    assert.equal(id, 5);
    assert.ok(picture.particles.length === 7 * 50 * 2 && picture.grid.length === 7 * 25 * 2);
    await client.hear('progress');
    client.send({ type: 'pause' });
    assert.deepEqual(await client.hear('stopped'), { type: 'stopped', order: 1, reason: 'paused' });
    const said = client.said.length;
    for (let i = 0; i < 20; i++) await nextTask();
    assert.equal(client.said.length, said, 'it rests');
  });

  it('trains on after a pause that is taken back at once, no step left out or taken twice', async () => {
    const client = new Client();
    await client.configure(spec);
    client.send({ type: 'train', order: 1, until: 1_000_000 });
    client.send({ type: 'pause' });
    client.send({ type: 'train', order: 1, until: 1_000_000 });
    await client.hear('stopped');
    const resumed = client.said.length;
    await client.hear('progress', resumed);
    client.send({ type: 'pause' });
    await client.hear('stopped', resumed);
    const steps = client.losses().map(([step]) => step);
    assert.deepEqual(
      steps,
      [...new Set(steps)].sort((a, b) => a - b),
    );
    assert.equal(client.checkpoint().step, steps[steps.length - 1]);
    const straight = new Client();
    await straight.configure(spec);
    await straight.train(steps[steps.length - 1]);
    assert.deepEqual(client.checkpoint(), straight.checkpoint());
  });

  it('starts over with another flow in the middle of training', async () => {
    const client = new Client();
    await client.configure(spec);
    client.send({ type: 'train', order: 1, until: 1_000_000 });
    await client.hear('progress');
    const other = specOf(towardsU1, planarLayers(3));
    const from = client.said.length;
    const { checkpoint } = await client.configure(other);
    assert.deepEqual([checkpoint.step, checkpoint.parameters.length], [0, 15]);
    for (let i = 0; i < 20; i++) await nextTask();
    assert.deepEqual(
      client.said.slice(from).map(({ type }) => type),
      ['configured'],
    );
    await client.train(10);
    assert.equal(client.losses(from).length, 10);
  });

  it('hands out the table that it trains on', async () => {
    const client = new Client();
    const data = Uint8Array.from([1, 2, 3, 4]);
    const { table } = await client.configure(specOf({ type: 'forward-kl', data: 'points.csv' }, planarLayers(2)), { data });
    assert.equal(table?.count, 2);
    assert.deepEqual(await client.train(5), { type: 'stopped', order: 1, reason: 'done' });
  });

  it('keeps what it had, and goes on training it, where a data file is not usable', async () => {
    const client = new Client();
    await client.configure(spec);
    client.send({ type: 'train', order: 1, until: 40 });
    const broken = specOf({ type: 'forward-kl', data: 'points.csv' }, planarLayers(2));
    client.send({ type: 'configure', id: 7, spec: broken, data: new Uint8Array() });
    assert.deepEqual(await client.hear('data-problem'), {
      type: 'data-problem',
      id: 7,
      problem: { line: 1, message: 'The file is empty.' },
    });
    await client.hear('stopped');
    assert.equal(client.checkpoint().step, 40);
  });

  it('stops at what is not finite, after telling the steps before, and can be asked for pictures still', async () => {
    const client = new Client();
    const wild = specOf(towardsU1, planarLayers(2), { training: { steps: 9, batch: 8, optimizer: 'adam', learningRate: 1e30 } });
    await client.configure(wild);
    client.send({ type: 'train', order: 1, until: 1000 });
    const { at } = await client.hear('not-finite');
    assert.ok(at.step > 1);
    assert.deepEqual(
      client.losses().map(([step]) => step),
      Array.from({ length: at.step - 1 }, (_, i) => i + 1),
    );
    const checkpoint = client.checkpoint();
    assert.equal(checkpoint.step, at.step - 1);
    assert.deepEqual(checkpoint.parameters, at.before);
    client.send({ type: 'trace', id: 1, particles: 5, side: 2, extent: 1 });
    assert.equal((await client.hear('traced')).picture.step, at.step - 1);
    assert.ok(client.said.every(({ type }) => type !== 'stopped' && type !== 'failed'));
  });

  /** Messages that are answered with the id they came with. */
  const ask = async <T extends FromEngine['type']>(client: Client, question: ToEngine, answer: T): Promise<Message<T>> => {
    const from = client.said.length;
    client.send(question);
    return client.hear(answer, from);
  };
  const size = { particles: 6, side: 2, extent: 1 };

  it('takes exactly as many steps as it is asked for, also while it trains', async () => {
    const client = new Client();
    await client.configure(spec);
    assert.deepEqual(await ask(client, { type: 'step', order: 1, count: 1 }, 'stopped'), { type: 'stopped', order: 1, reason: 'stepped' });
    assert.equal(client.checkpoint().step, 1);
    await ask(client, { type: 'step', order: 1, count: 3 }, 'stopped');
    assert.equal(client.checkpoint().step, 4);
    client.send({ type: 'train', order: 1, until: 1_000_000 });
    await client.hear('progress', client.said.length);
    assert.deepEqual(await ask(client, { type: 'step', order: 1, count: 1 }, 'stopped'), { type: 'stopped', order: 1, reason: 'stepped' });
    const { step } = client.checkpoint();
    for (let i = 0; i < 20; i++) await nextTask();
    assert.equal(client.checkpoint().step, step);
  });

  it('names the order that what stopped was given by', async () => {
    const client = new Client();
    await client.configure(spec);
    client.send({ type: 'train', order: 1, until: 1_000_000 });
    client.send({ type: 'step', order: 2, count: 1 });
    const stopped = await client.hear('stopped');
    assert.equal(stopped.order, 2, 'the first order was overtaken');
  });

  it('rests right after the step that makes true what is watched for, and again only once that was not so', async () => {
    const client = new Client();
    await client.configure(spec);
    client.send({ type: 'watch', watched: [{ condition: { quantity: 'loss', is: 'below', than: 1e9 }, from: 7 }] });
    assert.deepEqual(await client.train(20), { type: 'stopped', order: 1, reason: 'watched', which: [{ index: 0 }], left: Infinity });
    assert.equal(client.checkpoint().step, 7);
    assert.deepEqual(await client.train(20), { type: 'stopped', order: 1, reason: 'done' });

    client.send({ type: 'watch', watched: [{ offset: 0, length: 2, delta: 1e-9 }] });
    await client.train(40);
    assert.equal(client.checkpoint().step, 21);
    await client.train(40);
    assert.equal(client.checkpoint().step, 22, 'it is held against what it was at the last stop');
  });

  it('tells the terms of every loss, the gradient norm and the learning rate', async () => {
    const client = new Client();
    await client.configure({ ...spec, training: { ...spec.training, schedule: 'cosine', steps: 40 } });
    await client.train(21);
    const told = client.said.flatMap((message) => (message.type === 'progress' ? [...message.steps] : []));
    const rows = Array.from({ length: 21 }, (_, i) => told.slice(i * stepColumns.length, (i + 1) * stepColumns.length));
    for (const [, loss, base, logDet, energy, gradientNorm] of rows) {
      assert.ok(Math.abs(loss - (logDet - base)) < 1e-12);
      assert.equal(energy, 0);
      assert.ok(gradientNorm > 0);
    }
    assert.ok(Math.abs(rows[20][6] - 2.5e-3) < 1e-12);
  });

  it('goes on from edited parameters, paused or training', async () => {
    const client = new Client();
    await client.configure(spec);
    await client.train(10);
    const edits = [{ offset: 2, values: Float32Array.from([0.25, 0.5]) }];
    const { checkpoint } = await ask(client, { type: 'edit', id: 1, edits }, 'edited');
    assert.equal(checkpoint.step, 10);
    assert.deepEqual([...checkpoint.parameters.subarray(2, 4)], [0.25, 0.5]);
    await client.train(20);

    const other = new Client();
    await other.configure(spec, { checkpoint });
    await other.train(20);
    assert.deepEqual(other.checkpoint(), client.checkpoint());

    client.send({ type: 'train', order: 1, until: 1_000_000 });
    await client.hear('progress', client.said.length);
    const from = client.said.length;
    const edited = await ask(client, { type: 'edit', id: 2, edits }, 'edited');
    assert.deepEqual([...edited.checkpoint.parameters.subarray(2, 4)], [0.25, 0.5]);
    await client.hear('progress', client.said.indexOf(edited) < 0 ? from + 2 : from);
    client.send({ type: 'pause' });
    await client.hear('stopped', from);
    assert.ok(client.checkpoint().step > edited.checkpoint.step, 'training went on');
  });

  it('goes on by other settings without losing anything', async () => {
    const client = new Client();
    await client.configure(spec);
    client.send({ type: 'train', order: 1, until: 1_000_000 });
    await client.hear('progress');
    const changed = { ...spec, training: { ...spec.training, batch: 16, learningRate: 1e-3 } };
    const { checkpoint } = await ask(client, { type: 'change', id: 3, spec: changed }, 'changed');
    await client.hear('progress', client.said.length);
    client.send({ type: 'pause' });
    await client.hear('stopped');
    const end = client.checkpoint();
    assert.ok(end.step > checkpoint.step);
    const other = new Client();
    await other.configure(changed, { checkpoint });
    await other.train(end.step);
    assert.deepEqual(other.checkpoint(), end);
  });

  it('shows a past step as it was, while training goes on', async () => {
    const client = new Client();
    await client.configure(spec);
    await client.train(30);
    const then = client.checkpoint();
    const { picture } = await ask(client, { type: 'trace', id: 1, ...size }, 'traced');
    client.send({ type: 'train', order: 1, until: 1_000_000 });
    await client.hear('progress', client.said.length);
    const { past } = await ask(client, { type: 'revisit', id: 2, step: 30, ...size }, 'revisited');
    assert.ok(past);
    assert.deepEqual([past.step, past.parameters, past.picture], [30, then.parameters, picture]);
    assert.equal(past.margins.length, 6);
    assert.equal(past.measures.loss, client.losses()[29][1]);
    assert.equal((await ask(client, { type: 'revisit', id: 3, step: 1e9, ...size }, 'revisited')).past, undefined);
    client.send({ type: 'pause' });
    await client.hear('stopped', client.said.length - 1);
  });

  it('goes back to a past step, and from there takes the same steps again', async () => {
    const client = new Client();
    await client.configure(spec);
    await client.train(50);
    const end = client.checkpoint();
    const { checkpoint } = await ask(client, { type: 'rewind', id: 1, step: 20 }, 'rewound');
    assert.equal(checkpoint?.step, 20);
    assert.equal((await ask(client, { type: 'revisit', id: 2, step: 50, ...size }, 'revisited')).past?.step, 50);
    await client.train(50);
    assert.deepEqual(client.checkpoint(), end);
    assert.equal((await ask(client, { type: 'rewind', id: 3, step: 51 }, 'rewound')).checkpoint, undefined);
    assert.deepEqual(client.checkpoint(), end);
  });

  it('answers questions about the past', async () => {
    const client = new Client();
    await client.configure(spec);
    await client.train(40);
    const losses = client.losses();
    const series = { type: 'series', id: 1, quantity: 'loss', from: 0, to: 40, most: 100 } as const;
    assert.deepEqual([...(await ask(client, series, 'series')).points], losses.flat());
    const than = losses[0][1] - 0.2;
    const find = { type: 'find', id: 2, from: 0, condition: { quantity: 'loss', is: 'below', than } } as const;
    assert.equal((await ask(client, find, 'found')).step, losses.find(([, loss]) => loss < than)?.[0]);
  });

  it('stops early where the flow has no more patience, says since when, and goes on if told to', async () => {
    const client = new Client();
    const still = specOf(towardsU1, planarLayers(1), { training: { ...spec.training, learningRate: 1e-12, patience: 40 } });
    await client.configure(still);
    const stopped = await client.train(1_000_000);
    assert.ok(stopped.reason === 'no-improvement' && stopped.judgedBy === 'loss');
    const { step } = client.checkpoint();
    assert.equal(step - stopped.since, 40);
    assert.deepEqual(await client.train(step + 5), { type: 'stopped', order: 1, reason: 'done' });
  });

  it('looks at held-out rows now and then, the last step among them', async () => {
    const client = new Client();
    const data = Uint8Array.from({ length: 80 }, (_, i) => (i * i) % 7);
    const split = specOf({ type: 'forward-kl', data: 'points.csv', holdout: 0.25 }, planarLayers(2));
    await client.configure(split, { data });
    await client.train(512);
    const told = client.said.flatMap((message) => (message.type === 'progress' ? [...message.heldOut] : []));
    const steps = told.filter((_, i) => i % 3 === 0);
    assert.deepEqual(steps, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
    assert.ok(told.every(Number.isFinite));
  });

  it('looks at held-out rows after the last step of a training, however short', async () => {
    const client = new Client();
    const data = Uint8Array.from({ length: 80 }, (_, i) => (i * i) % 7);
    await client.configure(specOf({ type: 'forward-kl', data: 'points.csv', holdout: 0.25 }, planarLayers(2)), { data });
    const judged = (): (number | undefined)[] =>
      client.said.flatMap((message) => (message.type === 'progress' && message.heldOut.length > 0 ? [message.heldOut.at(-3)] : []));
    await client.train(5);
    assert.equal(judged().at(-1), 5);
    client.send({ type: 'step', order: 2, count: 1 });
    await client.hear('stopped', client.said.length);
    assert.equal(judged().at(-1), 6);
  });

  it('is let in many times during one huge step, of whichever engine, and drops it when it is paused', async () => {
    const training = { steps: 10, batch: 2_000_000, optimizer: 'adam', learningRate: 1e-3 } as const;
    for (const layers of [planarLayers(32), [...planarLayers(31), { type: 'coupling', options: {}, initial: {} }]]) {
      const client = new Client();
      await client.configure(specOf(towardsU1, layers, { training }));
      client.send({ type: 'train', order: 1, until: 10 });
      for (let i = 0; i < 5; i++) await nextTask();
      client.send({ type: 'pause' });
      assert.deepEqual(await client.hear('stopped'), { type: 'stopped', order: 1, reason: 'paused' });
      assert.equal(client.checkpoint().step, 0, 'five tasks later the first step was still being taken');
      assert.deepEqual(client.losses(), []);
    }
  });

  it('drops the questions about a flow that goes, instead of working on them first', async () => {
    const client = new Client();
    await client.configure(spec);
    await client.train(2000);
    const from = client.said.length;
    client.send({ type: 'find', id: 901, condition: { quantity: { margin: 'least' }, is: 'above', than: 1e9 }, from: 0 });
    client.send({ type: 'trace', id: 902, ...size });
    await client.configure(specOf(towardsU1, planarLayers(2)));
    const answers = client.said.slice(from).map((message) => [message.type, 'id' in message && message.id]);
    assert.deepEqual(answers.slice(0, 2), [
      ['dropped', 901],
      ['dropped', 902],
    ]);
    assert.equal(answers[2][0], 'configured');
  });

  it('owns up to what it cannot do, and goes on', async () => {
    const client = new Client();
    client.send({ type: 'train', order: 1, until: 5 });
    assert.match((await client.hear('failed')).message, /was given no flow yet/);
    await client.configure(spec);
    assert.deepEqual(await client.train(5), { type: 'stopped', order: 1, reason: 'done' });
  });

  it('computes the same bits with TensorFlow.js’s wasm backend', async () => {
    const mixed = { ...spec, layers: [...spec.layers, { type: 'coupling', options: {}, initial: {} }] };
    const plain = new Client();
    await plain.configure(mixed);
    await plain.train(30);
    const expected = plain.checkpoint();

    const require = createRequire(path.resolve('package.json'));
    const wasmFolder = `${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;
    const fast = new Client({ wasmFolder });
    const { engine } = await fast.configure(mixed);
    assert.match(engine, /^TensorFlow\.js \(wasm\): layer 7, of type coupling, has no fused kernel; 6 of 7 layers are fused in runs$/);
    await fast.train(30);
    assert.deepEqual(fast.checkpoint(), expected);
    await tf.setBackend('cpu');
  });
});
