/** A sentence that stands out: what is wrong, or why training stands still; nothing while there is nothing to say. */

import { html, show, write } from './element';
import { icon } from './ui/icons';

export function createBanner(role: 'alert' | 'status'): { element: HTMLElement; draw(sentence: string | undefined): void } {
  const text = html('span');
  const element = html('div', { class: 'banner', role, hidden: true }, icon('warning'), text);
  return {
    element,
    draw: (sentence) => {
      show(element, sentence !== undefined);
      write(text, sentence ?? '');
    },
  };
}
