import assert from 'node:assert/strict';
import { FlowSession } from '../../../src/session/session';
import { openInProcessEngine } from './in-process-engine';

const text = `nflow: 1
dim: 2
seed: 7
objective: { type: reverse-kl, energy: U1 }
training: { steps: 10, batch: 64 }
layers:
  - planar # the first
  - radial: { centre: [0, 0], alpha: 0.5, beta: 1 } # the second
`;

describe('a flow that is moved by hand', () => {
  let session: FlowSession;

  beforeEach(async () => {
    session = new FlowSession(
      { openEngine: openInProcessEngine, readFile: (path) => Promise.reject(new Error(`${path} was not found.`)) },
      { epsilon: 0.05, particles: 50, gridLines: 5, layerDuration: 0 },
    );
    session.setText(text);
    await session.open();
  });
  afterEach(() => session.dispose());

  const parameters = () => [...(session.snapshot()?.checkpoint.parameters ?? [])];
  const handle = (layer: number, name: string) => session.flow?.layers[layer].handles().find((one) => one.name === name)?.at ?? [];
  const near = (actual: readonly number[], expected: readonly number[]) =>
    actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-3, `${actual.join()} should be ${expected.join()}`));

  async function train(): Promise<void> {
    const rested = new Promise<void>((resolve) => session.subscribe(() => session.status === 'done' && resolve()));
    await session.train();
    await rested;
  }

  /** Lets go, and gives the session the text that its edits make. */
  async function letGo(before: string): Promise<string> {
    const after = session.byHand
      .letGo(before)
      .reduceRight((whole, { start, end, text: written }) => whole.slice(0, start) + written + whole.slice(end), before);
    session.setText(after);
    await session.open();
    return after;
  }

  it('has its handle where it was dragged, and says so in its text, comments kept, without starting over', async () => {
    await train();
    await session.byHand.drag(1, 'centre', [1, 0.5]);
    await session.byHand.drag(1, 'centre', [1.25, -0.75]);
    near(handle(1, 'centre'), [1.25, -0.75]);
    const dragged = parameters();
    const after = await letGo(text);
    assert.match(after, /centre: \[1.25, -0.75\].*# the second/);
    assert.match(after, /- planar # the first/);
    assert.deepEqual([session.step, parameters(), session.status], [10, dragged, 'done']);
    await session.reset();
    near(handle(1, 'centre'), [1.25, -0.75]);
  });

  it('has its earlier values back when the text is undone, and the later ones when that is redone', async () => {
    await train();
    const before = parameters();
    await session.byHand.drag(0, 'u', [0.5, 1]);
    const dragged = parameters();
    assert.notDeepEqual(dragged, before);
    const after = await letGo(text);
    for (const [written, values] of [
      [text, before],
      [after, dragged],
      [text, before],
    ] as const) {
      session.setText(written);
      await session.open();
      assert.deepEqual([parameters(), session.step], [values, 10]);
    }
  });

  it('does not follow further than the constraint lets it, and says so', async () => {
    const [{ w, b }] = [{ w: parameters().slice(0, 2), b: parameters()[4] }];
    const square = w[0] ** 2 + w[1] ** 2;
    const foot = w.map((value) => (-b * value) / square);
    const pushedBy = (kappa: number) => foot.map((value, i) => value + (kappa * w[i]) / square);
    await session.byHand.drag(0, 'u', pushedBy(0.5));
    assert.deepEqual(session.byHand.held, { layer: 0, handle: 'u', heldBack: false });
    await session.byHand.drag(0, 'u', pushedBy(-3));
    assert.deepEqual(session.byHand.held, { layer: 0, handle: 'u', heldBack: true });
    assert.ok((session.flow?.layers[0].margin ?? 0) > 0);
    session.byHand.letGo(text);
    assert.equal(session.byHand.held, undefined);
  });

  it('is looked at through windows at any stage', async () => {
    const request = { stage: 2, side: 4, window: [-2, 2, -2, 2] } as const;
    const density = await session.windows.density(request);
    assert.deepEqual([density?.logDensity.length, density?.target?.length], [16, 16]);
    assert.equal((await session.windows.ellipses({ ...request, stage: 0 }))?.jacobians.length, 3 * 16 * 4);
    assert.equal(await session.windows.density({ ...request, stage: 9 }), undefined);
  });

  it('begins from points of the target when told to, and says how nearly they become Gaussian', async () => {
    assert.equal((await session.trace())?.normality, undefined);
    session.startFrom('target');
    const picture = await session.trace();
    assert.equal(picture?.normality?.count, 50);
  });
});
