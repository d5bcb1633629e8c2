/** What a training step computes, in float64, from the layers' own kernels, the base and the energy: a slow and plain writing of it. */

import { baseFrom } from '../../../src/flow/base';
import { parameterSlots, typeOf } from '../../../src/flow/flow';
import { RandomStream } from '../../../src/flow/random';
import type { FlowSpec, LayerSpec } from '../../../src/flow/spec';
import { energies } from '../../../src/flow/targets';
import { fusedStepper, type BatchSource } from '../../../src/training/fused';
import type { StepOutcome, Stepper, StepSettings, TrainingState } from '../../../src/training/stepper';

export interface Reference {
  readonly loss: number;
  readonly base: number;
  /** Of the formulas. */
  readonly logDet: number;
  readonly energy: number;
  readonly gradient: Float64Array;
}

/** n × d points forth through the layers and back, in the direction of their formulas. */
export function passOf(
  spec: FlowSpec,
  parameters: ArrayLike<number>,
  points: Float64Array,
): { image: Float64Array; logDet: Float64Array; back(image: Float64Array, logDet: Float64Array): Float64Array } {
  const count = points.length / spec.dim;
  const slots = parameterSlots(spec);
  const order = spec.layers.map((_, k) => k);
  if (spec.objective?.type === 'forward-kl') order.reverse();
  const logDet = new Float64Array(count);
  let image = points;
  const passes = order.map((k) => {
    const own = slots.filter(({ layer }) => layer === k);
    const start = own[0].offset;
    const length = own.reduce((sum, slot) => sum + slot.length, 0);
    const values = Float64Array.from({ length }, (_, i) => parameters[start + i]);
    const kernel = typeOf(spec.layers[k]).kernel(spec.dim, spec.layers[k].options, values);
    const v = image;
    image = new Float64Array(points.length);
    kernel.forward(v, image, logDet);
    return { kernel, v, start, length };
  });
  return {
    image,
    logDet,
    /** Replaces ∂/∂image by ∂/∂points, and returns ∂/∂parameters. */
    back(cotangent, logDetCotangent) {
      const gradient = new Float64Array(parameters.length);
      for (const { kernel, v, start, length } of passes.reverse()) {
        kernel.backward(v, cotangent, logDetCotangent, gradient.subarray(start, start + length));
      }
      return gradient;
    },
  };
}

export function reference(spec: FlowSpec, parameters: ArrayLike<number>, batch: Float64Array, beta = 1): Reference {
  const { dim, objective } = spec;
  const count = batch.length / dim;
  const base = baseFrom(spec.base, dim);
  const pass = passOf(spec, parameters, batch);
  const logDet = pass.logDet.reduce((sum, log) => sum + log, 0) / count;
  const slope = new Float64Array(dim);
  const cotangent = new Float64Array(batch.length);
  let energyMean = 0;
  let baseMean = 0;
  for (let at = 0; at < batch.length; at += dim) {
    if (objective?.type === 'reverse-kl') {
      energyMean += (energies.get(objective.energy)?.evaluate(pass.image, at, slope) ?? NaN) / count;
      slope.forEach((value, i) => (cotangent[at + i] = (beta * value) / count));
      baseMean += base.evaluate(batch, at, slope) / count;
    } else {
      baseMean += base.evaluate(pass.image, at, slope) / count;
      slope.forEach((value, i) => (cotangent[at + i] = -value / count));
    }
  }
  const gradient = pass.back(cotangent, new Float64Array(count).fill(-1 / count));
  const loss = (objective?.type === 'reverse-kl' ? baseMean + beta * energyMean : -baseMean) - logDet;
  return { loss, base: baseMean, logDet, energy: energyMean, gradient };
}

export const layersOf = (...layers: [type: string, options?: LayerSpec['options']][]): LayerSpec[] =>
  layers.map(([type, options = {}]) => ({ type, options, initial: {} }));

export function stateOf(parameters: Float32Array): TrainingState {
  return { parameters, moments: [new Float32Array(parameters.length), new Float32Array(parameters.length)] };
}

/** Takes a step to its end. */
export function taken(stepper: Stepper, settings: StepSettings): StepOutcome {
  const step = stepper.take(settings);
  for (;;) {
    const { done, value } = step.next();
    if (done) return value;
  }
}

/** Outcome and gradient of a step: without momentum, what SGD remembers is the gradient. */
export function fusedGradient(
  spec: FlowSpec,
  parameters: Float32Array,
  batch?: Float64Array,
  beta = 1,
): { outcome: StepOutcome; gradient: Float32Array } {
  const plain: FlowSpec = { ...spec, training: { ...spec.training, optimizer: 'sgd' } };
  const source: BatchSource = {
    random: (step) => new RandomStream(1, step),
    draw: () => {
      if (batch === undefined) throw new Error('This batch is drawn by the stepper itself.');
      return batch;
    },
  };
  const stepper = fusedStepper(plain, stateOf(parameters), source);
  const outcome = taken(stepper, { step: 1, learningRate: 1e-3, beta });
  return { outcome, gradient: stepper.state().moments[0] };
}
