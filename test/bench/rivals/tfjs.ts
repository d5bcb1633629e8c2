/**
 * A whole training step of a planar flow op by op in TensorFlow.js, to be raced: reverse KL on U1 with its own Adam, on one thread. The
 * backend, cpu or wasm, is the first argument.
 *
 * Its best honest form: the parameters of all layers are three variables, so that the constraint and Adam cost a few operations whatever
 * the depth; points are columns; one logarithm takes the determinants of all layers; and one tidy frees everything.
 *
 * Speaks lines of JSON: says who it is, then answers each {@link RoundRequest} by a {@link Round}.
 */

import * as tf from '@tensorflow/tfjs';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { createInterface } from 'node:readline';
import { timeRound, type Greeting, type Round, type RoundRequest } from '../race';

/** U1 of Rezende & Mohamed 2015 (arXiv 1505.05770), table 1, with −log(eᵃ + eᵇ) as −a − softplus(b − a). */
function energy(x1: tf.Tensor, x2: tf.Tensor): tf.Tensor {
  const ring = tf.div(tf.sub(tf.sqrt(tf.add(tf.square(x1), tf.square(x2))), 2), 0.4);
  const left = tf.mul(tf.square(tf.div(tf.add(x1, 2), 0.6)), 0.5);
  const right = tf.mul(tf.square(tf.div(tf.sub(x1, 2), 0.6)), 0.5);
  return tf.sub(tf.add(tf.mul(tf.square(ring), 0.5), left), tf.softplus(tf.sub(left, right)));
}

/** The training step of a new flow: a function that takes the step and returns its loss. */
function trainer(layers: number, points: number): () => number {
  const w = tf.variable(tf.randomNormal([layers, 2], 0, 1, 'float32', 7));
  const u = tf.variable(tf.randomNormal([layers, 2], 0, 0.1, 'float32', 8));
  const b = tf.variable(tf.zeros([layers, 1]));
  const adam = tf.train.adam(5e-3);

  const loss = (): tf.Scalar => {
    const wu = tf.sum(tf.mul(w, u), 1, true);
    const uHat = tf.add(u, tf.mul(w, tf.div(tf.sub(tf.softplus(tf.neg(wu)), 1), tf.sum(tf.square(w), 1, true))));
    const kappa = tf.sub(tf.softplus(wu), 1);
    const [normals, pushes, offsets] = [w, uHat, b].map((all) => tf.split(all as tf.Tensor2D, layers));
    const z: tf.Tensor2D = tf.randomNormal([2, points]);
    let v = z;
    const bends = normals.map((normal, k) => {
      const bend = tf.tanh(tf.add(tf.matMul(normal, v), offsets[k]));
      v = tf.add(v, tf.matMul(pushes[k], bend as tf.Tensor2D, true));
      return bend;
    });
    const slopes = tf.sub(1, tf.square(tf.concat(bends)));
    const logDet = tf.sum(tf.log(tf.add(tf.mul(slopes, kappa), 1)));
    const logBase = tf.sub(tf.mul(tf.sum(tf.square(z)), -0.5 / points), Math.log(2 * Math.PI));
    const [x1, x2] = tf.unstack(v);
    return tf.add(tf.sub(logBase, tf.div(logDet, points)), tf.mean(energy(x1, x2)));
  };
  return () => tf.tidy(() => adam.minimize(loss, true, [w, u, b])?.dataSync()[0] ?? NaN);
}

async function main(backend: string): Promise<void> {
  tf.enableProdMode();
  setThreadsCount(1);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend "${backend}" here.`);
  await tf.ready();
  const answer = (message: Greeting | Round): void => console.log(JSON.stringify(message));
  answer({ name: `TensorFlow.js ${tf.version_core} ${backend}, op by op` });
  const trainers = new Map<string, () => number>();
  for await (const line of createInterface(process.stdin)) {
    const { layers, points, seconds } = JSON.parse(line) as RoundRequest;
    const flow = `${layers}x${points}`;
    const step = trainers.get(flow) ?? trainer(layers, points);
    trainers.set(flow, step);
    answer(timeRound(step, seconds));
  }
}

void main(process.argv[2]);
