import { add, div, mul, sqrt, square, sub, tidy, type Tensor1D } from '@tensorflow/tfjs-core';
import type { TrainingSpec } from '../flow/spec';
import { adam, rmsprop } from './optimizer';
import type { StepSettings } from './stepper';

/** A training state in TensorFlow.js. */
export type TensorState = {
  readonly parameters: Tensor1D;
  readonly first: Tensor1D;
  readonly second: Tensor1D;
};

/**
 * The state after one step along `gradient` times `scale`, by the formulas of ./optimizer; all of its tensors are new. TensorFlow.js's own
 * optimisers keep running products that they do not save, so they cannot go on from a checkpoint to the bit; here the step and the state
 * say everything.
 */
export function optimiseTensors(
  state: TensorState,
  gradient: Tensor1D,
  scale: number,
  { optimizer, momentum = 0 }: TrainingSpec,
  { step, momentsSince = 0, learningRate }: StepSettings,
): TensorState {
  const age = step - momentsSince;
  return tidy(() => {
    const g = mul(gradient, scale);
    switch (optimizer) {
      case 'adam': {
        const first = add(mul(state.first, adam.first), mul(g, 1 - adam.first));
        const second = add(mul(state.second, adam.second), mul(square(g), 1 - adam.second));
        const spread = add(sqrt(div(second, 1 - adam.second ** age)), adam.epsilon);
        const move = div(mul(first, learningRate / (1 - adam.first ** age)), spread);
        return { parameters: sub(state.parameters, move), first, second } as TensorState;
      }
      case 'rmsprop': {
        const second = add(mul(state.second, rmsprop.second), mul(square(g), 1 - rmsprop.second));
        const move = div(mul(g, learningRate), add(sqrt(second), rmsprop.epsilon));
        return { parameters: sub(state.parameters, move), first: state.first.clone(), second } as TensorState;
      }
      case 'sgd': {
        const first = add(mul(state.first, momentum), g);
        return { parameters: sub(state.parameters, mul(first, learningRate)), first, second: state.second.clone() } as TensorState;
      }
    }
  });
}
