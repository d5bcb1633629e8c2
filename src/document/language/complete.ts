/** What can be written where the person writes, in a text that may be half written. */

import { isScalar } from 'yaml';
import type { ParsedNode } from 'yaml';
import type { LayerType } from '../../flow/layer';
import { layerTypes } from '../../flow/registry';
import type { Options } from '../../flow/spec';
import { lineAt } from '../line';
import { pathAsValue, writeNumbers } from '../node-edits';
import { firstLineEnd, type Range } from '../problem';
import { readYaml } from '../yaml';
import { keyHover, layerHover } from './hover';
import { mappingAt, placesIn, type Path, type Place } from './place';
import { dimOf, entriesAt, keyAt, keysAt, layerWords, optionsAt, type Key, type Word } from './schema';

export interface Completion extends Range {
  readonly label: string;
  readonly kind: 'key' | 'word' | 'layer' | 'form' | 'file';
  /** What is written in place of the stretch: a snippet in the syntax of VS Code and the Language Server Protocol. */
  readonly snippet: string;
  /** A few words behind the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** Whether there is something to choose from where the cursor then is. */
  readonly goesOn?: true;
}

/** What is written between two marks is a word: a key, a name, a path, an arrow. */
const wordBefore = /[\w./>-]*$/;
const wordAfter = /^[\w./>-]*/;
/** What stands behind a word that is complete, and what else does between brackets. */
const ends = /^["']?(?:[ \t]*(?:$|[\r\n])|[ \t]+#)/;
const endsInBrackets = /^["']?[ \t]*[,}\]]/;

/** The stretch that a completion replaces, and what stands around it. */
interface Spot extends Range {
  readonly text: string;
  /** The flow as it is written, the word included. */
  readonly root: ParsedNode | null;
  readonly braced: boolean;
  /** Whether a colon follows the word. */
  readonly isKey: boolean;
  /** Whether the word stands on a line of its own, or behind a dash. */
  readonly beginsLine: boolean;
  readonly quoted: boolean;
}

/** Everything that can stand at `offset`; `files` are those in the flow's folder, relative to it. Never throws. */
export function complete(text: string, offset: number, files: readonly string[] = []): Completion[] {
  const start = offset - (wordBefore.exec(text.slice(firstLineStart(text, offset), offset))?.[0].length ?? 0);
  const end = offset + (wordAfter.exec(text.slice(offset))?.[0].length ?? 0);
  // Only what stands before can say where the cursor is; what follows may still be meant for somewhere else.
  const before = readYaml(`${text.slice(0, start)}x`).root;
  const place = [...placesIn(before)].find(({ node }) => beginsAt(text, node, start));
  if (!place) return [];
  const line = lineAt(text, start);
  const isKey = /^["']?[ \t]*:(?:\s|$)/.test(text.slice(end));
  const beginsLine = /^[ \t]*(?:- +)*["']?$/.test(text.slice(line.start, start));
  const braced = place.owner ? place.owner.flow === true : isInsideBrackets(before, start);
  if (!braced && !isKey && (isDeeperBelow(text, start) || !isInLine(text, place))) return [];
  const behind = text.slice(end);
  const isWhole = isKey || ends.test(behind) || (braced && (place.role === 'key' || endsInBrackets.test(behind)));
  if (!isWhole) return [];
  const quoted = place.node.range[0] < start;
  const spot: Spot = { text, start, end, root: readYaml(text).root, braced, isKey, beginsLine, quoted };
  return place.role === 'key' ? completeKey(spot, place.path, place) : completeValue(spot, place.path, files);
}

const firstLineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

function beginsAt(text: string, node: ParsedNode, start: number): boolean {
  const [from] = node.range;
  return isScalar(node) && (from === start || (from === start - 1 && /["']/.test(text[from])));
}

/** Whether the character stands in a list or a mapping in brackets. */
function isInsideBrackets(root: ParsedNode | null, at: number): boolean {
  const containers: (ParsedNode | null)[] = [root];
  for (let node = containers.pop(); node !== undefined; node = containers.pop()) {
    if (!node || !('items' in node) || node.range[0] > at || node.range[1] < at) continue;
    if (node.flow) return true;
    for (const item of node.items as (ParsedNode | { value: ParsedNode | null })[]) containers.push('range' in item ? item : item.value);
  }
  return false;
}

/** Whether the lines below belong to what stands here already. */
function isDeeperBelow(text: string, start: number): boolean {
  const here = lineAt(text, start);
  const column = here.indent + (/^(?:- +)*/.exec(here.body)?.[0].length ?? 0);
  for (let at = firstLineEnd(text, start); at < text.length; at = firstLineEnd(text, at + 1)) {
    const below = lineAt(text, at + 1);
    if (below.body !== '') return below.indent > column && !below.body.startsWith('#');
  }
  return false;
}

/** Whether a key stands below those of its mapping. */
function isInLine(text: string, { owner, node }: Place): boolean {
  if (!owner) return true;
  const column = (at: number): number => at - firstLineStart(text, at);
  return column(owner.range[0]) === column(node.range[0]);
}

function completeKey(spot: Spot, path: Path, place?: Place): Completion[] {
  if (path.length === 2 && path[0] === 'layers') return layerWords.map((word) => ofWord(spot, word, 'layer'));
  const written = [...(mappingAt(spot.root, path)?.items ?? []), ...(place?.owner?.items ?? [])].filter(({ key }) => {
    const [from, to] = key.range;
    return to < spot.start || from > spot.end;
  });
  const taken = new Set(written.map(({ key }) => (isScalar(key) ? key.source : '')));
  return keysAt(spot.root, path)
    .filter(({ name }) => !taken.has(name))
    .map((key) => ofKey(spot, key));
}

function completeValue(spot: Spot, path: Path, files: readonly string[]): Completion[] {
  if (typeof path.at(-1) === 'number') {
    const list = path.slice(0, -1);
    const entries = entriesAt(list);
    if (list[0] === 'base' && entries.length > 0)
      return spot.isKey ? completeKey(spot, path) : valuesOf(spot, keyAt(spot.root, ['base']), []);
    return entries.flatMap((word) => [ofWord(spot, word, 'layer'), ...(spot.isKey ? [] : layerForms(spot, word.name, path))]);
  }
  const keys = keysAt(spot.root, path);
  if (spot.beginsLine && !spot.braced && (keys.length > 0 || path.length === 0)) return completeKey(spot, path);
  if (path.length === 1 && path[0] === 'layers') return layersList(spot);
  const key = keyAt(spot.root, path);
  if (key) return valuesOf(spot, key, files);
  const type = path[0] === 'layers' && path.length === 3 ? layerTypes.get(String(path[2])) : undefined;
  return type ? formsOf(type, dimOf(spot.root)).map((form) => ofForm(spot, form)) : [];
}

function valuesOf(spot: Spot, { words = [], forms = [], files: endings = [] }: Partial<Key> = {}, files: readonly string[]): Completion[] {
  const fitting = files.filter((file) => endings.some((ending) => file.toLowerCase().endsWith(ending)));
  return [
    ...words.map((word) => ofWord(spot, word, 'word')),
    ...(spot.quoted ? [] : forms.map((form) => ofForm(spot, form))),
    ...fitting.map((file): Completion => ({
      ...rangeIn(spot),
      label: file,
      kind: 'file',
      snippet: escaped(spot.quoted ? file : pathAsValue(file)),
    })),
  ];
}

/** The list of layers where there is none. */
function layersList(spot: Spot): Completion[] {
  const label = spot.braced ? '[planar]' : '- planar';
  const margin = spot.beginsLine || spot.braced ? '' : '\n  ';
  return [{ ...rangeIn(spot), label, kind: 'layer', snippet: margin + label, documentation: layerHover('planar', dimOf(spot.root), {}) }];
}

function layerForms(spot: Spot, name: string, path: Path): Completion[] {
  const type = layerTypes.get(name);
  if (!type) return [];
  const dim = dimOf(spot.root);
  const options = optionsAt(spot.root, [...path, name], type);
  return formsOf(type, dim).map((form) => ({
    ...ofForm(spot, { label: `${name}: ${form.label}`, snippet: `${name}: ${form.snippet}` }),
    kind: 'layer',
    documentation: layerHover(name, dim, options),
  }));
}

interface Form {
  readonly label: string;
  readonly snippet: string;
}

/** Each option by itself, and all values where there are few. */
function formsOf(type: LayerType, dim: number): Form[] {
  const none: Options = Object.fromEntries(type.options.map((option) => [option.name, option.default]));
  const options = type.options.map((option): Form => {
    const value = 'least' in option ? option.default : true;
    return { label: `{ ${option.name}: ${value} }`, snippet: `{ ${option.name}: \${1:${value}} }` };
  });
  const shapes = type.parameters.map(({ name, shape }) => ({ name, shape: shape(dim, none) }));
  if (shapes.some(({ shape }) => shape.length > 1 || (shape[0] ?? 1) > 4)) return options;
  let stop = 0;
  const values = shapes.map(({ name, shape }, i) => {
    // The first parameter is a direction or a place: along the first axis it is neither singular nor idle.
    const first = Array.from({ length: shape[0] ?? 1 }, (_, j) => (i === 0 && j === 0 ? 1 : 0));
    const stops = first.map((value) => `\${${++stop}:${value}}`);
    return {
      label: `${name}: ${writeNumbers(first, shape)}`,
      snippet: `${name}: ${shape.length === 0 ? stops[0] : `[${stops.join(', ')}]`}`,
    };
  });
  const join = (part: keyof Form): string => `{ ${values.map((value) => value[part]).join(', ')} }`;
  return [{ label: join('label'), snippet: join('snippet') }, ...options];
}

function ofKey(spot: Spot, key: Key): Completion {
  const { value, goesOn } = valueSnippet(spot, key);
  const colon = spot.isKey || spot.quoted;
  return {
    ...rangeIn(spot),
    label: key.name,
    kind: 'key',
    snippet: colon ? key.name : `${key.name}:${/^$|^\n/.test(value) ? '' : ' '}${value}${goesOn ? ' ' : ''}${comma(spot)}`,
    documentation: keyHover(key),
    ...(key.otherwise !== undefined && { detail: key.otherwise }),
    ...(goesOn && !colon && { goesOn }),
  };
}

/** What is written behind a new key: a value to be typed over, or nothing where one is chosen next. */
function valueSnippet(spot: Spot, { name, number, numbers, words = [], forms = [], files }: Key): { value: string; goesOn?: true } {
  if (number) return { value: `\${1:${number.example}}` };
  if (numbers && numbers.shape.length === 1) {
    return { value: `[${Array.from({ length: numbers.shape[0] }, (_, i) => `\${${i + 1}:${numbers.example}}`).join(', ')}]` };
  }
  if (name === 'layers') return { value: spot.braced ? '[${1:planar}]' : '\n  - ${1:planar}' };
  if (words.length === 1 && forms.length === 0 && !files) return { value: words[0].name };
  if (words.length === 0 && forms.length === 1) return { value: `\${1:${escaped(forms[0])}}` };
  return words.length + forms.length > 0 || files ? { value: '', goesOn: true } : { value: '$1' };
}

function ofWord(spot: Spot, { name, meaning }: Word, kind: 'word' | 'layer'): Completion {
  const documentation = kind === 'layer' ? layerHover(name, dimOf(spot.root), {}) : meaning;
  return { ...rangeIn(spot), label: name, kind, snippet: escaped(name), ...(documentation && { documentation }) };
}

function ofForm(spot: Spot, form: string | Form): Completion {
  const { label, snippet } = typeof form === 'string' ? { label: form, snippet: `\${1:${escaped(form)}}` } : form;
  return { ...rangeIn(spot), label, kind: 'form', snippet };
}

const rangeIn = ({ start, end }: Spot): Range => ({ start, end });

/** A comma where another entry follows between braces. */
function comma({ text, end, braced }: Spot): string {
  const next = /^(?:[ \t]*|\s*\n[ \t]+)(?=[^\s,:}\]#])/.exec(text.slice(end))?.[0];
  if (!braced || next === undefined) return '';
  return next === '' ? ', ' : ',';
}

const escaped = (text: string): string => text.replace(/[$}\\]/g, '\\$&');
