/** What every view draws from: one flow, one frame's tensors made ready, one cursor. */

import type { Ellipses, FlowState, Frame, LayerState, Direction } from '../src/protocol/messages';
import type { DensityPainter } from './density';
import { Deformation } from './deformation';
import type { Instant } from './instant';
import { extentFor, leastExtent, logDetDomain } from './scales';
import type { Shown } from './shown';
import type { TargetPainter } from './target';
import type { Theme } from './theme';

/** A frame made ready for drawing. */
export interface Picture {
  readonly depth: number;
  /** Of the grid: side × side points. */
  readonly side: number;
  readonly particles: Deformation;
  readonly grid: Deformation;
  /** log p_z of the grid's points at z. */
  readonly gridLogBase: Float32Array;
  /** The plane shows at least [−half, half]², and the colours of log|det| run from −domain to domain. */
  readonly half: number;
  readonly domain: number;
}

/** A moment to compare with. */
export interface Ghost {
  readonly step: number;
  readonly picture: Picture;
}

/** Of the grid's points, the share that the colours need not tell apart. */
const trim = 0.1;

/** The picture of a frame; extent and domain are those of the `previous` one, unless more must be shown. */
export function pictureOf(frame: Frame, { closedForm, layers }: FlowState, previous: Picture | undefined): Picture {
  const { depth, side } = frame;
  const overlays = layers.map(({ overlay }) => overlay);
  const grid = new Deformation(overlays, frame.grid, frame.gridDets, closedForm);
  return {
    depth,
    side,
    particles: new Deformation(overlays, frame.particles, frame.particleDets, closedForm),
    grid,
    gridLogBase: frame.gridLogBase,
    half: extentFor(frame.particles, previous?.half ?? leastExtent),
    domain: logDetDomain(grid.spread(trim), previous?.domain ?? 0),
  };
}

export interface Scene {
  readonly state: FlowState;
  readonly picture: Picture | undefined;
  /** The moment to compare with. */
  readonly ghost: Ghost | undefined;
  readonly losses: Float32Array;
  readonly terms: Float32Array;
  readonly heldOut: Float32Array;
  readonly target: TargetPainter | undefined;
  readonly shown: Shown;
  /** The densities at this very stage, once they were told. */
  readonly density: DensityPainter | undefined;
  readonly ellipses: Ellipses | undefined;
  /** The particles that the person has brushed, by their numbers. */
  readonly brushed: Uint32Array | undefined;
  readonly cursor: number;
  readonly heading: Direction;
  readonly instant: Instant;
  /** The layer that the person points at, in whatever picture. */
  readonly lit: number | undefined;
  readonly theme: Theme;
}

/** The layer that the cursor is in. */
export function activeLayer({ state, instant }: Scene): LayerState {
  return state.layers[instant.layer - 1];
}
