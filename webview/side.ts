/** The side: everything beside the plane, in sections that fold. */

import { html } from './element';
import type { LayerActions } from './hover';
import { createInvertibility } from './invertibility';
import { createLayerReadout } from './layer-readout';
import { createLossChart } from './loss-chart';
import { createLossTerms } from './loss-terms';
import { createNormality } from './normality';
import { createObjectiveTable } from './objective-table';
import { createProbeReadout } from './probe-readout';
import type { Scene } from './scene';

export interface Side {
  readonly element: HTMLElement;
  /** The names of the sections that are unfolded. */
  readonly unfolded: readonly string[];
  /** The plots, whose sizes are to be watched. */
  readonly sized: readonly { readonly element: HTMLElement; resize(): void }[];
  draw(scene: Scene): void;
}

const unfoldedAtFirst: readonly string[] = ['normality', 'loss', 'probe', 'invertibility', 'layer'];

/** @param folded is called when a section was folded or unfolded. */
export function createSide(
  layerActions: LayerActions,
  removeProbe: () => void,
  folded: () => void,
  unfolded: readonly string[] = unfoldedAtFirst,
): Side {
  const [loss, terms, invertibility] = [createLossChart(), createLossTerms(), createInvertibility(layerActions)];
  const probe = createProbeReadout(removeProbe, layerActions);
  const [normality, layer, objective] = [createNormality(), createLayerReadout(), createObjectiveTable()];
  const sections = Object.entries({ normality, loss, terms, probe, invertibility, layer, objective });
  for (const [name, { element }] of sections) {
    element.open = unfolded.includes(name);
    element.addEventListener('toggle', folded);
  }
  return {
    element: html('aside', { class: 'side' }, ...sections.map(([, { element }]) => element)),
    get unfolded() {
      return sections.flatMap(([name, { element }]) => (element.open ? [name] : []));
    },
    sized: [loss, terms, probe, invertibility],
    draw: (scene) => {
      for (const [, view] of sections) view.draw(scene);
    },
  };
}
