/** Changes to one mapping or value of a text that leave all others, and the comments, as they were written. */

import { isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, YAMLMap } from 'yaml';
import { sizeOf } from '../flow/layer';
import { firstLineEnd } from './problem';
import type { TextEdit } from './text-edit';

export type Mapping = YAMLMap<ParsedNode, ParsedNode | null> & ParsedNode;
export type Pair = Mapping['items'][number];

export function pairOf(map: YAMLMap<ParsedNode, ParsedNode | null>, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.source === name);
}

/** A path, in quotes where it could be read as something else. */
export const pathAsValue = (path: string): string => (/^[\w.-]+(?:\/[\w.-]+)*$/.test(path) ? path : JSON.stringify(path));

export const insert = (at: number, text: string): TextEdit => ({ start: at, end: at, text });

/** Another value after the colon, which may have had none. */
export function setValue(text: string, { key, value }: Pair, written: string): TextEdit[] {
  if (!value) return [insert(key.range[1], `: ${written}`)];
  const [start, end] = value.range;
  if (start < end) return [{ start, end, text: written }];
  const before = /\s/.test(text[start - 1]) ? '' : ' ';
  const after = text[start] === '#' ? ' ' : '';
  return [{ start, end, text: before + written + after }];
}

/** Only the numbers that differ. */
export function replaceNumbers(node: ParsedNode, numbers: readonly number[]): TextEdit[] {
  return scalarsOf(node).flatMap(({ value, range: [start, end] }, i) =>
    value === numbers[i] ? [] : [{ start, end, text: String(numbers[i]) }],
  );
}

function scalarsOf(node: ParsedNode): { readonly value: unknown; readonly range: readonly number[] }[] {
  if (isSeq<ParsedNode>(node)) return node.items.flatMap(scalarsOf);
  return isScalar(node) ? [{ value: node.value, range: node.range }] : [];
}

/** The values of a tensor as nested lists; one number for the shape []. */
export function writeNumbers(numbers: readonly number[], [count, ...inner]: readonly number[]): string {
  if (count === undefined) return String(numbers[0]);
  const size = sizeOf(inner);
  const entries = Array.from({ length: count }, (_, i) => writeNumbers(numbers.slice(i * size, (i + 1) * size), inner));
  return `[${entries.join(', ')}]`;
}

export const lineEndOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** New entries behind those that a mapping inside the flow has: on its line between braces, else on lines of their own. */
export function addToMapping(text: string, map: Mapping, entries: readonly string[]): TextEdit {
  const [start] = map.range;
  const last = map.items.at(-1);
  if (!last) return insert(start + 1, ` ${entries.join(', ')}${/\s/.test(text[start + 1]) ? '' : ' '}`);
  const end = endOf(last.value ?? last.key);
  if (map.flow) return insert(end, entries.map((entry) => `, ${entry}`).join(''));
  const margin = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return insert(firstLineEnd(text, end), entries.map((entry) => lineEndOf(text) + margin + entry).join(''));
}

/** A new entry at the end of the flow. */
export function addToFlow(text: string, root: Mapping, entry: string): TextEdit {
  if (root.flow) return addToMapping(text, root, [entry]);
  const [start] = root.range;
  const lineEnd = lineEndOf(text);
  const margin = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const line = `${/^ *$/.test(margin) ? margin : ''}${entry}`;
  const documentEnd = text.slice(start).search(/^\.\.\./m);
  if (documentEnd >= 0) return insert(start + documentEnd, line + lineEnd);
  return insert(text.length, text.endsWith('\n') ? line + lineEnd : lineEnd + line);
}

/** Where a node ends. A block collection ends where its last value ends; its own range goes on to where the next node could begin. */
export function endOf(node: ParsedNode): number {
  let last: ParsedNode = node;
  while ((isMap(last) || isSeq(last)) && !last.flow && last.items.length > 0) {
    const item = last.items[last.items.length - 1] as ParsedNode | { key: ParsedNode; value: ParsedNode | null };
    last = 'key' in item ? (item.value ?? item.key) : item;
  }
  return last.range[1];
}
