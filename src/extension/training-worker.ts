/** The entry of the training worker: the engine on a worker thread's port. */

import { parentPort } from 'node:worker_threads';
import { readPoints } from '../document/data/points';
import { startEngine } from '../training/engine';
import type { ToEngine } from '../training/messages';

if (!parentPort) throw new Error('The training worker runs in a worker thread only.');
const port = parentPort;

startEngine(
  {
    post: (message, transfer = []) => port.postMessage(message, [...transfer]),
    onMessage: (listener) => port.on('message', (message: ToEngine) => listener(message)),
  },
  { readTable: readPoints, wasmFolder: `${__dirname}/` },
);
