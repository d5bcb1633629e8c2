/** Text to YAML nodes that know their place, within bounds that no text can break. */

import { Composer, LineCounter, Parser } from 'yaml';
import type { CST, Document, ParsedNode, YAMLError } from 'yaml';
import { formatNumber } from './sentences';
import { mostCharacters, mostNesting } from './format';

/** A mistake in a flow's text, at the characters `start` up to but not including `end`. */
export interface Problem {
  readonly start: number;
  readonly end: number;
  readonly severity: 'error' | 'warning';
  /** A sentence that says what is wrong and what would be right. */
  readonly message: string;
}

export interface YamlText {
  /** The root node, as far as it could be read. */
  readonly root: ParsedNode | null;
  /** Why the text is not YAML, or is more than a flow ever is. */
  readonly problems: readonly Problem[];
  /** The line of a character, both counted from 0. */
  readonly lineOf: (offset: number) => number;
}

/** One mistake often makes the parser stumble many times: the first few say it all. */
const mostSyntaxProblems = 8;

/** Reads `text` as one YAML 1.2 document. Never throws. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const lineOf = (offset: number): number => Math.max(0, lines.linePos(offset).line - 1);
  const refused = (start: number, end: number, message: string): YamlText => ({
    root: null,
    problems: [{ start, end, severity: 'error', message }],
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
  const tooDeep = findNestingBelow(tokens, mostNesting);
  if (tooDeep !== undefined) {
    return refused(
      tooDeep,
      firstLineEnd(text, tooDeep),
      `This is nested more than ${mostNesting} levels deep: a flow needs no more than five.`,
    );
  }
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, logLevel: 'silent' });
  const [document, ...others] = [...composer.compose(tokens, true, text.length)] as Document.Parsed[];
  const problems = document.errors.slice(0, mostSyntaxProblems).map((error) => toProblem(error, 'error', text));
  if (others.length > 0) {
    const start = others[0].range[0];
    problems.push({
      start,
      end: firstLineEnd(text, start),
      severity: 'error',
      message: 'A second YAML document begins here: write one flow per file.',
    });
  }
  problems.push(...document.warnings.slice(0, mostSyntaxProblems).map((warning) => toProblem(warning, 'warning', text)));
  return { root: document.contents, problems, lineOf };
}

/** The offset of a token that has more than `most` collections around it, found without recursion. */
function findNestingBelow(tokens: readonly CST.Token[], most: number): number | undefined {
  const pending = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > most) return 'offset' in token ? token.offset : 0;
    if (token.type === 'document' && token.value) pending.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) pending.push({ token: key, depth: depth + 1 });
      if (value) pending.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}

function toProblem(error: YAMLError, severity: Problem['severity'], text: string): Problem {
  const start = Math.min(error.pos[0], text.length);
  const end = Math.min(Math.max(error.pos[1], start), text.length);
  const message =
    error.code === 'TAB_AS_INDENT'
      ? 'A tab indents this line: YAML is indented with spaces.'
      : `This is not YAML: ${error.message.replace(/\.$/, '')}.`;
  return { start, end, severity, message };
}

/** Where the line that begins at `start`, or holds it, ends. */
export function firstLineEnd(text: string, start: number): number {
  const end = text.slice(start).search(/[\r\n]/);
  return end < 0 ? text.length : start + end;
}
