import type { Estimate } from '../flow/diagnostics';
import type { FlowSpec } from '../flow/spec';
import type { PastStep } from './history';
import type { Checkpoint, NotFinite, ParameterEdit, StopReason } from './messages';
import type { LossTerms } from './stepper';
import type { Work } from './work';

/** A step that was taken. */
export interface TakenStep {
  readonly type: 'step';
  readonly step: number;
  readonly loss: number;
  readonly terms: LossTerms;
  readonly gradientNorm: number;
  readonly learningRate: number;
}

/** What came of {@link Run.next}: a step, a look at the held-out rows, what was not finite, or what went wrong in training elsewhere. */
export type Outcome =
  | TakenStep
  | { readonly type: 'diverged'; readonly message: string }
  | { readonly type: 'judged'; readonly step: number; readonly heldOut: Estimate }
  | { readonly type: 'not-finite'; readonly at: NotFinite };

/** The past of a run, as far as its steps are kept. */
export interface PastSteps {
  /** At most `most` steps, evenly spread over the kept ones from `from` to `to`, both included. */
  spread(from: number, to: number, most: number): Iterable<PastStep>;
  /** The kept steps from `from` on, in order. */
  since(from: number): Iterable<PastStep>;
}

/** Training, step by step: taken here by the flow's own objective, or recorded while somebody else's loop takes the steps. */
export interface Run {
  readonly spec: FlowSpec;
  /** What takes the steps, and why: for a person to read. */
  readonly engine: string;
  /** The number of the last step. */
  readonly step: number;
  readonly history: PastSteps;
  /** There is no further step before more is told. */
  readonly isWaiting: boolean;
  /** Something is to be looked at before another step is taken; always after the `last` one. */
  isJudgementDue(last?: number): boolean;
  /** Why no step is to be taken from here. Asked again, training goes on as long again where it only wanted improvement. */
  whyRest(last?: number): StopReason | undefined;
  /** The next step. It yields wherever it has worked for some milliseconds; if it is not gone on with, nothing has happened. */
  next(last?: number): Work<Outcome>;
  checkpoint(): Checkpoint;
  /** What the last step left behind. The parameters are good until the next one. */
  lastStep(): PastStep;
  /** Goes on by the training settings of `spec`. */
  change(spec: FlowSpec): void;
  /** @throws RangeError where these parameters cannot be set. */
  edit(edits: readonly ParameterEdit[]): void;
  /** A past step; undefined where it is not in the history. */
  revisit(step: number): Work<PastStep | undefined>;
  /** Goes back to a past step. Returns whether it is in the history. */
  rewind(step: number): Work<boolean>;
  dispose(): void;
}
