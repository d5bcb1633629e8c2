/**
 * The contract of every layer. A layer declares one map φ: v ↦ y in R^d by its formula. Whether φ runs z → x or x → z is not the
 * layer's business but the flow's (see {@link closedFormDirection}).
 *
 * Batches are row-major `Float64Array`s of n × d. Every method writes into arrays that the caller owns.
 */

import type { RandomStream } from './random';

/** Why a point's inverse can or cannot be relied on. The values are stored per point in a `Uint8Array`. */
export enum InverseStatus {
  /** One preimage, found to within the tolerance. */
  Ok = 0,
  /** Several preimages exist; the one on the unfolded side of the hyperplane is given. */
  SeveralPreimages = 1,
  /** The iteration ended with a residual above the tolerance; the best point is given. */
  Unreliable = 2,
  /** The input was not finite, or the result is not. */
  NotFinite = 3,
}

/** Where a layer writes the image of a batch of n points. */
export interface LayerImage {
  /** n × d: y = φ(v), or v = φ⁻¹(y). */
  readonly points: Float64Array;
  /** n: the signed determinant det J_φ at v (of φ itself, also when the inverse is being computed). */
  readonly det: Float64Array;
  /** n: log|det J_φ| at v, computed without cancellation. */
  readonly logDet: Float64Array;
}

/** What an inverse adds to its image, per point. */
export interface InverseReport {
  readonly status: Uint8Array;
  /** Iterations used; 0 where the inverse is closed-form. */
  readonly iterations: Uint16Array;
  /** The backward error ‖φ(v) − y‖₂. */
  readonly residual: Float64Array;
}

/** What a picture shows of a layer, in the space of φ's input. */
export interface HyperplaneOverlay {
  readonly kind: 'hyperplane';
  /** The hyperplane is wᵀv + b = 0. */
  readonly w: readonly number[];
  readonly b: number;
  /** The direction in which points are pushed: y = v + û·h(wᵀv + b). */
  readonly uHat: readonly number[];
  /** κ = wᵀû. */
  readonly kappa: number;
  /** det < ε exactly where |wᵀv + b| < danger; 0 where there is no such region. */
  readonly danger: number;
  /** det < 0 exactly where |wᵀv + b| < fold; 0 where there is no such region. */
  readonly fold: number;
}
export type Overlay = HyperplaneOverlay;

export interface ParameterInfo {
  readonly name: string;
  /** `vector` has d entries, `scalar` one. */
  readonly shape: 'vector' | 'scalar';
  /** One sentence for a person. */
  readonly meaning: string;
}

export interface OptionInfo {
  readonly name: string;
  readonly default: boolean;
  readonly meaning: string;
}

/** One layer with its parameters fixed. */
export interface Layer {
  readonly type: LayerType;
  readonly dim: number;
  /** The exact worst value of det over all of R^d: at most 0 where the layer folds space. */
  readonly margin: number;
  /** y = φ(v) for a batch. */
  forward(v: Float64Array, into: LayerImage): void;
  /** v = φ⁻¹(y) for a batch; det and logDet are those of φ at the v that was found. */
  inverse(y: Float64Array, into: LayerImage, report: InverseReport): void;
  /** The singular values of J_φ at the point v, largest first. */
  singularValues(v: Float64Array): Float64Array;
  /** What there is to draw; `epsilon` is the determinant below which a region counts as near-singular. */
  overlay(epsilon: number): Overlay;
}

/** A kind of layer: an entry of the registry. */
export interface LayerType {
  readonly name: string;
  /** The formula, for hovers and docs. */
  readonly formula: string;
  /** Paper and equation. */
  readonly source: string;
  readonly parameters: readonly ParameterInfo[];
  readonly options: readonly OptionInfo[];
  /** Initial values of all parameters, concatenated in the order of `parameters`. */
  initialise(dim: number, options: Readonly<Record<string, boolean>>, random: RandomStream): Float64Array;
  /** A layer with these values; `values` is laid out as `parameters` says and is not copied. */
  create(dim: number, options: Readonly<Record<string, boolean>>, values: Float64Array): Layer;
}

/** The number of parameters of one layer of this type in `dim` dimensions. */
export function parameterCount(type: LayerType, dim: number): number {
  return type.parameters.reduce((n, p) => n + (p.shape === 'vector' ? dim : 1), 0);
}
