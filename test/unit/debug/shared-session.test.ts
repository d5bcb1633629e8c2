// The adapter on a session that others have too, as in the editor: it outlives the debugging of it.
import assert from 'node:assert/strict';
import { DebugAdapter } from '../../../src/debug/adapter';
import type { Host } from '../../../src/debug/host';
import { FlowSession } from '../../../src/session/session';
import { openInProcessEngine } from '../session/in-process-engine';

const text = `nflow: 1
dim: 2
objective: { type: reverse-kl, energy: U1 }
layers:
  - planar
  - planar
`;

describe('debugging a flow that is shown elsewhere too', () => {
  it('leaves the flow alone where it is ended while it still trains first', async () => {
    const session = new FlowSession(
      { openEngine: () => openInProcessEngine(), readFile: () => Promise.reject(new Error('There are no files.')) },
      { epsilon: 0.05, particles: 10, gridLines: 2, layerDuration: 0 },
    );
    session.setText(text);
    const program = {
      session,
      path: 'flow.nflow',
      name: 'flow.nflow',
      text: () => text,
      readFile: () => Promise.reject(new Error('None.')),
    };
    const host: Host = { open: () => Promise.resolve({ ...program, refresh: () => Promise.resolve(), close: () => {} }) };
    const adapter = new DebugAdapter(host, () => {});
    const until = (holds: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const unsubscribe = session.subscribe(() => {
          if (!holds()) return;
          unsubscribe();
          resolve();
        });
      });
    const trains = until(() => session.status === 'running' && session.step > 0);
    const requests = [
      ['initialize', {}],
      ['launch', { program: 'flow.nflow', train: 100_000 }],
      ['configurationDone', {}],
    ] as const;
    requests.forEach(([command, given], seq) => adapter.receive({ type: 'request', seq, command, arguments: given }));
    await trains;
    adapter.dispose();
    session.moveTo(2);
    session.pause();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(session.cursor, 2);
    session.dispose();
  });
});
