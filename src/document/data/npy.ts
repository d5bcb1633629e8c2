/** NumPy's array file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */

import { fromFloat16 } from '../float16';
import { counted, formatNumber, shorten } from '../sentences';
import { checkRowCount, DataError, mostColumns, numberedNames, type Cell, type DataFile } from './data-file';

/** Every array of numbers has a header of some hundred bytes. */
const longestHeader = 65_536;

type Read = (view: DataView, at: number, little: boolean) => number;

/** By kind and bytes: how one number is read. */
const readers: Readonly<Record<string, Read>> = {
  f2: (view, at, little) => fromFloat16(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
};

/** Where the numbers of one column lie: row i at `offset + i·stride`. */
interface Column {
  readonly name: string;
  readonly offset: number;
  readonly stride: number;
  readonly little: boolean;
  readonly read: Read;
}

export interface NpyArray {
  readonly count: number;
  readonly columns: readonly Column[];
  readonly data: DataView;
}

/** An array of one dimension is a column, one of two has a column for every index of the second; records have one for every field. */
export function openNpy(bytes: Uint8Array): DataFile {
  return fileOf([readNpy(bytes)]);
}

/** Columns of arrays, which must be of one length where they are read together. */
export function fileOf(arrays: readonly NpyArray[]): DataFile {
  const all = arrays.flatMap(({ count, data, columns }) => columns.map((column) => ({ ...column, count, data })));
  return {
    names: all.map(({ name }) => name),
    line: 1,
    rows(columns, visit) {
      const chosen = columns.map((column) => all[column]);
      const [first] = chosen;
      const uneven = chosen.find(({ count }) => count !== first.count);
      if (uneven) {
        const [ones, others] = [first, uneven].map(({ name, count }) => `${shorten(name)} has ${counted(count, 'row')}`);
        throw new DataError(1, `${ones} and ${others}: choose columns that are equally long.`);
      }
      const cells: Cell[] = chosen.map(() => NaN);
      for (let i = 0; i < first.count; i++) {
        for (let c = 0; c < chosen.length; c++) {
          const { data, offset, stride, little, read } = chosen[c];
          cells[c] = read(data, offset + i * stride, little);
        }
        visit(cells, i + 1);
      }
    },
  };
}

/** The array in an NPY file; `name` is what its columns are called after, where it has one. */
export function readNpy(bytes: Uint8Array, name?: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, start } = readHeader(view);
  const { descr, fortran_order: fortran, shape } = header;
  const wholeShape = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!wholeShape || typeof fortran !== 'boolean')
    throw new DataError(1, 'The header of this NPY array does not say its shape and order: save it again with numpy.save.');
  const lengths = shape as number[];
  if (lengths.length === 0 || lengths.length > 2) {
    const dimensions = counted(lengths.length, 'dimension');
    throw new DataError(1, `This NPY array has ${dimensions}: save one of rows and columns, or a single column.`);
  }
  const [count, width = 1] = lengths;
  checkRowCount(count, 1);
  if (width > mostColumns)
    throw new DataError(1, `This NPY array has ${counted(width, 'column')}: keep at most ${formatNumber(mostColumns)}.`);
  const { fields, bytes: item } = readFields(descr);
  const size = count * width * item;
  const available = bytes.length - start;
  if (size !== available) {
    const [needed, there] = [size, available].map((length) => counted(length, 'byte'));
    const why = size > available ? 'it is cut short' : 'something follows it';
    throw new DataError(1, `The header of this NPY array asks for ${needed} of numbers where there are ${there}: ${why}. Save it again.`);
  }
  const [between, along] = fortran ? [item, count * item] : [width * item, item];
  const names = lengths.length === 1 ? [name] : numberedNames(width, name === undefined ? 'x' : `${name}.`);
  const columns = names.flatMap((column, c) =>
    fields.map((field) => ({
      ...field,
      name: [column, field.name].filter((part) => part !== undefined).join('.') || 'x1',
      offset: c * along + field.offset,
      stride: between,
    })),
  );
  return { count, columns, data: new DataView(bytes.buffer, bytes.byteOffset + start, size) };
}

function readHeader(view: DataView): { header: Readonly<Record<string, unknown>>; start: number } {
  const short = new DataError(1, 'This NPY file is cut short: it ends within its header.');
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (view.byteLength < 12) throw short;
  if (magic.some((byte, i) => view.getUint8(i) !== byte)) throw new DataError(1, 'This is not an NPY array: it does not begin as one.');
  const version = view.getUint8(6);
  if (version < 1 || version > 3) throw new DataError(1, `This NPY file is of version ${version}: save it in version 1, 2 or 3.`);
  const [length, at] = version === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  if (length > longestHeader)
    throw new DataError(1, `The header of this NPY file would be longer than ${formatNumber(longestHeader)} bytes.`);
  if (at + length > view.byteLength) throw short;
  const text = new TextDecoder('utf-8').decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
  const header = parsePython(text);
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new DataError(1, 'The header of this NPY file cannot be read: save it again with numpy.save.');
  return { header: header as Record<string, unknown>, start: at + length };
}

/** A Python literal of dictionaries, tuples, lists, strings, whole numbers and truth values, rewritten as JSON; undefined if it is not one. */
function parsePython(text: string): unknown {
  const token = /\s+|'((?:[^'\\\n]|\\.)*)'|(True|False)|(\d+)L?|,(?=\s*[)\]}])|([(),:{}[\]])/gy;
  let json = '';
  let end = 0;
  for (const match of text.matchAll(token)) {
    end = match.index + match[0].length;
    const [, string, truth, digits, sign] = match;
    if (string !== undefined) json += JSON.stringify(string);
    else if (truth !== undefined) json += truth.toLowerCase();
    else if (digits !== undefined) json += digits;
    else if (sign !== undefined) json += sign === '(' ? '[' : sign === ')' ? ']' : sign;
  }
  if (end !== text.length) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

interface Field extends Pick<Column, 'offset' | 'little' | 'read'> {
  readonly name?: string;
}

/** What one item of the array is: a number, or a record of numbers. */
function readFields(descr: unknown): { fields: readonly Field[]; bytes: number } {
  if (!Array.isArray(descr)) {
    const { bytes, ...field } = readType(descr, 0);
    return { fields: [field], bytes };
  }
  let offset = 0;
  const fields = descr.map((entry: unknown): Field => {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') {
      throw new DataError(1, 'This NPY array is of records with fields inside: save plain columns of numbers.');
    }
    const { bytes, ...field } = readType(entry[1], offset);
    offset += bytes;
    return { ...field, name: entry[0] };
  });
  if (fields.length === 0 || fields.length > 1000) throw new DataError(1, 'This NPY array is of records without numbers: save columns.');
  return { fields, bytes: offset };
}

/** `<f8`, `>i4`, `|u1`, … */
function readType(descr: unknown, offset: number): Field & { bytes: number } {
  const [, order, kind, digits] = (typeof descr === 'string' && /^([<>|=]?)([a-zA-Z])(\d*)/.exec(descr)) || [];
  if (kind === 'O')
    throw new DataError(1, 'This NPY array holds pickled Python objects, which are never loaded: save an array of numbers.');
  const name = `${kind}${digits}`;
  if (kind === undefined || !Object.hasOwn(readers, name) || (order === '|' && digits !== '1')) {
    const written = typeof descr === 'string' ? `"${shorten(descr)}"` : 'nested';
    throw new DataError(1, `This NPY array is of type ${written}: save it as floating-point or whole numbers, for instance float64.`);
  }
  return { offset, little: order !== '>', read: readers[name], bytes: Number(digits) };
}
