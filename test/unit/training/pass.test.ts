import assert from 'node:assert/strict';
import { buildFlow, initialParameters } from '../../../src/flow/flow';
import { layerTypes } from '../../../src/flow/registry';
import type { FlowSpec, Objective } from '../../../src/flow/spec';
import { trainingObjective } from '../../../src/training/objective';
import { addPass, kernelPlaces, noSums } from '../../../src/training/pass';
import { specOf } from '../flow/batches';

const size = 8;
const training = { steps: 1, batch: size, optimizer: 'sgd', learningRate: 1 } as const;

describe('the gradient of the path', () => {
  for (const type of layerTypes.keys()) {
    it(`of ${type} layers is that of log q(x) + β·u(x) along x = g(z), q held fast, by finite differences of src/flow`, () => {
      const objective: Objective = { type: 'reverse-kl', energy: 'U1', gradient: 'path' };
      const layers = Array.from({ length: 3 }, (_, k) => ({ type, options: type === 'coupling' ? { flip: k === 1 } : {}, initial: {} }));
      const spec: FlowSpec = specOf(objective, layers, { training });
      const values = initialParameters(spec).map((value, i) => value + 0.3 * Math.sin(5.1 * i));
      const drawn = trainingObjective(spec);
      const z = drawn.batch(1);
      const beta = 0.7;
      const sums = noSums(values.length);
      addPass(kernelPlaces(spec), 2, drawn, values, z, beta, sums);

      const fast = buildFlow(spec, values);
      const into = new Float64Array(z.length);
      const along = (parameters: Float64Array): number => {
        const x = buildFlow(spec, parameters).generate(z);
        return fast.logProb(x).reduce((sum, log, p) => sum + log + beta * drawn.cost(x, 2 * p, into), 0);
      };
      const h = 1e-6;
      sums.gradient.forEach((found, i) => {
        const beside = (step: number): number => along(values.map((value, j) => (j === i ? value + step : value)));
        const difference = (beside(h) - beside(-h)) / (2 * h);
        assert.ok(Math.abs(found - difference) < 1e-5 * (1 + Math.abs(difference)), `∂${i}: ${found}, by differences ${difference}`);
      });
    });
  }
});
