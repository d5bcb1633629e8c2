import type { Flow } from '../flow/flow';
import type { Objective } from '../flow/spec';
import { energies } from '../flow/targets';
import { latticeOf, type WindowRequest } from './window';
import type { Work } from './work';

/** Log densities in nats on the lattice of a window, row by row; see ./window. */
export interface Density extends WindowRequest {
  /**
   * log p of the stage; NaN where a layer before it may fold, or the value is not finite, and between two stages where the layer has no
   * fractions. −∞ outside a base with edges.
   */
  readonly logDensity: Float32Array;
  /** log π = −u − log Z on the same points: at stage K, where the target has an energy in the flow's dimension. */
  readonly target?: Float32Array;
}

/** Points that go through the flow at once, between two yields. */
const pointsAtOnce = 1024;

/**
 * The flow's density, and the target's beside it where it is known, in float64 and stored in float32. In the direction that is solved,
 * every point costs a root a layer. It yields after some points.
 * @throws RangeError for more than two dimensions, or a stage that the flow has not.
 */
export function* drawDensity(flow: Flow, objective: Objective | undefined, request: WindowRequest): Work<Density> {
  const { dim } = flow;
  const { stage, side, window } = request;
  const points = latticeOf(flow, request);
  const count = points.length / dim;
  const logDensity = new Float32Array(count);
  for (let p = 0; p < count; p += pointsAtOnce) {
    logDensity.set(logDensityAt(flow, points.subarray(p * dim, (p + pointsAtOnce) * dim), stage), p);
    yield;
  }
  const density = { stage, side, window, logDensity };
  const energy = objective?.type === 'reverse-kl' && stage === flow.layers.length ? energies.get(objective.energy) : undefined;
  if (energy?.dim !== dim) return density;
  const slope = new Float64Array(dim);
  const target = new Float32Array(count).map((_, p) => -energy.evaluate(points, p * dim, slope) - energy.logZ);
  return { ...density, target };
}

/**
 * log p at a stage, or between two: there the points have gone through the fraction τ of the layer's formula, and
 * log p = log p(v) − log|det| of it, v the points that it comes from, at the stage at which the formula begins.
 */
function logDensityAt(flow: Flow, points: Float64Array, stage: number): Float64Array {
  const k = Math.ceil(stage);
  if (k === stage) return flow.logProb(points, stage);
  const count = points.length / flow.dim;
  const [from, tau] = flow.closedForm === 'generate' ? [k - 1, stage - (k - 1)] : [k, k - stage];
  const fraction = flow.layers[k - 1].fraction?.(tau);
  if (!fraction || fraction.folds) return new Float64Array(count).fill(NaN);
  const into = { points: new Float64Array(points.length), det: new Float64Array(count), logDet: new Float64Array(count) };
  fraction.inverse(points, into);
  return flow.logProb(into.points, from).map((log, i) => log - into.logDet[i]);
}
