/** The engine of flows of planar, radial and linear layers: whole training steps in WebAssembly with SIMD. */

import { baseFrom, type Base } from '../flow/base';
import { streams } from '../flow/random';
import { closedFormDirection, type FlowSpec } from '../flow/spec';
import { energies } from '../flow/targets';
import { instantiate, parameterOffsets, type FusedCallbacks } from './fused-module';
import type { TrainingObjective } from './objective';
import { clipScale, optimise } from './optimizer';
import { emptyState, type Stepper, type StepOutcome, type StepSettings, type TrainingState } from './stepper';

export { isFusable, simdAvailable } from './fused-module';

/** Where a step's batch comes from: a function of the step's number alone. */
export type BatchSource = Pick<TrainingObjective, 'random' | 'draw'>;

/** The numbers of ./assembly's `Optimizer`. */
const optimizers = { adam: 0, rmsprop: 1, sgd: 2 } as const;
/** The energies that ./assembly knows. */
const knownEnergies = ['U1', 'U2', 'U3', 'U4'];
/** Numbers that are worked through in one call: some two milliseconds. */
const slice = 2_000_000;

/**
 * A stepper whose layers are all fusable. A batch from the standard normal base is drawn where it is used, and is the one that
 * `RandomStream` gives; any other comes from `source`.
 * @throws RangeError for a layer that is not fusable, an energy that does not exist or has another dimension, or a state of another flow.
 */
export function fusedStepper(spec: FlowSpec, state: TrainingState, source: BatchSource): Stepper {
  const { dim, objective, training } = spec;
  const count = training.batch;
  const reverse = objective?.type === 'reverse-kl';
  const normalBase = spec.base === 'standard-normal';
  const drawn = reverse && normalBase;
  const energy = reverse ? energyNamed(objective.energy, dim) : undefined;
  const known = energy === undefined ? 0 : knownEnergies.indexOf(energy.name) + 1;

  const { offsets, total } = parameterOffsets(dim, spec.layers);
  const order = spec.layers.map((_, k) => k);
  if (closedFormDirection(spec) === 'encode') order.reverse();
  const base = baseFrom(spec.base, dim);
  const callbacks: FusedCallbacks = {
    base: (points) => evaluate(base, points),
    energy: (points) => energy && evaluate(energy, points),
  };
  const fused = instantiate(
    dim,
    order.map((k) => spec.layers[k]),
    order.map((k) => offsets[k]),
    total,
    callbacks,
  );
  const { memory } = fused;
  const block = fused.block();
  fused.objective(reverse, reverse && objective.gradient === 'path', known, normalBase, drawn);
  const rows = fused.reserve(dim * (drawn ? block : count));
  const [pointsAt, gradientAt, valuesAt] = [0, 1, 2].map((which) => fused.wide(which));

  function evaluate(density: Pick<Base, 'evaluate'>, points: number): void {
    const x = new Float64Array(memory.buffer, pointsAt, points * dim);
    const gradient = new Float64Array(memory.buffer, gradientAt, points * dim);
    const values = new Float64Array(memory.buffer, valuesAt, points);
    for (let p = 0; p < points; p++) values[p] = density.evaluate(x, p * dim, gradient.subarray(p * dim, (p + 1) * dim));
  }

  /** The parameters, and the first and second moments. */
  const vectors = (): Float32Array[] => [0, 1, 2].map((which) => new Float32Array(memory.buffer, fused.state() + 4 * total * which, total));
  const restore = ({ parameters, moments }: TrainingState): void => {
    if (parameters.length !== total) throw new RangeError(`The state has ${parameters.length} parameters, but the flow has ${total}.`);
    vectors().forEach((vector, which) => vector.set([parameters, ...moments][which]));
  };
  restore(state);

  // What one number of a planar layer takes is the unit: an entry of a matrix takes three times that, a callback two hundred times.
  const perPoint = spec.layers.reduce(
    (sum, { type }) => sum + (type === 'linear' ? 3 * dim * dim : dim + 3),
    drawn && known > 0 ? 20 : 200,
  );
  const atOnce = block * Math.max(1, Math.floor(slice / perPoint / block));

  function* take({ step, momentsSince = 0, learningRate, beta }: StepSettings): Generator<void, StepOutcome> {
    const random = source.random(step);
    fused.begin(beta);
    fused.draw(...halves(spec.seed), ...halves(streams.batch(step)));
    for (let from = 0; from < count; from += atOnce) {
      if (from > 0) yield;
      const to = Math.min(count, from + atOnce);
      if (!drawn) new Float32Array(memory.buffer, rows + 4 * from * dim, (to - from) * dim).set(source.draw(to - from, random));
      fused.advance(from, to);
    }
    const { optimizer, momentum = 0, clip = 0 } = training;
    const taken = fused.finish(count, optimizers[optimizer], step - momentsSince, learningRate, momentum, clip);
    const [loss, baseTerm, logDet, energyTerm, gradientNorm] = new Float64Array(memory.buffer, fused.outcomeAt(), 5);
    const terms = { base: baseTerm, logDet: reverse ? logDet : -logDet, energy: energyTerm };
    if (taken) return { loss, terms, gradientNorm };
    const gradient = new Float64Array(memory.buffer, fused.gradientAt(), total);
    const settings = { step, momentsSince, learningRate, beta };
    const refused = optimise(copy(), gradient, clipScale(gradientNorm, training.clip), training, settings).parameters;
    return { loss, terms, gradientNorm: Number.isFinite(loss) ? NaN : gradientNorm, refused };
  }

  function copy(into = emptyState(total)): TrainingState {
    const [parameters, first, second] = vectors();
    into.parameters.set(parameters);
    into.moments[0].set(first);
    into.moments[1].set(second);
    return into;
  }

  return {
    name: 'WebAssembly SIMD, every layer fused',
    take,
    state: copy,
    restore,
    // The instance goes with its last reference.
    dispose: () => undefined,
  };
}

function energyNamed(name: string, dim: number) {
  const energy = energies.get(name);
  if (energy === undefined) throw new RangeError(`There is no energy "${name}"; there are: ${[...energies.keys()].join(', ')}.`);
  if (energy.dim !== dim) throw new RangeError(`The energy ${name} is for ${energy.dim} dimensions, but the flow has ${dim}.`);
  return energy;
}

/** A whole number below 2⁵³ as its low and high 32 bits. */
function halves(value: number): [number, number] {
  return [value | 0, Math.floor(value / 2 ** 32) | 0];
}
