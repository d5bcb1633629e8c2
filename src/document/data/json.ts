/** JSON: an array of rows, each an array or an object, or an object of columns. */

import { counted, formatNumber, shorten } from '../sentences';
import { DataError, mostColumns, numberedNames, type Cell, type DataFile } from './data-file';

/** Parsed JSON takes about ten times the space of its text. */
const mostBytes = 1 << 26;
/** Rows whose keys name the columns. */
const sampledRows = 1000;

const forms = 'an array of rows, [[1, 2], [3, 4]] or [{"a": 1, "b": 2}], or an object of columns, {"a": [1, 3], "b": [2, 4]}';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The table in JSON text (UTF-8). A key that a row lacks, and null, are missing values. */
export function openJson(bytes: Uint8Array): DataFile {
  if (bytes.length > mostBytes) {
    throw new DataError(1, `This JSON file has more than ${formatNumber(mostBytes)} bytes: save the points as CSV, NPY or Parquet.`);
  }
  const value = parseJson(bytes);
  if (isObject(value)) return ofColumns(value);
  if (!Array.isArray(value)) throw new DataError(1, `This JSON is not a table: give ${forms}.`);
  const rows: unknown[] = value;
  if (rows.length === 0) throw new DataError(1, 'There are no points in this file: give one row of numbers per point.');
  return isObject(rows[0]) ? ofObjects(rows) : ofArrays(rows);
}

function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(1, 'This file is not UTF-8 text: save it as UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new DataError(1, `This is not JSON, or is cut short: give ${forms}.`);
  }
}

function ofArrays(rows: readonly unknown[]): DataFile {
  const widthOf = (row: unknown, line: number): unknown[] => {
    if (Array.isArray(row)) return row;
    throw new DataError(line, `Row ${formatNumber(line)} is not an array as the first one is: give ${forms}.`);
  };
  const width = widthOf(rows[0], 1).length;
  return {
    names: numberedNames(Math.min(width, mostColumns + 1)),
    line: 1,
    rows(columns, visit) {
      rows.forEach((row, i) => {
        const cells = widthOf(row, i + 1);
        if (cells.length !== width)
          throw new DataError(i + 1, `This row has ${counted(cells.length, 'cell')} where the first has ${width}: give ${width}.`);
        visit(
          columns.map((column) => cellOf(cells[column])),
          i + 1,
        );
      });
    },
  };
}

function ofObjects(rows: readonly unknown[]): DataFile {
  const names = new Set<string>();
  for (const row of rows.slice(0, sampledRows)) {
    if (!isObject(row)) continue;
    for (const name of Object.keys(row)) if (names.size <= mostColumns) names.add(name);
  }
  const keys = [...names];
  return {
    names: keys,
    line: 1,
    rows(columns, visit) {
      rows.forEach((row, i) => {
        if (!isObject(row)) throw new DataError(i + 1, `Row ${formatNumber(i + 1)} is not an object as the first one is: give ${forms}.`);
        visit(
          columns.map((column) => (Object.hasOwn(row, keys[column]) ? cellOf(row[keys[column]]) : NaN)),
          i + 1,
        );
      });
    },
  };
}

/** Every column an array, or, as pandas writes it, an object whose keys are the rows. */
function ofColumns(table: Json): DataFile {
  const names = Object.keys(table);
  const columns = names.map((name): readonly unknown[] => {
    const column = table[name];
    if (Array.isArray(column)) return column;
    if (isObject(column)) return Object.values(column);
    throw new DataError(1, `"${shorten(name)}" is not an array: give ${forms}.`);
  });
  const count = columns.at(0)?.length ?? 0;
  const uneven = columns.findIndex((column) => column.length !== count);
  if (uneven > 0) {
    const [name, first] = [names[uneven], names[0]].map(shorten);
    throw new DataError(
      1,
      `"${name}" has ${counted(columns[uneven].length, 'value')} where "${first}" has ${formatNumber(count)}: give as many.`,
    );
  }
  return {
    names,
    line: 1,
    rows(chosen, visit) {
      for (let i = 0; i < count; i++) {
        visit(
          chosen.map((column) => cellOf(columns[column][i])),
          i + 1,
        );
      }
    },
  };
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (value === null || value === undefined) return NaN;
  return typeof value === 'boolean' ? String(value) : Array.isArray(value) ? '[…]' : '{…}';
}
