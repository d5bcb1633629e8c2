// The debug adapter and its session in a page: what a web extension host would run. The bundle fails where anything asks for Node.
import { DebugAdapter } from '../../../src/debug/adapter';
import type { Program } from '../../../src/debug/host';
import type { EnginePort } from '../../../src/session/environment';
import { FlowSession } from '../../../src/session/session';
import type { FromEngine } from '../../../src/training/messages';

function openEngine(): EnginePort {
  const worker = new Worker('engine.js');
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => worker.addEventListener('message', ({ data }: MessageEvent<FromEngine>) => listener(data)),
    close: () => worker.terminate(),
  };
}

/** A program whose path is its text. */
function open(text: string): Promise<Program> {
  const readFile = () => Promise.reject(new Error('There are no files here.'));
  const session = new FlowSession({ openEngine, readFile }, { epsilon: 0.05, particles: 1000, gridLines: 2, layerDuration: 0 });
  session.setText(text);
  const close = () => session.dispose();
  return Promise.resolve({
    session,
    path: 'flow.nflow',
    name: 'flow.nflow',
    text: () => text,
    refresh: () => Promise.resolve(),
    readFile,
    close,
  });
}

const sent: unknown[] = [];
const adapter = new DebugAdapter({ open }, (message) => sent.push(message));
Object.assign(globalThis, { adapter: { receive: (message: Record<string, unknown>) => adapter.receive(message), sent } });
