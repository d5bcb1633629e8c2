/** `training` and what it has: how training stands, and its settings, which can be set. */

import type { TrainingSetting } from '../document/edit';
import { gradientNames, optimizerNames, scheduleNames } from '../document/format';
import type { FlowSpec } from '../flow/spec';
import type { FlowSession } from '../session/session';
import { Absent, Group, type Named, type Value } from './expression/value';

/** A setting of training, and what it is where the file leaves it out. */
interface Setting {
  readonly name: TrainingSetting;
  readonly meaning: string;
  readonly of: (spec: FlowSpec) => number | string | undefined;
}

const settings: readonly Setting[] = [
  { name: 'steps', meaning: 'How many steps the file asks for.', of: ({ training }) => training.steps },
  { name: 'batch', meaning: 'How many points a step looks at.', of: ({ training }) => training.batch },
  { name: 'optimizer', meaning: 'What takes the steps: adam, rmsprop or sgd.', of: ({ training }) => training.optimizer },
  { name: 'learningRate', meaning: 'How far a step goes, where the schedule begins.', of: ({ training }) => training.learningRate },
  {
    name: 'schedule',
    meaning: 'How the learning rate falls: constant, cosine or exponential.',
    of: ({ training }) => training.schedule ?? 'constant',
  },
  {
    name: 'momentum',
    meaning: 'How much of the last step of sgd the next one keeps.',
    of: ({ training }) => (training.optimizer === 'sgd' ? (training.momentum ?? 0) : undefined),
  },
  { name: 'clip', meaning: 'A longer gradient is scaled down to this norm.', of: ({ training }) => training.clip ?? 'none' },
  {
    name: 'patience',
    meaning: 'Training stops where the loss, or the held-out likelihood where rows are held out, has not improved for so many steps.',
    of: ({ training }) => training.patience ?? 'none',
  },
  {
    name: 'gradient',
    meaning: 'Of reverse KL: total or path.',
    of: ({ objective }) => (objective?.type === 'reverse-kl' ? (objective.gradient ?? 'total') : undefined),
  },
  {
    name: 'anneal',
    meaning: 'Of reverse KL: over how many steps the energy gains its full weight.',
    of: ({ objective }) => (objective?.type === 'reverse-kl' ? (objective.anneal ?? 0) : undefined),
  },
];

const words = new Set<string>([...optimizerNames, ...scheduleNames, ...gradientNames, 'none']);

/** A word that a setting may be, which needs no quotes: `sgd`. */
export function settingWord(text: string): string | undefined {
  const word = text.trim().replace(/^(["'])(.*)\1$/, '$2');
  return words.has(word) ? word : undefined;
}

/** The setting of this name that the flow has. */
export function settingNamed({ opened }: FlowSession, name: string): TrainingSetting | undefined {
  return opened && settings.find((setting) => setting.name === name && setting.of(opened.spec) !== undefined)?.name;
}

export function lossOf({ losses }: FlowSession): Value {
  if (!losses.latest) return new Absent('No training step was taken yet.');
  const [, loss] = losses.latest;
  return Number.isNaN(loss) ? new Absent('The training that is followed says no loss.') : loss;
}

export function trainingGroup(session: FlowSession): Group {
  const { opened, target } = session;
  const floor = target?.floor;
  const members: Named[] = [
    { name: 'step', meaning: 'How many steps were taken.', value: () => session.step },
    { name: 'status', meaning: 'Whether it runs.', value: () => session.status },
    { name: 'loss', meaning: 'The loss of the last step, in nats.', value: () => lossOf(session) },
    ...(floor === undefined ? [] : [{ name: 'floor', meaning: 'The least loss there can be, in nats.', value: () => floor }]),
    ...settings.flatMap(({ name, meaning, of }) => {
      const value = opened && of(opened.spec);
      return value === undefined ? [] : [{ name, meaning, value: () => value }];
    }),
  ];
  return new Group(new Map(members.map((named) => [named.name, named])));
}
