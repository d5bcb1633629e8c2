/** Points carried through all layers, and where they are at any instant between two stages. */

import type { Direction, Overlay } from '../src/protocol/messages';
import type { Instant } from './instant';

/**
 * Whether J − I has rank one: only then is 1 + τ(det − 1) the determinant of v + τ(φ(v) − v). It has for v + û·h(a), and for a coupling
 * layer of which one coordinate moves.
 */
function isRankOne(overlay: Overlay): boolean {
  if (overlay.kind === 'coupling') return overlay.passes.filter((passes) => !passes).length === 1;
  return overlay.kind === 'hyperplane' || overlay.kind === 'half-spaces';
}

/**
 * A batch of n points at every stage. Between two stages a point moves on a straight line at constant speed, as if a fraction τ of the
 * layer's push were applied: v + τ(φ(v) − v). Its determinant is 1 + τ(det − 1) where that is exact, see {@link isRankOne}. Of the other
 * layers, none of which folds, log|det| is shown to grow in proportion to τ: exact at both stages, and an interpolation between them.
 */
export class Deformation {
  readonly count: number;
  private readonly depth: number;
  private sums: { readonly logDets: Float32Array; readonly flips: Uint8Array } | undefined;

  /**
   * @param overlays K: what tells the kinds of the layers.
   * @param stages (K+1) × n × 2, stage-major.
   * @param dets K × n, the signed determinants of the layers' declared formulas.
   */
  constructor(
    private readonly overlays: readonly Overlay[],
    private readonly stages: Float32Array,
    private readonly dets: Float32Array,
    private readonly closedForm: Direction,
  ) {
    const depth = overlays.length;
    const n = stages.length / (2 * (depth + 1));
    this.depth = depth;
    this.count = n;
  }

  /** log|det| of the declared formulas up to every stage, and whether they turn space over: added up when they are first asked for. */
  private get totals(): { readonly logDets: Float32Array; readonly flips: Uint8Array } {
    if (this.sums) return this.sums;
    const { depth, count: n, dets } = this;
    const [logDets, flips] = [new Float32Array((depth + 1) * n), new Uint8Array((depth + 1) * n)];
    for (let i = 0; i < depth * n; i++) {
      logDets[i + n] = logDets[i] + Math.log(Math.abs(dets[i]));
      flips[i + n] = flips[i] ^ (dets[i] < 0 ? 1 : 0);
    }
    this.sums = { logDets, flips };
    return this.sums;
  }

  /** The points of one stage as a window into the stages: n × 2. */
  stage(stage: number): Float32Array {
    return this.stages.subarray(stage * this.count * 2, (stage + 1) * this.count * 2);
  }

  /** The signed determinants of a layer's declared formula: n. */
  determinants(layer: number): Float32Array {
    return this.dets.subarray((layer - 1) * this.count, layer * this.count);
  }

  /** Writes the points at an instant into `into` (n × 2). */
  pointsAt({ layer, s }: Instant, into: Float32Array): void {
    const from = this.stage(layer - 1);
    const to = this.stage(layer);
    for (let i = 0; i < into.length; i++) into[i] = from[i] + (to[i] - from[i]) * s;
  }

  /**
   * Writes log|det| of the map z → (the instant) into `into` (n), and into `folded` (n) whether that map turns the neighbourhood of the
   * point over (a negative determinant).
   */
  logDetAt({ layer, tau }: Instant, into: Float32Array, folded: Uint8Array): void {
    const n = this.count;
    const { logDets, flips } = this.totals;
    const sign = this.closedForm === 'generate' ? 1 : -1;
    // Under `generate` the fraction adds to the layers before it; under `encode` it takes back part of the layers up to and including it.
    const base = (this.closedForm === 'generate' ? layer - 1 : layer) * n;
    const dets = (layer - 1) * n;
    const rankOne = isRankOne(this.overlays[layer - 1]);
    for (let i = 0; i < n; i++) {
      const det = this.dets[dets + i];
      const partial = rankOne ? 1 + tau * (det - 1) : Math.abs(det) ** tau;
      into[i] = sign * logDets[base + i] + Math.log(Math.abs(partial));
      folded[i] = flips[base + i] ^ (partial < 0 ? 1 : 0);
    }
  }

  /** The greatest |log|det|| that all but a fraction `trim` of the points reach at the x end. */
  spread(trim: number): number {
    const last = this.totals.logDets
      .slice(this.depth * this.count)
      .map(Math.abs)
      .filter(Number.isFinite)
      .sort();
    return last.length === 0 ? 0 : last[Math.floor((last.length - 1) * (1 - trim))];
  }
}
