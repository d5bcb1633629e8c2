/** What a `.nflow` file may say: its keys, the value of every one that is left out, and the bounds of every number. */

import type { BaseSpec, FlowSpec, OptimizerName, ScheduleName } from '../flow/spec';

/** The version of the format, the value of the key `nflow`. */
export const formatVersion = 1;

export const topLevelKeys = ['nflow', 'dim', 'base', 'seed', 'direction', 'objective', 'training', 'layers', 'weights'] as const;
export const objectiveKeys = ['type', 'data', 'columns', 'holdout', 'energy', 'gradient', 'anneal'] as const;
export const trainingKeys = ['steps', 'batch', 'optimizer', 'learningRate', 'schedule', 'momentum', 'clip', 'patience'] as const;

export type BaseName = 'standard-normal' | Exclude<BaseSpec, string>['type'];
/** What each base is told, all of it necessary. */
export const baseKeys: Readonly<Record<BaseName, readonly string[]>> = {
  'standard-normal': [],
  'diagonal-normal': ['mean', 'scale'],
  'full-normal': ['mean', 'cholesky'],
  mixture: ['weights', 'components'],
  uniform: ['low', 'high'],
};

export const optimizerNames: readonly OptimizerName[] = ['adam', 'rmsprop', 'sgd'];
/** `constant` is no schedule. */
export const scheduleNames: readonly (ScheduleName | 'constant')[] = ['constant', 'cosine', 'exponential'];
/** `total` is the gradient of the loss as it is. */
export const gradientNames = ['total', 'path'] as const;
/** The direction of the layers' formulas, as it is written. */
export const directionNames = { 'z->x': 'generate', 'x->z': 'encode' } as const;

/** What a flow is where its text does not say, and what a new file is born with. */
export const flowDefaults: Pick<FlowSpec, 'dim' | 'seed' | 'training'> & {
  readonly base: 'standard-normal';
  /** Of SGD. */
  readonly momentum: number;
  /** Of a data file. */
  readonly holdout: number;
  /** Of reverse KL, and never more than all steps; 0 is none. */
  readonly anneal: number;
} = {
  dim: 2,
  base: 'standard-normal',
  seed: 0,
  training: { steps: 4000, batch: 512, optimizer: 'adam', learningRate: 5e-3 },
  momentum: 0.9,
  holdout: 0.1,
  anneal: 0,
};

/** The numbers that a key takes: all from `least` to `most`, except `least` itself where `above` is set, and `most` where `below` is. */
export interface NumberRule {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
  readonly above?: boolean;
  readonly below?: boolean;
}

/** More coordinates than this are no longer a flow to be looked at. */
export const dimRule: NumberRule = { least: 1, most: 16, whole: true };
export const seedRule: NumberRule = { least: 0, most: 2 ** 32 - 1, whole: true };
export const stepsRule: NumberRule = { least: 1, most: 1_000_000, whole: true };
export const batchRule: NumberRule = { least: 1, most: 65_536, whole: true };
export const learningRateRule: NumberRule = { least: 0, most: 1, above: true };
export const momentumRule: NumberRule = { least: 0, most: 1, below: true };
export const clipRule: NumberRule = { least: 0, most: 1e6, above: true };
export const patienceRule: NumberRule = { least: 1, most: 1_000_000, whole: true };
export const holdoutRule: NumberRule = { least: 0, most: 0.9, below: true };
/** Columns of a data file are numbered from 1. */
export const columnRule: NumberRule = { least: 1, most: 10_000, whole: true };
export const annealRule: NumberRule = { least: 0, most: 1_000_000, whole: true };
/** Standard deviations, whose inverse squares must stay finite in float32. */
export const scaleRule: NumberRule = { least: 1e-6, most: 1e6 };
export const mixtureWeightRule: NumberRule = { least: 0, most: 1e6, above: true };
/** Parameters are stored in float32, whose squares and products must stay finite too. */
export const parameterRule: NumberRule = { least: -1e6, most: 1e6 };

export const mostLayers = 64;
/** A flow of 64 layers with every digit written out is a third of this. */
export const mostCharacters = 32_768;
export const mostNesting = 32;
