import type { Objective, TrainingSpec } from '../flow/spec';

/**
 * The learning rate of step n, from 1, with p = ((n − 1) mod steps)/steps: lr·½(1 + cos πp) by `cosine` (Loshchilov & Hutter 2017, arXiv
 * 1608.03983, eq. 5, down to 0), lr·0.01^p by `exponential`. Beyond `steps` the schedule begins anew.
 */
export function learningRateAt({ learningRate, schedule, steps }: TrainingSpec, step: number): number {
  const share = ((step - 1) % steps) / steps;
  switch (schedule) {
    case 'cosine':
      return (learningRate * (1 + Math.cos(Math.PI * share))) / 2;
    case 'exponential':
      return learningRate * 0.01 ** share;
    default:
      return learningRate;
  }
}

/** The weight β of the energy in step n, from 1: min(1, 0.01 + 0.99·n/anneal), after Rezende & Mohamed 2015 (arXiv 1505.05770, eq. 20). */
export function betaAt(objective: Objective | undefined, step: number): number {
  if (objective?.type !== 'reverse-kl' || objective.anneal === undefined) return 1;
  return Math.min(1, 0.01 + (0.99 * step) / objective.anneal);
}
