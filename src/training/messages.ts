/** What the session and the training engine, which runs in a worker, say to each other. Everything here survives a structured clone. */

import type { Normality } from '../flow/normality';
import type { ColumnChoice, FlowSpec } from '../flow/spec';
import type { PointTable, TableProblem } from '../flow/table';
import type { Density } from './density';
import type { Ellipses } from './ellipses';
import type { Measures, Recorded } from './history';
import type { Patience } from './patience';
import type { TrainingState } from './stepper';
import type { WindowRequest } from './window';

/** Turns the bytes of a data file into points: the `columns`, or all that there are. The engine is handed one, so that it need not know any format. */
export type ReadTable = (bytes: Uint8Array, fileName: string, dim: number, columns?: readonly ColumnChoice[]) => PointTable | TableProblem;

/** What the session is told of a data file: of its points only some, to be drawn, since there may be millions. */
export interface TableSummary extends Omit<PointTable, 'points'> {
  /** Rows evenly spread over the table, standardised: m × dim. */
  readonly sample: Float64Array;
}

/** Everything needed to go on training from a step exactly as if it had never stopped. */
export interface Checkpoint extends TrainingState {
  readonly step: number;
  /** The step after which the optimiser began without memory, where that is not the first. */
  readonly momentsSince?: number;
  /** Where early stopping stands, once a step was judged. */
  readonly patience?: Patience;
}

/** A step that somebody else's training has taken. */
export interface RecordedStep {
  readonly step: number;
  /** The flow's parameters, layer by layer; undefined where they are not finite. */
  readonly parameters: Float32Array | undefined;
  /** Where that training tells. */
  readonly loss?: number;
  /** One sentence on what went wrong in this step, if anything did: training stops at it. */
  readonly wrong?: string;
  /** That training began again here: what it came to after this step before is forgotten. */
  readonly anew?: boolean;
}

/** New values of some of the flow's parameters, from `offset` on in the vector of all. */
export interface ParameterEdit {
  readonly offset: number;
  readonly values: Float32Array;
}

/** What one step tells as it is taken, in this order: so many numbers are one row of `progress`. */
export const stepColumns = ['step', 'loss', 'base', 'logDet', 'energy', 'gradientNorm', 'learningRate'] as const;
/** What one row of held-out values says: the mean of log p_x over the rows that are held out, and its standard error. */
export const heldOutColumns = ['step', 'mean', 'standardError'] as const;

/** Something that can be asked of every past step: what was recorded of it, or the margin of a layer (from 0), or the least of all. */
export type Quantity = Recorded | { readonly margin: number | 'least' };

/** A step is looked for where the quantity is below, or above, a value. Where it was not measured, it is neither. */
export interface Condition {
  readonly quantity: Quantity;
  readonly is: 'below' | 'above';
  readonly than: number;
}

/**
 * Of `length` numbers, from `offset` on in the vector of all parameters, one has changed by more than `delta`: since they began to be
 * watched, or since training rested for this last.
 */
export interface Change {
  readonly offset: number;
  readonly length: number;
  readonly delta: number;
}

/** What is watched for came true: its index among all, and by how much, where it is a change. */
export interface CameTrue {
  readonly index: number;
  readonly by?: number;
}

/**
 * What training can be told to stop at: a condition, from step `from` on, which has to end first where it `holds` already; a change; or every
 * step, for whoever has questions of their own.
 */
export type Watched = { readonly condition: Condition; readonly from: number; readonly holds?: boolean } | Change | 'every step';

/** A step that was taken, as it can be looked at again: to the bit as it was. */
export interface Revisited {
  readonly step: number;
  readonly parameters: Float32Array;
  /** NaN where it was not measured. */
  readonly measures: Measures;
  /** K: the margin of every layer. */
  readonly margins: Float64Array;
  readonly picture: Picture;
}

/** The particles and the grid at every stage z = z₀ … z_K = x. Stage-major; determinants are those of each layer's declared formula. */
export interface Picture {
  readonly step: number;
  /** K. */
  readonly depth: number;
  /** N. */
  readonly count: number;
  /** G: the grid has G × G points; in one dimension they lie on one line, in order. */
  readonly side: number;
  /** (K+1) × N × 2: the two coordinates asked for. */
  readonly particles: Float32Array;
  /** K × N. */
  readonly particleDets: Float32Array;
  /** (K+1) × G² × 2; row by row, x fastest. */
  readonly grid: Float32Array;
  /** K × G². */
  readonly gridDets: Float32Array;
  /** G²: log p_z of the grid's points at z. */
  readonly gridLogBase: Float32Array;
  /** K: the mean over the particles of log|det| of the layer in the direction z → x. */
  readonly meanLogDet: Float64Array;
  /** K: how many particles each layer's inverse could not be relied on for (several preimages, unreliable, not finite). */
  readonly doubtful: Uint32Array;
  /** K: the greatest residual of the particles in the direction that is solved numerically. */
  readonly residual: Float64Array;
  /** How nearly the particles come from N(0, I) at z, where they begin at x. */
  readonly normality?: Normality;
}

/** Where the particles of a picture begin: at z, drawn from the base, or at x, as points of the target. */
export type ParticleSource = 'base' | 'target';

/** The first thing that was not finite. Indices count from 0; -1 where there is none (the loss itself, say). */
export interface NotFinite {
  readonly step: number;
  readonly layer: number;
  readonly particle: number;
  /** "image", "log det", "energy u(x)", "gradient of u", …: it completes "the … is not finite". */
  readonly quantity: string;
  /** The parameters, which stay as they are: the step is not taken. */
  readonly before: Float32Array;
  /** What the engine's own gradient makes of them; see `refused` in ./stepper. */
  readonly after: Float32Array;
}

interface PictureSize {
  readonly particles: number;
  readonly side: number;
  readonly extent: number;
  readonly coordinates?: readonly [number, number];
  /** The base where it is left out, and where the target has no points to draw. */
  readonly source?: ParticleSource;
}

/** A look through a window at one stage. */
interface Look {
  readonly request: WindowRequest;
  /** Those of now, where they are left out. */
  readonly parameters?: Float32Array;
}

export type ToEngine =
  /** Start over with this flow; `data` holds the bytes of the data file that the objective names, if it names a file. */
  | {
      readonly type: 'configure';
      readonly id: number;
      readonly spec: FlowSpec;
      readonly data?: Uint8Array;
      readonly checkpoint?: Checkpoint;
      /** Training happens elsewhere, and this much of it is known: at least one step with parameters, and then what is told by `follow`. */
      readonly recorded?: readonly RecordedStep[];
    }
  /** Further steps of the training that happens elsewhere, in any order. */
  | { readonly type: 'follow'; readonly steps: readonly RecordedStep[] }
  /** Go on as before, by the training settings, `gradient` and `anneal` of this flow, which is the same one but for these. */
  | { readonly type: 'change'; readonly id: number; readonly spec: FlowSpec }
  /** The person sets parameters: training, if it runs, goes on from there. Their first moments are set to 0. */
  | { readonly type: 'edit'; readonly id: number; readonly edits: readonly ParameterEdit[] }
  /** Train up to and including step `until`. What stops it names the order that it was given by. */
  | { readonly type: 'train'; readonly order: number; readonly until: number }
  /** Take `count` steps, and stop there, also where more were being taken. */
  | { readonly type: 'step'; readonly order: number; readonly count: number }
  /** Training stops at each of these from now on, and at nothing else that it was told before; what it was told before stays as it was seen. */
  | { readonly type: 'watch'; readonly watched: readonly Watched[] }
  | { readonly type: 'pause' }
  | ({ readonly type: 'trace'; readonly id: number } & PictureSize)
  | ({ readonly type: 'density'; readonly id: number } & Look)
  | ({ readonly type: 'ellipses'; readonly id: number } & Look)
  /** Show a past step; of training elsewhere, the last known one until then. */
  | ({ readonly type: 'revisit'; readonly id: number; readonly step: number } & PictureSize)
  /** Training rests, and goes on from a past step. What came after it stays in the history until the first new step or edit. */
  | { readonly type: 'rewind'; readonly id: number; readonly step: number }
  /** A quantity over the kept steps from `from` to `to`, at most `most` of them, evenly spread. */
  | {
      readonly type: 'series';
      readonly id: number;
      readonly quantity: Quantity;
      readonly from: number;
      readonly to: number;
      readonly most: number;
    }
  /** The first kept step, not before `from`, that meets the condition. */
  | { readonly type: 'find'; readonly id: number; readonly condition: Condition; readonly from: number };

export type StopReason =
  | { readonly reason: 'done' | 'paused' | 'stepped' }
  /** The flow has no objective, or its layers' formulas run against the direction that it trains. */
  | { readonly reason: 'no-objective' | 'direction' }
  /** A step of training elsewhere went wrong there. */
  | { readonly reason: 'diverged'; readonly message: string }
  /** The step has made true `which` of what is watched for. Of a number of steps that was ordered, `left` are still to be taken. */
  | { readonly reason: 'watched'; readonly which: readonly CameTrue[]; readonly left: number }
  /** What training is judged by has not improved since step `since`, for as many steps as the flow has patience. */
  | { readonly reason: 'no-improvement'; readonly since: number; readonly judgedBy: 'held-out' | 'loss' };

export type FromEngine =
  | {
      readonly type: 'configured';
      readonly id: number;
      readonly engine: string;
      readonly checkpoint: Checkpoint;
      readonly table?: TableSummary;
    }
  /** The data file could not be used; the engine keeps what it had. */
  | { readonly type: 'data-problem'; readonly id: number; readonly problem: TableProblem }
  | { readonly type: 'changed'; readonly id: number; readonly engine: string; readonly checkpoint: Checkpoint }
  | { readonly type: 'edited'; readonly id: number; readonly checkpoint: Checkpoint }
  /** `past` is undefined for a step that is not in the history. */
  | { readonly type: 'revisited'; readonly id: number; readonly past: Revisited | undefined }
  /**
   * `checkpoint` is undefined for a step that is not in the history; then nothing changed. `step` is the row of {@link stepColumns} that the
   * step told when it was taken; of where training began, there is none.
   */
  | { readonly type: 'rewound'; readonly id: number; readonly checkpoint: Checkpoint | undefined; readonly step?: Float64Array }
  /** (step, value) pairs. */
  | { readonly type: 'series'; readonly id: number; readonly points: Float64Array }
  | { readonly type: 'found'; readonly id: number; readonly step: number | undefined }
  /** The question was of a flow that is there no more. */
  | { readonly type: 'dropped'; readonly id: number }
  /**
   * Steps that were taken since the last message, in rows of {@link stepColumns}, and what was held out, in rows of
   * {@link heldOutColumns}; and where training stands now. Of very many steps only some hundred are told, evenly spread, the last among them.
   */
  | { readonly type: 'progress'; readonly steps: Float64Array; readonly heldOut: Float64Array; readonly checkpoint: Checkpoint }
  | ({ readonly type: 'stopped'; readonly order: number } & StopReason)
  | { readonly type: 'not-finite'; readonly at: NotFinite }
  | { readonly type: 'traced'; readonly id: number; readonly picture: Picture }
  | { readonly type: 'density'; readonly id: number; readonly density: Density }
  | { readonly type: 'ellipses'; readonly id: number; readonly ellipses: Ellipses }
  /** A defect of ours, never of the person's: shown with a way to report it. */
  | { readonly type: 'failed'; readonly message: string };

/** One end of the line between session and engine; `worker_threads`, web workers and tests each provide one. */
export interface Port<Out, In> {
  post(message: Out, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: In) => void): void;
}
