/** The geometry of a radial layer: at a fraction τ of it, every point has moved along its ray from the centre. */

import type { CentreOverlay } from '../src/protocol/messages';

/**
 * The radius to which a circle about the centre is carried: r·(1 + τ·β̂/(α + r)), with α = `reach` and β̂ = `push`·α. It grows with r, as
 * β̂ > −α: a disc is carried onto a disc.
 */
export function carriedRadius(r: number, { reach, push }: Pick<CentreOverlay, 'reach' | 'push'>, tau: number): number {
  return r * (1 + (tau * push * reach) / (reach + r));
}
