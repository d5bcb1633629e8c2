/** The whole flow as one TensorFlow.js operation with its own gradient, and the loss as a second one. */

import { customGrad, scalar, tensor1d, tensor2d, type Scalar, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { parameterSlots, typeOf } from '../flow/flow';
import { closedFormDirection, type FlowSpec } from '../flow/spec';

/** cost(x) of the d numbers of `points` that begin at `at`; its gradient is written to the same place in `gradient`. */
export type Cost = (points: ArrayLike<number>, at: number, gradient: Float32Array) => number;

/** What a differentiable operation hands to TensorFlow.js: its value, and the cotangents of its inputs given that of its value. */
interface Differentiable<T extends Tensor> {
  readonly value: T;
  readonly gradFunc: (dy: Tensor) => Tensor[];
}

/**
 * The operation [P] parameters → [n, d + 1]: the image of n × d points under all layers in the direction of their formulas, and in the
 * last column Σ log|det|. Stored in float32, computed in float64.
 */
export function flowOp(spec: FlowSpec): (points: Float64Array, parameters: Tensor1D) => Tensor2D {
  const { dim } = spec;
  const slots = parameterSlots(spec);
  const layers = spec.layers.map((layer, k) => {
    const create = typeOf(layer).kernel;
    const own = slots.filter((slot) => slot.layer === k);
    const start = own[0].offset;
    return { options: layer.options, create, start, end: own.reduce((end, { length }) => end + length, start) };
  });
  if (closedFormDirection(spec.objective) === 'encode') layers.reverse();

  const run = (points: Float64Array, parameters: Tensor): Differentiable<Tensor2D> => {
    const count = points.length / dim;
    const values = Float64Array.from(parameters.dataSync());
    const passed = layers.map(({ create, options, start, end }) => create(dim, options, values.subarray(start, end)));
    const stages = [points];
    const logDet = new Float64Array(count);
    passed.forEach((kernel, k) => {
      stages.push(new Float64Array(points.length));
      kernel.forward(stages[k], stages[k + 1], logDet);
    });
    const gradFunc = (dy: Tensor): Tensor[] => {
      const cotangent = splitRows(dy.dataSync(), dim);
      const gradient = new Float64Array(values.length);
      for (let k = layers.length - 1; k >= 0; k--) {
        const { start, end } = layers[k];
        passed[k].backward(stages[k], cotangent.points, cotangent.logDet, gradient.subarray(start, end));
      }
      return [tensor1d(Float32Array.from(gradient))];
    };
    return { value: tensor2d(joinRows(stages[layers.length], logDet, dim), [count, dim + 1]), gradFunc };
  };
  return (points, parameters) => customGrad((input) => run(points, input as Tensor))(parameters);
}

/** The operation [n, d + 1] → scalar: the mean of cost(x) − Σ log|det| over the rows that {@link flowOp} makes. */
export function meanCost(cost: Cost, dim: number): (image: Tensor2D) => Scalar {
  const run = (image: Tensor): Differentiable<Scalar> => {
    const rows = image.dataSync<'float32'>();
    const count = rows.length / (dim + 1);
    const gradient = new Float32Array(rows.length);
    let sum = 0;
    for (let at = 0; at < rows.length; at += dim + 1) {
      sum += cost(rows, at, gradient) - rows[at + dim];
      gradient[at + dim] = -1;
    }
    const gradFunc = (dy: Tensor): Tensor[] => {
      const scale = dy.dataSync()[0] / count;
      return [
        tensor2d(
          gradient.map((value) => value * scale),
          [count, dim + 1],
        ),
      ];
    };
    return { value: scalar(sum / count), gradFunc };
  };
  return customGrad((input) => run(input as Tensor));
}

function joinRows(points: Float64Array, logDet: Float64Array, dim: number): Float32Array {
  const rows = new Float32Array(points.length + logDet.length);
  for (let p = 0, at = 0; p < logDet.length; p++) {
    for (let i = 0; i < dim; i++) rows[at++] = points[p * dim + i];
    rows[at++] = logDet[p];
  }
  return rows;
}

function splitRows(rows: ArrayLike<number>, dim: number): { points: Float64Array; logDet: Float64Array } {
  const count = rows.length / (dim + 1);
  const points = new Float64Array(count * dim);
  const logDet = new Float64Array(count);
  for (let p = 0, at = 0; p < count; p++) {
    for (let i = 0; i < dim; i++) points[p * dim + i] = rows[at++];
    logDet[p] = rows[at++];
  }
  return { points, logDet };
}
