/** What every view draws from: one flow, one frame's tensors made ready, one cursor. */

import type { FlowState, Frame, LayerState, Direction } from '../src/protocol/messages';
import { Deformation } from './deformation';
import type { Instant } from './instant';
import type { TargetPainter } from './target';
import type { Theme } from './theme';

/** A frame made ready for drawing. */
export interface Picture {
  readonly depth: number;
  /** Of the grid. */
  readonly side: number;
  readonly particles: Deformation;
  readonly grid: Deformation;
  /** Half-extent of the plane, and the end of the domain of log|det|; both grow only when they must. */
  readonly half: number;
  readonly domain: number;
}

export function pictureOf(frame: Frame, closedForm: Direction, half: number, domain: number): Picture {
  return {
    depth: frame.depth,
    side: frame.side,
    particles: new Deformation(frame.depth, frame.particles, frame.particleDets, closedForm),
    grid: new Deformation(frame.depth, frame.grid, frame.gridDets, closedForm),
    half,
    domain,
  };
}

export interface Scene {
  readonly state: FlowState;
  readonly picture: Picture | undefined;
  readonly losses: Float32Array;
  readonly target: TargetPainter | undefined;
  readonly cursor: number;
  readonly heading: Direction;
  readonly instant: Instant;
  readonly theme: Theme;
}

/** The layer that the cursor is in. */
export function activeLayer({ state, instant }: Scene): LayerState {
  return state.layers[instant.layer - 1];
}
