/** What the names and shapes of a checkpoint do not tell, and how each answer is turned into our own parametrisation. */

import type { Direction } from '../../flow/spec';
import { softplus } from '../../flow/stable';

/** How û comes from u and w; s = wᵀu. */
export type UHat = 'paper' | 'double-log' | 'norm' | 'none';
export type Activation = 'tanh' | 'leaky-relu';
/** What lies between two layers without being stored. */
export type Between = 'nothing' | 'flip';

/** One answer for everything that names cannot tell. */
export interface Conventions {
  readonly uHat: UHat;
  readonly activation: Activation;
  /** The direction in which the file's layers are applied, the first one first. */
  readonly direction: Direction;
  readonly between: Between;
}

/** Something to be asked; the answer that its library would give comes first. */
export interface Question<Key extends keyof Conventions = keyof Conventions> {
  readonly key: Key;
  /** One sentence for a person. */
  readonly question: string;
  readonly choices: readonly { readonly value: Conventions[Key]; readonly meaning: string }[];
}

const meanings: { readonly [Key in keyof Conventions]: Readonly<Record<Conventions[Key], string>> } = {
  uHat: {
    paper: 'û = u + (m(wᵀu) − wᵀu)·w/‖w‖² with m(s) = −1 + log(1 + eˢ), as in Rezende & Mohamed 2015',
    'double-log': 'û = u + (m(wᵀu) − wᵀu)·w/‖w‖² with m(s) = −1 + log(1 + softplus(s)), as in flowjax',
    norm: 'û = u + (m(wᵀu) − wᵀu)·w/‖w‖ with m(s) = −1 + log(1 + eˢ), as in early releases of Pyro',
    none: 'û = u, without a constraint',
  },
  activation: { tanh: 'h = tanh', 'leaky-relu': 'h = the leaky ReLU max(a, a/5)' },
  direction: {
    generate: 'the first layer of the file is applied first on the way z → x',
    encode: 'the first layer of the file is applied first on the way x → z',
  },
  between: {
    nothing: 'nothing lies between the layers',
    flip: 'the two coordinates change places after every layer, in the order of the file',
  },
};

const questions: Readonly<Record<keyof Conventions, string>> = {
  uHat: 'How does û come from u and w?',
  activation: 'What is the activation h of the planar layers?',
  direction: 'In which direction are the layers of the file applied?',
  between: 'What lies between two layers?',
};

/** The question about `key`, with the library's own answer first. */
export function ask<Key extends keyof Conventions>(key: Key, ...[usual, ...others]: readonly Conventions[Key][]): Question<Key> {
  return { key, question: questions[key], choices: [usual, ...others].map((value) => ({ value, meaning: describe(key, value) })) };
}

/** What an answer means, to go on after "that". */
export function describe<Key extends keyof Conventions>(key: Key, value: Conventions[Key]): string {
  return meanings[key][value];
}

/** A planar layer as a file stores it. */
export interface StoredPlanar {
  readonly w: readonly number[];
  readonly u: readonly number[];
  readonly b: number;
}

/**
 * Our u, and whether the layer is raw, such that our formula gives the û of the convention. With s = wᵀu:
 * - `paper` is ours.
 * - `double-log`: wᵀû = −1 + log(1 + softplus(s)) is our −1 + softplus(s′) for s′ = log(softplus(s)); u moves along w by (s′ − s)/‖w‖².
 * - `norm` and `none` may fold, so they are raw, with u = û.
 */
export function convertU({ w, u }: StoredPlanar, uHat: UHat): { u: readonly number[]; raw: boolean } {
  const s = w.reduce((sum, value, i) => sum + value * u[i], 0);
  const square = w.reduce((sum, value) => sum + value * value, 0);
  const along = (step: number): number[] => u.map((value, i) => value + step * w[i]);
  switch (uHat) {
    case 'paper':
      return { u, raw: false };
    case 'double-log':
      return { u: square > 0 ? along((logSoftplus(s) - s) / square) : u, raw: false };
    case 'norm':
      return { u: square > 0 ? along((softplus(-s) - 1) / Math.sqrt(square)) : u, raw: true };
    case 'none':
      return { u, raw: true };
  }
}

/** log(softplus(s)): softplus(s) is eˢ·(1 − eˢ/2 + …) far below 0, where it would round to 0. */
function logSoftplus(s: number): number {
  return s < -30 ? s - Math.exp(s) / 2 : Math.log(softplus(s));
}

/** The alpha for which softplus(alpha) = value, for values above 0. */
export function inverseSoftplus(value: number): number {
  return value + Math.log(-Math.expm1(-value));
}
