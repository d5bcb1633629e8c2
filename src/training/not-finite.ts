import { buildFlow, parameterSlots } from '../flow/flow';
import { firstNotFinite as firstNotFiniteInPass } from '../flow/not-finite';
import type { FlowSpec } from '../flow/spec';
import type { NotFinite } from './messages';
import type { TrainingObjective } from './objective';
import { clipScale, norm, optimise } from './optimizer';
import { addPass, kernelPlaces, noSums } from './pass';
import type { StepSettings, TrainingState } from './stepper';

/** Finite also once it is stored as float32, as training stores it. */
const storable = (value: number): boolean => Number.isFinite(Math.fround(value));

/**
 * What went wrong first in a step that met a value that is not finite, whichever engine took it: the step is gone through again in
 * float64, in the order in which it was computed, each quantity over all particles before the next.
 * @param state the one before the step.
 */
export function firstNotFinite(spec: FlowSpec, objective: TrainingObjective, state: TrainingState, settings: StepSettings): NotFinite {
  const { step, beta } = settings;
  const before = state.parameters;
  const batch = objective.batch(step);
  const sums = noSums(before.length);
  addPass(kernelPlaces(spec), spec.dim, objective, Float64Array.from(before), batch, beta, sums);
  const gradient = sums.gradient.map((sum) => sum / objective.size);
  const next = optimise(state, gradient, clipScale(norm(gradient), spec.training.clip), spec.training, settings);
  const place = findInPass(spec, objective, before, batch) ?? findInUpdate(spec, gradient, next);
  return { step, ...(place ?? { layer: -1, particle: -1, quantity: 'loss' }), before, after: next.parameters };
}

type Place = Pick<NotFinite, 'layer' | 'particle' | 'quantity'>;

function findInPass(spec: FlowSpec, objective: TrainingObjective, before: Float32Array, batch: Float64Array): Place | undefined {
  const { dim } = spec;
  const flow = buildFlow(spec, before);
  const points = firstNotFiniteInPass(flow, flow.closedForm, batch, storable);
  if (!(points instanceof Float64Array)) return points;
  const stored = Float32Array.from(points);
  const gradient = new Float64Array(points.length);
  for (let particle = 0; particle < points.length / dim; particle++) {
    const at = particle * dim;
    if (!storable(objective.cost(stored, at, gradient))) return { layer: -1, particle, quantity: objective.costName };
    if (!gradient.subarray(at, at + dim).every(storable)) return { layer: -1, particle, quantity: `gradient of ${objective.costName}` };
  }
  return undefined;
}

function findInUpdate(spec: FlowSpec, gradient: Float64Array, { parameters, moments }: TrainingState): Place | undefined {
  const computed: [ArrayLike<number>, (name: string) => string][] = [
    [gradient, (name) => `gradient of ${name}`],
    [moments[0], (name) => `mean gradient of ${name}`],
    [moments[1], (name) => `mean square gradient of ${name}`],
    [parameters, (name) => `new value of ${name}`],
  ];
  for (const [vector, quantity] of computed) {
    for (const { layer, name, offset, length } of parameterSlots(spec)) {
      for (let i = offset; i < offset + length; i++) if (!storable(vector[i])) return { layer, particle: -1, quantity: quantity(name) };
    }
  }
  return undefined;
}
