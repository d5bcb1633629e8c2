/** What a step of training draws and what it minimises, for each objective. */

import { baseFrom } from '../flow/base';
import { RandomStream, streams } from '../flow/random';
import { samplers, type Sampler } from '../flow/samplers';
import type { FlowSpec } from '../flow/spec';
import { energies } from '../flow/targets';
import type { Cost } from './flow-op';
import type { PointTable } from '../flow/table';

/**
 * The loss of a batch is `constant`(batch) plus the mean of `cost` − Σ log|det| over the batch's images:
 *
 * - forward KL: batch x ∼ π, images z = f(x), cost −log p_z(z). The loss is the negative log-likelihood, at best the entropy of π;
 * - reverse KL: batch z ∼ p_z, images x = g(z), cost u(x), constant the batch's mean of log p_z(z). The loss is the free energy, at best
 *   −log Z, and there every batch gives exactly that.
 */
export interface TrainingObjective {
  /** The batch of step n (from 1), n × d: a function of the seed and n alone. */
  batch(step: number): Float64Array;
  readonly cost: Cost;
  readonly costName: string;
  constant(batch: Float64Array): number;
}

/**
 * The objective that the flow names.
 * @param table the points of its data file, where it names one.
 * @throws RangeError for an energy that does not exist, or data that is neither a sampler nor in `table`.
 */
export function trainingObjective(spec: FlowSpec, table?: PointTable): TrainingObjective {
  const { dim, seed, objective } = spec;
  const base = baseFrom(spec.base, dim);
  const count = spec.training.batch;
  const slope = new Float64Array(dim);
  const streamOf = (step: number): RandomStream => new RandomStream(seed, streams.batch(step));

  if (objective.type === 'reverse-kl') {
    const energy = energies.get(objective.energy);
    if (energy === undefined)
      throw new RangeError(`There is no energy "${objective.energy}"; there are: ${[...energies.keys()].join(', ')}.`);
    if (energy.dim !== dim) throw new RangeError(`The energy ${energy.name} is for ${energy.dim} dimensions, but the flow has ${dim}.`);
    return {
      batch: (step) => base.sample(count, streamOf(step)),
      cost: (points, at, gradient) => {
        const value = energy.evaluate(points, at, slope);
        gradient.set(slope, at);
        return value;
      },
      costName: 'energy u(x)',
      constant: (z) => base.logDensity(z).reduce((sum, log) => sum + log, 0) / count,
    };
  }

  const source = samplers.get(objective.data) ?? (table && resampling(table, dim));
  if (source === undefined) {
    throw new RangeError(`"${objective.data}" is not one of ${[...samplers.keys()].join(', ')}, and no points of a data file were given.`);
  }
  return {
    batch: (step) => source.sample(count, streamOf(step)),
    cost: (points, at, gradient) => {
      const log = base.evaluate(points, at, slope);
      for (let i = 0; i < dim; i++) gradient[at + i] = -slope[i];
      return -log;
    },
    costName: 'log p_z(z)',
    constant: () => 0,
  };
}

/** Points of the table, drawn with replacement. */
function resampling(table: PointTable, dim: number): Pick<Sampler, 'sample'> {
  return {
    sample(count, random) {
      const batch = new Float64Array(count * dim);
      for (let p = 0; p < count; p++) {
        const at = dim * random.index(table.count);
        batch.set(table.points.subarray(at, at + dim), p * dim);
      }
      return batch;
    },
  };
}
