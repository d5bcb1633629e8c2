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

function valueOf({ measures }: PastStep, quantity: Quantity, margins: () => Float64Array): number {
  if (typeof quantity === 'string') return measures[quantity];
  return quantity.margin === 'least' ? Math.min(...margins()) : (margins()[quantity.margin] ?? NaN);
}

/** Whether a step, whose `margins` are asked for only where they matter, meets a condition; undefined where its quantity was not measured. */
export function meets(past: PastStep, { quantity, is, than }: Condition, margins: () => Float64Array): boolean | undefined {
  const value = valueOf(past, quantity, margins);
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
    const value = valueOf(past, quantity, () => marginsOf(spec, past.parameters));
    if (!Number.isNaN(value)) pairs.push(past.step, value);
    if (++looked % stepsAtOnce === 0) yield;
  }
  return Float64Array.from(pairs);
}

/** The first of the steps that meets the condition. */
export function* firstWhere(spec: FlowSpec, steps: Iterable<PastStep>, condition: Condition): Work<number | undefined> {
  let looked = 0;
  for (const past of steps) {
    if (meets(past, condition, () => marginsOf(spec, past.parameters))) return past.step;
    if (++looked % stepsAtOnce === 0) yield;
  }
  return undefined;
}
