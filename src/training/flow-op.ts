/**
 * The flow as TensorFlow.js operations with gradients of their own, and the loss as a last one. Between them travel rows of one point
 * each, in float32: its d coordinates, Σ log|det| so far, and for the path gradient its d scores.
 */

import { customGrad, scalar, tensor1d, tensor2d, type Scalar, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { closedFormDirection, type FlowSpec } from '../flow/spec';
import { fusedRun } from './fused-run';
import type { TrainingObjective } from './objective';
import { kernelPlaces, scoreOf, type BatchSums, type KernelPlace } from './pass';

/** What a differentiable operation hands to TensorFlow.js: its value, and the cotangents of its inputs given that of its value. */
interface Differentiable<T extends Tensor> {
  readonly value: T;
  readonly gradFunc: (dy: Tensor) => Tensor[];
}

/** A batch between two operations, in float64. */
interface Rows {
  readonly points: Float64Array;
  readonly logDet: Float64Array;
  readonly score: Float64Array | undefined;
}

type Operation = (rows: Rows | Tensor2D, parameters: Tensor1D) => Tensor2D;

/**
 * The operation (points n × d, [P] parameters) → [n, d + 1] or, with the scores of the points given, [n, 2d + 1]: their image under all
 * layers in the direction of their formulas. Consecutive layers are one operation: those for which `fused` holds in WebAssembly and
 * float32, which carries no scores; the others in float64, stored in float32.
 */
export function flowOp(
  spec: FlowSpec,
  fused: (layer: number) => boolean = () => false,
): (points: Float64Array, parameters: Tensor1D, score?: Float64Array) => Tensor2D {
  const runs: KernelPlace[][] = [];
  for (const place of kernelPlaces(spec)) {
    const run = runs[runs.length - 1] as KernelPlace[] | undefined;
    if (run && fused(place.layer) === fused(run[0].layer)) run.push(place);
    else runs.push([place]);
  }
  const operations = runs.map((run) => (fused(run[0].layer) ? fusedOp(spec, run) : runOp(spec.dim, run)));
  return (points, parameters, score) => {
    const [first, ...others] = operations;
    const start = { points, logDet: new Float64Array(points.length / spec.dim), score };
    return others.reduce((rows, operation) => operation(rows, parameters), first(start, parameters));
  };
}

/**
 * A run of layers; the rows that it is given first need no gradient and are not rounded. Its gradient is by all parameters, 0 by those of
 * other layers: TensorFlow.js then has nothing to do but to add, and needs no gradients of its own operations.
 */
function runOp(dim: number, run: readonly KernelPlace[]): Operation {
  return operation(dim, (rows, parameters, isFirst) => {
    const values = Float64Array.from(parameters.dataSync());
    const kernels = run.map(({ create, options, start, end }) => create(dim, options, values.subarray(start, end)));
    const stages = [rows.points];
    const logDet = rows.logDet.slice();
    const score = rows.score?.slice();
    kernels.forEach((kernel, k) => {
      stages.push(new Float64Array(rows.points.length));
      kernel.forward(stages[k], stages[k + 1], logDet);
      if (score) kernel.carryScore(stages[k], score);
    });
    const gradFunc = (dy: Tensor): Tensor[] => {
      const cotangent = split(dy, dim);
      const gradient = new Float64Array(values.length);
      for (let k = run.length - 1; k >= 0; k--) {
        kernels[k].backward(stages[k], cotangent.points, cotangent.logDet, gradient.subarray(run[k].start, run[k].end));
      }
      const byParameters = tensor1d(Float32Array.from(gradient));
      return isFirst ? [byParameters] : [join(cotangent, dim), byParameters];
    };
    return { value: join({ points: stages[run.length], logDet, score }, dim), gradFunc };
  });
}

/** The same for a run of fusable layers, in WebAssembly. */
function fusedOp(spec: FlowSpec, run: readonly KernelPlace[]): Operation {
  const { dim, layers } = spec;
  const ends = [run[0], run[run.length - 1]];
  const [first, last] = [Math.min(...ends.map(({ layer }) => layer)), Math.max(...ends.map(({ layer }) => layer))];
  const start = Math.min(...ends.map((place) => place.start));
  const fused = fusedRun(dim, layers.slice(first, last + 1), closedFormDirection(spec));
  return operation(dim, (rows, parameters, isFirst) => {
    const all = parameters.dataSync<'float32'>();
    const values = all.subarray(start, start + fused.parameters);
    const points = Float32Array.from(rows.points);
    const image = fused.forward(values, points);
    const logDet = rows.logDet.map((before, p) => before + image.logDet[p]);
    const gradFunc = (dy: Tensor): Tensor[] => {
      const cotangent = split(dy, dim);
      const back = fused.backward(values, points, Float32Array.from(cotangent.points), Float32Array.from(cotangent.logDet));
      const gradient = new Float32Array(all.length);
      gradient.set(back.gradient, start);
      const byParameters = tensor1d(gradient);
      return isFirst ? [byParameters] : [join({ ...cotangent, points: back.points }, dim), byParameters];
    };
    return { value: join({ points: image.points, logDet, score: undefined }, dim), gradFunc };
  });
}

/** @param map is told whether its rows are the first ones, which need no gradient. */
function operation(dim: number, map: (rows: Rows, parameters: Tensor, isFirst: boolean) => Differentiable<Tensor2D>): Operation {
  return (rows, parameters) => {
    if ('points' in rows) return customGrad((values) => map(rows, values as Tensor, true))(parameters);
    return customGrad((before, values) => map(split(before as Tensor, dim), values as Tensor, false))(rows, parameters);
  };
}

/**
 * The operation from the rows of {@link flowOp} to the share that these points have in the loss of a batch, but for log p_z under reverse
 * KL; their cost and log|det| are added to `sums`.
 */
export function lossOp(objective: TrainingObjective, dim: number, beta: number, sums: BatchSums): (image: Tensor2D) => Scalar {
  const run = (image: Tensor): Differentiable<Scalar> => {
    const { points, logDet, score } = split(image, dim);
    const cotangent = new Float64Array(points.length);
    let cost = 0;
    for (let at = 0; at < points.length; at += dim) cost += objective.cost(points, at, cotangent);
    const change = logDet.reduce((sum, log) => sum + log, 0);
    sums.cost += cost;
    sums.logDet += change;
    const gradFunc = (dy: Tensor): Tensor[] => {
      const scale = dy.dataSync()[0] / objective.size;
      const byImage: Rows = {
        points: cotangent.map((slope, i) => scale * (beta * slope + (score ? score[i] : 0))),
        logDet: logDet.fill(score ? 0 : -scale),
        score: score && new Float64Array(score.length),
      };
      return [join(byImage, dim)];
    };
    return { value: scalar((beta * cost - change) / objective.size), gradFunc };
  };
  return customGrad((input) => run(input as Tensor));
}

/** The scores that the first rows begin with, where the objective needs them. */
export function initialScore(objective: TrainingObjective, points: Float64Array, dim: number): Float64Array | undefined {
  return objective.path ? scoreOf(objective, points, dim) : undefined;
}

function join({ points, logDet, score }: Omit<Rows, 'points'> & { readonly points: ArrayLike<number> }, dim: number): Tensor2D {
  const width = score ? 2 * dim + 1 : dim + 1;
  const rows = new Float32Array(logDet.length * width);
  for (let p = 0, at = 0; p < logDet.length; p++) {
    for (let i = 0; i < dim; i++) rows[at++] = points[p * dim + i];
    rows[at++] = logDet[p];
    if (score) for (let i = 0; i < dim; i++) rows[at++] = score[p * dim + i];
  }
  return tensor2d(rows, [logDet.length, width]);
}

function split(tensor: Tensor, dim: number): Rows {
  const [count, width] = tensor.shape;
  const rows = tensor.dataSync();
  const points = new Float64Array(count * dim);
  const logDet = new Float64Array(count);
  const score = width > dim + 1 ? new Float64Array(count * dim) : undefined;
  for (let p = 0, at = 0; p < count; p++) {
    for (let i = 0; i < dim; i++) points[p * dim + i] = rows[at++];
    logDet[p] = rows[at++];
    if (score) for (let i = 0; i < dim; i++) score[p * dim + i] = rows[at++];
  }
  return { points, logDet, score };
}
