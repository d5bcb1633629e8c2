/** Changes to a flow's text that leave everything else as it was written, comments and layout included. */

import { isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode } from 'yaml';
import { typeOf } from '../flow/flow';
import { sizeOf } from '../flow/layer';
import type { ColumnChoice } from '../flow/spec';
import { trainingKeys } from './format';
import {
  addToFlow,
  addToMapping,
  endOf,
  insert,
  lineEndOf,
  pairOf,
  pathAsValue,
  replaceNumbers,
  setValue,
  writeNumbers,
  type Mapping,
  type Pair,
} from './node-edits';
import { columnsText } from './objective-text';
import { parseFlow } from './parse';
import { firstLineEnd } from './problem';
import type { TextEdit } from './text-edit';
import { readYaml } from './yaml';

export { applied, type TextEdit } from './text-edit';

/** What can be set of training: a key of `training`, or one of `objective` that does not change what the flow is to become. */
export type TrainingSetting = (typeof trainingKeys)[number] | 'holdout' | 'gradient' | 'anneal';

/**
 * The edits after which the flow's `weights` are the file `path`, relative to the flow's folder. None where the text is not a mapping that
 * can be read.
 */
export function setWeights(text: string, path: string): TextEdit[] {
  const root = rootOf(text);
  if (!root) return [];
  const value = pathAsValue(path);
  const pair = pairOf(root, 'weights');
  return pair ? setValue(text, pair, value) : [addToFlow(text, root, `weights: ${value}`)];
}

/**
 * The edits after which the layer (from 0, in the order z → x) begins from these values of its parameters, each row by row. Numbers that
 * are written stay where they are, and those that are the same stay as they are. None where the text has an error.
 * @throws RangeError where there is no such layer or parameter, or a parameter has another number of values.
 */
export function setParameters(text: string, layer: number, values: Readonly<Record<string, readonly number[]>>): TextEdit[] {
  const { spec } = parseFlow(text);
  const root = spec && rootOf(text);
  const list = root && pairOf(root, 'layers')?.value;
  if (!root || !isSeq<ParsedNode | null>(list)) return [];
  if (!(layer in spec.layers)) throw new RangeError(`There is no layer ${layer + 1}: the flow has ${spec.layers.length}.`);
  const { options } = spec.layers[layer];
  const type = typeOf(spec.layers[layer]);
  const unknown = Object.keys(values).find((name) => !type.parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined) throw new RangeError(`A ${type.name} layer has no parameter ${unknown}.`);
  const given = type.parameters.flatMap(({ name, shape }) =>
    Object.hasOwn(values, name) ? [{ name, shape: shape(spec.dim, options), numbers: values[name] }] : [],
  );
  for (const { name, shape, numbers } of given) {
    if (numbers.length !== sizeOf(shape)) throw new RangeError(`${name} has ${sizeOf(shape)} values, but ${numbers.length} were given.`);
  }
  if (given.length === 0) return [];

  const written = (parameters: typeof given): string =>
    parameters.map(({ name, shape, numbers }) => `${name}: ${writeNumbers(numbers, shape)}`).join(', ');
  const item = list.items[layer];
  if (isScalar(item)) return [insert(item.range[1], `: { ${written(given)} }`)];
  if (!isMap<ParsedNode, ParsedNode | null>(item)) return [];
  const [head] = item.items;
  if (!isMap<ParsedNode, ParsedNode | null>(head.value)) return setValue(text, head, `{ ${written(given)} }`);
  const settings = head.value;
  const edits = given.flatMap(({ name, numbers }) => {
    const value = pairOf(settings, name)?.value;
    return value ? replaceNumbers(value, numbers) : [];
  });
  const added = given.filter(({ name }) => !pairOf(settings, name));
  if (added.length > 0)
    edits.push(
      addToMapping(
        text,
        settings,
        added.map((parameter) => written([parameter])),
      ),
    );
  return edits.sort((a, b) => a.start - b.start);
}

/** The edits after which training has this setting, a number or a word. None where it has it already, or where the text has an error. */
export function setTraining(text: string, key: TrainingSetting, value: number | string): TextEdit[] {
  const root = parseFlow(text).spec && rootOf(text);
  if (!root) return [];
  const owner = trainingKeys.some((known) => known === key) ? 'training' : 'objective';
  const written = `${key}: ${value}`;
  const section = pairOf(root, owner);
  if (!section) return [addToFlow(text, root, `${owner}: { ${written} }`)];
  if (!isMap<ParsedNode, ParsedNode | null>(section.value)) return setValue(text, section, `{ ${written} }`);
  const pair = pairOf(section.value, key);
  if (!pair) return [addToMapping(text, section.value, [written])];
  return isScalar(pair.value) && pair.value.value === value ? [] : setValue(text, pair, String(value));
}

/**
 * The edits after which the flow learns from the data file `path`, relative to its folder, by forward KL: from these columns of it, or from
 * all. What that objective has no use for, or was about another file's columns, is taken away; a share of rows that is held out stays. None
 * where the text is not a mapping that can be read.
 */
export function setDataFile(text: string, path: string, columns?: readonly ColumnChoice[]): TextEdit[] {
  const root = rootOf(text);
  if (!root) return [];
  const objective = pairOf(root, 'objective');
  const value = pathAsValue(path);
  const chosen = columns && `columns: ${columnsText(columns)}`;
  const whole = `{ type: forward-kl, data: ${value}${chosen ? `, ${chosen}` : ''} }`;
  if (!objective) return [addToFlow(text, root, `objective: ${whole}`)];
  const map = objective.value;
  if (!isMap<ParsedNode, ParsedNode | null>(map)) return setValue(text, objective, whole);
  const [type, named, energy] = ['type', 'data', 'energy'].map((name) => pairOf(map, name));
  // The energy's place becomes that of the data.
  const data = named ?? energy;
  if (!type || !data) return setValue(text, objective, whole);
  const edits = [
    ...(isScalar(type.value) && type.value.value === 'forward-kl' ? [] : setValue(text, type, 'forward-kl')),
    ...(named ? [] : [{ start: data.key.range[0], end: data.key.range[1], text: 'data' }]),
    ...setValue(text, data, value),
    ...(chosen ? [entryBehind(text, map, data, chosen)] : []),
    ...removals(text, map, [...(named ? ['energy'] : []), 'gradient', 'anneal', 'columns']),
  ];
  return edits.sort((a, b) => a.start - b.start);
}

/** A new entry behind another: on its line between braces, else on a line of its own. */
function entryBehind(text: string, map: Mapping, { key, value }: Pair, entry: string): TextEdit {
  const end = endOf(value ?? key);
  if (map.flow) return insert(end, `, ${entry}`);
  const [start] = key.range;
  return insert(firstLineEnd(text, end), lineEndOf(text) + text.slice(text.lastIndexOf('\n', start - 1) + 1, start) + entry);
}

/** Takes the entries of these names out of a mapping that keeps others: in braces with a comma each, else with their lines. */
function removals(text: string, map: Mapping, names: readonly string[]): TextEdit[] {
  const { items } = map;
  const isGone = ({ key }: Pair): boolean => isScalar(key) && names.includes(key.source);
  const endOfPair = ({ key, value }: Pair): number => endOf(value ?? key);
  const firstKept = items.findIndex((pair) => !isGone(pair));
  return items.flatMap((pair, i) => {
    if (!isGone(pair)) return [];
    const [start] = pair.key.range;
    if (map.flow && i < firstKept) return [{ start, end: items[i + 1].key.range[0], text: '' }];
    if (map.flow) return [{ start: endOfPair(items[i - 1]), end: endOfPair(pair), text: '' }];
    const lineEnd = firstLineEnd(text, endOfPair(pair));
    return [{ start: text.lastIndexOf('\n', start - 1) + 1, end: Math.min(lineEnd + lineEndOf(text).length, text.length), text: '' }];
  });
}

/** The mapping that the text is, if it can be read. */
function rootOf(text: string): Mapping | undefined {
  const { root, problems } = readYaml(text);
  const sound = isMap<ParsedNode, ParsedNode | null>(root) && root.items.length > 0;
  return sound && !problems.some(({ severity }) => severity === 'error') ? root : undefined;
}
