/**
 * A whole training step of a planar flow op by op in TensorFlow.js, to be raced: reverse KL on U1 with its own Adam, on one thread. The
 * backend, cpu or wasm, is the first argument.
 *
 * It is written in the two forms that ./planar.py explains, and the second argument names one: `layers` or `stacked`. In both, points are
 * columns, and one tidy frees everything.
 *
 * Speaks lines of JSON: says who it is, then answers each {@link RoundRequest} by a {@link Round}.
 */

import * as tf from '@tensorflow/tfjs';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { createInterface } from 'node:readline';
import { timeRound, type Greeting, type Round, type RoundRequest } from '../race';

interface Flow {
  readonly variables: tf.Variable[];
  /** The images of 2 × n points, and log dets that add up to those of all points. */
  readonly run: (v: tf.Tensor2D) => { x: tf.Tensor2D; logDet: tf.Tensor };
}

/** U1 of Rezende & Mohamed 2015 (arXiv 1505.05770), table 1, with −log(eᵃ + eᵇ) as −a − softplus(b − a). */
function energy(x1: tf.Tensor, x2: tf.Tensor): tf.Tensor {
  const ring = tf.div(tf.sub(tf.sqrt(tf.add(tf.square(x1), tf.square(x2))), 2), 0.4);
  const left = tf.mul(tf.square(tf.div(tf.add(x1, 2), 0.6)), 0.5);
  const right = tf.mul(tf.square(tf.div(tf.sub(x1, 2), 0.6)), 0.5);
  return tf.sub(tf.add(tf.mul(tf.square(ring), 0.5), left), tf.softplus(tf.sub(left, right)));
}

/** û and wᵀû of each row. */
function constrained(w: tf.Tensor2D, u: tf.Tensor2D): { uHat: tf.Tensor2D; kappa: tf.Tensor } {
  const wu = tf.sum(tf.mul(w, u), 1, true);
  const push = tf.div(tf.sub(tf.softplus(tf.neg(wu)), 1), tf.sum(tf.square(w), 1, true));
  return { uHat: tf.add(u, tf.mul(push, w)), kappa: tf.sub(tf.softplus(wu), 1) };
}

function initial(layers: number, seed: number): tf.Variable<tf.Rank.R2>[] {
  return [
    tf.variable(tf.randomNormal([layers, 2], 0, 1, 'float32', seed)),
    tf.variable(tf.randomNormal([layers, 2], 0, 0.1, 'float32', seed + 1)),
    tf.variable(tf.zeros([layers, 1])),
  ];
}

function logDetOf(bend: tf.Tensor, kappa: tf.Tensor): tf.Tensor {
  return tf.log(tf.add(tf.mul(tf.sub(1, tf.square(bend)), kappa), 1));
}

function stacked(layers: number): Flow {
  const [w, u, b] = initial(layers, 7);
  return {
    variables: [w, u, b],
    run(v) {
      const { uHat, kappa } = constrained(w, u);
      const [normals, pushes, offsets] = [w, uHat, b].map((all) => tf.split(all, layers));
      let x = v;
      const bends = normals.map((normal, k) => {
        const bend = tf.tanh(tf.add<tf.Tensor2D>(tf.matMul(normal, x), offsets[k]));
        x = tf.add(x, tf.matMul(pushes[k], bend, true));
        return bend;
      });
      return { x, logDet: logDetOf(tf.concat(bends), kappa) };
    },
  };
}

function layered(layers: number): Flow {
  const all = Array.from({ length: layers }, (_, k) => initial(1, 7 + 2 * k));
  return {
    variables: all.flat(),
    run(v) {
      let x = v;
      let logDet: tf.Tensor = tf.scalar(0);
      for (const [w, u, b] of all) {
        const { uHat, kappa } = constrained(w, u);
        const bend = tf.tanh(tf.add<tf.Tensor2D>(tf.matMul(w, x), b));
        x = tf.add(x, tf.matMul(uHat, bend, true));
        logDet = tf.add(logDet, logDetOf(bend, kappa));
      }
      return { x, logDet };
    },
  };
}

/** The training step of a flow: a function that takes the step and returns its loss. */
function trainer({ variables, run }: Flow, points: number): () => number {
  const adam = tf.train.adam(5e-3);
  const loss = (): tf.Scalar => {
    const z: tf.Tensor2D = tf.randomNormal([2, points]);
    const { x, logDet } = run(z);
    const [x1, x2] = tf.unstack(x);
    const logBase = tf.sub(tf.mul(tf.sum(tf.square(z)), -0.5 / points), Math.log(2 * Math.PI));
    return tf.add(tf.sub(logBase, tf.div(tf.sum(logDet), points)), tf.mean(energy(x1, x2)));
  };
  return () => tf.tidy(() => adam.minimize(loss, true, variables)?.dataSync()[0] ?? NaN);
}

async function main(backend: string, form: string): Promise<void> {
  tf.enableProdMode();
  setThreadsCount(1);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend "${backend}" here.`);
  await tf.ready();
  const answer = (message: Greeting | Round): void => console.log(JSON.stringify(message));
  answer({ name: `TensorFlow.js ${tf.version_core} ${backend}, ${form}` });
  const trainers = new Map<string, () => number>();
  for await (const line of createInterface(process.stdin)) {
    const { layers, points, seconds } = JSON.parse(line) as RoundRequest;
    const size = `${layers}x${points}`;
    const step = trainers.get(size) ?? trainer(form === 'stacked' ? stacked(layers) : layered(layers), points);
    trainers.set(size, step);
    answer(timeRound(step, seconds));
  }
}

void main(process.argv[2], process.argv[3]);
