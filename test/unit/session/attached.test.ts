import assert from 'node:assert/strict';
import { readingsOf, withBaseAsLayer } from '../../../src/document/checkpoint/elsewhere';
import { importedFlowText } from '../../../src/document/checkpoint/flow-text';
import { importCheckpoint } from '../../../src/document/checkpoint/import';
import { readSafetensors, type Safetensors } from '../../../src/document/checkpoint/safetensors';
import { parseFlow } from '../../../src/document/parse';
import { encodeWeights } from '../../../src/document/weights';
import { FlowSession } from '../../../src/session/session';
import { StepReader } from '../../../src/session/step-reader';
import type { RecordedStep } from '../../../src/training/messages';
import { safetensors } from '../document/checkpoint/safetensors-file';
import { openInProcessEngine } from './in-process-engine';

const text = `nflow: 1
dim: 2
seed: 7
objective: { type: reverse-kl, energy: U1 }
training: { steps: 30, batch: 64 }
layers:
  - planar
`;
const { spec } = parseFlow(text);
assert.ok(spec);

/** A step whose planar layer has w = (step/1000, 1), u = (1, 0) and b = 0, so that det stays between 1 and 1 + step/1000. */
const stepOf = (step: number, more: Partial<RecordedStep> = {}): RecordedStep => ({
  step,
  parameters: Float32Array.of(step / 1000, 1, 1, 0, 0),
  loss: 1 / step,
  ...more,
});
const wOf = (parameters: Float32Array | undefined) => Math.round((parameters?.[0] ?? NaN) * 1000);

describe('a session attached to training elsewhere', () => {
  let session: FlowSession;

  beforeEach(async () => {
    session = new FlowSession(
      { openEngine: openInProcessEngine, readFile: () => Promise.reject(new Error('There is no file.')) },
      { epsilon: 0.05, particles: 20, gridLines: 5, layerDuration: 0 },
    );
    session.setText(text);
    await session.open();
  });

  afterEach(() => session.dispose());

  const until = (what: () => boolean) =>
    new Promise<void>((resolve) => {
      const end = session.subscribe(() => {
        if (!what()) return;
        end();
        resolve();
      });
      if (what()) {
        end();
        resolve();
      }
    });

  const attach = async (...steps: RecordedStep[]) => {
    const attached = await session.beginnings.attach('runs/', steps, 0);
    assert.ok(attached);
    return attached;
  };
  const losses = () => Array.from(session.losses.pairs(), (value, i) => (i % 2 === 0 ? value : Math.round(1 / value)));

  it('plays what was there, and then what comes, with the loss that the files say and nothing that they do not', async () => {
    const attached = await attach(stepOf(200), stepOf(100));
    await until(() => session.step === 200);
    attached.follow([stepOf(350)], 5);
    await until(() => session.step === 350);
    assert.equal(session.status, 'running');
    assert.equal(wOf(session.parameters), 350);
    assert.deepEqual(losses(), [100, 100, 200, 200, 350, 350]);
    const [, , base, logDet, energy, gradientNorm] = session.losses.latestRow ?? [];
    for (const unknown of [base, logDet, energy, gradientNorm]) assert.ok(Number.isNaN(unknown));
    assert.equal(attached.lastSeen, 5);
  });

  it('shows any step again: of those between two files the earlier', async () => {
    await attach(...[100, 200, 300].map((step) => stepOf(step)));
    await until(() => session.step === 300);
    assert.equal(await session.revisit(250), true);
    assert.equal(session.past.shown?.step, 200);
    assert.equal(wOf(session.parameters), 200);
    assert.equal(session.past.shown?.measures.loss, 1 / 200);
    assert.equal(await session.revisit(99), false);
    assert.deepEqual([...(await session.past.series('loss', 0, 1000, 10))], [100, 1 / 100, 200, 1 / 200, 300, 1 / 300]);
    assert.equal(await session.past.findStep({ quantity: 'loss', is: 'below', than: 1 / 150 }), 200);
  });

  it('waits at a breakpoint while files come, and goes on through every one of them', async () => {
    const asked: number[] = [];
    session.past.watch([{ condition: { quantity: 'loss', is: 'below', than: 1 / 250 }, from: 0 }], (which) => {
      asked.push(...which.map(({ index }) => index));
      return true;
    });
    const attached = await attach(stepOf(100));
    attached.follow([stepOf(200), stepOf(300)], 0);
    attached.follow([stepOf(400)], 0);
    await until(() => session.status === 'paused');
    assert.equal(session.step, 300);
    assert.deepEqual(asked, [0]);
    attached.follow([stepOf(500)], 0);
    await session.stepTraining(1);
    await until(() => session.status === 'paused');
    assert.equal(session.step, 400);
    session.past.watch([], () => true);
    await session.rewind(150);
    assert.equal(session.step, 100);
    await session.train();
    await until(() => session.step === 500);
    assert.deepEqual(
      losses().filter((_, i) => i % 2 === 0),
      [100, 200, 300, 400, 500],
    );
  });

  it('takes as many files as it was told to, also where something came true that is not to be rested at', async () => {
    session.past.watch([{ condition: { quantity: 'loss', is: 'below', than: 1 / 150 }, from: 0 }], () => false);
    await attach(stepOf(100));
    await until(() => session.step === 100);
    session.pause();
    session.beginnings.attached?.follow(
      [200, 300, 400, 500].map((step) => stepOf(step)),
      0,
    );
    await session.stepTraining(3);
    await until(() => session.status === 'paused');
    assert.equal(session.step, 400);
  });

  it('waits for the step that it is told to take', async () => {
    const attached = await attach(stepOf(1));
    await until(() => session.step === 1);
    session.pause();
    await session.stepTraining(2);
    attached.follow([stepOf(2)], 0);
    await until(() => session.step === 2);
    assert.equal(session.status, 'running');
    attached.follow([stepOf(3), stepOf(4)], 0);
    await until(() => session.status === 'paused');
    assert.equal(session.step, 3);
  });

  it('puts a file that comes late where it belongs', async () => {
    const attached = await attach(stepOf(100), stepOf(300));
    await until(() => session.step === 300);
    attached.follow([stepOf(200)], 0);
    await until(() => session.losses.rows().length === 18);
    assert.deepEqual(losses(), [100, 100, 200, 200, 300, 300]);
    assert.equal(session.step, 300);
  });

  it('forgets what came after a step that was taken again, and knows a file that is merely there twice', async () => {
    const attached = await attach(stepOf(1), stepOf(2), stepOf(3));
    await until(() => session.step === 3);
    attached.follow([stepOf(2), stepOf(3)], 0);
    attached.follow([stepOf(2, { parameters: Float32Array.of(7, 1, 1, 0, 0), loss: 1 / 9 })], 0);
    await until(() => session.step === 2);
    assert.deepEqual(losses(), [1, 1, 2, 9]);
    assert.equal(await session.revisit(3), true);
    assert.equal(session.past.shown?.step, 2);
  });

  it('stops at a step that is not finite, before it, and goes on after it', async () => {
    const attached = await attach(stepOf(1));
    attached.follow([stepOf(2, { parameters: undefined, wrong: '"w" is NaN at step 2.' }), stepOf(3)], 0);
    await until(() => session.status === 'not-finite');
    assert.equal(session.note, '"w" is NaN at step 2.');
    assert.equal(wOf(session.parameters), 1);
    await session.train();
    await until(() => session.step === 3);
  });

  it('computes the loss by its own objective where the files say none', async () => {
    await attach({ step: 10, parameters: Float32Array.of(0, 0, 0, 0, 0) }, { step: 20, parameters: Float32Array.of(0, 0, 0, 0, 0.5) });
    await until(() => session.step === 20);
    const [first, second] = [session.losses.rows().slice(0, 6), session.losses.rows().slice(6)];
    // w = 0 leaves every point where it is, whatever b: E log p_z(z) + E u(z) of one batch, the same for all.
    assert.ok(Math.abs(first[1] - (first[2] - first[3] + first[4])) < 1e-6);
    assert.equal(first[3], 0);
    assert.deepEqual([...second.slice(1, 5)], [...first.slice(1, 5)]);
    assert.ok(Number.isNaN(first[5]), 'nobody knows the gradient');
    assert.match(session.engineName, /reverse-kl towards U1/);
  });

  it('refuses values that are set here until it is detached, and then trains on from there', async () => {
    const attached = await attach(stepOf(100));
    await until(() => session.step === 100);
    const edit = () => session.editParameters([{ layer: 0, name: 'b', values: [1] }]);
    await assert.rejects(edit, /come from runs\//);
    session.beginnings.detach();
    assert.equal(session.status, 'paused');
    assert.ok(attached.isOver);
    attached.follow([stepOf(200)], 0);
    await session.stepTraining(1);
    await until(() => session.status === 'paused');
    assert.equal(session.step, 101);
    assert.notEqual(session.engineName, '');
    assert.equal(session.beginnings.attached, undefined);
    await edit();
  });

  it('is detached by an edit of the text that makes it another flow', async () => {
    const attached = await attach(stepOf(100));
    session.setText(`${text}  - planar\n`);
    await session.open();
    assert.ok(attached.isOver);
    assert.equal(session.depth, 2);
  });
});

describe('checkpoints of training elsewhere', () => {
  const content = (bytes: Uint8Array): Safetensors => {
    const file = readSafetensors(bytes);
    assert.ok(!('message' in file));
    return file;
  };
  const normflows = (value: number, metadata: Record<string, string> = {}, base?: readonly [number, number]) =>
    safetensors(
      {
        'flows.0.w': [
          [1, 2],
          [value, 1],
        ],
        'flows.0.u': [
          [1, 2],
          [0.5, -0.25],
        ],
        'flows.0.b': [[1], [0]],
        ...(base && {
          'q0.loc': [
            [1, 2],
            [base[0], 0],
          ] as const,
          'q0.log_scale': [
            [1, 2],
            [base[1], 0],
          ] as const,
        }),
      },
      (header) => (header.__metadata__ = metadata),
    );

  it('are numbered by the metadata, else the name, else one after the other', () => {
    const weights = (metadata: Record<string, string>) => content(safetensors({}, (header) => (header.__metadata__ = metadata)));
    const own = encodeWeights(spec, new Float32Array(5));
    const read = (reader: StepReader, name: string, metadata: Record<string, string> = {}) => {
      const step = reader.read(name, { ...content(own), metadata: weights(metadata).metadata }, own);
      assert.ok(!('message' in step));
      return step;
    };
    const folder = new StepReader(spec, { of: 'nflow', meaning: '' }, false);
    assert.equal(read(folder, 'epoch=3-step=1200.safetensors').step, 1200);
    assert.equal(read(folder, 'a7.safetensors', { step: '1300' }).step, 1300);
    assert.equal(read(folder, 'last.safetensors').step, 1301);
    const file = new StepReader(spec, { of: 'nflow', meaning: '' }, true);
    assert.deepEqual(
      [1, 2].map(() => read(file, 'flow2d.safetensors').step),
      [1, 2],
    );
    assert.equal(read(file, 'flow2d.safetensors', { step: '50', nll: '2.5' }).loss, 2.5);
    assert.equal(read(file, 'flow2d.safetensors', { step: '10' }).anew, true);
    assert.match(read(file, 'x.safetensors', { loss: 'nan' }).wrong ?? '', /the loss is NaN at step 11/);
  });

  it('are read as the flow that was imported from one of them, without another question', () => {
    const bytes = normflows(0.75);
    const imported = importCheckpoint(content(bytes), { uHat: 'none', activation: 'tanh', direction: 'generate' });
    assert.ok(!('message' in imported));
    const flow = parseFlow(importedFlowText(imported, 'x')).spec;
    assert.ok(flow);
    const readings = readingsOf(flow, content(bytes), bytes);
    assert.ok(Array.isArray(readings));
    assert.equal(readings.length, 1);
    const later = normflows(0.875);
    const step = new StepReader(flow, readings[0], false).read('8.safetensors', content(later), later);
    assert.ok(!('message' in step));
    assert.deepEqual([...(step.parameters ?? [])], [0.875, 1, 0.5, -0.25, 0]);
  });

  for (const direction of ['generate', 'encode'] as const) {
    it(`have a base that is trained as a layer, for formulas that ${direction}`, () => {
      const bytes = normflows(0.75, {}, [0, 0]);
      const imported = importCheckpoint(content(bytes), { uHat: 'paper', activation: 'tanh', direction });
      assert.ok(!('message' in imported));
      const flow = parseFlow(importedFlowText(withBaseAsLayer(imported), 'x')).spec;
      assert.ok(flow);
      const readings = readingsOf(flow, content(bytes), bytes);
      assert.ok(Array.isArray(readings));
      const later = normflows(0.75, {}, [3, Math.log(2)]);
      const step = new StepReader(flow, readings[0], false).read('8.safetensors', content(later), later);
      assert.ok(!('message' in step) && step.parameters);
      const [logScale, , shift] = step.parameters;
      // z = 1 is mean + scale·z = 5 after the base, either way.
      if (direction === 'generate') assert.ok(Math.abs(Math.exp(logScale) + shift - 5) < 1e-6);
      else assert.ok(Math.abs(Math.exp(logScale) * 5 + shift - 1) < 1e-6);
      // A flow whose base is fixed refuses what it cannot show.
      const fixed = parseFlow(importedFlowText(imported, 'x')).spec;
      assert.ok(fixed);
      const refused = new StepReader(fixed, readings[0], false).read('8.safetensors', content(later), later);
      assert.ok('message' in refused && /its base has other values/.test(refused.message));
    });
  }

  it('say what went wrong where a number is not finite, and what does not fit where they are of another flow', () => {
    const reader = new StepReader(spec, { of: { uHat: 'paper' }, meaning: '' }, false);
    const bad = normflows(NaN);
    const wrong = reader.read('9.safetensors', content(bad), bad);
    assert.ok(!('message' in wrong));
    assert.equal(wrong.parameters, undefined);
    assert.match(wrong.wrong ?? '', /"flows\.0\.w" holds a number that is not finite in 9\.safetensors, at step 9/);
    const two = parseFlow(`${text}  - radial\n`).spec;
    assert.ok(two);
    const fine = normflows(1);
    const other = new StepReader(two, { of: {}, meaning: '' }, false).read('9.safetensors', content(fine), fine);
    assert.ok('message' in other && /it has 1 layers? where this one has 2/.test(other.message));
  });
});
