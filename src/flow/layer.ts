/**
 * The contract of every layer. A layer declares one map φ: v ↦ y in R^d by its formula. Whether φ runs z → x or x → z is not the
 * layer's business but the flow's (see {@link closedFormDirection}).
 *
 * Batches are row-major `Float64Array`s of n × d. Every method writes into arrays that the caller owns.
 */

import type { RandomStream } from './random';
import type { LayerSpec, Options } from './spec';

/** Why a point's inverse can or cannot be relied on. The values are stored per point in a `Uint8Array`. */
export enum InverseStatus {
  /** One preimage, found to within the tolerance. */
  Ok = 0,
  /** Several preimages exist; one of them is given, where det > 0 if there is such a one. */
  SeveralPreimages = 1,
  /** The iteration ended with a residual above the tolerance; the best point is given. */
  Unreliable = 2,
  /** The input was not finite, or the result is not. */
  NotFinite = 3,
  /** Nothing is mapped here: the layer folds, or presses a part of space flat. A point is given whose image is near. */
  NoPreimage = 4,
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
export type Overlay = HyperplaneOverlay | HalfSpacesOverlay | CentreOverlay | CouplingOverlay | NoOverlay;

/** y = v + û·tanh(wᵀv + b). */
export interface HyperplaneOverlay {
  readonly kind: 'hyperplane';
  /** The hyperplane is wᵀv + b = 0. */
  readonly w: readonly number[];
  readonly b: number;
  /** The direction in which points are pushed. */
  readonly uHat: readonly number[];
  /** κ = wᵀû. */
  readonly kappa: number;
  /** det < ε exactly where |wᵀv + b| < danger; 0 where there is no such region. */
  readonly danger: number;
  /** det < 0 exactly where |wᵀv + b| < fold; 0 where there is no such region. */
  readonly fold: number;
}

/** y = v + û·h(wᵀv + b) with a kink of h on the hyperplane: the determinant is constant on either side of it. */
export interface HalfSpacesOverlay {
  readonly kind: 'half-spaces';
  readonly w: readonly number[];
  readonly b: number;
  readonly uHat: readonly number[];
  /** det where wᵀv + b ≤ 0, and where it is above. */
  readonly detBelow: number;
  readonly detAbove: number;
}

/** Everything moves along the rays from a centre. */
export interface CentreOverlay {
  readonly kind: 'centre';
  readonly centre: readonly number[];
  /** α: the distance from the centre at which the relative push has halved. */
  readonly reach: number;
  /** β̂/α, above −1: the relative push at the centre, outwards where positive. */
  readonly push: number;
  /** det < ε exactly within this distance from the centre; 0 where there is no such region. */
  readonly danger: number;
}

/** Some coordinates pass through and decide how the others are scaled and shifted. */
export interface CouplingOverlay {
  readonly kind: 'coupling';
  /** d: whether the coordinate passes through as it is. */
  readonly passes: readonly boolean[];
}

/** The layer is the same everywhere: there is no place to point at. */
export interface NoOverlay {
  readonly kind: 'none';
}

/**
 * Something of a layer that a person can take hold of and drag, in the space of φ's input: the foot of a line, the tip of an arrow, or a
 * point.
 */
export interface Handle {
  /** The parameter that it sets before all others. */
  readonly name: string;
  readonly kind: 'line' | 'tip' | 'point';
  /** d: where it is. */
  readonly at: readonly number[];
  /** d: of a tip, where its arrow begins. */
  readonly from?: readonly number[];
}

/** A parameter of a kind of layer: a tensor of numbers that training moves. */
export interface ParameterInfo {
  readonly name: string;
  /** Its shape, the outermost dimension first; `[]` is one number. Its values are laid out row by row. */
  readonly shape: (dim: number, options: Options) => readonly number[];
  /** One sentence for a person. */
  readonly meaning: string;
}

interface OptionFacts {
  readonly name: string;
  readonly meaning: string;
}
/** Yes or no. */
export interface FlagOption extends OptionFacts {
  readonly default: boolean;
}
/** A whole number from `least` to `most`. */
export interface NumberOption extends OptionFacts {
  readonly default: number;
  readonly least: number;
  readonly most: number;
}
/** What a file may choose of a kind of layer, and training does not move. */
export type OptionInfo = FlagOption | NumberOption;

/** One layer with its parameters fixed. */
export interface Layer {
  readonly type: LayerType;
  readonly dim: number;
  /**
   * The infimum of det over all of R^d, or a bound below it; see {@link LayerType.marginIs}. Below 0 where det is negative somewhere: the
   * layer then folds space, or turns it over. 0 where it presses a part of space flat, and where det is positive but below every float64.
   */
  readonly margin: number;
  /** Whether det changes its sign: several points then have the same image, and others none. */
  readonly folds: boolean;
  /** y = φ(v) for a batch. */
  forward(v: Float64Array, into: LayerImage): void;
  /**
   * v = φ⁻¹(y) for a batch; det and logDet are those of φ at the v that was found. Without a report nothing is judged, nor improved where
   * the judgement would be bad: that is for pictures, and takes less time. logDet is then ∞ where nothing is mapped to y, and NaN where
   * several points are.
   */
  inverse(y: Float64Array, into: LayerImage, report?: InverseReport): void;
  /**
   * Every v with φ(v) = y for one point y (d): m × d with the number m of preimages, in an order that follows y without jumps where the
   * layer folds. Of the many in a part of space that is pressed flat onto y, one at its edge. None where y is not finite; none that is not
   * finite itself.
   */
  preimages(y: Float64Array): Float64Array;
  /** J_φ at the point v: d × d, row by row, row i the derivatives of yᵢ. */
  jacobian(v: Float64Array): Float64Array;
  /** The singular values of J_φ at the point v, largest first. */
  singularValues(v: Float64Array): Float64Array;
  /**
   * What there is to draw; `epsilon` is the determinant below which a region counts as near-singular.
   * @throws RangeError where ε is not in [0, 1), for layers with such a region: det is 1 far away, so that it would have no edge.
   */
  overlay(epsilon: number): Overlay;
  /**
   * What can be taken hold of; empty where there is nothing.
   * @param axis the coordinate along which a radius is laid: one of those that are seen.
   */
  handles(axis?: number): Handle[];
  /**
   * The values that the layer would have with a handle at `to` (d), or as near as its constraint lets it come; nothing else that can be
   * seen of the layer moves, unless it hangs on what does. Finite for a finite `to`.
   * @throws RangeError where there is no such handle.
   */
  drag(handle: string, to: readonly number[]): Float64Array;
  /**
   * v + τ(φ(v) − v) for τ in [0, 1], as a layer of the same type; left out by types whose fractions are not of it, or may press space
   * flat.
   */
  fraction?(tau: number): Layer;
}

/** What {@link Layer.drag} throws where it has no handle of this name. */
export function noHandle(layer: Layer, handle: string): RangeError {
  const names = layer.handles().map(({ name }) => name);
  const instead = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  return new RangeError(`A ${layer.type.name} layer has no handle "${handle}" here: ${instead}.`);
}

/**
 * A layer's formula and its gradient over a whole batch: what training runs instead of one small operation after the other. It only
 * speeds up what the layer says; it is never a second truth, and tests hold the two together.
 *
 * One layer with fixed values on its way through one batch of n points in R^d: `forward` once, then `carryScore` and `backward` at most
 * once each.
 */
export interface Kernel {
  /** y = φ(v) (n × d), and log|det J_φ(v)| added to `logDet` (n). */
  forward(v: Float64Array, y: Float64Array, logDet: Float64Array): void;
  /**
   * The gradient of a loss of which ∂/∂y is in `points` (n × d) and ∂/∂(log det) in `logDet` (n): replaces `points` by ∂/∂v, and writes
   * ∂/∂values into `gradient`. `v` is what `forward` was given.
   */
  backward(v: Float64Array, points: Float64Array, logDet: Float64Array, gradient: Float64Array): void;
  /**
   * Replaces the score ∇ log p of a density at v (n × d) by that of its image under φ at φ(v): J⁻ᵀ·(score − ∇ log|det J|). `v` is what
   * `forward` was given.
   */
  carryScore(v: Float64Array, score: Float64Array): void;
}

/** The kernel of a layer with these values, laid out as its type's `parameters` say; they are not copied. */
export type CreateKernel = (dim: number, options: Options, values: Float64Array) => Kernel;

/**
 * y = φ(v) for one point of d numbers as a plain float32 program evaluates the layer's `formula`: every parameter, everything derived from
 * them and the result of every operation is rounded to float32, and det is not rearranged so as not to cancel. Gives det and log|det|.
 */
export type Float32Map = (v: Float32Array, y: Float32Array) => readonly [det: number, logDet: number];

/** The float32 map of a layer with these values, laid out as its type's `parameters` say; they are not copied. */
export type CreateFloat32Map = (dim: number, options: Options, values: Float32Array) => Float32Map;

/** What a person should know of values that are allowed and yet dangerous. */
export interface Caution {
  /** A sentence or two for the person. */
  readonly sentence: string;
  /** The parameter that it is about; the layer as a whole where it is left out. */
  readonly parameter?: string;
  /** What would end the danger, the gentlest first. */
  readonly remedies?: readonly Remedy[];
}

/** A change of what a file says of a layer: other values for parameters that it gives, or an option left out. */
export interface Remedy {
  /** A command for the person, with the figures that come of it. */
  readonly title: string;
  readonly values?: LayerSpec['initial'];
  readonly without?: string;
}

/** A kind of layer: an entry of the registry. */
export interface LayerType {
  readonly name: string;
  /** The formula, for hovers and docs. */
  readonly formula: string;
  /** Paper and equation. */
  readonly source: string;
  /** Whether `margin` is the infimum of det itself, or a bound that det may stay well above. */
  readonly marginIs: 'exact' | 'lower-bound';
  /** Whether φ⁻¹ is evaluated by a formula, for these options; else it is solved, point by point. */
  closedFormInverse(options: Options): boolean;
  readonly parameters: readonly ParameterInfo[];
  readonly options: readonly OptionInfo[];
  /** Initial values of all parameters, concatenated in the order of `parameters`. */
  initialise(dim: number, options: Options, random: RandomStream): Float64Array;
  /** A layer with these values; `values` is laid out as `parameters` says and is not copied. */
  create(dim: number, options: Options, values: Float64Array): Layer;
  /** The same map for training. */
  readonly kernel: CreateKernel;
  /** The same map in float32, to show what precision costs. */
  readonly float32: CreateFloat32Map;
  /**
   * What to be warned of in the initial values that a file gives, if anything; a layer that leaves it out has no such values.
   * @param write a number as the person is shown numbers.
   */
  caution?(options: Options, given: LayerSpec['initial'], write: (value: number) => string): Caution | undefined;
}

/** Throws a RangeError where ε is not in [0, 1). */
export function requireBelowOne(epsilon: number): void {
  if (!(epsilon >= 0 && epsilon < 1)) throw new RangeError(`ε must be at least 0 and below 1, but is ${epsilon}.`);
}

/** The number of entries of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** The number of parameters of one layer of this type in `dim` dimensions. */
export function parameterCount(type: LayerType, dim: number, options: Options): number {
  return type.parameters.reduce((count, { shape }) => count + sizeOf(shape(dim, options)), 0);
}

/** The options of a layer that are not at their defaults, as words: `raw`, `hidden 32`. */
export function optionWords(type: LayerType, options: Options): string[] {
  return type.options
    .filter((option) => (options[option.name] ?? option.default) !== option.default)
    .map(({ name }) => (typeof options[name] === 'number' ? `${name} ${options[name]}` : name));
}

/** The shape of a parameter of one number per coordinate. */
export const perCoordinate = (dim: number): readonly number[] => [dim];
/** The shape of a parameter of one number. */
export const single = (): readonly number[] => [];
