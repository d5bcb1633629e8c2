/** The usual layout of a flow. Nothing but blanks between what is written is changed, so every value and comment stays as it is. */

import { Parser } from 'yaml';
import type { CST } from 'yaml';
import type { TextEdit } from '../text-edit';
import { readYaml } from '../yaml';

const unusual: readonly string[] = ['block-scalar', 'byte-order-mark'];

/** How far each level is indented. */
const step = 2;

/** What is written between two stretches of blanks. */
interface Piece {
  readonly start: number;
  readonly source: string;
  readonly type: string;
  /** Whether it stands between brackets. */
  readonly inBrackets: boolean;
  /** The column of the collection that it stands in, once laid out; none between brackets, and for comments. */
  readonly column?: number;
}

/** The edits that lay the text out. None where it is not YAML, or has values on several lines. */
export function format(text: string): TextEdit[] {
  if (readYaml(text).problems.some(({ severity }) => severity === 'error')) return [];
  const pieces: Piece[] = [];
  for (const token of new Parser().parse(text)) collect(token, 0, false, pieces);
  if (pieces.some(({ type, source }) => unusual.includes(type) || source.includes('\n'))) return [];
  return layOut(
    text,
    pieces.sort((a, b) => a.start - b.start),
  );
}

/** The pieces of a token; `column` is that of the collection that it is, or stands in. */
function collect(token: CST.Token | CST.SourceToken, column: number, inBrackets: boolean, into: Piece[]): void {
  const push = (all: readonly CST.SourceToken[] = [], at?: number): void => {
    for (const { offset, type, source } of all) {
      if (type !== 'space' && type !== 'newline')
        into.push({ start: offset, source, type, inBrackets, ...(at !== undefined && type !== 'comment' && { column: at }) });
    }
  };
  switch (token.type) {
    case 'document':
      push(token.start, 0);
      if (token.value) collect(token.value, 0, false, into);
      push(token.end, 0);
      return;
    case 'block-map':
      for (const { start, key, sep, value } of token.items) {
        push(start, column);
        if (key) collect(key, column, inBrackets, into);
        push(sep);
        if (value) collect(value, column + step, inBrackets, into);
      }
      return;
    case 'block-seq':
      for (const { start, value } of token.items) {
        push(start, column);
        if (value) collect(value, column + step, inBrackets, into);
      }
      return;
    case 'flow-collection': {
      into.push({
        start: token.start.offset,
        source: token.start.source,
        type: token.start.type,
        inBrackets,
        ...(!inBrackets && { column }),
      });
      const inside: Piece[] = [];
      for (const { start, key, sep, value } of token.items) {
        for (const part of start) collect(part, column, true, inside);
        if (key) collect(key, column, true, inside);
        for (const part of sep ?? []) collect(part, column, true, inside);
        if (value) collect(value, column, true, inside);
      }
      into.push(...inside);
      const [closing, ...behind] = token.end;
      push([closing]);
      push(behind);
      return;
    }
    case 'scalar':
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
    case 'alias':
      into.push({ start: token.offset, source: token.source, type: token.type, inBrackets, ...(!inBrackets && { column }) });
      push(token.end);
      return;
    case 'space':
    case 'newline':
    case 'doc-mode':
    case 'flow-error-end':
      return;
    default:
      if ('source' in token) into.push({ start: token.offset, source: token.source, type: token.type, inBrackets });
      if ('end' in token) push(token.end);
  }
}

function layOut(text: string, pieces: readonly Piece[]): TextEdit[] {
  const edits: TextEdit[] = [];
  const lines = linesOf(text, pieces);
  const change = (start: number, end: number, blanks: string): void => {
    if (text.slice(start, end) !== blanks) edits.push({ start, end, text: blanks });
  };
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  let end = 0;
  pieces.forEach((piece, i) => {
    const previous = pieces.at(i - 1);
    const gap = text.slice(end, piece.start);
    const breaks = gap.split('\n').length - 1;
    const line = lines.get(piece);
    if (line) {
      change(end, piece.start, lineEnd.repeat(i === 0 ? 0 : Math.min(breaks, 2)) + ' '.repeat(line.to));
    } else if (i > 0 && previous) {
      const between = blanksBetween(previous, piece, gap);
      if (between !== undefined) change(end, piece.start, between);
    }
    end = piece.start + piece.source.trimEnd().length;
  });
  change(end, text.length, pieces.length > 0 ? lineEnd : '');
  return edits;
}

/** Every piece that begins a line: the column where it was, and where it will be. */
function linesOf(text: string, pieces: readonly Piece[]): ReadonlyMap<Piece, { readonly from: number; readonly to: number }> {
  const lines = new Map<Piece, { readonly from: number; readonly to: number }>();
  const starting = pieces.flatMap((piece) => {
    const lineStart = text.lastIndexOf('\n', piece.start - 1) + 1;
    return text.slice(lineStart, piece.start).trim() === '' ? [{ piece, from: piece.start - lineStart }] : [];
  });
  // What continues a value in brackets moves along with the line on which it began.
  let shift = 0;
  for (const { piece, from } of starting) {
    if (piece.column !== undefined) shift = piece.column - from;
    else if (piece.type === 'comment' && !piece.inBrackets) continue;
    lines.set(piece, { from, to: Math.max(0, from + shift) });
  }
  starting.forEach(({ piece, from }, i) => {
    if (lines.has(piece)) return;
    const above = starting
      .slice(0, i)
      .reverse()
      .find((other) => other.piece.column !== undefined);
    const below = starting.slice(i + 1).find((other) => other.piece.column !== undefined);
    const neighbours = [below, above].flatMap((other) => (other ? [{ from: other.from, to: lines.get(other.piece)?.to ?? 0 }] : []));
    const nearest = neighbours.sort((a, b) => Math.abs(a.from - from) - Math.abs(b.from - from)).at(0);
    lines.set(piece, { from, to: nearest?.to ?? 0 });
  });
  return lines;
}

/** The blanks between two pieces of one line; undefined where they stay as they are. */
function blanksBetween(left: Piece, right: Piece, gap: string): string | undefined {
  if (right.type === 'comment') return gap === '' ? ' ' : undefined;
  if (right.type === 'map-value-ind' || right.source === ',') return '';
  if (left.source === '[' || right.source === ']') return '';
  if (left.source === '{' || right.source === '}') return left.source === '{' && right.source === '}' ? '' : ' ';
  return left.type === 'map-value-ind' || left.type === 'seq-item-ind' || left.source === ',' ? ' ' : undefined;
}
