import type { TrainingSpec } from '../flow/spec';
import {
  batchRule,
  clipRule,
  flowDefaults,
  learningRateRule,
  momentumRule,
  optimizerNames,
  patienceRule,
  scheduleNames,
  stepsRule,
  trainingKeys,
} from './format';
import { takeAway, writeInstead } from './fixes';
import type { Entries, Entry, Reader } from './reader';

type TrainingKey = (typeof trainingKeys)[number];

/** The settings under `training`. */
export function readTraining(reader: Reader, entry: Entry | undefined): TrainingSpec | undefined {
  const form = '{ steps: 4000, batch: 512, optimizer: adam, learningRate: 5e-3 }';
  const entries: Entries | undefined = entry?.node ? reader.mapping(entry.node, 'training', trainingKeys, form) : new Map();
  if (!entries) return undefined;
  const { training, ...defaults } = flowDefaults;
  const read = <Value>(key: TrainingKey, fallback: Value, value: (given: Entry) => Value | undefined): Value | undefined => {
    const given = entries.get(key);
    return given ? value(given) : fallback;
  };
  const steps = read('steps', training.steps, (given) => reader.number(given, stepsRule));
  const batch = read('batch', training.batch, (given) => reader.number(given, batchRule));
  const optimizer = read('optimizer', training.optimizer, (given) => reader.choice(given, optimizerNames));
  const learningRate = read('learningRate', training.learningRate, (given) => reader.number(given, learningRateRule));
  const schedule = read('schedule', training.schedule ?? 'constant', (given) => reader.choice(given, scheduleNames));
  const momentum = read('momentum', defaults.momentum, (given) => reader.number(given, momentumRule));
  const clip = read('clip', training.clip ?? 'none', (given) => reader.numberOrNone(given, clipRule));
  const patience = read('patience', training.patience ?? 'none', (given) => reader.numberOrNone(given, patienceRule));
  const unused = entries.get('momentum');
  if (unused && optimizer !== undefined && optimizer !== 'sgd') {
    const chosen = entries.get('optimizer');
    const fixes = [...takeAway(reader.text, 'momentum', unused, true), ...(chosen ? [writeInstead(chosen, 'sgd', false)] : [])];
    reader.warn(unused.key, `momentum is of sgd alone, and ${optimizer} does not use it: take it away, or write optimizer: sgd.`, fixes);
  }

  if (steps === undefined || batch === undefined || optimizer === undefined || learningRate === undefined) return undefined;
  if (schedule === undefined || momentum === undefined || clip === undefined || patience === undefined) return undefined;
  return {
    steps,
    batch,
    optimizer,
    learningRate,
    ...(schedule !== 'constant' && { schedule }),
    ...(optimizer === 'sgd' && momentum > 0 && { momentum }),
    ...(clip !== 'none' && { clip }),
    ...(patience !== 'none' && { patience }),
  };
}
