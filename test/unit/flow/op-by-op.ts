/** Every layer written op by op in TensorFlow.js from its paper, in naive forms: an oracle whose derivatives nobody wrote by hand. */

import * as tf from '@tensorflow/tfjs';
import { permutationOf } from '../../../src/flow/linear';
import type { Options } from '../../../src/flow/spec';

export interface Image {
  /** n × d. */
  readonly points: tf.Tensor;
  /** n. */
  readonly logDet: tf.Tensor;
}

export type Formula = (v: tf.Tensor2D, take: (shape: number[]) => tf.Tensor, dim: number, options: Options) => Image;

const spread = (value: tf.Tensor, v: tf.Tensor2D): tf.Tensor1D => tf.zeros([v.shape[0]]).add(value);

const naive: Record<string, Formula> = {
  planar(v, take, dim, { raw, leaky }) {
    const [w, u, b] = [take([dim]), take([dim]), take([1])];
    const wu = w.mul(u).sum();
    const uHat = raw ? u : u.add(w.mul(tf.softplus(wu).sub(1).sub(wu)).div(w.square().sum()));
    const a = v.mul(w).sum(1).add(b);
    const slope = leaky ? tf.step(a, 0.2) : tf.scalar(1).sub(tf.tanh(a).square());
    const h = leaky ? tf.leakyRelu(a, 0.2) : tf.tanh(a);
    return { points: v.add(h.expandDims(1).mul(uHat)), logDet: tf.log(tf.abs(slope.mul(w.mul(uHat).sum()).add(1))) };
  },
  radial(v, take, dim) {
    const centre = take([dim]);
    const alpha = tf.softplus(take([1]));
    const beta = tf.softplus(take([1])).sub(alpha);
    const ray = v.sub(centre);
    const r = ray.square().sum(1).sqrt();
    const h = tf.scalar(1).div(alpha.add(r));
    const across = beta.mul(h).add(1);
    const along = across.sub(beta.mul(r).mul(h.square()));
    return {
      points: v.add(ray.mul(beta.mul(h).expandDims(1))),
      logDet: tf
        .log(across)
        .mul(dim - 1)
        .add(tf.log(along)),
    };
  },
  actnorm(v, take, dim) {
    const [logScale, shift] = [take([dim]), take([dim])];
    return { points: v.mul(tf.exp(logScale)).add(shift), logDet: spread(logScale.sum(), v) };
  },
  linear(v, take, dim, { permutation }) {
    const entries = (dim * (dim - 1)) / 2;
    const [lower, upper, logScale] = [take([entries]), take([entries]), take([dim])];
    const matrix = (entry: (i: number, j: number) => tf.Tensor): tf.Tensor2D =>
      tf.stack(
        Array.from({ length: dim }, (_, i) => tf.stack(Array.from({ length: dim }, (__, j) => entry(i, j).asScalar()))),
      ) as tf.Tensor2D;
    const above = (i: number, j: number): number => i * dim - (i * (i + 1)) / 2 + j - i - 1;
    const below = (i: number, j: number): number => (i * (i - 1)) / 2 + j;
    const zero = tf.scalar(0);
    const l = matrix((i, j) => (i === j ? tf.scalar(1) : i > j ? lower.slice([below(i, j)], [1]) : zero));
    const u = matrix((i, j) => (i === j ? tf.exp(logScale.slice([i], [1])) : i < j ? upper.slice([above(i, j)], [1]) : zero));
    const { from, lastSign } = permutationOf(typeof permutation === 'number' ? permutation : 0, dim);
    const p = matrix((i, j) => tf.scalar(from[i] === j ? (i === dim - 1 ? lastSign : 1) : 0));
    return { points: v.matMul(p.matMul(l).matMul(u), false, true), logDet: spread(logScale.sum(), v) };
  },
  coupling: couplingBy((a) => tf.tanh(a)),
};

/** The formula of a coupling layer, with this tanh. */
export function couplingBy(tanh: (a: tf.Tensor) => tf.Tensor): Formula {
  return (v, take, dim, options) => {
    const half = Math.floor(dim / 2);
    const flip = options.flip === true;
    const hidden = typeof options.hidden === 'number' ? options.hidden : 16;
    const [passes, changes] = flip ? [dim - half, half] : [half, dim - half];
    const [w1, b1, w2, b2] = [take([hidden, passes]), take([hidden]), take([2 * changes, hidden]), take([2 * changes])];
    const count = v.shape[0];
    const [first, second] = [v.slice([0, flip ? half : 0], [count, passes]), v.slice([0, flip ? 0 : half], [count, changes])];
    const units = tanh(passes > 0 ? first.matMul(w1 as tf.Tensor2D, false, true).add(b1) : tf.zeros([count, hidden]).add(b1));
    if (changes === 0) return { points: v.add(0), logDet: tf.zeros([count]) };
    const outputs = units.matMul(w2, false, true).add(b2);
    const s = tanh(outputs.slice([0, 0], [count, changes]).div(2)).mul(2);
    const changed = second.mul(tf.exp(s)).add(outputs.slice([0, changes], [count, changes]));
    return { points: tf.concat(flip ? [changed, first] : [first, changed], 1), logDet: s.sum(1) };
  };
}

/**
 * The image of a batch under a layer of this type with these values; a RangeError where there is no formula for it yet.
 * @param forms other formulas than the naive ones, for some types.
 */
export function opByOp(
  type: string,
  dim: number,
  options: Options,
  v: tf.Tensor2D,
  values: tf.Tensor1D,
  forms: Readonly<Record<string, Formula>> = {},
): Image {
  const formulas = { ...naive, ...forms };
  if (!(type in formulas)) throw new RangeError(`Write ${type} op by op, so that it is tested.`);
  let at = 0;
  const take = (shape: number[]): tf.Tensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    at += size;
    return size === 0 ? tf.zeros(shape) : values.slice([at - size], [size]).reshape(shape);
  };
  return formulas[type](v, take, dim, options);
}
