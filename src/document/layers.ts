import { isMap, isScalar } from 'yaml';
import type { ParsedNode } from 'yaml';
import type { Caution, LayerType } from '../flow/layer';
import { layerTypes } from '../flow/registry';
import type { LayerSpec, Options } from '../flow/spec';
import { fillIn, takeAway, writeInstead, writeOneOf } from './fixes';
import { mostLayers, parameterRule } from './format';
import { replaceNumbers } from './node-edits';
import type { Fix, Range } from './problem';
import type { Entries, Entry, Reader } from './reader';
import { eitherOf, formatNumber } from './sentences';

/** Where the layers stand, and the layers themselves if all of them could be read. */
export interface ReadLayers {
  readonly places: readonly Range[];
  readonly layers: readonly LayerSpec[] | undefined;
}

/** The list under `layers`, in the order z → x. */
export function readLayers(reader: Reader, entry: Entry, dim: number): ReadLayers {
  const list = reader.list(entry, 'one layer per line, for instance "- planar"', [fillIn(reader.text, entry, '\n  - planar')]);
  if (!list) return { places: [], layers: undefined };
  const items = list.items.map((node) => ({ node, place: node ? reader.range(node) : reader.range(list as ParsedNode) }));
  const places = items.map(({ place }) => place);
  if (items.length === 0)
    reader.error(entry, 'layers is empty: give at least one, for instance "- planar".', [writeInstead(entry, '[planar]')]);
  if (items.length > mostLayers) {
    reader.error(
      places[mostLayers],
      `This is layer ${mostLayers + 1}: a flow has at most ${mostLayers}, and this one has ${formatNumber(items.length)}.`,
    );
  }
  const layers = items.slice(0, mostLayers).map(({ node, place }) => readLayer(reader, node, place, dim));
  const whole = items.length > 0 && items.length <= mostLayers && layers.every((layer) => layer !== undefined);
  return { places, layers: whole ? layers : undefined };
}

/** `planar`, or `planar: { w: …, raw: true }`. */
function readLayer(reader: Reader, node: ParsedNode | null, place: Range, dim: number): LayerSpec | undefined {
  const known = [...layerTypes.keys()];
  if (isScalar(node) && typeof node.value === 'string') {
    const type = findType(reader, node.value, place);
    return type && { type: type.name, options: optionsOf(type, {}), initial: {} };
  }
  if (!isMap(node)) return reader.error(place, `A layer is ${reader.quote(place)}: write its type, ${eitherOf(known)}.`);

  const [...others] = reader.entries(node).values();
  const head = others.shift();
  if (head === undefined) return reader.error(place, `A layer is empty: write its type, ${eitherOf(known)}.`);
  const type = findType(reader, head.name, head.key);
  if (!type) return undefined;
  const keys = [...type.parameters, ...type.options].map(({ name }) => name);
  const misplaced = others.find(({ name }) => keys.includes(name) || layerTypes.has(name)) ?? others.at(0);
  if (misplaced !== undefined) {
    const remedy = layerTypes.has(misplaced.name)
      ? 'begin it on a line of its own with "- "'
      : `indent it further, or write ${type.name}: { ${reader.quote(misplaced.key)}: … }`;
    return reader.error(misplaced.key, `${reader.quote(misplaced.key)} stands beside ${type.name}, not inside it: ${remedy}.`);
  }
  if (head.node === null) return { type: type.name, options: optionsOf(type, {}), initial: {} };
  const settings = reader.mapping(head.node, type.name, keys, `${type.name} alone, or ${type.name}: { ${keys[0]}: … }`);
  return settings && readSettings(reader, type, settings, place, dim);
}

function findType(reader: Reader, name: string, at: Range): LayerType | undefined {
  const known = [...layerTypes.keys()];
  const remedy = known.length === 1 ? `the known type is ${known[0]}.` : reader.suggestion(name, known);
  return layerTypes.get(name) ?? reader.error(at, `There is no layer type "${reader.quote(at)}": ${remedy}`, writeOneOf(at, name, known));
}

/** What could be read of the values: where something could not, there is a problem, and no flow comes of it. */
function readSettings(reader: Reader, type: LayerType, settings: Entries, place: Range, dim: number): LayerSpec {
  const given: Record<string, boolean | number> = {};
  for (const option of type.options) {
    const entry = settings.get(option.name);
    const value = entry && ('least' in option ? reader.number(entry, { ...option, whole: true }) : reader.boolean(entry));
    if (value !== undefined) given[option.name] = value;
  }
  const options = optionsOf(type, given);
  const initial: Record<string, readonly number[]> = {};
  for (const { name, shape } of type.parameters) {
    const entry = settings.get(name);
    const values = entry && reader.numbers(entry, shape(dim, options), dim, parameterRule);
    if (values) initial[name] = values;
  }
  const caution = type.caution?.(options, initial, formatNumber);
  if (caution) reader.warn(settings.get(caution.parameter ?? '') ?? place, caution.sentence, remedies(reader, settings, caution));
  return { type: type.name, options, initial };
}

/** What the layer's own type says would end the danger: other values in place of those that are written, or an option less. */
function remedies(reader: Reader, settings: Entries, { remedies: named = [] }: Caution): Fix[] {
  return named.flatMap(({ title, values = {}, without }): Fix[] => {
    const unwanted = without === undefined ? undefined : settings.get(without);
    if (unwanted) return takeAway(reader.text, unwanted.name, unwanted).map((fix) => ({ ...fix, title }));
    const edits = Object.entries(values).flatMap(([name, numbers]) => {
      const node = settings.get(name)?.node;
      return node ? replaceNumbers(node, numbers) : [];
    });
    return edits.length > 0 ? [{ title, edits, preferred: true }] : [];
  });
}

function optionsOf(type: LayerType, given: Options): Options {
  return Object.fromEntries(type.options.map((option) => [option.name, given[option.name] ?? option.default]));
}
