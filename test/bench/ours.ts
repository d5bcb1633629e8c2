/** Training as the product does it, for the benchmark: the one place that knows which engine that is. */

import { enableProdMode, ready, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import type { FlowSpec } from '../../src/flow/spec';
import { trainingObjective } from '../../src/training/objective';
import { initialCheckpoint, Trainer } from '../../src/training/trainer';

/** One flow in training. */
export interface Training {
  /** Takes the next whole step and returns its loss. */
  step(): number;
  parameters(): Float32Array;
  dispose(): void;
}

export async function prepare(): Promise<void> {
  enableProdMode();
  await setBackend('wasm');
  await ready();
}

export function startTraining(spec: FlowSpec): Training {
  const trainer = new Trainer(spec, trainingObjective(spec), initialCheckpoint(spec));
  return {
    step() {
      const outcome = trainer.next();
      if (typeof outcome === 'number') return outcome;
      throw new Error(`Step ${outcome.step}: the ${outcome.quantity} is not finite.`);
    },
    parameters: () => trainer.checkpoint().parameters,
    dispose: () => trainer.dispose(),
  };
}
