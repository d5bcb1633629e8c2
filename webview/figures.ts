/** A list of named figures, as the cards beside the plane show them. */

import { html, show, write } from './element';

export interface Figures {
  readonly element: HTMLElement;
  /** Names and values in order; what has no value is left out. */
  draw(figures: readonly (readonly [name: string, value: string | undefined])[]): void;
}

export function createFigures(): Figures {
  const element = html('dl', { class: 'figures' });
  const rows: { readonly name: HTMLElement; readonly value: HTMLElement }[] = [];
  return {
    element,
    draw: (figures) => {
      figures.forEach(([name, value], i) => {
        const row = (rows[i] ??= { name: html('dt'), value: html('dd') });
        if (!row.name.isConnected) element.append(row.name, row.value);
        write(row.name, name);
        write(row.value, value ?? '');
        [row.name, row.value].forEach((part) => show(part, value !== undefined));
      });
    },
  };
}
