/** Changes to a flow's text that leave everything else as it was written, comments and layout included. */

import { isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, YAMLMap } from 'yaml';
import { typeOf } from '../flow/flow';
import { sizeOf } from '../flow/layer';
import { trainingKeys } from './format';
import { parseFlow } from './parse';
import { firstLineEnd } from './problem';
import { endOf } from './reader';
import { readYaml } from './yaml';

/** Replace the characters `start` up to but not including `end` by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text after edits that do not overlap, in their order. */
export function applied(text: string, edits: readonly TextEdit[]): string {
  return edits.reduceRight((result, { start, end, text: written }) => result.slice(0, start) + written + result.slice(end), text);
}

/** What can be set of training: a key of `training`, or one of `objective` that does not change what the flow is to become. */
export type TrainingSetting = (typeof trainingKeys)[number] | 'holdout' | 'gradient' | 'anneal';

type Mapping = YAMLMap<ParsedNode, ParsedNode | null> & ParsedNode;

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
 * The edits after which the flow learns from the data file `path`, relative to its folder, by forward KL. What that objective has no use
 * for, or was about another file's columns, is taken away; a share of rows that is held out stays. None where the text is not a mapping
 * that can be read.
 */
export function setDataFile(text: string, path: string): TextEdit[] {
  const root = rootOf(text);
  if (!root) return [];
  const objective = pairOf(root, 'objective');
  const value = pathAsValue(path);
  const whole = `{ type: forward-kl, data: ${value} }`;
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
    ...removals(text, map, [...(named ? ['energy'] : []), 'gradient', 'anneal', 'columns']),
  ];
  return edits.sort((a, b) => a.start - b.start);
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

type Pair = Mapping['items'][number];

function pairOf(map: YAMLMap<ParsedNode, ParsedNode | null>, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.source === name);
}

/** In quotes where it could be read as something else. */
const pathAsValue = (path: string): string => (/^[\w.-]+(?:\/[\w.-]+)*$/.test(path) ? path : JSON.stringify(path));

const insert = (at: number, text: string): TextEdit => ({ start: at, end: at, text });

/** Another value after the colon, which may have had none. */
function setValue(text: string, { key, value }: Pair, written: string): TextEdit[] {
  if (!value) return [insert(key.range[1], `: ${written}`)];
  const [start, end] = value.range;
  if (start < end) return [{ start, end, text: written }];
  const before = /\s/.test(text[start - 1]) ? '' : ' ';
  const after = text[start] === '#' ? ' ' : '';
  return [{ start, end, text: before + written + after }];
}

/** Only the numbers that differ. */
function replaceNumbers(node: ParsedNode, numbers: readonly number[]): TextEdit[] {
  return scalarsOf(node).flatMap(({ value, range: [start, end] }, i) =>
    value === numbers[i] ? [] : [{ start, end, text: String(numbers[i]) }],
  );
}

function scalarsOf(node: ParsedNode): { readonly value: unknown; readonly range: readonly number[] }[] {
  if (isSeq<ParsedNode>(node)) return node.items.flatMap(scalarsOf);
  return isScalar(node) ? [{ value: node.value, range: node.range }] : [];
}

/** The values of a tensor as nested lists; one number for the shape []. */
function writeNumbers(numbers: readonly number[], [count, ...inner]: readonly number[]): string {
  if (count === undefined) return String(numbers[0]);
  const size = sizeOf(inner);
  const entries = Array.from({ length: count }, (_, i) => writeNumbers(numbers.slice(i * size, (i + 1) * size), inner));
  return `[${entries.join(', ')}]`;
}

const lineEndOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** New entries behind those that a mapping inside the flow has: on its line between braces, else on lines of their own. */
function addToMapping(text: string, map: Mapping, entries: readonly string[]): TextEdit {
  const [start] = map.range;
  const last = map.items.at(-1);
  if (!last) return insert(start + 1, ` ${entries.join(', ')}${/\s/.test(text[start + 1]) ? '' : ' '}`);
  const end = endOf(last.value ?? last.key);
  if (map.flow) return insert(end, entries.map((entry) => `, ${entry}`).join(''));
  const margin = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return insert(firstLineEnd(text, end), entries.map((entry) => lineEndOf(text) + margin + entry).join(''));
}

/** A new entry at the end of the flow. */
function addToFlow(text: string, root: Mapping, entry: string): TextEdit {
  if (root.flow) return addToMapping(text, root, [entry]);
  const [start] = root.range;
  const lineEnd = lineEndOf(text);
  const margin = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const line = `${/^ *$/.test(margin) ? margin : ''}${entry}`;
  const documentEnd = text.slice(start).search(/^\.\.\./m);
  if (documentEnd >= 0) return insert(start + documentEnd, line + lineEnd);
  return insert(text.length, text.endsWith('\n') ? line + lineEnd : lineEnd + line);
}
