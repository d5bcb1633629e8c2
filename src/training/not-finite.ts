import { buildFlow, parameterSlots, type Flow } from '../flow/flow';
import { firstNotFinite as firstNotFiniteInPass } from '../flow/not-finite';
import type { FlowSpec } from '../flow/spec';
import type { NotFinite } from './messages';
import type { TrainingObjective } from './objective';
import { clipScale, norm, optimise } from './optimizer';
import { addPass, kernelPlaces, noSums, pointsAtOnce } from './pass';
import type { StepSettings, TrainingState } from './stepper';
import type { Work } from './work';

/** Finite also once it is stored as float32, as training stores it. */
const storable = (value: number): boolean => Number.isFinite(Math.fround(value));

/**
 * What went wrong first in a step that met a value that is not finite, whichever engine took it: the step is gone through again in
 * float64, in the order in which it was computed, each quantity over all particles before the next. It yields now and then.
 * @param state the one before the step.
 */
export function* firstNotFinite(
  spec: FlowSpec,
  objective: TrainingObjective,
  state: TrainingState,
  settings: StepSettings,
): Work<NotFinite> {
  const { step, beta } = settings;
  const before = state.parameters;
  const flow = buildFlow(spec, before);
  const places = kernelPlaces(spec);
  const values = Float64Array.from(before);
  const sums = noSums(before.length);
  const random = objective.random(step);
  const chunk = pointsAtOnce(spec);
  let first: Place | undefined;
  for (let from = 0; from < objective.size; from += chunk) {
    const points = objective.draw(Math.min(chunk, objective.size - from), random);
    addPass(places, spec.dim, objective, values, points, beta, sums);
    yield;
    const found = findInPass(flow, objective, points);
    if (found && (!first || orderOf(flow, found) < orderOf(flow, first))) first = { ...found, particle: from + found.particle };
    yield;
  }
  const gradient = sums.gradient.map((sum) => sum / objective.size);
  const next = optimise(state, gradient, clipScale(norm(gradient), spec.training.clip), spec.training, settings);
  const place = first ?? findInUpdate(spec, gradient, next);
  return { step, ...(place ?? { layer: -1, particle: -1, quantity: 'loss' }), before, after: next.parameters };
}

type Place = Pick<NotFinite, 'layer' | 'particle' | 'quantity'>;

/** Of two quantities of a pass the one that is computed first has the lower number. */
function orderOf(flow: Flow, { layer, quantity }: Place): number {
  const depth = flow.layers.length;
  if (layer < 0) return quantity === 'point' ? -1 : 2 * depth;
  const turn = flow.closedForm === 'encode' ? depth - 1 - layer : layer;
  return 2 * turn + (quantity === 'log det' ? 1 : 0);
}

function findInPass(flow: Flow, objective: TrainingObjective, batch: Float64Array): Place | undefined {
  const { dim } = flow;
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
