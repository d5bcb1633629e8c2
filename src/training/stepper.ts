/** One step of training, whichever engine takes it. */

/** What a step is told beside what it keeps: a function of the flow and the step's number alone. */
export interface StepSettings {
  /** The number of the step that is being taken, from 1. */
  readonly step: number;
  /** The step after which the optimiser's moments began; 0 where it is left out. Adam corrects for their beginning. */
  readonly momentsSince?: number;
  readonly learningRate: number;
  /** β: the weight of the energy under reverse KL, 1 once annealing is over; see the objective in `src/flow/spec`. */
  readonly beta: number;
}

/** What the loss is made of: the means over the batch, in nats. */
export interface LossTerms {
  /** E log p_z(z). */
  readonly base: number;
  /** E Σ log|det| of the layers z → x. */
  readonly logDet: number;
  /** E u(x) under reverse KL, without β; 0 under forward KL. */
  readonly energy: number;
}

/** Where a vector of parameters stands, and what the optimiser remembers of it. */
export interface TrainingState {
  /** The flow's parameters, layer by layer. */
  readonly parameters: Float32Array;
  /** In the layout of `parameters`: Adam's first and second moments; for RMSProp only the second and for SGD only the first counts. */
  readonly moments: readonly [Float32Array, Float32Array];
}

/** A state of so many parameters, all 0. */
export function emptyState(parameters: number): TrainingState {
  const zeros = (): Float32Array => new Float32Array(parameters);
  return { parameters: zeros(), moments: [zeros(), zeros()] };
}

/** A copy of a state; into these arrays, where they are given. */
export function copyOf({ parameters, moments }: TrainingState, into = emptyState(parameters.length)): TrainingState {
  into.parameters.set(parameters);
  into.moments.forEach((moment, i) => moment.set(moments[i]));
  return into;
}

/** What came of a step. Where anything was not finite, `loss` or `gradientNorm` is not, and the state is as it was before. */
export interface StepOutcome {
  /** Of the batch, with the parameters before the step; the energy weighted by β. */
  readonly loss: number;
  readonly terms: LossTerms;
  /** ‖∂loss/∂parameters‖₂, before clipping. */
  readonly gradientNorm: number;
  /** Where anything was not finite: the parameters that the engine's own gradient leads to, which are not taken. */
  readonly refused?: Float32Array;
}

/** An engine with one flow and its state in it. */
export interface Stepper {
  /** What computes, and why this one: one phrase for a person. */
  readonly name: string;
  /**
   * Takes a step. It yields wherever it has worked for some milliseconds, so that messages can be answered; a step that is not gone on
   * with leaves the state as it was.
   */
  take(settings: StepSettings): Generator<void, StepOutcome>;
  /** A copy of the state; into these arrays, where they are given, so that a copy of every step makes no work for the garbage collector. */
  state(into?: TrainingState): TrainingState;
  /** Goes on from another state of the same flow. */
  restore(state: TrainingState): void;
  dispose(): void;
}
