/** Text to YAML nodes that know their place, within bounds that no text can break. */

import { Composer, LineCounter, Parser } from 'yaml';
import type { Document, ParsedNode } from 'yaml';
import { mostCharacters, mostNesting } from './format';
import { firstLineEnd, visible, type Problem } from './problem';
import { formatNumber } from './sentences';
import { findSlip, problemOfWarning } from './slips';
import { walk } from './tokens';

export interface YamlText {
  /** The root node, as far as it could be read. */
  readonly root: ParsedNode | null;
  /** Why the text is not YAML, at most the first reason, or is more than a flow ever is. */
  readonly problems: readonly Problem[];
  /** The line of a character, both counted from 0. */
  readonly lineOf: (offset: number) => number;
}

/** Reads `text` as one YAML 1.2 document. Never throws. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const lineOf = (offset: number): number => Math.max(0, lines.linePos(offset).line - 1);
  const refused = (start: number, end: number, message: string): YamlText => ({
    root: null,
    problems: [{ ...visible(text, { start, end }), severity: 'error', message }],
    lineOf,
  });

  if (text.length > mostCharacters) {
    const [length, most] = [text.length, mostCharacters].map(formatNumber);
    return refused(
      0,
      firstLineEnd(text, 0),
      `This file has ${length} characters: a flow has at most ${most}. Points belong in a data file, trained parameters in weights.`,
    );
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  // The composer is recursive, and a stack that is nearly used up can take the whole process down: look before calling it.
  const deep = [...walk(tokens)].find(({ depth }) => depth > mostNesting)?.token;
  if (deep) {
    const start = 'offset' in deep ? deep.offset : 0;
    return refused(start, firstLineEnd(text, start), `This is nested more than ${mostNesting} levels deep: a flow needs no more than ten.`);
  }
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, resolveKnownTags: false, logLevel: 'silent' });
  const [document, ...others] = [...composer.compose(tokens, true, text.length)] as Document.Parsed[];
  const slip = findSlip(text, tokens, document.errors);
  if (slip) return { root: document.contents, problems: [slip], lineOf };
  const problems = document.warnings.map((warning) => problemOfWarning(text, warning));
  if (others.length > 0) {
    const start = others[0].range[0];
    const message = 'A second YAML document begins here: write one flow per file.';
    problems.push({ ...visible(text, { start, end: firstLineEnd(text, start) }), severity: 'error', message });
  }
  return { root: document.contents, problems, lineOf };
}
