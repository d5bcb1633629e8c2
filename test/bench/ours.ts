/** Training as the product does it, for the benchmark: the one place that knows how. */

import type { FlowSpec } from '../../src/flow/spec';
import { initialCheckpoint, Trainer } from '../../src/training/trainer';

/** One flow in training. */
export interface Training {
  /** Takes the next whole step and returns its loss. */
  step(): number;
  parameters(): Float32Array;
  dispose(): void;
}

/** Trains a flow that needs no data file, by its own settings. */
export function startTraining(spec: FlowSpec): Training {
  const trainer = new Trainer(spec, initialCheckpoint(spec));
  return {
    step() {
      const running = trainer.next();
      let next = running.next();
      while (next.done !== true) next = running.next();
      const outcome = next.value;
      if (outcome.type === 'step') return outcome.loss;
      throw new Error(outcome.type === 'not-finite' ? `Step ${outcome.at.step}: the ${outcome.at.quantity} is not finite.` : outcome.type);
    },
    parameters: () => trainer.checkpoint().parameters,
    dispose: () => trainer.dispose(),
  };
}
