/** Data files of every format: what is in them, and the points that a flow learns from. */

import type { ColumnChoice } from '../../flow/spec';
import type { PointTable, TableProblem } from '../../flow/table';
import { counted, formatNumber, shorten } from '../sentences';
import { decimalPointFor, openCsv } from './csv';
import { checkRowCount, DataError, meaningOf, mostColumns, type Cell, type DataFile } from './data-file';
import { openJson } from './json';
import { openNpy } from './npy';
import { openNpz } from './npz';
import { openParquet } from './parquet';

/** What is in a data file, before anything is made of it. */
export interface DataPreview {
  readonly columns: readonly ColumnPreview[];
  /** In text: whether its first row gives the names. */
  readonly named?: boolean;
  /** How many rows there are, those with missing values included. */
  readonly count: number;
  /** The first rows as they are written. */
  readonly rows: readonly (readonly string[])[];
}

export interface ColumnPreview {
  readonly name: string;
  /** `number` where every cell that is not missing is a finite number; `empty` where all are missing. */
  readonly kind: 'number' | 'text' | 'empty';
  readonly missing: number;
  /** Of its numbers: the least, the greatest, their mean and (population) standard deviation; absent where there are none. */
  readonly range?: { readonly least: number; readonly most: number; readonly mean: number; readonly deviation: number };
  /** Its cells in some rows, evenly spread over the file and the same of every column; NaN where there is no number. */
  readonly sample: readonly number[];
}

/** Beyond this, squares and sums of many squares could overflow. */
const mostMagnitude = 1e100;
/** A row has at most as many numbers as a flow has dimensions; this many in all are 128 MB. */
const mostNumbers = 1 << 24;
const previewedRows = 10;
/** Rows that say something to the eye, and what they may come to where there are many columns. */
const [sampledRows, sampledCells] = [1000, 1 << 20];

interface Format {
  readonly name: string;
  readonly endings: readonly string[];
  /** The bytes that every such file begins with. */
  readonly magic?: readonly number[];
  readonly open: (bytes: Uint8Array) => DataFile;
}

const formats: readonly Format[] = [
  { name: 'CSV', endings: ['.csv', '.tsv', '.txt'], open: openCsv },
  { name: 'NPY', endings: ['.npy'], magic: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], open: openNpy },
  { name: 'NPZ', endings: ['.npz'], magic: [0x50, 0x4b], open: openNpz },
  { name: 'Parquet', endings: ['.parquet'], magic: [0x50, 0x41, 0x52, 0x31], open: openParquet },
  { name: 'JSON', endings: ['.json'], open: openJson },
];

/** The endings of all files that hold points. */
export const dataEndings: readonly string[] = formats.flatMap(({ endings }) => endings);

/**
 * The points in a data file, whose format is that of its name's ending: `columns`, or all of them where `dim` are there. Rows with a
 * missing value are left out and counted. Every column is standardised to mean 0 and (population) standard deviation 1.
 */
export function readPoints(bytes: Uint8Array, fileName: string, dim: number, columns?: readonly ColumnChoice[]): PointTable | TableProblem {
  return answered(() => {
    const file = open(bytes, fileName);
    const chosen = columns ? chooseColumns(file, columns, dim) : allColumns(file, dim);
    return standardise(file, chosen, readNumbers(file, chosen));
  });
}

/** The points in a data file as {@link readPoints} reads them, in the units of the file: n × d. */
export function readRawPoints(
  bytes: Uint8Array,
  fileName: string,
  dim: number,
  columns?: readonly ColumnChoice[],
): { readonly values: Float64Array; readonly leftOut: number } | TableProblem {
  return answered(() => {
    const file = open(bytes, fileName);
    return readNumbers(file, columns ? chooseColumns(file, columns, dim) : allColumns(file, dim));
  });
}

/** What is in a data file, read to its end. */
export function previewData(bytes: Uint8Array, fileName: string): DataPreview | TableProblem {
  return answered(() => {
    const file = open(bytes, fileName);
    const seen = file.names.map((name) => new SeenColumn(name));
    const most = Math.max(1, Math.min(sampledRows, Math.floor(sampledCells / seen.length)));
    const rows: string[][] = [];
    let count = 0;
    let every = 1;
    file.rows([...file.names.keys()], (cells, line) => {
      checkRowCount(++count, line);
      if (count <= previewedRows) rows.push(cells.map(written));
      const isSampled = (count - 1) % every === 0;
      for (let c = 0; c < cells.length; c++) seen[c].add(cells[c], isSampled);
      if (isSampled && seen[0]?.sample.length === 2 * most) {
        // Twice as many rows as are wanted: every second of them stays.
        for (const column of seen) column.sample = column.sample.filter((_, i) => i % 2 === 0);
        every *= 2;
      }
    });
    return { columns: seen.map((column) => column.preview()), ...(file.named !== undefined && { named: file.named }), count, rows };
  });
}

/** A column as far as it was read; mean and deviation by Welford's recurrence. */
class SeenColumn {
  sample: number[] = [];
  private numbers = 0;
  private texts = 0;
  private missing = 0;
  private least = Infinity;
  private most = -Infinity;
  private mean = 0;
  private squares = 0;

  constructor(private readonly name: string) {}

  add(cell: Cell, isSampled: boolean): void {
    const meaning = meaningOf(cell);
    const number = typeof meaning === 'number' && Number.isFinite(meaning) ? meaning : NaN;
    if (isSampled) this.sample.push(number);
    if (meaning === 'missing') this.missing++;
    else if (Number.isNaN(number)) this.texts++;
    else {
      const from = number - this.mean;
      this.mean += from / ++this.numbers;
      this.squares += from * (number - this.mean);
      this.least = Math.min(this.least, number);
      this.most = Math.max(this.most, number);
    }
  }

  preview(): ColumnPreview {
    const { name, numbers, texts, missing, least, most, mean, squares, sample } = this;
    return {
      name,
      kind: texts > 0 ? 'text' : numbers > 0 ? 'number' : 'empty',
      missing,
      ...(numbers > 0 && { range: { least, most, mean, deviation: Math.sqrt(squares / numbers) } }),
      sample,
    };
  }
}

function answered<Answer>(read: () => Answer): Answer | TableProblem {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) return { line: error.line, message: error.message };
    throw error;
  }
}

function open(bytes: Uint8Array, fileName: string): DataFile {
  const ending = /\.[^./\\]*$/.exec(fileName)?.[0].toLowerCase() ?? '';
  const format = formats.find(({ endings }) => endings.includes(ending));
  if (!format) throw new DataError(1, `There is no format for ${ending || 'a file without an ending'}: give ${dataEndings.join(', ')}.`);
  const begun = ({ magic }: Format): boolean => magic?.every((byte, i) => bytes[i] === byte) ?? false;
  const actual = formats.find(begun);
  if (actual && actual !== format)
    throw new DataError(1, `This file ends in ${ending} but is ${actual.name} inside: let its name end in ${actual.endings[0]}.`);
  if (format.magic && !actual)
    throw new DataError(1, `This is not a ${format.name} file: it does not begin as one. Save it again, or name it as what it is.`);
  const file = format.open(bytes);
  if (file.names.length > mostColumns)
    throw new DataError(1, `This file has ${counted(file.names.length, 'column')}: keep at most ${formatNumber(mostColumns)}.`);
  return file;
}

/** "(a, b, c, …)". */
function listed(names: readonly string[]): string {
  return `(${[...names.slice(0, 8).map(shorten), ...(names.length > 8 ? ['…'] : [])].join(', ')})`;
}

function allColumns({ names, line }: DataFile, dim: number): number[] {
  if (names.length === dim) return [...names.keys()];
  const remedy = names.length > dim ? `choose ${dim} of them` : `give ${dim}`;
  throw new DataError(line, `The file has ${counted(names.length, 'column')} ${listed(names)} where dim is ${dim}: ${remedy}.`);
}

function chooseColumns({ names, line }: DataFile, columns: readonly ColumnChoice[], dim: number): number[] {
  if (columns.length !== dim) throw new DataError(line, `${counted(columns.length, 'column')} chosen where dim is ${dim}: choose ${dim}.`);
  const chosen = columns.map((column) => {
    const index = typeof column === 'number' ? column - 1 : names.indexOf(column);
    if (typeof column === 'string' && names.lastIndexOf(column) > index) {
      const numbers = names.flatMap((name, i) => (name === column ? [i + 1] : []));
      throw new DataError(
        line,
        `There are ${numbers.length} columns "${shorten(column)}": name one by its number, ${numbers.slice(0, 8).join(' or ')}.`,
      );
    }
    if (Number.isInteger(index) && index >= 0 && index < names.length) return index;
    if (typeof column === 'number')
      throw new DataError(line, `There is no column number ${formatNumber(column)}: the file has ${counted(names.length, 'column')}.`);
    throw new DataError(line, `There is no column "${shorten(column)}": the file has ${listed(names)}.`);
  });
  const twice = chosen.find((index, i) => chosen.indexOf(index) < i);
  if (twice !== undefined)
    throw new DataError(line, `${shorten(names[twice])} is chosen twice: the density of such points is not a density.`);
  return chosen;
}

interface Numbers {
  /** n × d. */
  readonly values: Float64Array;
  readonly leftOut: number;
}

function readNumbers(file: DataFile, columns: readonly number[]): Numbers {
  const dim = columns.length;
  const row = new Float64Array(dim);
  let values = new Float64Array(dim * 1024);
  let filled = 0;
  let leftOut = 0;
  let rows = 0;
  file.rows(columns, (cells, line) => {
    checkRowCount(++rows, line);
    for (let c = 0; c < dim; c++) {
      const meaning = meaningOf(cells[c]);
      if (meaning === 'missing') {
        leftOut++;
        return;
      }
      if (typeof meaning !== 'number' || !(Math.abs(meaning) <= mostMagnitude))
        throw new DataError(line, notANumber(file.names[columns[c]], cells[c], meaning));
      row[c] = meaning;
    }
    if (filled + dim > mostNumbers)
      throw new DataError(line, `These are more than ${formatNumber(mostNumbers)} numbers in all: keep a sample of the rows.`);
    if (filled + dim > values.length) {
      const longer = new Float64Array(2 * values.length);
      longer.set(values);
      values = longer;
    }
    values.set(row, filled);
    filled += dim;
  });
  if (filled === 0) {
    const why = leftOut > 0 ? 'every row lacks a value' : `give one row of ${counted(dim, 'number')} per point`;
    throw new DataError(file.line, `There are no points in this file: ${why}.`);
  }
  return { values: values.slice(0, filled), leftOut };
}

function written(cell: Cell): string {
  return typeof cell === 'string' ? shorten(cell.trim()) : Number.isNaN(cell) ? '' : String(cell);
}

function notANumber(column: string, cell: Cell, meaning: number | 'text' | 'missing'): string {
  const [name, shown] = [shorten(column), written(cell)];
  if (typeof meaning === 'number' && /\d/.test(shown)) return `${name} is ${shown}: numbers reach from −1e100 to 1e100.`;
  if (typeof meaning === 'number') return `${name} is ${shown}: give a finite number, or leave the row out.`;
  const point = decimalPointFor(String(cell));
  if (point !== undefined) return `${name} is ${shown}: write the decimal point as a point, ${shorten(point)}.`;
  return `${name} is "${shown}": give a number, or leave the row out.`;
}

/** standardised = (v − mean)/scale, in place. */
function standardise({ names: all, line }: DataFile, columns: readonly number[], { values: points, leftOut }: Numbers): PointTable {
  const names = columns.map((column) => all[column]);
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
      throw new DataError(
        line,
        `${shorten(names[c])} is ${formatNumber(centre)} in every row: a column that does not vary has no density. Give one that does.`,
      );
    }
    for (let i = c; i < points.length; i += dim) points[i] = (points[i] - centre) / deviation;
    mean.push(centre);
    scale.push(deviation);
  }
  return { names, count, mean, scale, points, ...(leftOut > 0 && { leftOut }) };
}
