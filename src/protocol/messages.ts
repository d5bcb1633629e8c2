/** What the extension and its webviews say to each other. State is small JSON and always complete; tensors travel packed (see ./pack). */

export type Direction = 'generate' | 'encode';

export type LayerStatus = 'ok' | 'near-singular' | 'folds';

export interface LayerState {
  /** 1 … K, in the order z → x. */
  readonly number: number;
  readonly label: string;
  /** Set where the layer is evaluated by a formula both ways; else the way against its own formula is solved. */
  readonly bothClosedForm?: true;
  /** Set where there is a density also between its two stages. */
  readonly hasFractions?: true;
  /** The worst determinant of the layer over all of space, or a lower bound of it; below 0 where it folds, or turns space over. */
  readonly margin: number;
  readonly status: LayerStatus;
  /** Mean over the particles of log|det| in the direction z → x; absent until a picture was computed. */
  readonly meanLogDet?: number;
  /** Particles whose inverse through this layer is doubtful, and the greatest residual of those that were solved. */
  readonly doubtful: number;
  readonly residual: number;
  /** What to draw, in the coordinates of the input of the layer's own formula (stage k−1 under `generate`, stage k under `encode`). */
  readonly overlay: Overlay;
  /** What of it can be dragged on the plane, in the same coordinates. */
  readonly handles: readonly Handle[];
}

/** The foot of a line, the tip of an arrow that begins at `from`, or a point. */
export interface Handle {
  /** The parameter that it sets before all others. */
  readonly name: string;
  readonly kind: 'line' | 'tip' | 'point';
  readonly at: readonly number[];
  readonly from?: readonly number[];
}

export type Overlay = HyperplaneOverlay | HalfSpacesOverlay | CentreOverlay | CouplingOverlay | NoOverlay;

/** y = v + û·tanh(wᵀv + b), κ = wᵀû; det < ε exactly where |wᵀv + b| < danger, det < 0 exactly where |wᵀv + b| < fold. */
export interface HyperplaneOverlay {
  readonly kind: 'hyperplane';
  readonly w: readonly number[];
  readonly b: number;
  readonly uHat: readonly number[];
  readonly kappa: number;
  readonly danger: number;
  readonly fold: number;
}

/** y = v + û·h(wᵀv + b), the determinant constant on either side of wᵀv + b = 0. */
export interface HalfSpacesOverlay {
  readonly kind: 'half-spaces';
  readonly w: readonly number[];
  readonly b: number;
  readonly uHat: readonly number[];
  readonly detBelow: number;
  readonly detAbove: number;
}

/** Points move along the rays from `centre`, by a relative push that has halved at distance `reach`; det < ε exactly within `danger` of it. */
export interface CentreOverlay {
  readonly kind: 'centre';
  readonly centre: readonly number[];
  readonly reach: number;
  readonly push: number;
  readonly danger: number;
}

/** Which coordinates pass through and decide how the others are scaled and shifted. */
export interface CouplingOverlay {
  readonly kind: 'coupling';
  readonly passes: readonly boolean[];
}

/** A layer that is the same everywhere. */
export interface NoOverlay {
  readonly kind: 'none';
}

export interface TrainingState {
  readonly status: 'idle' | 'running' | 'paused' | 'done' | 'not-finite' | 'failed';
  readonly step: number;
  /** The step at which Train will stop. */
  readonly until: number;
  readonly loss?: number;
  /** The weight of the energy in that loss, while it is annealed; absent where it is 1. */
  readonly beta?: number;
  /** The least loss that is possible, where it is known (−log Z, or the entropy of the target). */
  readonly floor?: number;
  /** What trains the flow, and why this. */
  readonly engine?: string;
  /** The latest mean of log p(x) over the rows that training does not see, with its standard error, where there are such rows. */
  readonly heldOut?: { readonly mean: number; readonly error: number };
  /** Rows were to be held out, but there is only one. */
  readonly noneToHoldOut?: boolean;
  /** One sentence on what stopped training, where it was not the person. */
  readonly note?: string;
  /** Training happens elsewhere: what is followed, or was, and when a step of it was last seen (ms since 1970). */
  readonly attached?: { readonly source: string; readonly isOver: boolean; readonly lastSeen: number };
}

export interface ProbeState {
  /** The stage at which the person placed it, and where. */
  readonly stage: number;
  readonly origin: readonly number[];
  /** Its place at every stage 0 … K, computed outwards from `stage`: (K+1) × d. */
  readonly route: readonly (readonly number[])[];
  /** Signed determinant of each layer's formula along the route: K. */
  readonly dets: readonly number[];
  /** log p_z(z). */
  readonly logBase: number;
  /** u(x), where the target is given by an energy. */
  readonly energy?: number;
  /** log p_z(z) − Σ log|det| in the direction z → x, so log p_x(x); absent where a layer folds and there is no such density. */
  readonly logProb?: number;
  /** Where it is now after walking there layer by layer, and the stage it walked to. */
  readonly walked: { readonly stage: number; readonly point: readonly number[] };
  /** The last map it went through: which way, whether solved, with how many iterations and what residual. */
  readonly lastStep?: {
    readonly layer: number;
    readonly direction: Direction;
    readonly solved: boolean;
    readonly iterations: number;
    readonly residual: number;
  };
  /** ‖walked − route‖ at the walked stage once it has come back to a stage it had visited: the round trip's error. */
  readonly roundTrip?: number;
  /** In the person's own units at the data side, where a data file was standardised: name and value. */
  readonly original?: readonly { readonly name: string; readonly value: number }[];
}

/** How nearly the particles come from N(0, I) at z, where they begin at x: p-values of Mardia's tests and of all moments together. */
export interface NormalityState {
  readonly count: number;
  readonly mean: readonly number[];
  /** d × d, row by row. */
  readonly covariance: readonly number[];
  readonly skewness: number;
  readonly kurtosis: number;
  readonly overall: number;
}

/** What training minimises. */
export type ObjectiveType = 'forward-kl' | 'reverse-kl';

/** Everything a view shows except tensors. */
export interface FlowState {
  readonly uri: string;
  readonly name: string;
  /** Why the picture is not that of the text as it stands (the first mistake), if it is not. */
  readonly problem?: string;
  /** d. */
  readonly dim: number;
  readonly closedForm: Direction;
  /** Absent where there is none. */
  readonly objective?: { readonly type: ObjectiveType; readonly target: string };
  /** The names of the coordinates at x: d. */
  readonly axes: readonly string[];
  /** z is standard normal on the plane. */
  readonly standardBase: boolean;
  /** The two coordinates that the frame's points have, counted from 0; twice the only one where d is 1. */
  readonly coordinates: readonly [number, number];
  readonly epsilon: number;
  readonly training: TrainingState;
  /** The first step that can be shown again, and the one that is shown instead of now; absent while there are none but now. */
  readonly past?: { readonly first: number; readonly shown?: number };
  readonly layers: readonly LayerState[];
  /** The cursor: a stage 0 … K, fractional while scrubbing. */
  readonly cursor: number;
  readonly probe?: ProbeState;
  /** Where the particles begin: at z, drawn from the base, or at x, as points of the target. */
  readonly source: 'base' | 'target';
  /** There are points of the target to begin from. */
  readonly canStartAtTarget: boolean;
  /** Of the last picture, where its particles began at x. */
  readonly normality?: NormalityState;
  /** What the person drags, and whether the layer's constraint holds it back. */
  readonly dragged?: { readonly layer: number; readonly handle: string; readonly heldBack: boolean };
  /** The layer that the person points at, in whatever view. */
  readonly hovered?: number;
  /** Milliseconds for one layer when a step is animated. */
  readonly layerDuration: number;
}

/** The tensors of one moment; see `Picture` in src/training/messages for the shapes. */
export interface Frame {
  readonly step: number;
  readonly depth: number;
  readonly count: number;
  readonly side: number;
  readonly particles: Float32Array;
  readonly particleDets: Float32Array;
  readonly grid: Float32Array;
  readonly gridDets: Float32Array;
  /** log p_z of the grid's points at z. */
  readonly gridLogBase: Float32Array;
  /** The loss so far, thinned: (step, loss) pairs. */
  readonly losses: Float32Array;
  /** What it was made of, thinned: rows of {@link termColumns}; empty where that is not known. */
  readonly terms: Float32Array;
  /** The loss of the rows that training does not see: (step, loss) pairs; empty where none are held out. */
  readonly heldOut: Float32Array;
}

/** A row of `Frame.terms`: the means over the batch E log p_z(z), E Σ log|det| of the layers z → x, and E u(x), without β; in nats. */
export const termColumns = ['step', 'loss', 'base', 'logDet', 'energy', 'gradientNorm'] as const;

/** A lattice of side × side points over [x0, x1] × [y0, y1] at one stage; its edges hold its first and last points. */
export interface WindowRequest {
  /** Of a density also between two stages. */
  readonly stage: number;
  readonly side: number;
  readonly window: readonly [x0: number, x1: number, y0: number, y1: number];
}

/** Log densities on the lattice, x fastest and y rising: the flow's (NaN where there is none), and at x the target's where it is known. */
export interface Density extends WindowRequest {
  readonly logDensity: Float32Array;
  readonly target?: Float32Array;
}

/** Circles about `count` points at `stage`: where their centres are at every stage, (K+1) × n × 2, and the Jacobians there, (K+1) × n × 4. */
export interface Ellipses {
  readonly depth: number;
  readonly count: number;
  readonly stage: number;
  readonly centres: Float32Array;
  readonly jacobians: Float32Array;
}

/**
 * What the flow should become: points of the target in the two coordinates shown, or its log density (up to a constant) on a
 * square grid over [−extent, extent]², or on the line over [−extent, extent].
 */
export type Target =
  | { readonly kind: 'points'; readonly points: Float32Array }
  | { readonly kind: 'density'; readonly side: number; readonly extent: number; readonly logDensity: Float32Array }
  | { readonly kind: 'curve'; readonly extent: number; readonly logDensity: Float32Array };

/** The commands that a view's buttons run; each is also in the palette. */
export type ViewCommand =
  'train' | 'pause' | 'reset' | 'stepZToX' | 'stepXToZ' | 'runToX' | 'runToZ' | 'openFlowView' | 'newFlow' | 'saveWeights' | 'export';

/** What a view can draw to be written to a file. */
export type PictureFormat = 'svg' | 'png' | 'gif' | 'webm';

export type ToView =
  /** `undefined`: there is no flow to show. */
  | { readonly type: 'state'; readonly state: FlowState | undefined }
  /** A packed Frame: the view answers `drawn` when it has been drawn, and gets no other before. */
  | { readonly type: 'frame'; readonly packed: ArrayBuffer }
  /** A packed Target; none where there is nothing to draw on the plane. */
  | { readonly type: 'target'; readonly packed?: ArrayBuffer }
  /** The packed answer to the view's one question; none where there is nothing to tell. */
  | { readonly type: 'density' | 'ellipses'; readonly packed?: ArrayBuffer }
  /** The packed Frame of the step that was to be pinned; none where it is not known any more. */
  | { readonly type: 'pinned'; readonly packed?: ArrayBuffer }
  /** What was drawn is the flow's data now, or why it is not. */
  | { readonly type: 'sketched'; readonly refused?: string }
  /** The training step that the view asked for is shown, or now, as the state says. */
  | { readonly type: 'revisited' }
  | { readonly type: 'export'; readonly as: PictureFormat }
  | { readonly type: 'cancelExport' };

export type FromView =
  | { readonly type: 'ready' }
  /** A file was dropped: where it is, or, where only its content is known, that; without bytes where they are too many. */
  | { readonly type: 'drop'; readonly uri?: string; readonly file?: { readonly name: string; readonly bytes?: Uint8Array } }
  | { readonly type: 'drawn' }
  | { readonly type: 'command'; readonly command: ViewCommand }
  | { readonly type: 'cursor'; readonly cursor: number }
  /** Place the probe at a stage (fractional stages are rounded by the sender), or take it away. */
  | { readonly type: 'probe'; readonly probe: { readonly stage: number; readonly point: readonly number[] } | undefined }
  /** By what share of the whole the export went on. */
  | { readonly type: 'exporting'; readonly share: number }
  | { readonly type: 'exported'; readonly bytes: Uint8Array }
  | { readonly type: 'notExported'; readonly reason: string }
  /** Show this training step, or now; the view asks for no other before it is `revisited`. */
  | { readonly type: 'revisit'; readonly step: number | undefined }
  /** The view compares with this step, and needs its frame. */
  | { readonly type: 'pin'; readonly step: number }
  /** The person has drawn these points at x to learn from: n × 2. The view is told when that is done. */
  | { readonly type: 'sketch'; readonly points: Float32Array }
  /** Show these two coordinates, counted from 0. */
  | { readonly type: 'coordinates'; readonly coordinates: readonly [number, number] }
  /** The person points at a layer, 1 … K, or at none. */
  | { readonly type: 'source'; readonly source: 'base' | 'target' }
  /** The view asks for these, one at a time. */
  | { readonly type: 'density' | 'ellipses'; readonly request: WindowRequest }
  /** A handle of a layer 1 … K is dragged; `done`: and let go of. */
  | {
      readonly type: 'drag';
      readonly layer: number;
      readonly handle: string;
      readonly to: readonly number[];
      readonly done: boolean;
    }
  | { readonly type: 'hover'; readonly layer: number | undefined };
