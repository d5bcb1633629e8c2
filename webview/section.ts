/** A part of the side that can be folded away: the browser's own disclosure, with a figure in its head that stays to be seen. */

import { html } from './element';

export interface Section {
  readonly element: HTMLDetailsElement;
  readonly title: HTMLElement;
}

/** `head` stands beside the title, `content` below it. */
export function createSection(name: string, title: string, head: readonly Node[], ...content: readonly Node[]): Section {
  const heading = html('h2', {}, title);
  const element = html(
    'details',
    { class: `card ${name}` },
    html('summary', {}, heading, ...head),
    html('div', { class: 'body' }, ...content),
  );
  return { element, title: heading };
}
