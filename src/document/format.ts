/** What a `.nflow` file may say: its keys, the value of every one that is left out, and the bounds of every number. */

import type { FlowSpec } from '../flow/spec';

/** The version of the format, the value of the key `nflow`. */
export const formatVersion = 1;

export const topLevelKeys = ['nflow', 'dim', 'base', 'seed', 'objective', 'training', 'layers', 'weights'] as const;
export const objectiveKeys = ['type', 'data', 'energy'] as const;
export const trainingKeys = ['steps', 'batch', 'optimizer', 'learningRate'] as const;

/** What a flow is where its text does not say. */
export const flowDefaults: Pick<FlowSpec, 'dim' | 'seed' | 'training'> & { readonly base: 'standard-normal' } = {
  dim: 2,
  base: 'standard-normal',
  seed: 0,
  training: { steps: 4000, batch: 512, optimizer: 'adam', learningRate: 5e-3 },
};

/** The numbers that a key takes: all from `least` to `most`, except `least` itself where `above` is set. */
export interface NumberRule {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
  readonly above?: boolean;
}

export const seedRule: NumberRule = { least: 0, most: 2 ** 32 - 1, whole: true };
export const stepsRule: NumberRule = { least: 1, most: 1_000_000, whole: true };
export const batchRule: NumberRule = { least: 1, most: 65_536, whole: true };
export const learningRateRule: NumberRule = { least: 0, most: 1, above: true };
/** Parameters are stored in float32, whose squares and products must stay finite too. */
export const parameterRule: NumberRule = { least: -1e6, most: 1e6 };

export const mostLayers = 64;
/** A flow of 64 layers with every digit written out is a third of this. */
export const mostCharacters = 32_768;
export const mostNesting = 32;
/** Below this ‖w‖ the constraint û = u + (m(wᵀu) − wᵀu)·w/‖w‖² is near its singularity at w = 0. */
export const leastNormOfW = 1e-3;
