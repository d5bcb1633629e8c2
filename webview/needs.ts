/** What each objective needs of a flow and its target, and what this flow has. */

import type { FlowState, ObjectiveType } from '../src/protocol/messages';

export interface Need {
  readonly what: string;
  readonly forward: boolean;
  readonly reverse: boolean;
  /** Whether this flow has it, and in a few words how. */
  readonly has: boolean;
  readonly how: string;
}

export function needsOf({ closedForm, layers, objective }: FlowState): Need[] {
  const both = layers.every(({ bothClosedForm }) => bothClosedForm);
  const direction = (way: FlowState['closedForm']): Pick<Need, 'has' | 'how'> =>
    both || closedForm === way ? { has: true, how: 'closed form' } : { has: false, how: 'solved' };
  const given = (type: ObjectiveType): Pick<Need, 'has' | 'how'> =>
    objective?.type === type ? { has: true, how: objective.target } : { has: false, how: 'not given' };
  return [
    { what: 'f: x → z in closed form', forward: true, reverse: false, ...direction('encode') },
    { what: 'g: z → x in closed form', forward: false, reverse: true, ...direction('generate') },
    { what: 'samples of the target π', forward: true, reverse: false, ...given('forward-kl') },
    { what: 'π(x) ∝ e^−u(x), evaluated', forward: false, reverse: true, ...given('reverse-kl') },
    { what: 'log|det| of the map it runs', forward: true, reverse: true, has: true, how: 'of every layer' },
    { what: 'samples of p_z', forward: false, reverse: true, has: true, how: 'from the base' },
  ];
}
