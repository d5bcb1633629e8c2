/** What every format of data files is to its readers: named columns, and rows that can be gone through. */

/** A cell as it is stored: a number, NaN where there is none; or text, which may yet be a number. */
export type Cell = number | string;

/** A file of rows and columns whose head was read. */
export interface DataFile {
  /** What its columns are called, one name a column. */
  readonly names: readonly string[];
  /** In text: whether a line of it gives the names. */
  readonly named?: boolean;
  /** The line, counted from 1, that a problem with a whole column is reported on. */
  readonly line: number;
  /**
   * Every row in its order: the cells of the chosen columns (indices into `names`), in an array that is used again for the next row, and
   * the line of the row. Formats without lines count their rows from 1.
   * @throws DataError where the rest of the file cannot be read.
   */
  rows(columns: readonly number[], visit: (cells: readonly Cell[], line: number) => void): void;
}

/** A mistake in a data file: a sentence, and the line that it is about. */
export class DataError extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/** Two numbers a row take 32 MB at this length; a flow of a few hundred parameters learns nothing from more. */
export const mostRows = 2_000_000;
/** Wider tables are no table of coordinates. */
export const mostColumns = 10_000;

const numeral = /^[ \t]*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[ \t]*$/i;
const infinite = /^[ \t]*[+-]?inf(?:inity)?[ \t]*$/i;
const missing = /^[ \t]*(?:[+-]?nan|na|n\/a|#n\/a|<na>|null|none|\?)?[ \t]*$/i;

/** What a cell says: a number (also one that is infinite), `missing`, or `text`. */
export function meaningOf(cell: Cell): number | 'missing' | 'text' {
  if (typeof cell === 'number') return Number.isNaN(cell) ? 'missing' : cell;
  if (numeral.test(cell)) return Number(cell);
  if (missing.test(cell)) return 'missing';
  return infinite.test(cell) ? (cell.includes('-') ? -Infinity : Infinity) : 'text';
}

/** x1, x2, …: columns that the file does not name. */
export function numberedNames(count: number, of = 'x'): string[] {
  return Array.from({ length: count }, (_, i) => `${of}${i + 1}`);
}

/** @throws DataError where there are more than {@link mostRows}. */
export function checkRowCount(rows: number, line: number): void {
  if (rows > mostRows) {
    const most = mostRows.toLocaleString('en-US');
    throw new DataError(line, `This file has more than ${most} rows: keep a sample of them, for instance every tenth.`);
  }
}
