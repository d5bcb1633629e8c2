import { parse } from 'papaparse';
import type { PointTable, TableProblem } from '../flow/table';
import { counted, formatNumber } from './sentences';

/** They take 32 MB; a flow of a few hundred parameters learns nothing from more. */
const mostNumbers = 4_000_000;
const longestLine = 65_536;
/** The file is decoded and parsed in pieces of about this many bytes, so memory stays bounded whatever the file. */
const blockBytes = 1 << 20;
/** Beyond this, squares and sums of many squares could overflow. */
const mostMagnitude = 1e100;
/** Rows by which the delimiter is chosen. */
const sampledRows = 50;

/** The comma comes last: where another one fits as well, the comma may be a decimal comma. */
const delimiters = ['\t', ';', '|', ','];
const numeral = /^[ \t]*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[ \t]*$/i;
const decimalComma = /^[ \t]*[+-]?\d+,\d+[ \t]*$/;
const notFinite = /^[ \t]*[+-]?(?:nan|inf|infinity)[ \t]*$/i;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

class TableError extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The points in the bytes of a CSV or TSV file: UTF-8, one row a line, `dim` columns, with or without a line of names. Every column is
 * standardised to mean 0 and (population) standard deviation 1; a problem says what to change. This is the `ReadTable` that the training
 * engine is handed: neither side knows the other.
 */
export function readTable(bytes: Uint8Array, dim: number): PointTable | TableProblem {
  try {
    return standardise(readColumns(bytes, dim));
  } catch (error) {
    if (error instanceof TableError) return { line: error.line, message: error.message };
    throw error;
  }
}

interface Columns {
  readonly names: readonly string[];
  /** The line that a problem with a whole column is reported on. */
  readonly line: number;
  /** count × dim. */
  readonly points: Float64Array;
}

function readColumns(bytes: Uint8Array, dim: number): Columns {
  const most = countRows(bytes, Math.floor(mostNumbers / dim));
  const points = new Float64Array(most * dim);
  let filled = 0;
  let delimiter: string | undefined;
  let names: readonly string[] | undefined;
  let firstLine = 1;
  for (const { line, text } of blocks(bytes)) {
    delimiter ??= text.trim() === '' ? undefined : findDelimiter(text);
    const { data, errors } = parse<string[]>(text, { delimiter: delimiter ?? ',', newline: '\n' });
    const broken = new Map(errors.filter(({ type }) => type === 'Quotes').map(({ row }) => [row, row]));
    for (const [i, cells] of data.entries()) {
      const at = line + i;
      if (broken.has(i)) throw new TableError(at, 'A quotation mark is not closed where its cell ends: close it, or take it away.');
      if (cells.length === 1 && cells[0].trim() === '') continue;
      if (names === undefined) {
        const header = isHeader(cells);
        names = header ? cells.map((cell, c) => cell.trim() || `column ${c + 1}`) : cells.map((_, c) => `x${c + 1}`);
        firstLine = at;
        checkColumns(names, dim, at);
        if (header) continue;
      }
      if (cells.length !== dim)
        throw new TableError(at, `This row has ${counted(cells.length, 'cell')} where the first has ${dim}: give ${dim}.`);
      for (let c = 0; c < dim; c++) points[filled++] = readNumber(cells[c], names[c], at);
    }
  }
  if (filled === 0)
    throw new TableError(firstLine, `There are no points in this file: give one row of ${counted(dim, 'number')} per point.`);
  return { names: names ?? [], line: firstLine, points: points.subarray(0, filled) };
}

/** How many rows there can be; refuses what is longer than `mostRows`, or has too long a line, before anything is decoded. */
function countRows(bytes: Uint8Array, mostRows: number): number {
  let rows = 0;
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = lineEnd(bytes, start);
    if (end - start > longestLine) {
      throw new TableError(
        line,
        `This line has more than ${formatNumber(longestLine)} bytes: give one row of numbers per line, ended by LF or CRLF.`,
      );
    }
    if (end > start && bytes[start] !== carriageReturn && ++rows > mostRows + 1) {
      throw new TableError(
        line,
        `This file has more than ${formatNumber(mostRows)} rows: keep a sample of them, for instance every tenth.`,
      );
    }
    start = end + 1;
  }
  return rows;
}

function lineEnd(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(lineFeed, start);
  return end < 0 ? bytes.length : end;
}

/** The text in pieces of whole lines, each with the number of its first line; CRLF becomes LF. */
function* blocks(bytes: Uint8Array): Generator<{ line: number; text: string }> {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new TableError(1, 'This file is UTF-16: save it as UTF-8.');
  }
  let line = 1;
  for (let start = 0; start < bytes.length;) {
    const end = lineEnd(bytes, Math.min(start + blockBytes, bytes.length));
    const block = bytes.subarray(start, end);
    const text = decode(block, line)
      .replace(/^\ufeff/, line === 1 ? '' : '$&')
      .replaceAll('\r\n', '\n')
      .replace(/\r$/, '');
    const alone = text.indexOf('\r');
    if (alone >= 0) {
      const at = line + text.slice(0, alone).split('\n').length - 1;
      throw new TableError(at, 'There is a CR without LF in this line: end every line with LF or CRLF.');
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
        throw new TableError(at, 'This line is not UTF-8 text: save the file as UTF-8.');
      }
      start = end + 1;
    }
    throw new TableError(line, 'This file is not UTF-8 text: save it as UTF-8.');
  }
}

/** The delimiter that gives every one of the first rows the same number of cells, more than one; or else one that the first row has. */
function findDelimiter(text: string): string {
  const counts = delimiters.map((delimiter) => {
    const { data } = parse<string[]>(text, { delimiter, newline: '\n', preview: sampledRows, skipEmptyLines: 'greedy' });
    return { delimiter, cells: data.map((row) => row.length) };
  });
  const several = counts.filter(({ cells }) => cells[0] > 1);
  const best = several.find(({ cells }) => cells.every((count) => count === cells[0])) ?? several.at(0);
  return best?.delimiter ?? ',';
}

/** A first row without a single number names the columns. */
function isHeader(cells: readonly string[]): boolean {
  const isName = (cell: string): boolean => ![numeral, decimalComma, notFinite].some((pattern) => pattern.test(cell));
  return cells.every(isName) && cells.some((cell) => cell.trim() !== '');
}

function checkColumns(names: readonly string[], dim: number, line: number): void {
  if (names.some((name) => name.includes('\n'))) throw new TableError(line, 'The name of a column runs over two lines: write it on one.');
  if (names.length === dim) return;
  const shown = names.length > 8 ? [...names.slice(0, 8), '…'] : names;
  const kept = dim === 1 ? 'one that matters' : `${dim} that matter`;
  const remedy = names.length > dim ? `keep the ${kept}` : `give ${dim}, separated by commas, semicolons, tabs or bars`;
  throw new TableError(line, `The file has ${counted(names.length, 'column')} (${shown.join(', ')}) where dim is ${dim}: ${remedy}.`);
}

function readNumber(cell: string, column: string, line: number): number {
  const value = numeral.test(cell) ? Number(cell) : NaN;
  if (Math.abs(value) <= mostMagnitude) return value;
  const written = cell.trim();
  const shown = written.length > 40 ? `${written.slice(0, 39)}…` : written;
  if (written === '') throw new TableError(line, `${column} is empty: give a number, or leave the row out.`);
  if (!Number.isNaN(value)) throw new TableError(line, `${column} is ${shown}: numbers reach from −1e100 to 1e100.`);
  if (notFinite.test(cell)) throw new TableError(line, `${column} is ${shown}: give a finite number, or leave the row out.`);
  if (decimalComma.test(cell))
    throw new TableError(line, `${column} is ${shown}: write the decimal point as a point, ${written.replace(',', '.')}.`);
  throw new TableError(line, `${column} is "${shown}": give a number, or leave the row out.`);
}

/** standardised = (v − mean)/scale, in place. */
function standardise({ names, line, points }: Columns): PointTable {
  const dim = names.length;
  const count = points.length / dim;
  const mean: number[] = [];
  const scale: number[] = [];
  for (let c = 0; c < dim; c++) {
    let sum = 0;
    for (let i = c; i < points.length; i += dim) sum += points[i];
    const centre = sum / count;
    let squares = 0;
    for (let i = c; i < points.length; i += dim) squares += (points[i] - centre) ** 2;
    const deviation = Math.sqrt(squares / count);
    // A constant column may be a rounding error away from its own mean.
    if (!(deviation > 1e-14 * Math.abs(centre))) {
      throw new TableError(
        line,
        `${names[c]} is ${formatNumber(centre)} in every row: a column that does not vary has no density. Give one that does.`,
      );
    }
    for (let i = c; i < points.length; i += dim) points[i] = (points[i] - centre) / deviation;
    mean.push(centre);
    scale.push(deviation);
  }
  return { names, count, mean, scale, points };
}
