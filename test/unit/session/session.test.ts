import assert from 'node:assert/strict';
import { readSafetensors } from '../../../src/document/checkpoint/safetensors';
import { parseFlow } from '../../../src/document/parse';
import { FlowSession, type SessionEvent } from '../../../src/session/session';
import { untrained } from '../../../src/session/snapshot';
import { openInProcessEngine } from './in-process-engine';

const settings = { epsilon: 0.05, particles: 50, gridLines: 5, layerDuration: 0 };

const text = ({
  seed = 7,
  steps = 30,
  learningRate = '5e-3',
  layers = '  - planar\n  - planar\n  - planar\n',
  extra = '',
} = {}) => `nflow: 1
dim: 2
seed: ${seed}
objective: { type: reverse-kl, energy: U1 }
training: { steps: ${steps}, batch: 64, learningRate: ${learningRate} }
layers:
${layers}${extra}`;

const csvFlow = `nflow: 1
dim: 2
objective: { type: forward-kl, data: points.csv }
training: { steps: 10, batch: 8 }
layers:
  - planar
  - planar
`;

describe('a session', () => {
  const files = new Map<string, string | Uint8Array>();
  let session: FlowSession;
  let events: SessionEvent[];

  beforeEach(() => {
    files.clear();
    session = new FlowSession(
      {
        openEngine: openInProcessEngine,
        readFile: (path) => {
          const file = files.get(path);
          if (file === undefined) return Promise.reject(new Error(`${path} was not found.`));
          return Promise.resolve(typeof file === 'string' ? new TextEncoder().encode(file) : file);
        },
      },
      settings,
    );
    events = [];
    session.subscribe((event) => events.push(event));
  });

  afterEach(() => session.dispose());

  /** Resolves once `condition` holds after some event. */
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const done = session.subscribe(() => {
        if (!condition()) return;
        done();
        resolve();
      });
      if (condition()) {
        done();
        resolve();
      }
    });

  const open = async (flow = text()) => {
    session.setText(flow);
    await session.open();
  };
  const trained = async (flow = text()) => {
    await open(flow);
    await session.train();
    await until(() => session.status !== 'running');
  };
  const parameters = () => [...(session.snapshot()?.checkpoint.parameters ?? [])];

  it('does not start an engine for a text that nobody looks at', () => {
    session.setText(text());
    assert.equal(session.opened, undefined);
    assert.deepEqual(session.problems, []);
  });

  it('opens at x, untrained', async () => {
    await open();
    assert.equal(session.depth, 3);
    assert.equal(session.cursor, 3);
    assert.equal(session.step, 0);
    assert.equal(session.status, 'idle');
    assert.equal(session.target?.picture?.kind, 'density');
  });

  it('trains a flow of every kind of layer, walks through it both ways, and saves it', async () => {
    const layers = [
      'actnorm: { shift: [0.1, 0] }',
      'linear: { permutation: 1, lower: [0.2] }',
      'coupling: { hidden: 4, b2: [0, 0] }',
      'coupling: { flip: true, hidden: 2, w1: [[1], [-1]] }',
      'radial: { centre: [0.5, 0], beta: 1 }',
      'planar: { leaky: true }',
    ];
    await trained(text({ layers: layers.map((layer) => `  - ${layer}\n`).join('') }));
    assert.deepEqual([session.status, session.problems], ['done', []]);
    const weights = session.weights();
    assert.ok(weights !== undefined && weights.length > 4 * parameters().length);
    session.setProbe({ stage: 0, point: [0.3, -0.4] });
    session.moveTo(0);
    session.moveTo(6);
    session.moveTo(0);
    assert.ok((session.probe?.roundTrip ?? 1) < 1e-12);
  });

  it('trains to the steps of the file, and from there for as many again', async () => {
    await trained();
    assert.equal(session.status, 'done');
    assert.equal(session.step, 30);
    assert.equal(session.losses.latest?.[0], 30);
    await session.train();
    await until(() => session.status === 'done');
    assert.equal(session.step, 60);
  });

  it('pauses, and goes on as if it had not', async () => {
    await trained(text({ steps: 100_000 }));
    const straight = parameters();
    await session.reset();
    assert.equal(session.step, 0);
    await session.train();
    await until(() => session.step > 0);
    session.pause();
    await until(() => session.status === 'paused');
    assert.ok(session.step < 100_000, `paused at ${session.step}`);
    await session.train();
    await until(() => session.status === 'done');
    assert.deepEqual(parameters(), straight);
  });

  it('resets to the initial values, and undoes that', async () => {
    await open();
    const initial = parameters();
    for (let run = 0; run < 2; run++) {
      await session.train();
      await until(() => session.status === 'done');
    }
    const after = parameters();
    await session.reset();
    assert.deepEqual(parameters(), initial);
    assert.equal(session.losses.latest, undefined);
    await session.undoReset();
    assert.deepEqual(parameters(), after);
    assert.equal(session.step, 60);
    assert.equal(session.until, 60, 'not "step 60 of 30"');
    assert.equal(session.losses.latest?.[0], 60);
  });

  it('keeps the last good flow while the text has a mistake', async () => {
    await open();
    session.setText(text().replace('U1', 'U9'));
    assert.equal(session.problems.length, 1);
    await session.open();
    assert.equal(session.opened?.spec.objective?.type === 'reverse-kl' && session.opened.spec.objective.energy, 'U1');
    assert.equal(session.depth, 3);
  });

  it('keeps what was trained when only the training settings change', async () => {
    await trained();
    const before = parameters();
    await open(text({ learningRate: '1e-3' }));
    assert.equal(session.opened?.spec.training.learningRate, 1e-3);
    assert.equal(session.step, 30);
    assert.deepEqual(parameters(), before);
  });

  it('starts over when the layers change, and brings the training back when that is undone', async () => {
    await trained();
    const before = parameters();
    await open(text({ layers: '  - planar\n  - planar\n' }));
    assert.equal(session.depth, 2);
    assert.equal(session.step, 0);
    assert.equal(session.cursor, 2);
    await open();
    assert.equal(session.step, 30);
    assert.deepEqual(parameters(), before);
    assert.equal(session.losses.latest?.[0], 30);
  });

  it('starts over for another target, whose loss is another, and brings the training back when that is undone', async () => {
    await trained();
    const before = parameters();
    await open(text().replace('U1', 'U4'));
    assert.equal(session.step, 0);
    assert.equal(session.losses.latest, undefined);
    await open();
    assert.equal(session.step, 30);
    assert.deepEqual(parameters(), before);
  });

  it('goes on when told to right after a pause', async () => {
    await open(text({ steps: 100_000 }));
    await session.train();
    await until(() => session.step > 0);
    session.pause();
    assert.equal(session.status, 'paused');
    await session.train();
    await until(() => session.status !== 'running');
    assert.equal(session.status, 'done');
    assert.equal(session.step, 100_000);
  });

  it('keeps a listener that throws from harming the others', async () => {
    const uncaught = new Promise<unknown>((resolve) => {
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        others.forEach((listener) => process.on('uncaughtException', listener));
        resolve(error);
      });
    });
    const end = session.subscribe(() => {
      end();
      throw new Error('mine');
    });
    await open();
    assert.equal(session.depth, 3);
    assert.match(String(await uncaught), /mine/);
  });

  it('trains on when only the training settings are edited', async () => {
    await open(text({ steps: 1_000_000 }));
    await session.train();
    await until(() => session.step > 0);
    const before = session.step;
    await open(text({ steps: 1_000_000, learningRate: '1e-3' }));
    assert.equal(session.opened?.spec.training.learningRate, 1e-3);
    assert.equal(session.status, 'running');
    await until(() => session.step > before);
    assert.equal(session.until, 1_000_000);
    await open(text({ steps: session.step + 500_000, learningRate: '1e-3' }));
    assert.ok(session.until < 1_000_000);
  });

  it('pauses a training whose layers are edited, says so, and has it back when that is undone', async () => {
    await open(text({ steps: 100_000 }));
    await session.train();
    await until(() => session.step > 0);
    await open(text({ steps: 100_000, layers: '  - planar\n' }));
    assert.equal(session.step, 0);
    assert.match(session.note ?? '', /edited/);
    await open(text({ steps: 100_000 }));
    assert.equal(session.status, 'paused');
    assert.ok(session.step > 0);
  });

  for (const [edited, layer, sentence] of [
    [
      'an initial value was',
      '{ w: [1.0, 0.2], u: [0.3, -0.8], b: 0.5 }',
      'An initial value was edited, so training begins at step 0; undo to be back at step 2. To change the trained value, set it in Variables or the console.',
    ],
    [
      'initial values were',
      '{ w: [1.0, 0.4], u: [0.3, -0.8], b: 0.5 }',
      'Initial values were edited, so training begins at step 0; undo to be back at step 2. To change trained values, set them in Variables or the console.',
    ],
  ])
    it(`says that ${edited} edited, and where trained ones are set`, async () => {
      await open(text({ layers: '  - planar: { w: [1.0, 0.2], u: [0.3, -0.8], b: 0.1 }\n' }));
      await session.stepTraining(2);
      await until(() => session.step === 2 && session.status === 'paused');
      await open(text({ layers: `  - planar: ${layer}\n` }));
      assert.equal(session.step, 0);
      assert.equal(session.note, sentence);
    });

  it('goes on in another process from a snapshot, to the bit', async () => {
    await trained();
    const snapshot = structuredClone(session.snapshot());
    assert.ok(snapshot);
    await session.train();
    await until(() => session.status === 'done');
    const straight = parameters();

    const second = new FlowSession({ openEngine: openInProcessEngine, readFile: () => Promise.reject(new Error('none')) }, settings);
    second.restore(snapshot);
    second.setText(text());
    await second.open();
    assert.equal(second.step, 30);
    assert.equal(second.status, 'paused');
    assert.equal(second.until, 30);
    await new Promise<void>((resolve) => {
      second.subscribe(() => {
        if (second.status === 'done') resolve();
      });
      void second.train();
    });
    assert.deepEqual([...(second.snapshot()?.checkpoint.parameters ?? [])], straight);
    second.dispose();
  });

  it('saves weights that a flow naming them starts from', async () => {
    await trained();
    const after = parameters();
    const weights = session.weights();
    assert.ok(weights);
    files.set('w.safetensors', weights);

    await open(text({ seed: 8, extra: 'weights: w.safetensors\n' }));
    assert.deepEqual(session.problems, []);
    assert.equal(session.step, 0);
    assert.deepEqual(parameters(), after);
  });

  it('gives other programs the numbers of the text with all their digits, and what was trained as it is', async () => {
    const layers = '  - radial: { centre: [0.1, 0.2], alpha: 0.3, beta: 0.4 }\n';
    const written = (): number[] => {
      const read = readSafetensors(session.exactWeights() ?? new Uint8Array());
      if ('message' in read) throw new Error(read.message);
      return read.tensors.flatMap(({ values }) => Array.from(values()));
    };
    await open(text({ layers }));
    assert.deepEqual(written(), [0.1, 0.2, 0.3, 0.4]);
    await session.stepTraining(1);
    await until(() => session.step === 1);
    assert.deepEqual(written(), Array.from(parameters()));
  });

  it('stays reset in another process, although its text names weights', async () => {
    await open();
    const initial = parameters();
    await session.train();
    await until(() => session.status === 'done');
    const weights = session.weights();
    assert.ok(weights);
    files.set('w.safetensors', weights);
    await open(text({ extra: 'weights: w.safetensors\n' }));
    await session.reset();
    assert.deepEqual(parameters(), initial);
    const [snapshot] = structuredClone(session.snapshots());

    const second = new FlowSession({ openEngine: openInProcessEngine, readFile: () => Promise.resolve(weights) }, settings);
    second.restore(snapshot);
    second.setText(text({ extra: 'weights: w.safetensors\n' }));
    await second.open();
    assert.deepEqual([...(second.snapshot()?.checkpoint.parameters ?? [])], initial);
    second.dispose();
  });

  it('hands out what was trained before an edit as well, for an undo in another process', async () => {
    await trained();
    await open(text({ layers: '  - planar\n' }));
    assert.deepEqual(
      session.snapshots().map(({ checkpoint }) => checkpoint.step),
      [30, 0],
    );
  });

  it('does not start over when the weights that it just saved are named in its text', async () => {
    await trained();
    const before = parameters();
    await open(text({ extra: 'weights: w.safetensors\n' }));
    assert.equal(session.step, 30);
    assert.equal(session.losses.latest?.[0], 30);
    assert.deepEqual(parameters(), before);
  });

  it('warns of weights that are missing or do not fit, and goes on without them', async () => {
    await open(text({ extra: 'weights: w.safetensors\n' }));
    assert.equal(session.depth, 3);
    assert.equal(session.problems[0].severity, 'warning');
    assert.match(session.problems[0].message, /w\.safetensors/);
    files.set('w.safetensors', 'not weights at all');
    await session.reload();
    assert.equal(session.problems[0].severity, 'warning');
  });

  it('reports a missing data file where it is named, and opens the flow once it is there', async () => {
    await open(csvFlow);
    const [problem] = session.problems;
    assert.equal(csvFlow.slice(problem.start, problem.end), 'points.csv');
    assert.match(problem.message, /points\.csv was not found/);
    assert.equal(session.depth, 0);
    files.set('points.csv', 'a,b\n1,2\n3,5\n4,4\n');
    await session.reload();
    assert.deepEqual(session.problems, []);
    assert.deepEqual(session.opened?.table?.names, ['a', 'b']);
  });

  it('learns from the columns that are chosen, in their order, and says which rows are left out', async () => {
    files.set('points.csv', 'a,b,c\n1,2,x\n3,5,x\n4,,x\n7,9,x\n');
    const chosen = csvFlow.replace('data: points.csv', 'data: points.csv, columns: [2, a]');
    await open(chosen);
    assert.deepEqual(session.opened?.table?.names, ['b', 'a']);
    assert.equal(session.opened?.table?.count, 3);
    const [problem] = session.problems;
    assert.equal(chosen.slice(problem.start, problem.end), 'points.csv');
    assert.equal(problem.message, 'points.csv: 1 row without a value in every column is left out.');
    await open(chosen.replace('[2, a]', '[a, d]'));
    assert.equal(session.problems[0].message, 'points.csv, line 1: There is no column "d": the file has (a, b, c).');
  });

  it('shows a flow whose formulas run against its objective, and says why it is not trained', async () => {
    await open(`nflow: 1\nobjective: { type: forward-kl, data: two-moons }\ndirection: z->x\nlayers:\n  - planar\n`);
    assert.equal(session.opened?.closedForm, 'generate');
    const said = new Promise<void>((resolve) => session.subscribe(() => session.note !== undefined && resolve()));
    await session.train();
    await said;
    assert.match(session.note ?? '', /forward-kl trains x → z/);
    assert.deepEqual([session.status, session.step], ['idle', 0]);
  });

  it('names file and line of a ragged row', async () => {
    files.set('points.csv', 'a,b\n1,2\n3\n4,4\n');
    await open(csvFlow);
    assert.match(session.problems[0].message, /^points\.csv, line 3: /);
    assert.equal(session.opened, undefined);
  });

  it('forgets what was wrong with a file that the text no longer names when it is found out', async () => {
    files.set('bad.csv', 'a,b\n1,2\n3\n4,4\n');
    files.set('good.csv', 'a,b\n1,2\n3,5\n4,4\n');
    session.setText(csvFlow.replace('points.csv', 'bad.csv'));
    await open(csvFlow.replace('points.csv', 'good.csv'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(session.problems, []);
    assert.equal(session.opened?.table?.count, 3);
  });

  it('keeps showing the flow of a data file that went bad', async () => {
    files.set('points.csv', 'a,b\n1,2\n3,5\n4,4\n');
    await open(csvFlow);
    files.set('points.csv', 'a,b\n1,2\n3,oops\n4,4\n');
    await session.reload();
    assert.match(session.problems[0].message, /line 3/);
    assert.equal(session.depth, 2);
  });

  it('moves the cursor layer by layer, within the flow', async () => {
    await open();
    session.stepThrough('generate');
    assert.equal(session.cursor, 3);
    session.stepThrough('encode');
    assert.equal(session.cursor, 2);
    session.moveTo(1.4);
    session.stepThrough('generate');
    assert.equal(session.cursor, 2);
    session.moveTo(1.4);
    session.stepThrough('encode');
    assert.equal(session.cursor, 1);
    session.moveTo(-5);
    assert.equal(session.cursor, 0);
  });

  it('walks the probe with the cursor, there and back', async () => {
    await open();
    session.moveTo(0);
    session.setProbe({ stage: 0, point: [0.5, -1] });
    session.moveTo(3);
    assert.equal(session.probe?.walked.stage, 3);
    session.moveTo(1.5);
    assert.equal(session.probe.walked.stage, 2, 'between two stages it stays at the one it came from');
    session.moveTo(0);
    assert.equal(session.probe.walked.stage, 0);
    assert.ok((session.probe.roundTrip ?? 1) < 1e-14);
  });

  it('carries the probe along while training', async () => {
    await open();
    session.setProbe({ stage: 0, point: [0.5, -1] });
    const before = [...(session.probe?.route[3] ?? [])];
    await session.train();
    await until(() => session.status === 'done');
    assert.deepEqual([...(session.probe?.origin ?? [])], [0.5, -1]);
    assert.notDeepEqual([...(session.probe?.route[3] ?? [])], before);
  });

  it('traces the particles through every stage, the same promise for all who ask at once', async () => {
    await open();
    const [first, second] = await Promise.all([session.trace(), session.trace()]);
    assert.equal(first, second);
    assert.equal(first?.particles.length, 4 * 50 * 2);
    assert.equal(first.gridDets.length, 3 * 25);
    assert.equal(await session.trace(), first, 'and again while nothing changed');
    await session.train();
    await until(() => session.status === 'done');
    assert.equal((await session.trace())?.step, 30);
  });

  it('takes exactly the steps it is asked for', async () => {
    await open();
    await session.stepTraining();
    await until(() => session.status === 'paused');
    assert.equal(session.step, 1);
    await session.stepTraining(4);
    await until(() => session.step === 5 && session.status === 'paused');
    await session.train();
    await until(() => session.status === 'done');
    assert.equal(session.step, 30);
  });

  it('sets parameters by the name of their layer, and trains on from there', async () => {
    await trained();
    await session.editParameters([
      { layer: 1, name: 'u', values: [0.25, -0.5] },
      { layer: 2, name: 'b', values: [1] },
    ]);
    const edited = parameters();
    assert.deepEqual([edited.slice(7, 9), edited[14], session.step], [[0.25, -0.5], 1, 30]);
    assert.equal(session.flow?.layers.length, 3);
    await session.train();
    await until(() => session.status === 'done');
    assert.equal(session.step, 60);
    await assert.rejects(session.editParameters([{ layer: 0, name: 'v', values: [1] }]), /Layer 1 has no parameter v/);
    await assert.rejects(session.editParameters([{ layer: 0, name: 'w', values: [1] }]), /w has 2 values, but 1 were given/);
    await assert.rejects(session.editParameters([{ layer: 0, name: 'b', values: [NaN] }]), /finite/);
  });

  it('looks at a past step and back at now, the probe with it', async () => {
    await trained();
    const now = parameters();
    session.setProbe({ stage: 0, point: [0.5, -1] });
    const end = [...(session.probe?.route[3] ?? [])];
    assert.ok(await session.revisit(12));
    assert.equal(session.past.shown?.step, 12);
    assert.equal(session.past.shown.margins.length, 3);
    assert.equal((await session.trace())?.step, 12);
    assert.notDeepEqual([...(session.probe?.route[3] ?? [])], end);
    assert.deepEqual(parameters(), now, 'training stands where it stood');
    assert.ok(await session.revisit(undefined));
    assert.deepEqual([...(session.probe?.route[3] ?? [])], end);
    assert.equal((await session.trace())?.step, 30);
    assert.equal(await session.revisit(31), false);
    assert.equal(session.past.shown, undefined);
  });

  it('goes back to a past step, and takes the same steps again', async () => {
    await trained();
    const end = parameters();
    const losses = [...session.losses.pairs()];
    assert.ok(await session.rewind(12));
    assert.deepEqual([session.step, session.status, session.until], [12, 'paused', 30]);
    assert.deepEqual([...session.losses.pairs()], losses.slice(0, 24), 'the loss that is told is that of the step');
    await session.train();
    await until(() => session.status === 'done');
    assert.deepEqual(parameters(), end);
    assert.deepEqual([...session.losses.pairs()], losses, 'no step is listed twice');
    assert.equal(await session.rewind(31), false);
    assert.ok(await session.rewind(0));
    assert.equal(session.losses.latest, undefined, 'no step told a loss yet');
  });

  it('takes as many steps as it was told to, also where a setting is changed meanwhile', async () => {
    await open(text({ steps: 4000 }));
    await session.stepTraining(300);
    session.setText(text({ steps: 4000, learningRate: '1e-2' }));
    await until(() => session.status !== 'running');
    assert.deepEqual([session.step, session.status, session.opened?.spec.training.learningRate], [300, 'paused', 1e-2]);
  });

  it('finds steps by what was recorded of them, and draws series', async () => {
    await trained();
    const pairs = [...session.losses.pairs()];
    const than = Math.min(...pairs.filter((_, i) => i % 2 === 1)) + 0.01;
    const found = await session.past.findStep({ quantity: 'loss', is: 'below', than });
    assert.ok(found !== undefined && pairs[2 * found - 1] <= than);
    assert.equal((await session.past.series('gradientNorm', 1, 30, 10)).length, 20);
    assert.equal((await session.past.series({ margin: 'least' }, 0, 30, 1000)).length, 62);
  });

  it('recalls a step while another is looked at', async () => {
    await trained();
    await session.revisit(12);
    const recalled = await session.past.recall(5, session.pictureSize);
    assert.equal(recalled?.picture.step, 5);
    assert.equal(session.past.shown?.step, 12);
    assert.equal(await session.past.recall(31, session.pictureSize), undefined);
  });

  it('stops where a loss is not finite, says where, and keeps the parameters', async () => {
    const { spec } = parseFlow(text());
    assert.ok(spec);
    session.restore(untrained(spec, new Float32Array(15).fill(1e30)));
    await open();
    const before = parameters();
    await session.train();
    await until(() => session.status !== 'running');
    assert.equal(session.status, 'not-finite');
    assert.match(session.note ?? '', /step 1: .* not finite/);
    assert.deepEqual(parameters(), before);
  });

  it('replaces an engine that failed', async () => {
    const engines: ReturnType<typeof openInProcessEngine>[] = [];
    const fragile = new FlowSession(
      {
        openEngine: () => {
          const engine = openInProcessEngine();
          let fail: (message: { type: 'failed'; message: string }) => void = () => {};
          engines.push(engine);
          return {
            ...engine,
            post: (message) =>
              engines.length === 1 && message.type === 'trace' ? fail({ type: 'failed', message: 'out of memory' }) : engine.post(message),
            onMessage: (listener) => {
              fail = listener;
              engine.onMessage(listener);
            },
          };
        },
        readFile: () => Promise.reject(new Error('none')),
      },
      settings,
    );
    fragile.setText(text());
    await fragile.open();
    assert.equal(await fragile.trace(), undefined);
    assert.match(fragile.note ?? '', /out of memory/);
    await fragile.open();
    assert.equal(engines.length, 2);
    assert.equal((await fragile.trace())?.depth, 3);
    fragile.dispose();
  });
});
