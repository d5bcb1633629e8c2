/** What z is drawn from: a word, or a mapping with the numbers of a distribution. */

import { isMap } from 'yaml';
import type { BaseSpec } from '../flow/spec';
import { writeInstead } from './fixes';
import { baseKeys, mixtureWeightRule, parameterRule, scaleRule, type BaseName, type NumberRule } from './format';
import type { Entry, Reader } from './reader';
import { counted, describeRule, eitherOf } from './sentences';

const names = Object.keys(baseKeys) as BaseName[];
const numberKeys = Object.values(baseKeys).flat();

/** `standard-normal`, or `{ type: uniform, low: …, high: … }`; a component of a mixture is one as well. */
export function readBase(reader: Reader, entry: Entry, dim: number): BaseSpec | undefined {
  if (!isMap(entry.node)) {
    const name = reader.choice(entry, names);
    if (name === undefined || name === 'standard-normal') return name;
    const form = baseForm(name, dim);
    return reader.error(
      entry,
      `${entry.name} is ${name} without its numbers: write ${form}.`,
      form.includes('…') ? [] : [writeInstead(entry, form)],
    );
  }
  const entries = reader.mapping(entry.node, entry.name, ['type', ...new Set(numberKeys)], baseForm('diagonal-normal', dim));
  if (!entries) return undefined;
  const typeEntry = entries.get('type');
  if (!typeEntry) return reader.error(reader.firstLine(entry), `The type of ${entry.name} is missing: give type: ${eitherOf(names)}.`);
  const type = reader.choice(typeEntry, names);
  if (type === undefined) return undefined;
  const own = baseKeys[type];
  for (const [name, unused] of entries) {
    if (!numberKeys.includes(name) || own.includes(name)) continue;
    reader.unwanted(unused, `${type} has no use for ${name}: ${own.length > 0 ? `it takes ${own.join(' and ')}` : 'take it away'}.`);
  }
  if (type === 'standard-normal') return type;
  const [first, second] = own.map((key) => entries.get(key));
  if (!first || !second) {
    const missing = own.filter((key) => !entries.has(key)).join(' and ');
    return reader.error(typeEntry, `${type} needs ${missing}: write ${baseForm(type, dim)}.`);
  }
  switch (type) {
    case 'diagonal-normal': {
      const [mean, scale] = [readVector(reader, first, dim, parameterRule), readVector(reader, second, dim, scaleRule)];
      return mean && scale && { type, mean, scale };
    }
    case 'full-normal': {
      const [mean, cholesky] = [readVector(reader, first, dim, parameterRule), readCholesky(reader, second, dim)];
      return mean && cholesky && { type, mean, cholesky };
    }
    case 'mixture':
      return readMixture(reader, first, second, dim);
    case 'uniform':
      return readBox(reader, first, second, dim);
  }
}

/** How a base of this type is written. */
export function baseForm(type: BaseName, dim: number): string {
  const vector = (value: number): string => `[${Array.from({ length: Math.min(dim, 4) }, () => value).join(', ')}${dim > 4 ? ', …' : ''}]`;
  const identity = dim === 1 ? '[[1]]' : dim === 2 ? '[[1, 0], [0, 1]]' : '[[1, 0, …], …]';
  const forms: Readonly<Record<BaseName, string>> = {
    'standard-normal': 'standard-normal',
    'diagonal-normal': `{ type: diagonal-normal, mean: ${vector(0)}, scale: ${vector(1)} }`,
    'full-normal': `{ type: full-normal, mean: ${vector(0)}, cholesky: ${identity} }`,
    mixture: '{ type: mixture, weights: [0.5, 0.5], components: [{ type: … }, { type: … }] }',
    uniform: `{ type: uniform, low: ${vector(-1)}, high: ${vector(1)} }`,
  };
  return forms[type];
}

function readVector(reader: Reader, entry: Entry, dim: number, rule: NumberRule): readonly number[] | undefined {
  return reader.numbers(entry, [dim], dim, rule);
}

/** The rows of a lower triangular matrix whose diagonal is a scale. */
function readCholesky(reader: Reader, entry: Entry, dim: number): number[][] | undefined {
  const values = reader.numbers(entry, [dim, dim], dim, parameterRule);
  if (!values) return undefined;
  const rows = Array.from({ length: dim }, (_, i) => values.slice(i * dim, (i + 1) * dim));
  const wrong = rows.flatMap((row, i) =>
    row.flatMap((value, j) => {
      if (j > i && value !== 0) return [{ i, j, why: 'right of its diagonal: the matrix is lower triangular, so write 0' }];
      if (j === i && !(value >= scaleRule.least)) return [{ i, j, why: `on its diagonal: give ${describeRule(scaleRule)}` }];
      return [];
    }),
  );
  for (const { i, j, why } of wrong) {
    const place = reader.place(entry, i, j);
    reader.error(place, `Row ${i + 1} of ${entry.name} has ${reader.quote(place)} ${why}.`);
  }
  return wrong.length === 0 ? rows : undefined;
}

/** The weights count relative to their sum. */
function readMixture(reader: Reader, weightsEntry: Entry, componentsEntry: Entry, dim: number): BaseSpec | undefined {
  const list = reader.list(componentsEntry, `one base per component, for instance [${baseForm('diagonal-normal', dim)}]`);
  if (list?.items.length === 0) return reader.error(componentsEntry, 'components is empty: give at least one base.');
  const components = list?.items.map((node, i) => {
    const place = reader.place(componentsEntry, i);
    return readBase(reader, { name: `component ${i + 1}`, key: place, node, braced: false, ...place }, dim);
  });
  const shares = reader.list(weightsEntry, 'one number per component, for instance [0.5, 0.5]');
  if (!components || !shares) return undefined;
  if (shares.items.length !== components.length) {
    const given = `${counted(shares.items.length, 'number')} where there ${components.length === 1 ? 'is' : 'are'}`;
    return reader.error(weightsEntry, `weights has ${given} ${counted(components.length, 'component')}: give ${components.length}.`);
  }
  const weights = reader.numbers(weightsEntry, [components.length], dim, mixtureWeightRule);
  return weights && components.every((component) => component !== undefined) ? { type: 'mixture', weights, components } : undefined;
}

/** Every low edge lies below its high edge. */
function readBox(reader: Reader, lowEntry: Entry, highEntry: Entry, dim: number): BaseSpec | undefined {
  const [low, high] = [readVector(reader, lowEntry, dim, parameterRule), readVector(reader, highEntry, dim, parameterRule)];
  if (!low || !high) return undefined;
  const inverted = [...low.keys()].filter((i) => !(low[i] < high[i]));
  for (const i of inverted) {
    const [edge, place] = [reader.place(lowEntry, i), reader.place(highEntry, i)];
    reader.error(place, `high is ${reader.quote(place)} where low is ${reader.quote(edge)}: give a number above that.`);
  }
  return inverted.length === 0 ? { type: 'uniform', low, high } : undefined;
}
