/** What this objective needs: forward against reverse KL, and what this flow offers of it. */

import type { ObjectiveType } from '../src/protocol/messages';
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
  const drops = html('p', { class: 'hint' }, 'To learn from your own points, drop a data file on this view: hold Shift as you drag.');
  const section = createSection('needs-section', 'What the objective needs', [], formula, table, verdict, drops);
  let drawn = '';

  return {
    ...section,
    draw: ({ state }) => {
      const needs = needsOf(state);
      const type = state.objective?.type;
      const key = JSON.stringify([type, needs]);
      if (key === drawn) return;
      drawn = key;
      write(
        formula,
        type ? `${names[type]} minimises ${minimises[type]}.` : 'This flow has no objective: it can be looked at, not trained.',
      );
      const heads = types.map((it) => html('th', { scope: 'col', class: it === type ? 'own' : '' }, names[it]));
      const row = ({ what, forward, reverse, has, how }: Need): HTMLElement => {
        const needed = [forward, reverse].map((is, i) =>
          html('td', { class: types[i] === type ? 'own' : '' }, mark(is, ['needed', 'not needed'])),
        );
        const isMissing = !has && (type === 'forward-kl' ? forward : type === 'reverse-kl' && reverse);
        const offer = html('td', { class: isMissing ? 'offer missing' : 'offer' }, mark(has, ['has it: ', 'has not: ']), ` ${how}`);
        return html('tr', {}, html('th', { scope: 'row' }, what), ...needed, offer);
      };
      table.replaceChildren(
        html(
          'caption',
          { class: 'for-screen-readers' },
          `What forward and reverse KL need; this flow ${type ? `is trained by ${names[type]}` : 'has no objective'}`,
        ),
        html('thead', {}, html('tr', {}, html('th', { scope: 'col' }, 'needs'), ...heads, html('th', { scope: 'col' }, 'this flow'))),
        html('tbody', {}, ...needs.map(row)),
      );
      write(verdict, type ? verdictOn(type, needs) : 'To train it, give its file an objective.');
    },
  };
}

/** What is lacking for this objective, or for the other one. */
function verdictOn(type: ObjectiveType, needs: readonly Need[]): string {
  const lacking = (forward: boolean): string =>
    needs
      .filter((need) => !need.has && (forward ? need.forward : need.reverse))
      .map(({ what }) => what)
      .join(' and ');
  const forward = type === 'forward-kl';
  const [own, other] = [lacking(forward), lacking(!forward)];
  if (own !== '') return `This flow lacks ${own}.`;
  const [its, others] = forward ? ['forward KL', 'reverse KL'] : ['reverse KL', 'forward KL'];
  return `This flow has all that ${its} needs${other === '' ? '' : `; for ${others} it lacks ${other}`}.`;
}
