import { ExpressionError, type Span } from './syntax';

export interface Token extends Span {
  readonly kind: 'number' | 'name' | 'string' | 'symbol' | 'end';
  readonly text: string;
}

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['string', /"[^"\n]*"|'[^'\n]*'/y],
  ['symbol', /\*\*|&&|\|\||[=!<>]=|[-+*/%<>!?:()[\].,]/y],
];

/** What people write who know other languages, and what it is here. */
const foreign: ReadonlyMap<string, string> = new Map([
  ['=', 'write == to compare'],
  ['&', 'write && for "and"'],
  ['|', 'write || for "or"'],
  ['^', 'write ** for a power'],
  ['≤', 'write <='],
  ['≥', 'write >='],
  ['≠', 'write !='],
  ['−', 'write the minus sign as -'],
  ['×', 'write *'],
  ['·', 'write *'],
  ['{', 'put parentheses instead'],
  ['}', 'put parentheses instead'],
  [';', 'write one expression at a time'],
  ['"', 'close the text with another "'],
  ["'", "close the text with another '"],
]);

/** More is not read: nobody types it, and nothing that walks an expression can then run out of stack. */
const longest = 1000;

/** The words of an expression, an `end` last. @throws ExpressionError */
export function tokenize(text: string): Token[] {
  if (text.length > longest)
    throw new ExpressionError(`An expression has at most ${longest} characters; this one has ${text.length}.`, longest, text.length);
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at++;
    if (at === text.length) return [...tokens, { kind: 'end', text: '', start: at, end: at }];
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
}

function tokenAt(text: string, start: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return { kind, text: found, start, end: start + found.length };
  }
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const remedy = foreign.get(character) ?? 'take it away';
  throw new ExpressionError(`${character} means nothing here: ${remedy}.`, start, start + character.length);
}
