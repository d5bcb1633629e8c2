/** What a gradient does to parameters, as plain numbers; ./tensor-optimizer says the same in TensorFlow.js. */

import type { TrainingSpec } from '../flow/spec';
import type { StepSettings, TrainingState } from './stepper';

/** Adam: Kingma & Ba 2015 (arXiv 1412.6980), algorithm 1. */
export const adam = { first: 0.9, second: 0.999, epsilon: 1e-8 } as const;
/** RMSProp: Hinton's lecture 6e (2012). */
export const rmsprop = { second: 0.9, epsilon: 1e-8 } as const;

/** ‖g‖₂. */
export function norm(gradient: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < gradient.length; i++) squares += gradient[i] * gradient[i];
  return Math.sqrt(squares);
}

/** By how much a gradient of this norm is shortened: min(1, clip/‖g‖). */
export function clipScale(norm: number, clip: number | undefined): number {
  return clip !== undefined && norm > clip ? clip / norm : 1;
}

/**
 * The state after one step along `gradient`, with g the gradient after clipping:
 *
 * - Adam: m ← 0.9m + 0.1g, s ← 0.999s + 0.001g², p ← p − lr·m̂/(√ŝ + ε), m̂ = m/(1 − 0.9ⁿ), ŝ = s/(1 − 0.999ⁿ), in the
 *   n-th step since the moments began;
 * - RMSProp: s ← 0.9s + 0.1g², p ← p − lr·g/(√s + ε);
 * - SGD with momentum μ: m ← μm + g, p ← p − lr·m.
 *
 * Computed in float64, stored in float32.
 */
export function optimise(
  { parameters, moments }: TrainingState,
  gradient: Float64Array,
  scale: number,
  training: TrainingSpec,
  { step, momentsSince = 0, learningRate }: StepSettings,
): TrainingState {
  const next = parameters.slice();
  const [first, second] = [moments[0].slice(), moments[1].slice()];
  const { optimizer, momentum = 0 } = training;
  const age = step - momentsSince;
  for (let i = 0; i < next.length; i++) {
    const g = scale * gradient[i];
    switch (optimizer) {
      case 'adam': {
        first[i] = adam.first * first[i] + (1 - adam.first) * g;
        second[i] = adam.second * second[i] + (1 - adam.second) * g * g;
        const spread = Math.sqrt(second[i] / (1 - adam.second ** age)) + adam.epsilon;
        next[i] -= ((learningRate / (1 - adam.first ** age)) * first[i]) / spread;
        break;
      }
      case 'rmsprop':
        second[i] = rmsprop.second * second[i] + (1 - rmsprop.second) * g * g;
        next[i] -= (learningRate * g) / (Math.sqrt(second[i]) + rmsprop.epsilon);
        break;
      case 'sgd':
        first[i] = momentum * first[i] + g;
        next[i] -= learningRate * first[i];
        break;
    }
  }
  return { parameters: next, moments: [first, second] };
}

export function isFiniteState({ parameters, moments }: TrainingState): boolean {
  return [parameters, ...moments].every((values) => values.every(Number.isFinite));
}
