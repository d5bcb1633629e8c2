/** What may stand where in a flow, and what it means: the one source of completion and hovers. */

import type { ParsedNode } from 'yaml';
import type { LayerType } from '../../flow/layer';
import { layerTypes } from '../../flow/registry';
import { samplers } from '../../flow/samplers';
import type { Options } from '../../flow/spec';
import { energies, energyNames } from '../../flow/targets';
import { baseForm } from '../base';
import { dataEndings } from '../data/points';
import {
  annealRule,
  baseKeys,
  batchRule,
  clipRule,
  columnRule,
  dimRule,
  directionNames,
  flowDefaults,
  formatVersion,
  gradientNames,
  holdoutRule,
  learningRateRule,
  momentumRule,
  objectiveKeys,
  optimizerNames,
  parameterRule,
  patienceRule,
  scaleRule,
  scheduleNames,
  seedRule,
  stepsRule,
  topLevelKeys,
  trainingKeys,
  type BaseName,
  type NumberRule,
} from '../format';
import { objectiveForms, objectiveNames, samplerDim, uses } from '../objective';
import { describeRule, formatNumber } from '../sentences';
import { baseMeanings, keyMeanings, wordMeanings } from './meanings';
import { mappingAt, valueAt, type Path } from './place';

/** A word that a value may be, or a form that it may take. */
export interface Word {
  readonly name: string;
  readonly meaning?: string;
}

/** A key, and what its value may be. */
export interface Key {
  readonly name: string;
  /** A sentence or two for the person. */
  readonly meaning: string;
  /** What it is where it is left out, as it would be written. */
  readonly otherwise?: string;
  /** The words that it may be. */
  readonly words?: readonly Word[];
  /** The forms of a mapping or a list that it may be, each on one line. */
  readonly forms?: readonly string[];
  /** The endings of the files that it may name. */
  readonly files?: readonly string[];
  /** A number, and one to begin with. */
  readonly number?: { readonly rule: NumberRule; readonly example: number };
  /** A tensor of numbers, with a value that its entries may have. */
  readonly numbers?: { readonly shape: readonly number[]; readonly example: number };
}

/** The keys that the mapping at `path` may have; none where there is no mapping in a flow. */
export function keysAt(root: ParsedNode | null, path: Path): readonly Key[] {
  const [section, ...inner] = path;
  const dim = dimOf(root);
  if (section === undefined) return flowKeys(dim);
  if (section === 'objective' && inner.length === 0) return objectiveKeysFor(valueAt(root, ['objective', 'type']), dim);
  if (section === 'training' && inner.length === 0) return trainingKeysFor(valueAt(root, ['training', 'optimizer']));
  if (section === 'base' && isBase(inner)) return keysOfBase(valueAt(root, [...path, 'type']), dim);
  const type = section === 'layers' && inner.length === 2 ? layerTypes.get(String(inner[1])) : undefined;
  return type ? keysOfLayer(type, dim, optionsAt(root, path, type)) : [];
}

/** The words that an entry of the list at `path` may be. */
export function entriesAt(path: Path): readonly Word[] {
  if (path.length === 1 && path[0] === 'layers') return layerWords;
  return path.length > 1 && path[0] === 'base' && path.at(-1) === 'components' && isBase(path.slice(1, -1)) ? baseWords : [];
}

/** The key whose value is at `path`. */
export function keyAt(root: ParsedNode | null, path: Path): Key | undefined {
  return keysAt(root, path.slice(0, -1)).find(({ name }) => name === path.at(-1));
}

/** The dimension that the text gives, or that of a flow that gives none. */
export function dimOf(root: ParsedNode | null): number {
  const written = valueAt(root, ['dim']);
  const sound = typeof written === 'number' && Number.isInteger(written) && written >= dimRule.least && written <= dimRule.most;
  return sound ? written : flowDefaults.dim;
}

/** The options of a layer, as far as they are written. */
export function optionsAt(root: ParsedNode | null, path: Path, type: LayerType): Options {
  const options = type.options.map((option): [string, boolean | number] => {
    const written = mappingAt(root, path) && valueAt(root, [...path, option.name]);
    if (!('least' in option)) return [option.name, written === true || (written === undefined && option.default)];
    const sound = typeof written === 'number' && Number.isInteger(written) && written >= option.least && written <= option.most;
    return [option.name, sound ? written : option.default];
  });
  return Object.fromEntries(options);
}

export const layerWords: readonly Word[] = [...layerTypes.values()].map(({ name, formula }) => ({ name, meaning: formula }));

const baseNames = Object.keys(baseKeys) as BaseName[];
const baseWords: readonly Word[] = baseNames.map((name) => ({ name, meaning: baseMeanings[name] }));

/** Whether a path inside `base` leads to a base: itself, or a component of a mixture, or a component of that. */
const isBase = (inner: Path): boolean =>
  inner.every((step, i) => (i % 2 === 0 ? step === 'components' : typeof step === 'number')) && inner.length % 2 === 0;

const words = (names: readonly string[]): readonly Word[] => names.map((name) => ({ name, meaning: wordMeanings[name] }));
const samplerWords = (dim: number): readonly Word[] =>
  dim === samplerDim
    ? [...samplers.values()].map(({ name, describe, entropy }) => ({ name, meaning: `${describe} Entropy ${formatNumber(entropy)} nats.` }))
    : [];
const energyWords = (dim: number): readonly Word[] =>
  energyNames(dim).map((name) => {
    const energy = energies.get(name);
    return { name, ...(energy && { meaning: `${energy.describe} log Z = ${formatNumber(energy.logZ)}.` }) };
  });

type Facts = Omit<Key, 'name' | 'meaning'>;
const number = (rule: NumberRule, example: number): Facts => ({ number: { rule, example } });
const described = <Name extends string>(owner: string, names: readonly Name[], facts: Readonly<Record<Name, Facts>>): Key[] =>
  names.map((name) => ({ name, meaning: keyMeanings[`${owner}.${name}`] ?? '', ...facts[name] }));

function flowKeys(dim: number): readonly Key[] {
  const { steps, batch, optimizer, learningRate } = flowDefaults.training;
  return described('flow', topLevelKeys, {
    nflow: { words: [{ name: String(formatVersion) }] },
    dim: { ...number(dimRule, flowDefaults.dim), otherwise: String(flowDefaults.dim) },
    base: {
      words: words(['standard-normal']),
      forms: baseNames.map((name) => baseForm(name, dim)).filter((form) => form.startsWith('{') && !form.includes('…')),
      otherwise: flowDefaults.base,
    },
    seed: { ...number(seedRule, 7), otherwise: String(flowDefaults.seed) },
    direction: { words: words(Object.keys(directionNames)), otherwise: "the objective's own" },
    objective: { forms: objectiveForms(dim) },
    training: { forms: [`{ steps: ${steps}, batch: ${batch}, optimizer: ${optimizer}, learningRate: ${learningRate} }`] },
    layers: {},
    weights: { files: ['.safetensors'] },
  });
}

function objectiveKeysFor(type: unknown, dim: number): readonly Key[] {
  const unused = objectiveNames.find((name) => name === type);
  const all = described('objective', objectiveKeys, {
    type: { words: words(objectiveNames) },
    data: { words: samplerWords(dim), files: dataEndings },
    columns: { numbers: { shape: [dim], example: columnRule.least } },
    holdout: { ...number(holdoutRule, 0.2), otherwise: String(flowDefaults.holdout) },
    energy: { words: energyWords(dim) },
    gradient: { words: words(gradientNames), otherwise: gradientNames[0] },
    anneal: { ...number(annealRule, 2000), otherwise: String(flowDefaults.anneal) },
  });
  return unused ? all.filter(({ name }) => !Object.hasOwn(uses[unused], name)) : all;
}

function trainingKeysFor(optimizer: unknown): readonly Key[] {
  const { training, momentum } = flowDefaults;
  const all = described('training', trainingKeys, {
    steps: { ...number(stepsRule, training.steps), otherwise: String(training.steps) },
    batch: { ...number(batchRule, training.batch), otherwise: String(training.batch) },
    optimizer: { words: words(optimizerNames), otherwise: training.optimizer },
    learningRate: { ...number(learningRateRule, training.learningRate), otherwise: String(training.learningRate) },
    schedule: { words: words(scheduleNames), otherwise: 'constant' },
    momentum: { ...number(momentumRule, momentum), otherwise: String(momentum) },
    clip: { ...number(clipRule, 1), words: words(['none']), otherwise: 'none' },
    patience: { ...number(patienceRule, 500), words: words(['none']), otherwise: 'none' },
  });
  return optimizer === 'sgd' ? all : all.filter(({ name }) => name !== 'momentum');
}

function keysOfBase(type: unknown, dim: number): readonly Key[] {
  const names = baseNames.find((name) => name === type);
  const own = names ? baseKeys[names] : [...new Set(Object.values(baseKeys).flat())];
  const vector = (example: number): Facts => ({ numbers: { shape: [dim], example } });
  return described('base', ['type', ...own], {
    type: { words: baseWords },
    mean: vector(0),
    scale: vector(scaleRule.least < 1 ? 1 : scaleRule.least),
    cholesky: {
      forms: [
        `[${Array.from({ length: dim }, (_, i) => `[${Array.from({ length: dim }, (__, j) => Number(i === j)).join(', ')}]`).join(', ')}]`,
      ],
    },
    weights: { numbers: { shape: [2], example: 1 } },
    components: { forms: [`[${baseForm('diagonal-normal', dim)}]`] },
    low: vector(-1),
    high: vector(1),
  });
}

function keysOfLayer(type: LayerType, dim: number, options: Options): readonly Key[] {
  const parameters = type.parameters.map(({ name, shape, meaning }): Key => {
    const size = shape(dim, options);
    const facts: Facts = size.length === 0 ? number(parameterRule, 0) : { numbers: { shape: size, example: 0 } };
    return { name, meaning, ...facts, otherwise: 'drawn from the seed' };
  });
  const chosen = type.options.map((option): Key => {
    const otherwise = String(option.default);
    const facts: Facts = 'least' in option ? number({ ...option, whole: true }, option.default) : { words: words(['true', 'false']) };
    return { name: option.name, meaning: option.meaning, ...facts, otherwise };
  });
  return [...parameters, ...chosen];
}

/** What a value must be, as a sentence; empty where the words say it all. */
export function valueSentence({ number: one, numbers, files }: Key): string {
  if (one) return `${capital(describeRule(one.rule))}.`;
  if (numbers) {
    const [count, ...inner] = numbers.shape;
    return inner.length > 0 ? `${count} rows of ${inner.join(' × ')} numbers.` : `${count} ${count === 1 ? 'number' : 'numbers'}.`;
  }
  return files ? `A file that ends in ${files.join(', ')}.` : '';
}

const capital = (sentence: string): string => sentence[0].toUpperCase() + sentence.slice(1);
