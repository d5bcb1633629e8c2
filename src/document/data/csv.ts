/** Text with one row a line: comma-, semicolon-, bar- or tab-separated values. */

import { parse } from 'papaparse';
import { counted, formatNumber } from '../sentences';
import { checkRowCount, DataError, meaningOf, numberedNames, type Cell, type DataFile } from './data-file';

const longestLine = 65_536;
/** The file is decoded and parsed in pieces of about this many bytes, so memory stays bounded whatever the file. */
const blockBytes = 1 << 18;
/** Rows by which the delimiter is chosen. */
const sampledRows = 50;

/** The comma comes last: where another one fits as well, the comma may be a decimal comma. */
const delimiters = ['\t', ';', '|', ','];
const decimalComma = /^[ \t]*[+-]?\d+,\d+[ \t]*$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Every cell of a row, and its line. */
interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** The table in UTF-8 text with or without a line of names, whatever its delimiter. */
export function openCsv(bytes: Uint8Array): DataFile {
  checkLines(bytes);
  const delimiter = findDelimiter(bytes);
  const first = rowsOf(bytes, delimiter).next();
  if (first.done) throw new DataError(1, 'There are no points in this file: give one row of numbers per point.');
  const { cells: head, line } = first.value;
  const named = isHeader(head);
  const names = named ? head.map((cell, c) => cell.trim() || `column ${c + 1}`) : numberedNames(head.length);
  return {
    names,
    named,
    line,
    rows(columns, visit) {
      const chosen: Cell[] = columns.map(() => '');
      let skip = named;
      for (const row of rowsOf(bytes, delimiter)) {
        if (skip) {
          skip = false;
          continue;
        }
        if (row.cells.length !== names.length) {
          throw new DataError(
            row.line,
            `This row has ${counted(row.cells.length, 'cell')} where the first has ${names.length}: give ${names.length}.`,
          );
        }
        columns.forEach((column, i) => (chosen[i] = row.cells[column]));
        visit(chosen, row.line);
      }
    },
  };
}

/** What a cell that is no number would have to be, where it can be told: a decimal point in place of a decimal comma. */
export function decimalPointFor(cell: string): string | undefined {
  return decimalComma.test(cell) ? cell.trim().replace(',', '.') : undefined;
}

/** Refuses what is too long before anything is decoded. */
function checkLines(bytes: Uint8Array): void {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new DataError(1, 'This file is UTF-16: save it as UTF-8.');
  let rows = 0;
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = lineEnd(bytes, start);
    if (end - start > longestLine) {
      const most = formatNumber(longestLine);
      throw new DataError(line, `This line has more than ${most} bytes: give one row of numbers per line, ended by LF or CRLF.`);
    }
    // One row more than points: the line of names.
    if (end > start && bytes[start] !== carriageReturn) checkRowCount(rows++, line);
    start = end + 1;
  }
}

function lineEnd(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(lineFeed, start);
  return end < 0 ? bytes.length : end;
}

/** The rows that are not blank. */
function* rowsOf(bytes: Uint8Array, delimiter: string): Generator<Row> {
  for (const { line: firstLine, text } of blocks(bytes)) {
    const quoted = text.includes('"');
    const { data, errors } = parse<string[]>(text, { delimiter, newline: '\n' });
    const broken = new Set(errors.filter(({ type }) => type === 'Quotes').map(({ row }) => row));
    for (const [i, cells] of data.entries()) {
      const line = firstLine + i;
      if (broken.has(i)) throw new DataError(line, 'A quotation mark is not closed where its cell ends: close it, or take it away.');
      if (quoted && cells.some((cell) => cell.includes('\n'))) throw new DataError(line, 'A cell runs over two lines: write it on one.');
      if (cells.length > 1 || cells[0].trim() !== '') yield { cells, line };
    }
  }
}

/** The text in pieces of whole lines, each with the number of its first line; CRLF becomes LF. */
function* blocks(bytes: Uint8Array): Generator<{ line: number; text: string }> {
  let line = 1;
  for (let start = 0; start < bytes.length;) {
    const end = lineEnd(bytes, Math.min(start + blockBytes, bytes.length));
    const text = decode(bytes.subarray(start, end), line)
      .replace(/^\ufeff/, line === 1 ? '' : '$&')
      .replaceAll('\r\n', '\n')
      .replace(/\r$/, '');
    const alone = text.indexOf('\r');
    if (alone >= 0) {
      const at = line + text.slice(0, alone).split('\n').length - 1;
      throw new DataError(at, 'There is a CR without LF in this line: end every line with LF or CRLF.');
    }
    yield { line, text };
    line += text.split('\n').length;
    start = end + 1;
  }
}

function decode(block: Uint8Array, line: number): string {
  try {
    return utf8.decode(block);
  } catch {
    for (let start = 0, at = line; start < block.length; at++) {
      const end = lineEnd(block, start);
      try {
        utf8.decode(block.subarray(start, end));
      } catch {
        throw new DataError(at, 'This line is not UTF-8 text: save the file as UTF-8.');
      }
      start = end + 1;
    }
    throw new DataError(line, 'This file is not UTF-8 text: save it as UTF-8.');
  }
}

/** The delimiter that gives every one of the first rows the same number of cells, more than one; or else one that the first row has. */
function findDelimiter(bytes: Uint8Array): string {
  for (const { text } of blocks(bytes)) {
    if (text.trim() === '') continue;
    const counts = delimiters.map((delimiter) => {
      const { data } = parse<string[]>(text, { delimiter, newline: '\n', preview: sampledRows, skipEmptyLines: 'greedy' });
      return { delimiter, cells: data.map((row) => row.length) };
    });
    const several = counts.filter(({ cells }) => cells[0] > 1);
    const best = several.find(({ cells }) => cells.every((count) => count === cells[0])) ?? several.at(0);
    return best?.delimiter ?? ',';
  }
  return ',';
}

/** A first row without a single number names the columns. */
function isHeader(cells: readonly string[]): boolean {
  const isName = (cell: string): boolean => cell.trim() === '' || (meaningOf(cell) === 'text' && !decimalComma.test(cell));
  return cells.every(isName) && cells.some((cell) => cell.trim() !== '');
}
