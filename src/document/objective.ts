import { isScalar } from 'yaml';
import { samplers } from '../flow/samplers';
import type { ColumnChoice, Objective } from '../flow/spec';
import { energies, energyNames } from '../flow/targets';
import { dataEndings } from './data/points';
import { addEntry, fillIn, writeOneOf } from './fixes';
import { annealRule, columnRule, flowDefaults, gradientNames, holdoutRule, objectiveKeys } from './format';
import { readFileName, type NamedFile } from './named-file';
import type { Entries, Entry, Reader } from './reader';
import { counted, eitherOf, formatNumber } from './sentences';

export interface ReadObjective {
  readonly objective: Objective;
  /** The data file, where there is one. */
  readonly file?: NamedFile;
}

export const objectiveNames = ['forward-kl', 'reverse-kl'] as const;

/** Built-in samplers are on the plane. */
export const samplerDim = 2;

/** Objectives in `dim` dimensions, as they are written. */
export function objectiveForms(dim: number): string[] {
  const data = dim === samplerDim ? 'two-moons' : 'points.csv';
  return [
    `{ type: forward-kl, data: ${data} }`,
    ...energyNames(dim)
      .slice(0, 1)
      .map((name) => `{ type: reverse-kl, energy: ${name} }`),
  ];
}

/** What is under `objective`; `steps` are those of the training, where they could be read. */
export function readObjective(reader: Reader, entry: Entry, dim: number, steps: number | undefined): ReadObjective | undefined {
  const form = objectiveForms(dim).join(' or ');
  if (entry.node === null) {
    const fixes = objectiveForms(dim).map((each) => fillIn(reader.text, entry, each));
    return reader.error(entry, `objective is empty: write ${form}.`, fixes);
  }
  const entries = reader.mapping(entry.node, 'objective', objectiveKeys, form);
  if (!entries) return undefined;
  const typeEntry = entries.get('type');
  if (!typeEntry) {
    const fitting = objectiveNames.filter((name) => Object.keys(uses[name]).every((key) => !entries.has(key)));
    const fixes = fitting.flatMap((name) => addEntry(reader.text, entry.node, `type: ${name}`));
    return reader.error(reader.firstLine(entry), 'The type of objective is missing: give type: forward-kl or type: reverse-kl.', fixes);
  }
  const type = reader.choice(typeEntry, objectiveNames);
  if (type === undefined) return undefined;
  for (const [key, why] of Object.entries(uses[type])) {
    const unused = entries.get(key);
    if (unused) reader.unwanted(unused, `${type} has no use for ${key === 'energy' ? 'an energy' : key}: ${why}`);
  }
  return type === 'forward-kl'
    ? readForward(reader, entry, typeEntry, entries, dim)
    : readReverse(reader, entry, typeEntry, entries, dim, steps);
}

/** What each objective has no use for, and why. */
export const uses: Readonly<Record<Objective['type'], Readonly<Record<string, string>>>> = {
  'forward-kl': {
    energy: 'it learns from samples. Give data, or write type: reverse-kl.',
    gradient: 'only reverse-kl has more than one. Take it away.',
    anneal: 'there is no energy to anneal. Take it away.',
  },
  'reverse-kl': {
    data: 'it learns from an energy. Give energy, or write type: forward-kl.',
    columns: 'it learns from no file. Take it away.',
    holdout: 'it has no rows to hold out. Take it away.',
  },
};

function readForward(reader: Reader, owner: Entry, type: Entry, entries: Entries, dim: number): ReadObjective | undefined {
  const names = dim === samplerDim ? [...samplers.keys()] : [];
  const form = [eitherOf(names), 'a file such as points.csv'].filter((part) => part !== '').join(', or ');
  const [dataEntry, columnsEntry, holdoutEntry] = [entries.get('data'), entries.get('columns'), entries.get('holdout')];
  const share = holdoutEntry ? reader.number(holdoutEntry, holdoutRule) : flowDefaults.holdout;
  if (!dataEntry) {
    const fixes = addEntry(reader.text, owner.node, `data: ${names[0] ?? 'points.csv'}`);
    return reader.error(type, `forward-kl learns from samples: give data, ${form}.`, fixes);
  }
  const data = reader.word(dataEntry, form);
  if (data === undefined) return undefined;
  if (samplers.has(data)) {
    if (columnsEntry) reader.unwanted(columnsEntry, `Only a data file has columns to choose, and ${data} has its own: take columns away.`);
    if (holdoutEntry) reader.unwanted(holdoutEntry, `Only a data file has rows to hold out, and ${data} is drawn anew: take holdout away.`);
    if (dim === samplerDim) return { objective: { type: 'forward-kl', data } };
    return reader.error(dataEntry, `${data} is in ${samplerDim} dimensions where dim is ${dim}: ${otherwise(dim)}`);
  }
  if (!/[./\\]/.test(data)) {
    const remedy = names.length > 0 ? `${reader.suggestion(data, names)} A` : 'a';
    return reader.error(
      dataEntry,
      `There are no samples called ${reader.quote(dataEntry)}: ${remedy} file of points ends in ${eitherOf(dataEndings)}.`,
      writeOneOf(dataEntry, data, names),
    );
  }
  const file = readFileName(reader, dataEntry, dataEndings);
  const columns = columnsEntry && readColumns(reader, columnsEntry, dim);
  if (!file || share === undefined || (columnsEntry && !columns)) return undefined;
  return { objective: { type: 'forward-kl', data, ...(columns && { columns }), ...(share > 0 && { holdout: share }) }, file };
}

/** One column for each dimension. Whether the file has it is known once the file is read. */
function readColumns(reader: Reader, entry: Entry, dim: number): readonly ColumnChoice[] | undefined {
  const example = Array.from({ length: dim }, (_, i) => i + 1).join(', ');
  const list = reader.list(entry, `${counted(dim, 'column')} by name or number, for instance [${example}]`);
  if (!list) return undefined;
  if (list.items.length !== dim)
    return reader.error(entry, `columns has ${counted(list.items.length, 'column')} where dim is ${dim}: choose ${dim}.`);
  const columns = list.items.map((node, i) => {
    const at = { ...entry, ...reader.place(entry, i), name: 'A column', node };
    return isScalar(node) && typeof node.value === 'number' ? reader.number(at, columnRule) : reader.word(at, 'its name or its number');
  });
  return columns.every((column) => column !== undefined) ? columns : undefined;
}

function readReverse(
  reader: Reader,
  owner: Entry,
  type: Entry,
  entries: Entries,
  dim: number,
  steps: number | undefined,
): ReadObjective | undefined {
  const names = energyNames(dim);
  const [energyEntry, gradientEntry, annealEntry] = [entries.get('energy'), entries.get('gradient'), entries.get('anneal')];
  const gradient = gradientEntry ? reader.choice(gradientEntry, gradientNames) : 'total';
  const anneal = annealEntry ? reader.number(annealEntry, annealRule) : Math.min(flowDefaults.anneal, steps ?? 0);
  if (annealEntry && anneal !== undefined && steps !== undefined && anneal > steps) {
    const end = 'The energy has not its full weight when training ends';
    reader.warn(annealEntry, `${end}: anneal over fewer steps than the ${formatNumber(steps)} of training.`);
  }
  if (!energyEntry) {
    const remedy = names.length > 0 ? `give energy, ${eitherOf(names)}` : `there is none in ${dim} dimensions, so ${otherwise(dim)}`;
    const fixes = names.slice(0, 1).flatMap((name) => addEntry(reader.text, owner.node, `energy: ${name}`));
    return reader.error(type, `reverse-kl learns from the energy of the target: ${remedy.replace(/\.$/, '')}.`, fixes);
  }
  const word = reader.word(energyEntry, names.length > 0 ? eitherOf(names) : 'the name of an energy');
  if (word === undefined) return undefined;
  const other = energies.get(word)?.dim;
  if (other !== undefined && other !== dim) {
    const where = `${word} is in ${other === 1 ? 'one dimension' : `${other} dimensions`} where dim is ${dim}`;
    return reader.error(
      energyEntry,
      `${where}: ${names.length > 0 ? `give ${eitherOf(names)}.` : otherwise(dim)}`,
      writeOneOf(energyEntry, '', names),
    );
  }
  if (other === undefined) {
    const remedy = names.length > 0 ? reader.suggestion(word, names) : `there is none in ${dim} dimensions, so ${otherwise(dim)}`;
    return reader.error(energyEntry, `energy is ${reader.quote(energyEntry)}: ${remedy}`, writeOneOf(energyEntry, word, names));
  }
  if (gradient === undefined || anneal === undefined) return undefined;
  return {
    objective: { type: 'reverse-kl', energy: word, ...(gradient === 'path' && { gradient }), ...(anneal > 0 && { anneal }) },
  };
}

/** What can be learned from in a dimension that nothing built in has. */
const otherwise = (dim: number): string => `write dim: 2, or learn from a data file of ${counted(dim, 'column')}, as in data: points.csv.`;
