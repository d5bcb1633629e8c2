/** Mistakes in a text, and where in it they are shown. */

import type { TextEdit } from './text-edit';

/** A stretch of the text: the characters `start` up to but not including `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A change of the text that mends a problem. */
export interface Fix {
  /** What it does, as a command: "Write planar". */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Whether it is what the person most probably meant. */
  readonly preferred?: true;
}

/** A mistake in a flow's text. Its range is inside the text, and empty only where the text is. */
export interface Problem extends Range {
  readonly severity: 'error' | 'warning';
  /** A sentence that says what is wrong and what would be right. */
  readonly message: string;
  /** What would mend it, the likeliest first; left out where only the person can know. */
  readonly fixes?: readonly Fix[];
}

/** Where the line that begins at `start`, or holds it, ends. */
export function firstLineEnd(text: string, start: number): number {
  const end = text.slice(start).search(/[\r\n]/);
  return end < 0 ? text.length : start + end;
}

/**
 * What a person can see of a stretch: without the blanks around it; where nothing is left, the rest of its line, or else its line, or else
 * the last line above that has anything on it.
 */
export function visible(text: string, { start, end }: Range): Range {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = firstLineEnd(text, start);
  const last = text.slice(0, lineEnd).trimEnd().length;
  const stretches = [
    [start, end],
    [start, lineEnd],
    [lineStart, lineEnd],
    [text.lastIndexOf('\n', last - 1) + 1, last],
  ];
  for (const [from, to] of stretches) {
    const stretch = text.slice(from, to);
    const seen = stretch.trim();
    if (seen !== '') return { start: from + stretch.indexOf(seen), end: from + stretch.indexOf(seen) + seen.length };
  }
  return { start: 0, end: text.length };
}
