/** One pass of a batch through all layers and back, in float64: what a step computes before its gradient is used. */

import { parameterSlots, typeOf } from '../flow/flow';
import type { CreateKernel, Kernel } from '../flow/layer';
import { closedFormDirection, type FlowSpec, type Options } from '../flow/spec';
import type { TrainingObjective } from './objective';

/** Consecutive layers' kernels in the order in which training runs them, and where their parameters lie. */
export interface KernelPlace {
  /** 0 … K−1, in the order z → x. */
  readonly layer: number;
  readonly create: CreateKernel;
  readonly options: Options;
  readonly start: number;
  readonly end: number;
}

/** The layers in the order in which the closed form runs them. Throws a RangeError for an unknown type. */
export function kernelPlaces(spec: FlowSpec): KernelPlace[] {
  const slots = parameterSlots(spec);
  const places = spec.layers.map((layer, k) => {
    const create = typeOf(layer).kernel;
    const own = slots.filter((slot) => slot.layer === k);
    const start = own[0].offset;
    return { layer: k, create, options: layer.options, start, end: own.reduce((end, { length }) => end + length, start) };
  });
  return closedFormDirection(spec) === 'encode' ? places.reverse() : places;
}

/** About this many products of points and parameters take a few milliseconds in TypeScript. */
const workAtOnce = 2 ** 17;

/** How many points of a batch go through at once, between two yields: a function of the flow alone, so that sums are the same to the bit. */
export function pointsAtOnce(spec: FlowSpec): number {
  const parameters = parameterSlots(spec).reduce((sum, { length }) => sum + length, 0);
  return Math.max(8, Math.floor(workAtOnce / Math.max(1, parameters)));
}

/** Σ over the points of a batch, and the gradient of the loss, so far. */
export interface BatchSums {
  base: number;
  cost: number;
  logDet: number;
  /** Σ of the gradients of the points' losses by the parameters. */
  readonly gradient: Float64Array;
}

export const noSums = (parameters: number): BatchSums => ({ base: 0, cost: 0, logDet: 0, gradient: new Float64Array(parameters) });

/** Is told ∂loss/∂image (n × d) of each layer's image at the points of a batch that the layer is given, the last layer's first. */
export type OnCotangent = (place: KernelPlace, points: Float64Array, cotangent: Float64Array) => void;

/** Takes n × d points through a flow with these parameters and adds what came of it to `sums`; β weights the cost of reverse KL. */
export function addPass(
  places: readonly KernelPlace[],
  dim: number,
  objective: TrainingObjective,
  parameters: Float64Array,
  points: Float64Array,
  beta: number,
  sums: BatchSums,
  onCotangent?: OnCotangent,
): void {
  const count = points.length / dim;
  const kernels: Kernel[] = places.map(({ create, options, start, end }) => create(dim, options, parameters.subarray(start, end)));
  const stages = [points];
  const logDet = new Float64Array(count);
  const score = objective.path ? scoreOf(objective, points, dim) : undefined;
  kernels.forEach((kernel, k) => {
    stages.push(new Float64Array(points.length));
    kernel.forward(stages[k], stages[k + 1], logDet);
    if (score) kernel.carryScore(stages[k], score);
  });
  const image = stages[kernels.length];
  const cotangent = new Float64Array(points.length);
  for (let p = 0; p < count; p++) {
    sums.cost += objective.cost(image, p * dim, cotangent);
    sums.logDet += logDet[p];
  }
  sums.base += objective.baseTerm(points);
  for (let i = 0; i < cotangent.length; i++) cotangent[i] = beta * cotangent[i] + (score ? score[i] : 0);
  const logDetCotangent = logDet.fill(score ? 0 : -1);
  for (let k = kernels.length - 1; k >= 0; k--) {
    const { start, end } = places[k];
    onCotangent?.(places[k], stages[k], cotangent);
    const own = new Float64Array(end - start);
    kernels[k].backward(stages[k], cotangent, logDetCotangent, own);
    for (let i = start; i < end; i++) sums.gradient[i] += own[i - start];
  }
}

/** ∇ log p_z at every point: n × d. */
export function scoreOf({ base }: TrainingObjective, points: Float64Array, dim: number): Float64Array {
  const score = new Float64Array(points.length);
  const slope = new Float64Array(dim);
  for (let at = 0; at < points.length; at += dim) {
    base.evaluate(points, at, slope);
    score.set(slope, at);
  }
  return score;
}
