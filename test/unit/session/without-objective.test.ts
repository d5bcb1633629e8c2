import assert from 'node:assert/strict';
import { parseFlow } from '../../../src/document/parse';
import { decodeWeights, encodeWeights } from '../../../src/document/weights';
import { FlowSession } from '../../../src/session/session';
import { openInProcessEngine } from './in-process-engine';

const flow = (lines: string): string =>
  `nflow: 1\ndim: 3\n${lines}\nlayers:\n  - planar: { w: [1, 0, 0], u: [0, 1, 0], b: 0.5 }\n  - planar\n`;

describe('a flow without an objective', () => {
  let session: FlowSession;
  beforeEach(() => {
    session = new FlowSession(
      { openEngine: openInProcessEngine, readFile: () => Promise.reject(new Error('It names no file.')) },
      { epsilon: 0.05, particles: 20, gridLines: 5, layerDuration: 0 },
    );
  });
  afterEach(() => session.dispose());

  const trained = async (): Promise<void> => {
    await session.train();
    await new Promise<void>((resolve) => {
      session.subscribe(() => session.status !== 'running' && resolve());
      if (session.status !== 'running') resolve();
    });
  };
  const specOf = (text: string): ReturnType<typeof parseFlow>['spec'] => parseFlow(text).spec;

  it('is one where its direction is given', () => {
    const { spec, problems } = parseFlow(flow('direction: x->z'));
    assert.deepEqual(problems, []);
    assert.equal(spec?.objective, undefined);
    const missing = parseFlow(flow('seed: 1'));
    assert.equal(missing.spec, undefined);
    assert.match(missing.problems[0].message, /^objective is missing/);
    assert.equal(specOf(flow('direction: sideways')), undefined);
    assert.equal(specOf(flow('direction: x->z\nobjective: { type: reverse-kl }')), undefined);
  });

  it('is drawn, stepped through and probed', async () => {
    session.setText(flow('direction: x->z'));
    await session.open();
    assert.equal(session.opened?.closedForm, 'encode');
    session.moveTo(0);
    session.setProbe({ stage: 0, point: [0.1, 0.2, 0.3] });
    session.stepThrough('generate');
    assert.equal(session.cursor, 1);
    assert.ok((session.probe?.route.length ?? 0) === 3 && Number.isFinite(session.probe?.logProb));
    session.startFrom('target');
    const picture = await session.trace();
    assert.equal(picture?.count, 20);
    await session.editParameters([{ layer: 0, name: 'b', values: [2] }]);
    assert.equal(session.parameters?.[6], 2);
  });

  it('is not trained, and says why; given an objective, it is', async () => {
    session.setText(flow('direction: z->x'));
    await trained();
    assert.deepEqual([session.status, session.step], ['idle', 0]);
    assert.match(session.note ?? '', /has no objective.*add an objective/);
    const line = 'nflow: 1\ndim: 1\ntraining: { steps: 5, batch: 8 }\nlayers: [planar]\n';
    session.setText(`${line}direction: z->x`);
    await trained();
    assert.equal(session.step, 0);
    session.setText(`${line}direction: z->x\nobjective: { type: reverse-kl, energy: double-well }`);
    await trained();
    assert.deepEqual([session.status, session.step, session.note], ['done', 5, undefined]);
  });

  it('keeps its weights when it is given an objective that trains its direction, and no others', () => {
    const bare = specOf(flow('direction: z->x'));
    assert.ok(bare);
    const values = Float32Array.from({ length: 14 }, (_, i) => i / 8);
    const bytes = encodeWeights(bare, values);
    assert.deepEqual(decodeWeights(bare, bytes), values);
    const trained = specOf(flow('direction: z->x\nobjective: { type: forward-kl, data: points.csv }'));
    assert.ok(trained);
    assert.deepEqual(decodeWeights(trained, bytes), values);
    assert.deepEqual(decodeWeights(bare, encodeWeights(trained, values)), values);
    const other = specOf(flow('direction: x->z'));
    assert.ok(other);
    assert.deepEqual(decodeWeights(other, bytes), {
      message: 'These weights are of formulas in the other direction, while the formulas of this flow run x → z.',
    });
  });
});
