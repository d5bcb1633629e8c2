/** The parts that the sentences of problems are made of. */

import type { NumberRule } from './format';

/** `12`, `1,000,000`, `5e-3`, `−2.4`: as many digits as a sentence wants, with a true minus sign. */
export function formatNumber(value: number): string {
  const text = Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)));
  return text.replace('-', '−');
}

/** What a number must be: "a whole number from 1 to 65,536". */
export function describeRule(rule: NumberRule): string {
  const kind = rule.whole ? 'a whole number' : 'a number';
  const [least, most] = [formatNumber(rule.least), formatNumber(rule.most)];
  if (rule.above) return `${kind} above ${least} and at most ${most}`;
  return rule.below ? `${kind} of at least ${least} and below ${most}` : `${kind} from ${least} to ${most}`;
}

/** "a", "a or b", "a, b or c". */
export function eitherOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}

/** "1 number", "3 numbers". */
export function counted(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** As much of what is written as a sentence holds. */
export function shorten(written: string): string {
  return written.length > 40 ? `${written.slice(0, 39)}…` : written;
}

/** The one of `names` that was probably meant by `word`, if one is near: at most one edit for every three letters, whatever the case. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const most = Math.floor(word.length / 3);
  let best: string | undefined;
  let least = most + 1;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > most) continue;
    const edits = editDistance(word.toLowerCase(), name.toLowerCase());
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
