/** The training worker of the product, as the benchmark finds its parts. */

import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { readPoints } from '../../src/document/data/points';
import { startEngine } from '../../src/training/engine';
import type { ToEngine } from '../../src/training/messages';

if (!parentPort) throw new Error('This runs in a worker thread only.');
const port = parentPort;
startEngine(
  {
    post: (message, transfer = []) => port.postMessage(message, [...transfer]),
    onMessage: (listener) => port.on('message', (message: ToEngine) => listener(message)),
  },
  { readTable: readPoints, wasmFolder: fileURLToPath(new URL('../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)) },
);
