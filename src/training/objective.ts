/** What a step of training draws and what it minimises, for each objective. */

import { baseFrom, type Base } from '../flow/base';
import { RandomStream, streams } from '../flow/random';
import { samplers, type Sampler } from '../flow/samplers';
import type { FlowSpec, Objective } from '../flow/spec';
import type { PointTable } from '../flow/table';
import { energies } from '../flow/targets';
import type { LossTerms } from './stepper';

/** cost(x) of the d numbers of `points` that begin at `at`; its gradient is written to the same place in `gradient`. */
export type Cost = (points: ArrayLike<number>, at: number, gradient: Float64Array) => number;

/**
 * The loss of a batch is made of the means of `cost` and of log|det| over the batch's images:
 *
 * - forward KL: batch x ∼ π, images z = f(x), cost −log p_z(z). The loss is the negative log-likelihood, at best the entropy of π;
 * - reverse KL: batch z ∼ p_z, images x = g(z), cost u(x). The loss is the free energy, at best −log Z, and there every batch gives
 *   exactly that.
 */
export interface TrainingObjective {
  readonly base: Base;
  /** n, the points of a batch. */
  readonly size: number;
  /** The random numbers of the batch of step n (from 1), of which {@link draw} takes what it needs. */
  random(step: number): RandomStream;
  /** The next `count` points of a batch: count × d. However they are portioned, they are the same. */
  draw(count: number, random: RandomStream): Float64Array;
  /** The batch of step n (from 1), n × d: a function of the seed and n alone. */
  batch(step: number): Float64Array;
  readonly cost: Cost;
  readonly costName: string;
  /**
   * The gradient is that of the path alone: Σ log|det| is taken for what it is at the parameters of now, and the score of the image's
   * density is carried along instead (Roeder, Wu & Duvenaud 2017, arXiv 1703.09194).
   */
  readonly path: boolean;
  /** What log p_z(z) of a batch's points adds to their terms: 0 where the cost already says it. */
  baseTerm(batch: Float64Array): number;
  /** The terms from the sums over a batch of {@link baseTerm}, cost and log|det| in the direction that is run. */
  terms(base: number, cost: number, logDet: number): LossTerms;
  /** The least loss possible, in nats, where it is known: −log Z, or the entropy of π. */
  readonly floor?: number;
}

/** The loss that these terms make, with the energy weighted by β: −E log p_x(x), or E[log p_z(z) − log|det| + β·u(x)]. */
export function lossOf({ objective }: FlowSpec, { base, logDet, energy }: LossTerms, beta: number): number {
  return objective?.type === 'forward-kl' ? logDet - base : base - logDet + beta * energy;
}

/**
 * The objective that the flow names.
 * @param table the points of its data file, where it names one.
 * @throws RangeError for a flow that names none, an energy that does not exist, data that is neither a sampler nor in `table`, or either of another dimension than
 * the flow's.
 */
export function trainingObjective(spec: FlowSpec, table?: PointTable): TrainingObjective {
  const { objective } = spec;
  if (objective === undefined) throw new RangeError('A flow without an objective has nothing to learn.');
  return objective.type === 'reverse-kl' ? reverseKl(spec, objective) : forwardKl(spec, objective, table);
}

/** What both objectives draw, from what they draw it from. */
function drawing(
  { seed, training: { batch: size } }: FlowSpec,
  source: Pick<Sampler, 'sample'>,
): Pick<TrainingObjective, 'size' | 'random' | 'draw' | 'batch'> {
  const random = (step: number): RandomStream => new RandomStream(seed, streams.batch(step));
  return { size, random, draw: (count, from) => source.sample(count, from), batch: (step) => source.sample(size, random(step)) };
}

function reverseKl(spec: FlowSpec, objective: Extract<Objective, { type: 'reverse-kl' }>): TrainingObjective {
  const { dim } = spec;
  const energy = energies.get(objective.energy);
  if (energy === undefined)
    throw new RangeError(`There is no energy "${objective.energy}"; there are: ${[...energies.keys()].join(', ')}.`);
  if (energy.dim !== dim) throw new RangeError(`The energy ${energy.name} is for ${energy.dim} dimensions, but the flow has ${dim}.`);
  const base = baseFrom(spec.base, dim);
  const size = spec.training.batch;
  const slope = new Float64Array(dim);
  return {
    base,
    ...drawing(spec, base),
    cost: (points, at, gradient) => {
      const value = energy.evaluate(points, at, slope);
      gradient.set(slope, at);
      return value;
    },
    costName: 'energy u(x)',
    path: objective.gradient === 'path',
    baseTerm: (z) => base.logDensity(z).reduce((sum, log) => sum + log, 0),
    terms: (sum, cost, logDet) => ({ base: sum / size, logDet: logDet / size, energy: cost / size }),
    floor: -energy.logZ,
  };
}

function forwardKl(spec: FlowSpec, objective: Extract<Objective, { type: 'forward-kl' }>, table?: PointTable): TrainingObjective {
  const { dim } = spec;
  const sampler = samplers.get(objective.data);
  const source = sampler ?? (table && resampling(table, dim));
  if (source === undefined) {
    throw new RangeError(`"${objective.data}" is not one of ${[...samplers.keys()].join(', ')}, and no points of a data file were given.`);
  }
  if (sampler && dim !== 2) throw new RangeError(`The sampler ${sampler.name} draws in 2 dimensions, but the flow has ${dim}.`);
  if (!sampler && table && table.names.length !== dim) {
    throw new RangeError(`The points of ${objective.data} have ${table.names.length} coordinates, but the flow has ${dim} dimensions.`);
  }
  const base = baseFrom(spec.base, dim);
  const size = spec.training.batch;
  const slope = new Float64Array(dim);
  return {
    base,
    ...drawing(spec, source),
    cost: (points, at, gradient) => {
      const log = base.evaluate(points, at, slope);
      for (let i = 0; i < dim; i++) gradient[at + i] = -slope[i];
      return -log;
    },
    costName: 'log p_z(z)',
    path: false,
    baseTerm: () => 0,
    terms: (_, cost, logDet) => ({ base: -cost / size, logDet: -logDet / size, energy: 0 }),
    ...(sampler && { floor: sampler.entropy }),
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
