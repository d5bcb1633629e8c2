/** What every view draws from: one flow, one frame's tensors made ready, one cursor. */

import type { Ellipses, FlowState, Frame, LayerState, Direction } from '../src/protocol/messages';
import type { DensityPainter } from './density';
import { Deformation } from './deformation';
import type { Instant } from './instant';
import { extentFor, leastExtent, logDetDomain } from './scales';
import type { Shown } from './shown';
import { baseSight, sightOf, steady, type Sight } from './sight';
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
  /** Of each stage, what the plane shows. */
  readonly sights: readonly Sight[];
  /** The line is shown over [−half, half]. */
  readonly half: number;
  /** The colours of log|det| run from −domain to domain. */
  readonly domain: number;
}

/** A moment to compare with. */
export interface Ghost {
  readonly step: number;
  readonly picture: Picture;
}

/** Of the grid's points, the share that the colours need not tell apart. */
const trim = 0.1;

/** The picture of a frame; extents and domain are those of the `previous` one, unless that must change. `target` is where the target is. */
export function pictureOf(frame: Frame, state: FlowState, previous: Picture | undefined, target: Sight | undefined): Picture {
  const { closedForm, layers, standardBase } = state;
  const { depth, side } = frame;
  const overlays = layers.map(({ overlay }) => overlay);
  const grid = new Deformation(overlays, frame.grid, frame.gridDets, closedForm);
  const particles = new Deformation(overlays, frame.particles, frame.particleDets, closedForm);
  const belongs = (stage: number): Sight | undefined => (stage === depth ? target : stage === 0 && standardBase ? baseSight : undefined);
  const sights = Array.from({ length: depth + 1 }, (_, stage) => {
    const before = previous?.depth === depth ? previous.sights[stage] : undefined;
    // What is dragged would run away from the hand.
    if (before && state.dragged) return before;
    return steady(sightOf(particles.stage(stage), belongs(stage)) ?? before ?? baseSight, before);
  });
  return {
    depth,
    side,
    particles,
    sights,
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
