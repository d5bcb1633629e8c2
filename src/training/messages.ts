/** What the session and the training engine, which runs in a worker, say to each other. Everything here survives a structured clone. */

import type { FlowSpec } from '../flow/spec';
import type { PointTable, TableProblem } from '../flow/table';

/** Turns the bytes of a data file into points. The engine is handed one, so that it need not know any format. */
export type ReadTable = (bytes: Uint8Array, dim: number) => PointTable | TableProblem;

/** What the session is told of a data file: of its points only some, to be drawn, since there may be millions. */
export interface TableSummary extends Omit<PointTable, 'points'> {
  /** Rows evenly spread over the table, standardised: m × dim. */
  readonly sample: Float64Array;
}

/** Everything needed to go on training from a step exactly as if it had never stopped. */
export interface Checkpoint {
  readonly step: number;
  /** The flow's parameters, layer by layer. */
  readonly parameters: Float32Array;
  /** Adam's first and second moments, in the layout of `parameters`. */
  readonly moments: readonly [Float32Array, Float32Array];
}

/** The particles and the grid at every stage z = z₀ … z_K = x. Stage-major; determinants are those of each layer's declared formula. */
export interface Picture {
  readonly step: number;
  /** K. */
  readonly depth: number;
  /** N. */
  readonly count: number;
  /** G: the grid has G × G points. */
  readonly side: number;
  /** (K+1) × N × 2. */
  readonly particles: Float32Array;
  /** K × N. */
  readonly particleDets: Float32Array;
  /** (K+1) × G² × 2; row by row, x fastest. */
  readonly grid: Float32Array;
  /** K × G². */
  readonly gridDets: Float32Array;
  /** K: the mean over the particles of log|det| of the layer in the direction z → x. */
  readonly meanLogDet: Float64Array;
  /** K: how many particles each layer's inverse could not be relied on for (several preimages, unreliable, not finite). */
  readonly doubtful: Uint32Array;
  /** K: the greatest residual of the particles in the direction that is solved numerically. */
  readonly residual: Float64Array;
}

/** The first thing that was not finite. Indices count from 0; -1 where there is none (the loss itself, say). */
export interface NotFinite {
  readonly step: number;
  readonly layer: number;
  readonly particle: number;
  /** "image", "log det", "energy u(x)", "gradient of u", …: it completes "the … is not finite". */
  readonly quantity: string;
  /** The parameters, which stay as they are: the step is not taken. */
  readonly before: Float32Array;
  /** What the step would have made of them. */
  readonly after: Float32Array;
}

export type ToEngine =
  /** Start over with this flow; `data` holds the bytes of the data file that the objective names, if it names a file. */
  | {
      readonly type: 'configure';
      readonly id: number;
      readonly spec: FlowSpec;
      readonly data?: Uint8Array;
      readonly checkpoint?: Checkpoint;
    }
  /** Train up to and including step `until`. */
  | { readonly type: 'train'; readonly until: number }
  | { readonly type: 'pause' }
  | { readonly type: 'trace'; readonly id: number; readonly particles: number; readonly side: number; readonly extent: number };

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
  /** Steps that were taken since the last message: (step, loss) pairs, and where the parameters stand now. */
  | { readonly type: 'progress'; readonly losses: Float64Array; readonly checkpoint: Checkpoint }
  | { readonly type: 'stopped'; readonly reason: 'done' | 'paused' }
  | { readonly type: 'not-finite'; readonly at: NotFinite }
  | { readonly type: 'traced'; readonly id: number; readonly picture: Picture }
  /** A defect of ours, never of the person's: shown with a way to report it. */
  | { readonly type: 'failed'; readonly message: string };

/** One end of the line between session and engine; `worker_threads`, web workers and tests each provide one. */
export interface Port<Out, In> {
  post(message: Out, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: In) => void): void;
}
