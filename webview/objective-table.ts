/** What this objective needs: forward against reverse KL, and what this flow offers of it. */

import { html, write } from './element';
import { needsOf, type Need } from './needs';
import type { Scene } from './scene';
import { createSection, type Section } from './section';

const minimises = {
  'forward-kl': '−E[log p_z(f(x)) + log|det J_f(x)|] over x from π',
  'reverse-kl': 'E[log p_z(z) − log|det J_g(z)| + u(g(z))] over z from p_z',
} as const;
const types = ['forward-kl', 'reverse-kl'] as const;
const names = { 'forward-kl': 'Forward KL', 'reverse-kl': 'Reverse KL' } as const;

/** A mark with its meaning for those who do not see it. */
const mark = (is: boolean, words: readonly [yes: string, no: string]): HTMLElement =>
  html(
    'span',
    {},
    html('span', { 'aria-hidden': 'true' }, is ? '✓' : '–'),
    html('span', { class: 'for-screen-readers' }, is ? words[0] : words[1]),
  );

export function createObjectiveTable(): Section & { draw(scene: Scene): void } {
  const formula = html('p', { class: 'formula' });
  const table = html('table', { class: 'needs' });
  const verdict = html('p', { class: 'hint' });
  const section = createSection('needs-section', 'What the objective needs', [], formula, table, verdict);
  let drawn = '';

  return {
    ...section,
    draw: ({ state }) => {
      const needs = needsOf(state);
      const { type } = state.objective;
      const key = JSON.stringify([type, needs]);
      if (key === drawn) return;
      drawn = key;
      write(formula, `${names[type]} minimises ${minimises[type]}.`);
      const heads = types.map((it) => html('th', { scope: 'col', class: it === type ? 'own' : '' }, names[it]));
      const row = ({ what, forward, reverse, has, how }: Need): HTMLElement => {
        const needed = [forward, reverse].map((is, i) =>
          html('td', { class: types[i] === type ? 'own' : '' }, mark(is, ['needed', 'not needed'])),
        );
        const isMissing = !has && (type === 'forward-kl' ? forward : reverse);
        const offer = html('td', { class: isMissing ? 'offer missing' : 'offer' }, mark(has, ['has it: ', 'has not: ']), ` ${how}`);
        return html('tr', {}, html('th', { scope: 'row' }, what), ...needed, offer);
      };
      table.replaceChildren(
        html('caption', { class: 'for-screen-readers' }, `What forward and reverse KL need; this flow is trained by ${names[type]}`),
        html('thead', {}, html('tr', {}, html('th', { scope: 'col' }, 'needs'), ...heads, html('th', { scope: 'col' }, 'this flow'))),
        html('tbody', {}, ...needs.map(row)),
      );
      const missing = needs.filter(({ forward, reverse, has }) => !has && (type === 'forward-kl' ? forward : reverse));
      const other = needs.filter(({ forward, reverse, has }) => !has && (type === 'forward-kl' ? reverse : forward));
      const lacks = other.map(({ what }) => what).join(' and ');
      write(
        verdict,
        missing.length > 0
          ? `This flow lacks ${missing.map(({ what }) => what).join(' and ')}.`
          : `This flow has all that ${names[type].toLowerCase().replace('kl', 'KL')} needs${other.length > 0 ? `; for ${names[type === 'forward-kl' ? 'reverse-kl' : 'forward-kl'].toLowerCase().replace('kl', 'KL')} it lacks ${lacks}` : ''}.`,
      );
    },
  };
}
