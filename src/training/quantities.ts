/** Questions to the past: a quantity over the steps, and the first step at which it meets a condition. */

import { buildFlow } from '../flow/flow';
import type { FlowSpec } from '../flow/spec';
import type { PastStep } from './history';
import type { Condition, Quantity } from './messages';
import type { Work } from './work';

/** K: the margin of every layer. They follow from the parameters, so the history need not keep them. */
export function marginsOf(spec: FlowSpec, parameters: Float32Array): Float64Array {
  return Float64Array.from(buildFlow(spec, parameters).layers, ({ margin }) => margin);
}

function valueOf(spec: FlowSpec, { parameters, measures }: PastStep, quantity: Quantity): number {
  if (typeof quantity === 'string') return measures[quantity];
  const margins = marginsOf(spec, parameters);
  return quantity.margin === 'least' ? Math.min(...margins) : (margins[quantity.margin] ?? NaN);
}

/** Whether a step meets a condition; undefined where its quantity was not measured. */
export function meets(spec: FlowSpec, past: PastStep, { quantity, is, than }: Condition): boolean | undefined {
  const value = valueOf(spec, past, quantity);
  if (Number.isNaN(value)) return undefined;
  return is === 'below' ? value < than : value > than;
}

/** Steps that are looked at between two yields. */
const stepsAtOnce = 64;

/** (step, value) pairs of the steps at which the quantity was measured. */
export function* seriesOf(spec: FlowSpec, steps: Iterable<PastStep>, quantity: Quantity): Work<Float64Array> {
  const pairs: number[] = [];
  let looked = 0;
  for (const past of steps) {
    const value = valueOf(spec, past, quantity);
    if (!Number.isNaN(value)) pairs.push(past.step, value);
    if (++looked % stepsAtOnce === 0) yield;
  }
  return Float64Array.from(pairs);
}

/** The first of the steps that meets the condition. */
export function* firstWhere(spec: FlowSpec, steps: Iterable<PastStep>, condition: Condition): Work<number | undefined> {
  let looked = 0;
  for (const past of steps) {
    if (meets(spec, past, condition)) return past.step;
    if (++looked % stepsAtOnce === 0) yield;
  }
  return undefined;
}
