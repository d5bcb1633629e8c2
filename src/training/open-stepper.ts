/** Which engine trains a flow, and why. */

import { getBackend } from '@tensorflow/tfjs-core';
import type { FlowSpec } from '../flow/spec';
import { fusedStepper, isFusable, simdAvailable } from './fused';
import type { TrainingObjective } from './objective';
import { PlainStepper } from './plain-stepper';
import type { Stepper, TrainingState } from './stepper';
import { TensorFlowStepper } from './tensorflow-stepper';

/**
 * A stepper for the flow, from this state on: WebAssembly, or TypeScript where that has no SIMD, if every layer has a fused kernel; else
 * TensorFlow.js, which takes a run of fusable layers as one operation.
 * @throws RangeError for an unknown type of layer.
 */
export function openStepper(spec: FlowSpec, objective: TrainingObjective, state: TrainingState): Stepper {
  const other = spec.layers.findIndex((layer) => !isFusable(layer));
  if (other < 0) {
    if (simdAvailable()) return fusedStepper(spec, state, objective);
    return new PlainStepper('TypeScript: WebAssembly has no SIMD here', spec, objective, state);
  }
  const why = `layer ${other + 1}, of type ${spec.layers[other].type}, has no fused kernel`;
  return new TensorFlowStepper(`TensorFlow.js (${getBackend()}): ${why}`, spec, objective, state, (k) => isFusable(spec.layers[k]));
}
