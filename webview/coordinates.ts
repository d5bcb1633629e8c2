/** Of more than two coordinates, which two are shown. */

import type { FlowState } from '../src/protocol/messages';
import { html, show } from './element';

export function createCoordinates(choose: (coordinates: readonly [number, number]) => void): {
  element: HTMLElement;
  draw(state: FlowState): void;
} {
  const selects = ['across', 'up'].map((way) => html('select', { 'aria-label': `Coordinate shown ${way}`, class: 'select' }));
  const element = html(
    'span',
    { class: 'legend-item', title: 'The grid lies where the other coordinates of z are 0; particles have all of theirs' },
    'coordinates',
    selects[0],
    '×',
    selects[1],
  );
  let names = '';
  let shown: readonly [number, number] = [0, 1];
  selects.forEach((select, i) =>
    select.addEventListener('change', () => {
      const picked = select.selectedIndex;
      const other = shown[1 - i];
      // Picking what the other one shows swaps the two.
      const rest = picked === other ? shown[i] : other;
      choose(i === 0 ? [picked, rest] : [rest, picked]);
    }),
  );
  return {
    element,
    draw: ({ dim, axes, coordinates }) => {
      show(element, dim > 2);
      if (dim <= 2) return;
      if (axes.join() !== names) {
        names = axes.join();
        selects.forEach((select) => select.replaceChildren(...axes.map((name) => html('option', {}, name))));
      }
      shown = coordinates;
      selects.forEach((select, i) => (select.selectedIndex = coordinates[i]));
    },
  };
}
