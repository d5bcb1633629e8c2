/**
 * The layers op by op in TensorFlow.js once more, in forms that do not cancel in float32: so that its automatic derivatives also hold where
 * tanh is saturated and where a determinant is nearly 0. Types that are not here need none.
 */

import * as tf from '@tensorflow/tfjs';
import { couplingBy, type Formula } from '../flow/op-by-op';

/** tanh, beyond 1 from e^{−2|a|}: the derivative 1 − tanh² of TensorFlow.js's own is 0 from 9 on. */
function tanh(a: tf.Tensor): tf.Tensor {
  const m = tf.expm1(tf.abs(a).mul(-2));
  // Not an operation: a comparison has no derivative, and TensorFlow.js would ask for one.
  const near = tf.tensor(
    a.dataSync<'float32'>().map((value) => (Math.abs(value) < 1 ? 1 : 0)),
    a.shape,
    'bool',
  );
  return tf.where(near, tf.tanh(a), tf.sign(a).mul(m).neg().div(m.add(2)));
}

/** tanh′ = 4σ(2a)·σ(−2a). */
const sech2 = (a: tf.Tensor): tf.Tensor =>
  tf
    .sigmoid(a.mul(2))
    .mul(tf.sigmoid(a.mul(-2)))
    .mul(4);

export const steadyForms: Readonly<Record<string, Formula>> = {
  /** softplus(s) − s = softplus(−s), and 1 + h′·wᵀû = (1 − h′) + h′·(1 + wᵀû), with 1 − tanh′ = tanh². */
  planar(v, take, dim, { raw, leaky }) {
    const [w, u, b] = [take([dim]), take([dim]), take([1])];
    const wu = w.mul(u).sum();
    const uHat = raw ? u : u.add(w.mul(tf.softplus(wu.neg()).sub(1)).div(w.square().sum()));
    const slack = raw ? wu.add(1) : tf.softplus(wu);
    const a = v.mul(w).sum(1).add(b);
    const slope = leaky ? tf.step(a, 0.2) : sech2(a);
    const h = leaky ? tf.leakyRelu(a, 0.2) : tanh(a);
    const det = (leaky ? tf.scalar(1).sub(slope) : h.square()).add(slope.mul(slack));
    return { points: v.add(h.expandDims(1).mul(uHat)), logDet: tf.log(tf.abs(det)) };
  },
  /** With c = softplus(β) = α + β̂: 1 + β̂h = (c + r)·h, and 1 + β̂h + β̂h′r = (r² + 2αr + αc)·h². */
  radial(v, take, dim) {
    const centre = take([dim]);
    const alpha = tf.softplus(take([1]));
    const slack = tf.softplus(take([1]));
    const ray = v.sub(centre);
    const r = ray.square().sum(1).sqrt();
    const h = tf.scalar(1).div(alpha.add(r));
    const across = slack.add(r).mul(h);
    const along = r.square().add(r.mul(alpha).mul(2)).add(alpha.mul(slack)).mul(h.square());
    const grown = tf.log(across).mul(dim - 1);
    return { points: v.add(ray.mul(slack.sub(alpha).mul(h).expandDims(1))), logDet: grown.add(tf.log(along)) };
  },
  coupling: couplingBy(tanh),
};
