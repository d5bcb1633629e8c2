/** The one layer that the person points at, in whatever picture: it is lit in all of them, also in those of other views. */

import type { FlowState } from '../src/protocol/messages';
import { post } from './host';

export class Hover {
  private here: number | undefined;

  /** `changed` is called whenever there is something to draw. */
  constructor(private readonly changed: () => void) {}

  readonly pointAt = (layer: number | undefined): void => {
    if (layer === this.here) return;
    this.here = layer;
    post({ type: 'hover', layer });
    this.changed();
  };

  /** The layer to light: the one pointed at here, or else in another view. */
  lit({ hovered, layers }: FlowState): number | undefined {
    const layer = this.here ?? hovered;
    return layer !== undefined && layer <= layers.length ? layer : undefined;
  }
}

export interface LayerActions {
  readonly pointAt: (layer: number | undefined) => void;
  /** Go to the stage after this layer, moving there. */
  readonly goTo: (layer: number) => void;
}

/** What a plot knows of the layers it shows. */
interface LayerMarks {
  /** In the order in which the arrow keys go through them. */
  layers(): readonly number[];
  /** The one under the pointer, if any. */
  layerAt(event: MouseEvent): number | undefined;
  /** Where the arrow keys begin. */
  current(): number;
}

/** Pointer and keyboard point at the layers of a plot, and go to one with a click or Enter. */
export function pointsAtLayers(plot: SVGSVGElement, marks: LayerMarks, { pointAt, goTo }: LayerActions): void {
  let pointed: number | undefined;
  const point = (layer: number | undefined): void => pointAt((pointed = layer));
  plot.addEventListener('pointermove', (event) => point(marks.layerAt(event)));
  plot.addEventListener('pointerleave', () => point(undefined));
  plot.addEventListener('blur', () => point(undefined));
  plot.addEventListener('click', (event) => {
    const layer = marks.layerAt(event);
    if (layer !== undefined) goTo(layer);
  });
  plot.addEventListener('keydown', (event) => {
    const layers = marks.layers();
    if (layers.length === 0) return;
    if (event.key === 'Enter' && pointed !== undefined) goTo(pointed);
    if (event.key === 'Escape') point(undefined);
    const from = layers.indexOf(pointed ?? marks.current());
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: layers.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    // The first key only shows where one is.
    point(layers[Math.min(Math.max(pointed === undefined && event.key.startsWith('Arrow') ? from : to, 0), layers.length - 1)]);
  });
}
