/** Early stopping: since when what training is judged by has not improved. */

import type { FlowSpec } from '../flow/spec';
import { lossOf } from './objective';
import { betaAt } from './schedule';
import type { LossTerms } from './stepper';

/** The best value so far, lower being better, and the step that it is of. */
export interface Patience {
  readonly best: number;
  readonly since: number;
  /** The loss with the noise of its batches taken out: a moving average over about fifty steps. */
  readonly smoothed: number;
}

const inertia = 0.98;
const worst = Number.MAX_VALUE;

/** Where no rows are held out, training is judged by its smoothed loss, from the step on at which annealing is over. */
export function judgeLoss(before: Patience | undefined, step: number, spec: FlowSpec, terms: LossTerms): Patience {
  const loss = lossOf(spec, terms, 1);
  if (before === undefined || betaAt(spec.objective, step) < 1) return { best: worst, since: step, smoothed: loss };
  const smoothed = inertia * before.smoothed + (1 - inertia) * loss;
  return smoothed < before.best ? { best: smoothed, since: step, smoothed } : { ...before, smoothed };
}

/** Where rows are held out, training is judged by the mean of log p_x over them, wherever that was measured. */
export function judgeHeldOut(before: Patience | undefined, step: number, mean: number): Patience | undefined {
  if (Number.isNaN(mean) && before !== undefined) return before;
  if (before === undefined || -mean < before.best) return { best: Number.isNaN(mean) ? worst : -mean, since: step, smoothed: 0 };
  return before;
}
