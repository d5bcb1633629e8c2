import { Worker } from 'node:worker_threads';
import type { EnginePort } from '../session/environment';
import type { FromEngine } from '../training/messages';

/** Starts a training engine in a worker thread, so that the extension host's own loop, which other extensions share, stays free. */
export function openWorkerEngine(script: string): EnginePort {
  const worker = new Worker(script);
  const listeners: ((message: FromEngine) => void)[] = [];
  const receive = (message: FromEngine) => listeners.forEach((listener) => listener(message));
  worker.on('message', receive);
  worker.on('error', (error) => receive({ type: 'failed', message: error.message }));
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => listeners.push(listener),
    close: () => void worker.terminate(),
  };
}
