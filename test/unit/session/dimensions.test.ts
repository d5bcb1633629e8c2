import assert from 'node:assert/strict';
import { parseFlow } from '../../../src/document/parse';
import { layerTypes } from '../../../src/flow/registry';
import { FlowSession } from '../../../src/session/session';
import type { Snapshot } from '../../../src/session/snapshot';
import { openInProcessEngine } from './in-process-engine';

const settings = { epsilon: 0.05, particles: 50, gridLines: 5, layerDuration: 0 };
const everyLayer = [...layerTypes.keys()].map((name) => `  - ${name}\n`).join('');

/** 300 rows of as many columns, each of two clusters. */
function table(columns: number): string {
  const row = (i: number): number[] => Array.from({ length: columns }, (_, c) => (i % 2) * 4 + Math.sin(12.9898 * (i + 1) * (c + 1)));
  return Array.from({ length: 300 }, (_, i) => row(i).join(',')).join('\n');
}

describe('a flow of every kind of layer', () => {
  const onLine = 'objective: { type: reverse-kl, energy: double-well }';
  const onData = 'objective: { type: forward-kl, data: points.csv }';
  const normal = 'base: standard-normal';
  const cases: [what: string, dim: number, lines: string][] = [
    ['in one dimension, from an energy', 1, `${normal}\n${onLine}`],
    ['in one dimension, from data', 1, `${normal}\n${onData}`],
    ['in three dimensions, from data', 3, `${normal}\n${onData}`],
    [
      'in five dimensions, from a diagonal normal',
      5,
      `base: { type: diagonal-normal, mean: [0, 0, 1, 0, 0], scale: [1, 2, 1, 1, 1] }\n${onData}`,
    ],
    [
      'from a mixture',
      2,
      `base: { type: mixture, weights: [1, 1], components: [standard-normal, { type: diagonal-normal, mean: [4, 0], scale: [1, 1] }] }\n${onData}`,
    ],
    [
      'from a full normal, from an energy',
      2,
      'base: { type: full-normal, mean: [0, 1], cholesky: [[1, 0], [1, 1]] }\nobjective: { type: reverse-kl, energy: U1 }',
    ],
    [
      'from a uniform base, from an energy',
      2,
      'base: { type: uniform, low: [-2, -2], high: [2, 2] }\nobjective: { type: reverse-kl, energy: U1 }',
    ],
  ];
  for (const [what, dim, lines] of cases) {
    it(`is trained and drawn: ${what}`, async () => {
      const text = `nflow: 1\ndim: ${dim}\nseed: 3\n${lines}\ntraining: { steps: 40, batch: 64, learningRate: 0.01 }\nlayers:\n${everyLayer}`;
      assert.deepEqual(parseFlow(text).problems, []);
      const readFile = (): Promise<Uint8Array> => Promise.resolve(new TextEncoder().encode(table(dim)));
      const session = new FlowSession({ openEngine: openInProcessEngine, readFile }, settings);
      session.setText(text);
      await session.open();
      assert.deepEqual(session.problems, []);
      const done = new Promise<void>((resolve) => session.subscribe(() => session.status !== 'running' && session.step > 0 && resolve()));
      await session.train();
      await done;
      assert.equal(session.note, undefined);
      assert.deepEqual([session.status, session.step], ['done', 40]);
      const losses = session.losses.pairs().filter((_, i) => i % 2 === 1);
      const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.ok(mean(losses.slice(-10)) < mean(losses.slice(0, 10)), `${mean(losses.slice(0, 10))} → ${mean(losses.slice(-10))}`);
      const picture = await session.trace();
      assert.ok(picture && [picture.particles, picture.grid, picture.particleDets].every((values) => values.every(Number.isFinite)));
      session.setProbe({ stage: 0, point: [0.5, -0.5] });
      session.moveTo(0);
      session.moveTo(session.depth);
      assert.equal(session.probe?.walked.point.length, dim);
      assert.ok(session.probe.walked.point.every(Number.isFinite));
      session.dispose();
    });
  }

  it('shows the same two coordinates in another process', async () => {
    const text = `nflow: 1\ndim: 3\nseed: 3\n${onData}\nlayers: [planar]\n`;
    const readFile = (): Promise<Uint8Array> => Promise.resolve(new TextEncoder().encode(table(3)));
    const open = async (restored?: Snapshot): Promise<FlowSession> => {
      const session = new FlowSession({ openEngine: openInProcessEngine, readFile }, settings);
      if (restored) session.restore(restored);
      session.setText(text);
      await session.open();
      return session;
    };
    const first = await open();
    first.showCoordinates([2, 1]);
    const second = await open(structuredClone(first.snapshot()));
    assert.deepEqual(second.coordinates, [2, 1]);
    first.dispose();
    second.dispose();
  });
});
