import { buildFlow, parameterSlots } from '../flow/flow';
import { firstNotFinite as firstNotFiniteInPass } from '../flow/not-finite';
import type { FlowSpec } from '../flow/spec';
import type { NotFinite } from './messages';
import type { TrainingObjective } from './objective';

/** Everything that a step computed. The vectors are in the layout of the parameters. */
export interface StepValues {
  readonly step: number;
  readonly batch: Float64Array;
  readonly before: Float32Array;
  readonly gradient: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly after: Float32Array;
}

/** Finite also once it is stored as float32, as training stores it. */
const storable = (value: number): boolean => Number.isFinite(Math.fround(value));

/**
 * What went wrong first in a step that met a value that is not finite: the step is gone through again in float64, in the order in which
 * it was computed, each quantity over all particles before the next.
 */
export function firstNotFinite(spec: FlowSpec, objective: TrainingObjective, values: StepValues): NotFinite {
  const { step, before, after } = values;
  const loss = { layer: -1, particle: -1, quantity: 'loss' };
  return { step, ...(findInPass(spec, objective, values) ?? findInUpdate(spec, values) ?? loss), before, after: after.slice() };
}

type Place = Pick<NotFinite, 'layer' | 'particle' | 'quantity'>;

function findInPass(spec: FlowSpec, objective: TrainingObjective, { batch, before }: StepValues): Place | undefined {
  const { dim } = spec;
  const flow = buildFlow(spec, before);
  const points = firstNotFiniteInPass(flow, flow.closedForm, batch, storable);
  if (!(points instanceof Float64Array)) return points;
  const stored = Float32Array.from(points);
  const gradient = new Float32Array(points.length);
  for (let particle = 0; particle < points.length / dim; particle++) {
    const at = particle * dim;
    if (!storable(objective.cost(stored, at, gradient))) return { layer: -1, particle, quantity: objective.costName };
    if (!gradient.subarray(at, at + dim).every(Number.isFinite)) {
      return { layer: -1, particle, quantity: `gradient of ${objective.costName}` };
    }
  }
  return undefined;
}

function findInUpdate(spec: FlowSpec, { gradient, first, second, after }: StepValues): Place | undefined {
  const computed: [Float32Array, (name: string) => string][] = [
    [gradient, (name) => `gradient of ${name}`],
    [first, (name) => `mean gradient of ${name}`],
    [second, (name) => `mean square gradient of ${name}`],
    [after, (name) => `new value of ${name}`],
  ];
  for (const [vector, quantity] of computed) {
    for (const { layer, name, offset, length } of parameterSlots(spec)) {
      if (!vector.subarray(offset, offset + length).every(Number.isFinite)) return { layer, particle: -1, quantity: quantity(name) };
    }
  }
  return undefined;
}
