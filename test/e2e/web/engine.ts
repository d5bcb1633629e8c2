// The training engine in a browser's worker.
import { readPoints } from '../../../src/document/data/points';
import { startEngine } from '../../../src/training/engine';
import type { ToEngine } from '../../../src/training/messages';

startEngine(
  {
    post: (message, transfer = []) => self.postMessage(message, { transfer: [...transfer] }),
    onMessage: (listener) => self.addEventListener('message', ({ data }: MessageEvent<ToEngine>) => listener(data)),
  },
  { readTable: readPoints },
);
