import { add, div, mul, sqrt, square, sub, tidy, type Tensor1D } from '@tensorflow/tfjs-core';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** A vector of parameters with Adam's running means of its gradient and of the gradient's square. */
export type AdamState = {
  readonly parameters: Tensor1D;
  readonly first: Tensor1D;
  readonly second: Tensor1D;
};

/**
 * Step number `step` (from 1) along `gradient`: Kingma & Ba 2015 (arXiv 1412.6980), algorithm 1. TensorFlow.js's own optimiser keeps running
 * products of the βs that it does not save, so it cannot go on from a checkpoint to the bit; here the step and the state say everything.
 */
export function adam(state: AdamState, gradient: Tensor1D, step: number, learningRate: number): AdamState {
  return tidy(() => {
    const first = add(mul(state.first, beta1), mul(gradient, 1 - beta1));
    const second = add(mul(state.second, beta2), mul(square(gradient), 1 - beta2));
    const spread = add(sqrt(div(second, 1 - beta2 ** step)), epsilon);
    const move = div(mul(first, learningRate / (1 - beta1 ** step)), spread);
    return { parameters: sub(state.parameters, move), first, second } as AdamState;
  });
}
