import { functions } from './functions';
import type { Names } from './evaluate';
import { Group, type Named } from './value';

export interface Completion {
  readonly label: string;
  readonly kind: 'name' | 'function';
  readonly meaning: string;
  /** The characters that it replaces: `start` up to but not including `start + length`. */
  readonly start: number;
  readonly length: number;
}

/** What can be written at `column` (from 0) of a text that need not be complete: names and functions, or what is in the group before a dot. */
export function complete(text: string, column: number, names: Names): Completion[] {
  const before = text.slice(0, column);
  const [, owner, word = ''] = /(?:([\p{L}_][\p{L}\p{N}_]*)\s*\.\s*)?([\p{L}_][\p{L}\p{N}_]*)?$/u.exec(before) ?? [];
  const place = { start: column - word.length, length: word.length };
  if (/[\d.]$/.test(before.slice(0, place.start)) && owner === undefined) return [];
  const group = owner === undefined ? undefined : names.get(owner)?.value();
  const members: Names = group instanceof Group ? group.members : new Map<string, Named>();
  const known = owner === undefined ? names : members;
  const all = [
    ...[...known.values()].map(({ name, meaning }) => ({ label: name, kind: 'name' as const, meaning })),
    ...(owner === undefined
      ? [...functions.values()].map(({ name, meaning }) => ({ label: name, kind: 'function' as const, meaning }))
      : []),
  ];
  return all.filter(({ label }) => label.toLowerCase().startsWith(word.toLowerCase())).map((each) => ({ ...each, ...place }));
}
