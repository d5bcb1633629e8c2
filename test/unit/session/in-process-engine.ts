import { readPoints } from '../../../src/document/data/points';
import type { EnginePort } from '../../../src/session/environment';
import { startEngine } from '../../../src/training/engine';
import type { FromEngine, ToEngine } from '../../../src/training/messages';

/** The real engine on this thread's own loop: messages are cloned and delivered in tasks of their own, as between threads. */
export function openInProcessEngine(): EnginePort & { readonly said: FromEngine[] } {
  const said: FromEngine[] = [];
  const toEngine: ((message: ToEngine) => void)[] = [];
  const fromEngine: ((message: FromEngine) => void)[] = [];
  let open = true;
  const deliver = <M>(listeners: ((message: M) => void)[], message: M) => {
    const copy = structuredClone(message);
    setImmediate(() => {
      if (open) listeners.forEach((listener) => listener(copy));
    });
  };
  startEngine(
    {
      post: (message) => {
        said.push(message);
        deliver(fromEngine, message);
      },
      onMessage: (listener) => toEngine.push(listener),
    },
    { readTable: readPoints },
  );
  return {
    said,
    post: (message) => deliver(toEngine, message),
    onMessage: (listener) => fromEngine.push(listener),
    close: () => {
      open = false;
      // Ends the training loop too, which would otherwise keep the process alive.
      toEngine.forEach((listener) => listener({ type: 'pause' }));
    },
  };
}
