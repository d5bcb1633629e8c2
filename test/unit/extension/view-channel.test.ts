import assert from 'node:assert/strict';
import { newFlowText } from '../../../src/document/new-flow';
import type { OpenFlow } from '../../../src/extension/open-flows';
import { ViewChannel } from '../../../src/extension/view-channel';
import type { Frame, FromView, ToView } from '../../../src/protocol/messages';
import { unpack } from '../../../src/protocol/pack';
import type { EnginePort } from '../../../src/session/environment';
import { FlowSession } from '../../../src/session/session';
import { openInProcessEngine } from '../session/in-process-engine';

const none = { dispose: () => {} };

describe('the channel between a flow and its view', () => {
  let session: FlowSession;
  let channel: ViewChannel;
  let visible: boolean;
  let traces: number;
  let posted: ToView[];
  let say: (message: FromView) => void;

  function openEngine(): EnginePort {
    const engine = openInProcessEngine();
    return {
      ...engine,
      post: (message) => {
        if (message.type === 'trace') traces++;
        engine.post(message);
      },
    };
  }

  beforeEach(() => {
    [visible, traces, posted] = [true, 0, []];
    const environment = { openEngine, readFile: () => Promise.reject(new Error('There is no file.')) };
    session = new FlowSession(environment, { epsilon: 0.05, particles: 2000, gridLines: 41, layerDuration: 0 });
    const webview = {
      postMessage: (message: ToView) => Promise.resolve(posted.push(message) > 0),
      onDidReceiveMessage: (listener: (message: FromView) => void) => {
        say = listener;
        return none;
      },
    };
    const flows = { onDidRename: () => none, onDidPoint: () => none, pointAt: () => {}, activate: () => {} };
    channel = new ViewChannel(webview, () => visible, 'tensors', flows);
    session.setText(newFlowText({ type: 'reverse-kl', energy: 'U1' }));
    channel.show({ session, uri: 'a.nflow', name: 'a.nflow' } as unknown as OpenFlow);
  });

  afterEach(() => {
    channel.dispose();
    session.dispose();
  });

  const frames = (): Extract<ToView, { type: 'frame' }>[] => posted.filter((message) => message.type === 'frame');

  /** Resolves once `condition` holds, looked at in every turn of the loop that the engine runs on too. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }
  const trainTo = (step: number) => session.stepTraining(step - session.step).then(() => until(() => session.step >= step));

  it('says nothing to a view that is not ready', async () => {
    await trainTo(1);
    assert.deepEqual(posted, []);
  });

  it('sends a frame in one buffer of less than a megabyte: 16 layers, 2,000 particles, a 41 × 41 grid', async () => {
    say({ type: 'ready' });
    await until(() => frames().length > 0);
    const [{ packed }] = frames();
    assert.ok(packed.byteLength < 1e6, `${packed.byteLength} bytes`);
    const { depth, count, side } = unpack<Frame>(packed);
    assert.deepEqual([depth, count, side], [16, 2000, 41]);
  });

  it('has no second frame waiting, however far training goes, and sends the newest once the first is drawn', async () => {
    say({ type: 'ready' });
    await until(() => frames().length > 0);
    for (const step of [1, 2, 3]) await trainTo(step);
    assert.equal(frames().length, 1);
    say({ type: 'drawn' });
    await until(() => frames().length > 1);
    assert.equal(unpack<Frame>(frames()[1].packed).step, 3);
  });

  it('sends one frame to a view that is loaded again while a picture is computed', async () => {
    say({ type: 'ready' });
    await until(() => frames().length > 0);
    say({ type: 'drawn' });
    await trainTo(1);
    say({ type: 'ready' });
    await until(() => frames().length > 1);
    await trainTo(2);
    assert.equal(frames().length, 2);
  });

  it('asks for no picture and sends nothing while the view is hidden', async () => {
    say({ type: 'ready' });
    await until(() => frames().length > 0);
    visible = false;
    say({ type: 'drawn' });
    const before = [traces, posted.length];
    for (const step of [1, 2, 3]) await trainTo(step);
    assert.deepEqual([traces, posted.length], before);
  });

  it('says how much of the energy the loss counts while that is annealed', async () => {
    say({ type: 'ready' });
    await trainTo(2);
    const { state } = posted.filter((message) => message.type === 'state').at(-1) ?? {};
    assert.equal(state?.training.beta, 0.01 + (0.99 * 2) / 2000);
  });

  it('tells the state once of what happens at one time', async () => {
    say({ type: 'ready' });
    await until(() => frames().length > 0);
    posted.length = 0;
    session.moveTo(3);
    session.moveTo(4);
    session.moveTo(5);
    await Promise.resolve();
    assert.deepEqual(
      posted.map((message) => message.type === 'state' && message.state?.cursor),
      [5],
    );
  });
});
