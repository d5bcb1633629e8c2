/** Which engine trains a flow, and why. */

import { getBackend } from '@tensorflow/tfjs-core';
import type { FlowSpec, LayerSpec } from '../flow/spec';
import { fusedStepper, isFusable, simdAvailable } from './fused';
import type { TrainingObjective } from './objective';
import { PlainStepper } from './plain-stepper';
import { RestingStepper } from './resting-stepper';
import type { Stepper, TrainingState } from './stepper';
import { TensorFlowStepper } from './tensorflow-stepper';

/**
 * A stepper for the flow, from this state on, which rests where there is no objective: WebAssembly, or TypeScript where that has no SIMD,
 * if every layer has a fused kernel; else TensorFlow.js, to which each run of fusable layers is one operation in WebAssembly. A layer that is
 * fusable alone, between two that are not, goes with these; and so do all for the path gradient, whose scores no operation in WebAssembly
 * carries.
 * @throws RangeError for an unknown type of layer.
 */
export function openStepper(spec: FlowSpec, objective: TrainingObjective | undefined, state: TrainingState): Stepper {
  if (!objective) return new RestingStepper(state);
  const simd = simdAvailable();
  const other = spec.layers.findIndex((layer) => !isFusable(layer));
  if (other < 0) {
    if (simd) return fusedStepper(spec, state, objective);
    return new PlainStepper('TypeScript: WebAssembly has no SIMD here', spec, objective, state);
  }
  const why = `layer ${other + 1}, of type ${spec.layers[other].type}, has no fused kernel`;
  const fused = spec.layers.map((_, k) => simd && !objective.path && isInRun(spec.layers, k));
  const count = fused.filter((is) => is).length;
  const runs = count > 0 ? `; ${count} of ${spec.layers.length} layers are fused in runs` : '';
  return new TensorFlowStepper(`TensorFlow.js (${getBackend()}): ${why}${runs}`, spec, objective, state, (k) => fused[k]);
}

/** Whether a layer and one beside it are fusable: one by itself costs more on the way into WebAssembly and back than it saves there. */
function isInRun(layers: readonly LayerSpec[], k: number): boolean {
  return isFusable(layers[k]) && [k - 1, k + 1].some((beside) => beside in layers && isFusable(layers[beside]));
}
