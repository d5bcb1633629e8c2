/** Which engine trains a flow, and why. */

import { getBackend } from '@tensorflow/tfjs-core';
import type { FlowSpec, LayerSpec } from '../flow/spec';
import { fusedStepper, isFusable, simdAvailable } from './fused';
import type { TrainingObjective } from './objective';
import { PlainStepper } from './plain-stepper';
import type { Stepper, TrainingState } from './stepper';
import { TensorFlowStepper } from './tensorflow-stepper';

/**
 * A stepper for the flow, from this state on: WebAssembly, or TypeScript where that has no SIMD, if every layer has a fused kernel; else
 * TensorFlow.js, to which each long run of fusable layers is one operation in WebAssembly, but for the path gradient, whose scores that
 * does not carry.
 * @throws RangeError for an unknown type of layer.
 */
export function openStepper(spec: FlowSpec, objective: TrainingObjective, state: TrainingState): Stepper {
  const simd = simdAvailable();
  const other = spec.layers.findIndex((layer) => !isFusable(layer));
  if (other < 0) {
    if (simd) return fusedStepper(spec, state, objective);
    return new PlainStepper('TypeScript: WebAssembly has no SIMD here', spec, objective, state);
  }
  const why = `layer ${other + 1}, of type ${spec.layers[other].type}, has no fused kernel`;
  const fused = inLongRuns(spec.layers).map((long) => long && simd && !objective.path);
  return new TensorFlowStepper(`TensorFlow.js (${getBackend()}): ${why}`, spec, objective, state, (k) => fused[k]);
}

/** Runs of fewer layers cost more on the way into WebAssembly and back than they save there. */
const longRun = 4;

/** Which layers belong to a long run of fusable ones. */
function inLongRuns(layers: readonly LayerSpec[]): boolean[] {
  const long = layers.map(() => false);
  let start = 0;
  layers.forEach((layer, k) => {
    if (!isFusable(layer)) start = k + 1;
    else if (k + 1 - start >= longRun) long.fill(true, start, k + 1);
  });
  return long;
}
