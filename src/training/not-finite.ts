import { buildFlow, parameterSlots, typeOf, type Flow } from '../flow/flow';
import { firstNotFinite as firstNotFiniteInPass } from '../flow/not-finite';
import { closedFormDirection, type FlowSpec } from '../flow/spec';
import type { NotFinite } from './messages';
import type { TrainingObjective } from './objective';
import { isFusable, simdAvailable } from './fused';
import { fusedRun, type FusedRun } from './fused-run';
import { clipScale, norm, optimise } from './optimizer';
import { addPass, kernelPlaces, noSums, pointsAtOnce, type BatchSums, type KernelPlace } from './pass';
import type { StepSettings, TrainingState } from './stepper';
import type { Work } from './work';

/** Code that never ran is slow: it is first tried on so many points, so that nobody waits for it long. */
const firstPoints = 64;

/** Finite also once it is stored as float32, as training stores it. */
const storable = (value: number): boolean => Number.isFinite(Math.fround(value));

/**
 * What went wrong first in a step that met a value that is not finite, whichever engine took it: the step is gone through again in
 * float64, in the order in which it was computed, each quantity over all particles before the next: forth, back, and the update. Where all of that
 * can be stored in float32, what float32 cannot compute on the way is named, and then what it cannot sum. It yields after every layer.
 * @param state the one before the step.
 */
export function* firstNotFinite(spec: FlowSpec, objective: TrainingObjective, state: TrainingState, settings: StepSettings): Work<Place> {
  const { step, beta } = settings;
  const before = state.parameters;
  const flow = buildFlow(spec, before);
  const places = kernelPlaces(spec);
  const values = Float64Array.from(before);
  const sums = noSums(before.length);
  const random = objective.random(step);
  const chunk = pointsAtOnce(spec);
  let first: Place | undefined;
  const back = places.map((): Place | undefined => undefined);
  const rounded = places.map((): Place | undefined => undefined);
  const runs: (FusedRun | undefined)[] = [];
  for (const { layer } of places) {
    const kind = spec.layers[layer];
    runs[layer] = simdAvailable() && isFusable(kind) ? fusedRun(spec.dim, [kind], closedFormDirection(spec)) : undefined;
    yield;
  }
  for (let from = 0, count; from < objective.size; from += count) {
    count = Math.min(from === 0 ? firstPoints : chunk, objective.size - from);
    const points = objective.draw(count, random);
    const stages: [place: KernelPlace, at: Float64Array, cotangent: Float64Array][] = [];
    addPass(places, spec.dim, objective, values, points, beta, sums, (place, at, cotangent) => stages.push([place, at, cotangent.slice()]));
    yield;
    for (const [place, at, cotangent] of stages) {
      const { layer } = place;
      const wrong = cotangent.findIndex((value) => !storable(value));
      if (wrong >= 0) back[layer] ??= { layer, particle: from + Math.floor(wrong / spec.dim), quantity: 'gradient of the image' };
      if (rounded[layer]) continue;
      const found = findInFloat32(place, spec, before, at) ?? findInFused(runs[layer], place, spec, before, at, cotangent);
      if (found) rounded[layer] = { ...found, particle: found.particle < 0 ? -1 : from + found.particle };
      yield;
    }
    const found = findInPass(flow, objective, points);
    if (found && (!first || orderOf(flow, found) < orderOf(flow, first))) first = { ...found, particle: from + found.particle };
    yield;
  }
  const gradient = sums.gradient.map((sum) => sum / objective.size);
  const next = optimise(state, gradient, clipScale(norm(gradient), spec.training.clip), spec.training, settings);
  const run = places.map(({ layer }) => layer);
  const firstOf = (found: readonly (Place | undefined)[], order: readonly number[]): Place | undefined =>
    order.map((layer) => found[layer]).find((place) => place !== undefined);
  const place =
    first ??
    firstOf(back, [...run].reverse()) ??
    findInUpdate(spec, gradient, next) ??
    firstOf(rounded, run) ??
    findInSums(spec, objective, sums);
  return place ?? { layer: -1, particle: -1, quantity: 'loss' };
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

/** What of a layer's formula a float32 program cannot compute, although the result could be stored. */
function findInFloat32(
  { layer, options, start, end }: KernelPlace,
  spec: FlowSpec,
  parameters: Float32Array,
  points: Float64Array,
): Place | undefined {
  const { dim } = spec;
  const map = typeOf(spec.layers[layer]).float32(dim, options, parameters.subarray(start, end));
  const image = new Float32Array(dim);
  for (let particle = 0; particle < points.length / dim; particle++) {
    const [, logDet] = map(Float32Array.from(points.subarray(particle * dim, (particle + 1) * dim)), image);
    if (!image.every(Number.isFinite)) return { layer, particle, quantity: 'image as float32 computes it' };
    if (!storable(logDet)) return { layer, particle, quantity: 'log det as float32 computes it' };
  }
  return undefined;
}

/** What of a layer the fused kernel cannot compute, forth or back: it is run by itself, on what float64 gives it. */
function findInFused(
  run: FusedRun | undefined,
  { layer, start, end }: KernelPlace,
  spec: FlowSpec,
  parameters: Float32Array,
  points: Float64Array,
  cotangent: Float64Array,
): Place | undefined {
  if (!run) return undefined;
  const { dim, objective } = spec;
  const own = parameters.slice(start, end);
  const from = Float32Array.from(points);
  const image = run.forward(own, from);
  const logDets = new Float32Array(image.logDet.length).fill(objective?.type === 'reverse-kl' && objective.gradient === 'path' ? 0 : -1);
  const back = run.backward(own, from, Float32Array.from(cotangent), logDets);
  const computed: [ArrayLike<number>, number, string][] = [
    [image.points, dim, 'image as float32 computes it'],
    [image.logDet, 1, 'log det as float32 computes it'],
    [back.points, dim, 'gradient of its point as float32 computes it'],
  ];
  for (const [values, width, quantity] of computed) {
    const wrong = Array.from(values).findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) return { layer, particle: Math.floor(wrong / width), quantity };
  }
  const slot = parameterSlots(spec).find(
    ({ layer: of, offset, length }) =>
      of === layer && !back.gradient.subarray(offset - start, offset - start + length).every(Number.isFinite),
  );
  return slot && { layer, particle: -1, quantity: `gradient of ${slot.name} as float32 computes it` };
}

/** What over the whole batch is beyond float32, although each particle's share is not. */
function findInSums(spec: FlowSpec, { costName }: TrainingObjective, { base, cost, logDet, gradient }: BatchSums): Place | undefined {
  const found = Object.entries({ 'log p_z(z)': base, [costName]: cost, 'log det': logDet }).find(([, sum]) => !storable(sum));
  if (found) return { layer: -1, particle: -1, quantity: `mean of ${found[0]}` };
  for (const { layer, name, offset, length } of parameterSlots(spec)) {
    if (!gradient.subarray(offset, offset + length).every(storable)) {
      return { layer, particle: -1, quantity: `mean of the gradient of ${name}` };
    }
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
