/** The changes of a text that mend its problems. Comments, and everything that is not wrong, stay as they are written. */

import { isMap } from 'yaml';
import type { ParsedNode, YAMLSeq } from 'yaml';
import { topLevelKeys } from './format';
import { addToMapping, endOf, insert, lineEndOf, pairOf, type Mapping } from './node-edits';
import { firstLineEnd, type Fix, type Range } from './problem';
import { nearest } from './sentences';
import type { TextEdit } from './text-edit';

/** Fewer words than this are all offered where none is near what is written. */
const mostChoices = 6;

/** Another word there. */
export function writeInstead({ start, end }: Range, word: string, preferred = true): Fix {
  return { title: `Write ${word}`, edits: [{ start, end, text: word }], ...(preferred && { preferred }) };
}

/** The one of `names` that was probably meant; else each of them, if they are few. */
export function writeOneOf(at: Range, written: string, names: readonly string[]): Fix[] {
  const meant = nearest(written, names);
  if (meant !== undefined) return [writeInstead(at, meant)];
  return names.length < mostChoices ? names.map((name) => writeInstead(at, name, false)) : [];
}

/** A `name: value` of a mapping, as far as it takes to remove it. */
interface Removable extends Range {
  readonly key: Range;
  readonly node: ParsedNode | null;
  /** Whether its mapping stands between braces. */
  readonly braced: boolean;
}

/** Without this entry. A comment behind it moves to its place; an entry with comments inside is the person's own to take away. */
export function takeAway(text: string, name: string, entry: Removable, preferred = false): Fix[] {
  const edit = removal(text, entry);
  if (hasComment(text, edit)) return [];
  return [{ title: `Take ${name} away`, edits: [edit], ...(preferred && { preferred }) }];
}

const hasComment = (text: string, { start, end }: Range): boolean => /(?:^|\s)#/.test(text.slice(start, end));

function removal(text: string, { key, node, end, braced }: Removable): TextEdit {
  const last = node ? end : key.end + (/^\s*:/.exec(text.slice(key.end))?.[0].length ?? 0);
  if (braced) {
    const comma = /^\s*,[ \t]*/.exec(text.slice(last));
    if (comma) return { start: key.start, end: last + comma[0].length, text: '' };
    const before = /,[ \t]*$/.exec(text.slice(0, key.start));
    return { start: key.start - (before?.[0].length ?? 0), end: last, text: '' };
  }
  const lineStart = text.lastIndexOf('\n', key.start - 1) + 1;
  const lineEnd = firstLineEnd(text, last);
  const behind = text.slice(last, lineEnd);
  if (text.slice(lineStart, key.start).trim() !== '') return { start: key.start, end: last, text: '' };
  if (behind.trim() !== '') return { start: key.start, end: last + behind.search(/\S/), text: '' };
  const next = /^\r?\n/.exec(text.slice(lineEnd))?.[0].length ?? 0;
  return { start: lineStart, end: lineEnd + next, text: '' };
}

/** A key that the flow lacks, written as `entry`, behind those that come before it in the order of the format. */
export function addKey(text: string, root: ParsedNode | null, key: (typeof topLevelKeys)[number], entry: string): Fix[] {
  const title = `Add ${entry.split('\n')[0].trim()}`;
  const lineEnd = lineEndOf(text);
  const written = entry.replaceAll('\n', lineEnd);
  if (!isMap<ParsedNode, ParsedNode | null>(root) || root.items.length === 0)
    return text.trim() === '' ? [{ title, edits: [insert(0, written + lineEnd)], preferred: true }] : [];
  const map = root as Mapping;
  if (map.flow) return written.includes('\n') ? [] : [{ title, edits: [addToMapping(text, map, [written])], preferred: true }];
  const margin = text.slice(text.lastIndexOf('\n', map.range[0] - 1) + 1, map.range[0]);
  if (margin.trim() !== '') return [];
  const lines = written.split(lineEnd).map((line) => margin + line);
  const before = topLevelKeys.slice(0, topLevelKeys.indexOf(key)).flatMap((name) => pairOf(map, name) ?? []);
  const last = Math.max(...before.map((pair) => firstLineEnd(text, endOf(pair.value ?? pair.key))));
  const edit =
    before.length > 0
      ? insert(last, lines.map((line) => lineEnd + line).join(''))
      : insert(map.range[0] - margin.length, lines.map((line) => line + lineEnd).join(''));
  return [{ title, edits: [edit], preferred: true }];
}

/** An entry that a mapping inside the flow lacks. */
export function addEntry(text: string, node: ParsedNode | null, entry: string): Fix[] {
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return [];
  return [{ title: `Add ${entry}`, edits: [addToMapping(text, node, [entry])], preferred: true }];
}

/** A value where a key has none. */
export function fillIn(text: string, { key }: Pick<Removable, 'key'>, value: string): Fix {
  const colon = /^\s*:/.exec(text.slice(key.end))?.[0].length;
  const edit = colon === undefined ? insert(key.end, `: ${value}`) : insert(key.end + colon, ` ${value}`);
  return { title: `Write ${value.trim()}`, edits: [edit], preferred: true };
}

/** A list of `count` entries: without those that are too many, or with `filling` for those that are missing. */
export function resize(text: string, list: YAMLSeq<ParsedNode | null>, count: number, filling: string): Fix[] {
  const entries = list.items;
  const written = entries.filter((node) => node !== null);
  if (written.length !== entries.length || !list.range) return [];
  const [start] = list.range;
  if (entries.length === 0) {
    const all = Array.from({ length: count }, () => filling).join(', ');
    return [{ title: `Write [${all}]`, edits: [insert(start + 1, all)], preferred: true }];
  }
  const last = endOf(written[written.length - 1]);
  if (entries.length > count) {
    const edit = { start: count === 0 ? start + 1 : endOf(written[count - 1]), end: last, text: '' };
    if (count === 0 || hasComment(text, edit)) return [];
    return [{ title: `Take away what follows the first ${count}`, edits: [edit], preferred: true }];
  }
  const missing = Array.from({ length: count - entries.length }, () => filling);
  if (list.flow)
    return [{ title: `Add ${missing.join(', ')}`, edits: [insert(last, missing.map((e) => `, ${e}`).join(''))], preferred: true }];
  const margin = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  const lines = missing.map((entry) => `${lineEndOf(text)}${margin}- ${entry}`).join('');
  return [{ title: `Add ${missing.join(', ')}`, edits: [insert(firstLineEnd(text, last), lines)], preferred: true }];
}
