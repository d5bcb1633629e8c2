/** What the plane shows, as the person chose it: checkboxes in the browser's own disclosure. */

import type { FlowState } from '../src/protocol/messages';
import { html, show } from './element';
import { button } from './ui/toolkit';

const choices = {
  grid: { label: 'Grid', title: 'The deformed grid, coloured by log|det|' },
  particles: { label: 'Particles', title: 'Particles and their trails' },
  target: { label: 'Target', title: 'The target’s contours or points' },
  density: { label: 'Density', title: 'The flow’s density at this stage, with contours' },
  difference: { label: 'Difference', title: 'The flow’s density minus the target’s, at x' },
  ellipses: { label: 'Ellipses', title: 'What becomes of small circles: the Jacobian of the flow so far' },
} as const;

export type Layer = keyof typeof choices;
export type Shown = Readonly<Record<Layer, boolean>>;

export const shownAtFirst: Shown = { grid: true, particles: true, target: true, density: false, difference: false, ellipses: false };

export interface ShownActions {
  show(shown: Shown): void;
  /** Particles begin at z, or at x. */
  start(source: FlowState['source']): void;
  /** Draw training data. */
  sketch(): void;
}

const sources = {
  base: { label: 'from the base, z → x', title: 'Draws of the base at z, and what becomes of them' },
  target: { label: 'from the target, x → z', title: 'Points of the target at x, and how nearly Gaussian they become' },
} as const;

export function createShownControl(actions: ShownActions): { element: HTMLElement; draw(shown: Shown, state: FlowState): void } {
  let current = shownAtFirst;
  const boxes = (Object.keys(choices) as Layer[]).map((name) => {
    const { label, title } = choices[name];
    const input = html('input', { type: 'checkbox' });
    input.addEventListener('change', () => actions.show({ ...current, [name]: input.checked }));
    return { name, input, element: html('label', { class: 'choice', title }, input, label) };
  });
  const starts = (['base', 'target'] as const).map((source) => {
    const { label, title } = sources[source];
    const input = html('input', { type: 'radio', name: 'source' });
    input.addEventListener('change', () => actions.start(source));
    return { source, input, element: html('label', { class: 'choice', title }, input, label) };
  });
  const sketch = button({ label: 'Draw Data…', tooltip: 'Draw a distribution of your own at x, and learn from it' }, () => {
    element.open = false;
    actions.sketch();
  });
  const element = html(
    'details',
    { class: 'shown' },
    html('summary', {}, 'Show'),
    html(
      'div',
      { class: 'choices' },
      html('div', { role: 'group', 'aria-label': 'What the plane shows' }, ...boxes.map((box) => box.element)),
      html('fieldset', {}, html('legend', {}, 'Particles start'), ...starts.map((start) => start.element)),
      sketch.element,
    ),
  );
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') element.open = false;
  });
  return {
    element,
    draw: (shown, { dim, objective, source, canStartAtTarget }) => {
      current = shown;
      show(sketch.element, dim === 2);
      for (const start of starts) {
        start.input.checked = start.source === source;
        start.input.disabled = start.source === 'target' && !canStartAtTarget;
      }
      for (const { name, input, element: box } of boxes) {
        if (input.checked !== shown[name]) input.checked = shown[name];
        // What takes a density on the plane, and the target's beside it.
        show(box, dim === 2 || name === 'grid' || name === 'particles' || name === 'target');
        if (name === 'difference') show(box, dim === 2 && objective?.type === 'reverse-kl');
      }
    },
  };
}
