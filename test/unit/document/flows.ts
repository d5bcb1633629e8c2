/** Any flow, and its text as another YAML writer makes it. */

import fc from 'fast-check';
import { stringify } from 'yaml';
import { sizeOf, type LayerType } from '../../../src/flow/layer';
import { layerTypes } from '../../../src/flow/registry';
import { samplers } from '../../../src/flow/samplers';
import type { BaseSpec, FlowSpec, LayerSpec, Objective, TrainingSpec } from '../../../src/flow/spec';
import { energyNames } from '../../../src/flow/targets';

const plain = { noNullPrototype: true };
/** Numbers that are the same when they were written and read. */
export const anyNumber = fc.double({ min: -1e3, max: 1e3, noNaN: true }).filter((value) => !Object.is(value, -0));
const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const list = <T>(entry: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> => fc.array(entry, { minLength: length, maxLength: length });

function layerOf(type: LayerType, dim: number): fc.Arbitrary<LayerSpec> {
  const options = type.options.map((option): [string, fc.Arbitrary<boolean | number>] => [
    option.name,
    'least' in option ? fc.integer({ min: option.least, max: Math.min(option.most, 5) }) : fc.boolean(),
  ]);
  return fc.record(Object.fromEntries(options), plain).chain((chosen) => {
    const initial = type.parameters.map(({ name, shape }): [string, fc.Arbitrary<number[]>] => [
      name,
      list(anyNumber, sizeOf(shape(dim, chosen))),
    ]);
    return fc
      .record(Object.fromEntries(initial), { requiredKeys: [], ...plain })
      .map((values) => ({ type: type.name, options: chosen, initial: values }) as LayerSpec);
  });
}

function baseOf(dim: number, depth = 1): fc.Arbitrary<BaseSpec> {
  const vector = list(anyNumber, dim);
  const cholesky = fc
    .tuple(list(vector, dim), list(positive, dim))
    .map(([rows, diagonal]) => rows.map((row, i) => row.map((value, j) => (j < i ? value : j === i ? diagonal[i] : 0))));
  const simple: fc.Arbitrary<BaseSpec>[] = [
    fc.constant('standard-normal'),
    fc.record({ type: fc.constant('diagonal-normal'), mean: vector, scale: list(positive, dim) }, plain),
    fc.record({ type: fc.constant('full-normal'), mean: vector, cholesky }, plain),
    fc
      .tuple(vector, list(positive, dim))
      .map(([low, width]): BaseSpec => ({ type: 'uniform', low, high: low.map((edge, i) => edge + width[i]) })),
  ];
  if (depth === 0) return fc.oneof(...simple);
  const mixture = fc
    .array(fc.tuple(positive, baseOf(dim, depth - 1)), { minLength: 1, maxLength: 3 })
    .map((parts): BaseSpec => ({ type: 'mixture', weights: parts.map(([w]) => w), components: parts.map(([, c]) => c) }));
  return fc.oneof(...simple, mixture);
}

function objectiveOf(dim: number): fc.Arbitrary<Objective> {
  const share = fc.double({ min: 1e-3, max: 0.89, noNaN: true });
  const file = fc.record(
    {
      type: fc.constant('forward-kl'),
      data: fc.constantFrom('a b.csv', '../c/d.parquet'),
      columns: list(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom('a', 'b c')), dim),
      holdout: share,
    },
    { requiredKeys: ['type', 'data'], ...plain },
  );
  const sampler = fc.record({ type: fc.constant('forward-kl'), data: fc.constantFrom(...samplers.keys()) }, plain);
  const names = energyNames(dim);
  if (names.length === 0) return file;
  const energy = fc.record(
    {
      type: fc.constant('reverse-kl'),
      energy: fc.constantFrom(...names),
      gradient: fc.constant('path'),
      anneal: fc.integer({ min: 1, max: 1e6 }),
    },
    { requiredKeys: ['type', 'energy'], ...plain },
  );
  return dim === 2 ? fc.oneof(file, sampler, energy) : fc.oneof(file, energy);
}

const anyTraining: fc.Arbitrary<TrainingSpec> = fc
  .record(
    {
      steps: fc.integer({ min: 1, max: 1_000_000 }),
      batch: fc.integer({ min: 1, max: 65_536 }),
      optimizer: fc.constantFrom('adam', 'rmsprop', 'sgd'),
      learningRate: fc.double({ min: 1e-12, max: 1, noNaN: true }),
      schedule: fc.constantFrom('cosine', 'exponential'),
      momentum: fc.double({ min: 1e-3, max: 0.999, noNaN: true }),
      clip: positive,
      patience: fc.integer({ min: 1, max: 1_000_000 }),
    },
    { requiredKeys: ['steps', 'batch', 'optimizer', 'learningRate'], ...plain },
  )
  .map(({ momentum, ...rest }) => (rest.optimizer === 'sgd' && momentum !== undefined ? { ...rest, momentum } : rest));

export const anyFlow: fc.Arbitrary<FlowSpec> = fc.integer({ min: 1, max: 4 }).chain((dim) =>
  fc.record(
    {
      dim: fc.constant(dim),
      base: baseOf(dim),
      seed: fc.nat(),
      objective: objectiveOf(dim),
      training: anyTraining,
      layers: fc.array(fc.oneof(...[...layerTypes.values()].map((type) => layerOf(type, dim))), { minLength: 1, maxLength: 8 }),
    },
    plain,
  ),
);

export interface Style {
  readonly collectionStyle: 'any' | 'block' | 'flow';
  readonly indent: number;
}
export const anyStyle: fc.Arbitrary<Style> = fc.record({
  collectionStyle: fc.constantFrom('any', 'block', 'flow'),
  indent: fc.integer({ min: 1, max: 6 }),
});

/** The values as nested lists of their shape. */
function nested(values: readonly number[], [count, ...inner]: readonly number[]): unknown {
  if (count === undefined) return values[0];
  return Array.from({ length: count }, (_, i) => nested(values.slice(i * sizeOf(inner), (i + 1) * sizeOf(inner)), inner));
}

/** What is not done is said where leaving it out might mean something else. */
export function textOf({ objective, training, layers, ...flow }: FlowSpec, style: Style): string {
  const written = layers.map(({ type, options, initial }) => {
    const shapes = new Map(layerTypes.get(type)?.parameters.map(({ name, shape }) => [name, shape(flow.dim, options)]));
    const values = Object.entries(initial).map(([name, given]) => [name, nested(given, shapes.get(name) ?? [])]);
    return { [type]: { ...options, ...Object.fromEntries(values) } as unknown };
  });
  const isFile = objective?.type === 'forward-kl' && !samplers.has(objective.data);
  const undone = {
    objective: objective?.type === 'reverse-kl' ? { gradient: 'total', anneal: 0 } : isFile ? { holdout: 0 } : {},
    training: { schedule: 'constant', clip: 'none', patience: 'none', ...(training.optimizer === 'sgd' && { momentum: 0 }) },
  };
  const whole = {
    nflow: 1,
    ...flow,
    objective: { ...undone.objective, ...objective },
    training: { ...undone.training, ...training },
    layers: written,
  };
  return stringify(whole, style);
}
