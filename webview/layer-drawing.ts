/** What draws one kind of layer over the plane. */

import type { Projection } from './scales';
import type { Window } from './strip';

export interface LayerMoment {
  /** The fraction τ of the layer that has been applied. */
  readonly tau: number;
  readonly epsilon: number;
  /** The two that are shown, counted from 0. */
  readonly coordinates: readonly [number, number];
}

export interface LayerDrawing<T> {
  readonly element: SVGGElement;
  draw(overlay: T, moment: LayerMoment, projection: Projection, view: Window): void;
}
