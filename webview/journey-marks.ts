/** The probe's way from log p_z(z) to log p(x), as a waterfall. */

import type { Direction, ProbeState } from '../src/protocol/messages';

/** What one layer adds to the log density. */
export interface Fall {
  readonly layer: number;
  readonly from: number;
  readonly to: number;
  /** The map turns the neighbourhood over here. */
  readonly folds: boolean;
}

/** −log|det| of the map z → x of every layer, each from where the one before has led: from log p_z(z) to the sum. */
export function waterfall({ logBase, dets }: Pick<ProbeState, 'logBase' | 'dets'>, closedForm: Direction): Fall[] {
  let at = logBase;
  return dets.map((det, i) => {
    const from = at;
    at += (closedForm === 'generate' ? -1 : 1) * Math.log(Math.abs(det));
    return { layer: i + 1, from, to: at, folds: det < 0 };
  });
}

/** log π(x) = −u(x) − log Z, where both are known; `floor` is −log Z. */
export function logTarget({ energy }: Pick<ProbeState, 'energy'>, floor: number | undefined): number | undefined {
  return energy === undefined || floor === undefined ? undefined : floor - energy;
}

/** What has to be shown, with air; never less than one nat. */
export function journeyRange(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [-1, 0];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const air = Math.max((high - low) * 0.08, (1 - (high - low)) / 2, 0.05);
  return [low - air, high + air];
}

/** The layer whose column lies under a pixel: column 0 is log p_z(z), column K+1 is log p(x). */
export function columnAt(px: number, left: number, right: number, depth: number): number | undefined {
  const column = Math.floor(((px - left) / (right - left)) * (depth + 2));
  return column >= 1 && column <= depth ? column : undefined;
}
