/**
 * A flow as plain data: what a `.nflow` file says, with every default filled in. It can be posted between threads and written as
 * JSON; {@link buildFlow} turns it, with a vector of parameters, into something that can be evaluated.
 */

/** Which way a map runs: `generate` is z → x (sampling), `encode` is x → z. */
export type Direction = 'generate' | 'encode';

/** The options of a layer by name: flags, and whole numbers. */
export type Options = Readonly<Record<string, boolean | number>>;

/** One layer: its registered type, its options (for instance `raw`), and the initial values of any of its parameters that are given. */
export interface LayerSpec {
  readonly type: string;
  readonly options: Options;
  /** The values of a parameter one after the other, row by row. */
  readonly initial: Readonly<Record<string, readonly number[]>>;
}

/** A column of a data file by its name, or by its number from 1. */
export type ColumnChoice = string | number;

/**
 * What training minimises.
 *
 * Forward KL needs samples of the target: `data` names a built-in sampler or a data file; `columns` are those of the file
 * that are the coordinates, in this order; `holdout` is the share of its rows that is kept out of training, to judge it by.
 *
 * Reverse KL needs the target's energy u(x), π(x) ∝ e^{−u(x)}: `energy` names it. With `gradient: 'path'` the gradient leaves out the
 * score's own dependence on the parameters, whose mean is zero (Roeder, Wu & Duvenaud 2017, arXiv 1703.09194). Over the first `anneal`
 * steps the energy is weighted by β, which rises from 0.01 to 1 (Rezende & Mohamed 2015, section 6.1).
 */
export type Objective =
  | { readonly type: 'forward-kl'; readonly data: string; readonly columns?: readonly ColumnChoice[]; readonly holdout?: number }
  | { readonly type: 'reverse-kl'; readonly energy: string; readonly gradient?: 'path'; readonly anneal?: number };

export type OptimizerName = 'adam' | 'rmsprop' | 'sgd';
/** How the learning rate falls over `steps`; it begins anew should training go on beyond them. */
export type ScheduleName = 'cosine' | 'exponential';

/** How training goes on. What is left out is not done. */
export interface TrainingSpec {
  readonly steps: number;
  readonly batch: number;
  readonly optimizer: OptimizerName;
  /** At the beginning of the schedule; always, where there is none. */
  readonly learningRate: number;
  readonly schedule?: ScheduleName;
  /** Of SGD alone. */
  readonly momentum?: number;
  /** The gradient is scaled down to this norm where it is longer. */
  readonly clip?: number;
  /** Training stops when the loss that it is judged by has not improved for this many steps. */
  readonly patience?: number;
}

/** What z is drawn from; see ./base for the formulas. `cholesky` has d rows of d numbers. */
export type BaseSpec =
  | 'standard-normal'
  | { readonly type: 'diagonal-normal'; readonly mean: readonly number[]; readonly scale: readonly number[] }
  | { readonly type: 'full-normal'; readonly mean: readonly number[]; readonly cholesky: readonly (readonly number[])[] }
  | { readonly type: 'mixture'; readonly weights: readonly number[]; readonly components: readonly BaseSpec[] }
  | { readonly type: 'uniform'; readonly low: readonly number[]; readonly high: readonly number[] };

export interface FlowSpec {
  readonly dim: number;
  readonly base: BaseSpec;
  readonly seed: number;
  /** The direction of the layers' formulas, where it is not left to the objective; see {@link closedFormDirection}. */
  readonly direction?: Direction;
  /** A flow without one, as one that was trained elsewhere, has a `direction`; it can be looked at, not trained. */
  readonly objective?: Objective;
  readonly training: TrainingSpec;
  /** The layers in the order of z → x. */
  readonly layers: readonly LayerSpec[];
}

/**
 * The direction in which the layers' formulas are declared, so the one that is evaluated in closed form; the other one is solved. Unless
 * the flow says, it is the one that its objective trains.
 */
export function closedFormDirection({ direction, objective }: Pick<FlowSpec, 'direction' | 'objective'>): Direction {
  return direction ?? (objective ? trainedDirection(objective) : 'generate');
}

/** The direction that the objective evaluates at every step: x → z under forward KL, z → x under reverse KL. */
export function trainedDirection(objective: Objective): Direction {
  return objective.type === 'forward-kl' ? 'encode' : 'generate';
}
