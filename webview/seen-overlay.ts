/** What of a layer is seen on the plane of two coordinates: of more than two, only what is there whatever the others are. */

import type { Overlay } from '../src/protocol/messages';
import * as describe from './describe';
import type { Point } from './strip';

export interface Seen {
  readonly overlay: Overlay;
  /** û as seen here, where there is no hyperplane to lay it at. */
  readonly push?: Point;
  /** Why there is no more of it. */
  readonly why?: string;
}

/** Below this share of w, what lies outside the plane turns nothing that could be seen. */
const unseen = 1e-6;

/**
 * A hyperplane is a line here only if w lies in the plane; then wᵀv + b, and with it the bands, are those of every point over the plane. A
 * coupling layer says of each coordinate what it does.
 */
export function seenOverlay(overlay: Overlay, dim: number, [across, up]: readonly [number, number]): Seen {
  if (dim <= 2 || overlay.kind === 'none' || overlay.kind === 'coupling') return { overlay };
  const nothing: Overlay = { kind: 'none' };
  if (overlay.kind === 'centre')
    return { overlay: nothing, why: 'its sphere is not drawn: the points inside and outside lie over each other here' };
  const { w, uHat } = overlay;
  const on = (vector: readonly number[]): [number, number] => [vector[across], vector[up]];
  const others = w.flatMap((value, i) => (i !== across && i !== up && Math.abs(value) > unseen * Math.hypot(...w) ? [i] : []));
  if (others.length === 0) return { overlay: { ...overlay, w: on(w), uHat: on(uHat) } };
  const names = others.map((i) => `v${describe.subscript(i + 1)}`).join(', ');
  return { overlay: nothing, push: on(uHat), why: `wᵀv + b = 0 is no line here: it depends on ${names} too` };
}
