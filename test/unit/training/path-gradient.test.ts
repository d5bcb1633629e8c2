/**
 * The path gradient of every engine in one to five dimensions, against its definition: the derivative by the parameters of
 * E[log q(x) + β·u(x)] along x = g(z), the density q being that of the parameters as they are (Roeder, Wu & Duvenaud 2017, arXiv
 * 1703.09194). Finite differences move the parameters of g alone.
 */

import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { standardNormal } from '../../../src/flow/base';
import { buildFlow } from '../../../src/flow/flow';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import type { FlowSpec, LayerSpec, Options } from '../../../src/flow/spec';
import { isFusable } from '../../../src/training/fused';
import { instantiate, parameterOffsets } from '../../../src/training/fused-module';
import { trainingObjective, type Cost, type TrainingObjective } from '../../../src/training/objective';
import { PlainStepper } from '../../../src/training/plain-stepper';
import type { Stepper } from '../../../src/training/stepper';
import { TensorFlowStepper } from '../../../src/training/tensorflow-stepper';
import { specOf } from '../flow/batches';
import { differentiate } from './differences';
import { layersOf, stateOf, taken } from './fused-reference';

const count = 5;
const beta = 0.3;

/** An energy in any dimension: u = Σ (xᵢ − i/4)⁴/8 + x₁·x_d/4. */
const energyIn =
  (dim: number): Cost =>
  (points, at, gradient) => {
    let u = 0;
    for (let i = 0; i < dim; i++) {
      const off = points[at + i] - i / 4;
      u += off ** 4 / 8;
      gradient[at + i] = off ** 3 / 2;
    }
    const [first, last] = [points[at], points[at + dim - 1]];
    gradient[at] += last / 4;
    gradient[at + dim - 1] += first / 4;
    return u + (first * last) / 4;
  };

type Gradient = (spec: FlowSpec, parameters: Float32Array, batch: Float64Array) => Float32Array;

/** What SGD without momentum remembers of one step is the gradient. */
const stepped =
  (open: (spec: FlowSpec, objective: TrainingObjective, parameters: Float32Array) => Stepper): Gradient =>
  (spec, parameters, batch) => {
    const objective: TrainingObjective = {
      ...trainingObjective({ ...spec, dim: 2 }),
      base: standardNormal(spec.dim),
      size: count,
      draw: () => batch,
      cost: energyIn(spec.dim),
      baseTerm: () => 0,
    };
    const stepper = open(spec, objective, parameters);
    taken(stepper, { step: 1, learningRate: 0, beta });
    const [gradient] = stepper.state().moments;
    stepper.dispose();
    return gradient;
  };

/** The product has energies in one and two dimensions only, and so has the fused stepper: here its kernels call this one. */
const fused: Gradient = ({ dim, layers }, parameters, batch) => {
  const { offsets, total } = parameterOffsets(dim, layers);
  const module = instantiate(dim, layers, offsets, total, {
    base: () => assert.fail('the base is the standard normal'),
    energy: (points) => {
      const [x, gradient, values] = [0, 1, 2].map((which) => new Float64Array(module.memory.buffer, module.wide(which), points * dim));
      for (let p = 0; p < points; p++) values[p] = energyIn(dim)(x, p * dim, gradient);
    },
  });
  module.objective(true, true, 0, true, false);
  const rows = module.reserve(batch.length);
  new Float32Array(module.memory.buffer, rows, batch.length).set(batch);
  new Float32Array(module.memory.buffer, module.state(), total).set(parameters);
  module.begin(beta);
  module.advance(0, count);
  module.finish(count, 2, 1, 0, 0, 0);
  return Float32Array.from(new Float64Array(module.memory.buffer, module.gradientAt(), total));
};

const engines: [name: string, gradient: Gradient, takes: (layers: readonly LayerSpec[]) => boolean][] = [
  ['WebAssembly', fused, (layers) => layers.every(isFusable)],
  ['TypeScript', stepped((spec, objective, values) => new PlainStepper('', spec, objective, stateOf(values))), () => true],
  [
    'TensorFlow.js',
    stepped((spec, objective, values) => new TensorFlowStepper('', spec, objective, stateOf(values), () => false)),
    () => true,
  ],
];

const optionsOf = (name: string): Options[] => {
  const { options = [] } = layerTypes.get(name) ?? {};
  const numbers = Object.fromEntries(options.filter((option) => 'least' in option).map((option) => [option.name, 3]));
  return [numbers, ...options.filter((option) => !('least' in option)).map((option) => ({ ...numbers, [option.name]: true }))];
};
const flows: [name: string, layers: LayerSpec[]][] = [
  ...[...layerTypes.keys()].flatMap((type) =>
    optionsOf(type).map((options): [string, LayerSpec[]] => [
      `${type} ${JSON.stringify(options)}`,
      layersOf([type, options], [type, options]),
    ]),
  ),
  ['every kind that is fused', layersOf(['planar'], ['radial'], ['linear', { permutation: 1 }], ['planar', { leaky: true }])],
  ['every kind', [...layerTypes.keys()].flatMap((type) => layersOf([type, optionsOf(type)[0]]))],
];

describe('the path gradient, by its definition', () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  for (const [name, layers] of flows) {
    it(`of ${name}, in 1, 2, 3 and 5 dimensions`, () => {
      for (const dim of [1, 2, 3, 5]) {
        const spec = specOf({ type: 'reverse-kl', energy: 'U1', gradient: 'path' }, layers, {
          dim,
          training: { steps: 1, batch: count, optimizer: 'sgd', learningRate: 1 },
        });
        const random = new RandomStream(8, 8);
        const batch = standardNormal(dim).sample(count, random).map(Math.fround);
        const { total } = parameterOffsets(dim, layers);
        const parameters = Float32Array.from({ length: total }, () => 0.4 * random.normal());
        const still = buildFlow(spec, parameters);
        const u = energyIn(dim);
        const along = (moved: Float64Array): number => {
          const x = buildFlow(spec, moved).generate(batch);
          const slope = new Float64Array(x.length);
          return still.logProb(x).reduce((sum, log, p) => sum + log + beta * u(x, p * dim, slope), 0) / count;
        };
        const values = Float64Array.from(parameters);
        const expected = values.map((_, i) => differentiate((step) => along(values.map((v, at) => (at === i ? v + step : v))), 1).slope);
        const size = Math.hypot(...expected);
        for (const [engine, gradient, takes] of engines) {
          if (!takes(layers)) continue;
          gradient(spec, parameters, batch).forEach((found, i) =>
            assert.ok(
              Math.abs(found - expected[i]) <= 2e-5 * size,
              `${engine}, d = ${dim}, ∂${i}: ${found}, not ${expected[i]} of ${size}`,
            ),
          );
        }
      }
    });
  }
});
