/** A line of a text, as YAML sees it: how far it is indented, and what is on it besides a comment. */

import { firstLineEnd } from './problem';

export interface Line {
  /** Where the line begins, its indentation included. */
  readonly start: number;
  /** Where its body ends. */
  readonly end: number;
  /** How many blanks it begins with. */
  readonly indent: number;
  /** What is written between the indentation and a comment. */
  readonly body: string;
}

/** The line that holds the character at `offset`. */
export function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const written = text
    .slice(start, firstLineEnd(text, start))
    .replace(/(^|\s)#.*$/u, '')
    .trimEnd();
  const indent = written.search(/[^ \t]|$/);
  return { start, end: start + written.length, indent, body: written.slice(indent) };
}

/** The next line above that has more on it than a comment. */
export function lineAbove(text: string, line: Line): Line | undefined {
  let above = line;
  while (above.start > 0) {
    above = lineAt(text, above.start - 1);
    if (above.body !== '') return above;
  }
  return undefined;
}
