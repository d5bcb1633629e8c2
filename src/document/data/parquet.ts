/** Apache Parquet (https://parquet.apache.org/docs/file-format): columns of numbers, in pages that may be compressed. */

import { parquetMetadata, type ColumnMetaData, type FileMetaData, type PageHeader, type SchemaElement } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage, readDataPage } from 'hyparquet/src/datapage.js';
import { formatNumber, shorten } from '../sentences';
import { checkRowCount, DataError, mostColumns, type Cell, type DataFile } from './data-file';
import { decompressors } from './parquet-codecs';
import { checkLevels, checkValues, checkVarints, Damaged } from './parquet-pages';

/** The description of a file with a thousand columns in ten groups of rows is smaller than this. */
const longestFooter = 1 << 21;
/** A page is about 1 MB; one of a whole column of a million numbers is 8 MB. */
const longestPage = 1 << 26;
/** The header of a page of numbers has some 50 bytes; no number within so few takes long to be multiplied up. */
const longestPageHeader = 4096;
const numeric = ['INT32', 'INT64', 'FLOAT', 'DOUBLE'];
/** What whole numbers are that are not meant as numbers. */
const notNumbers = ['DATE', 'TIME', 'TIMESTAMP', 'INTERVAL'];

interface Column {
  /** Its place among all columns, those within groups included. */
  readonly index: number;
  readonly element: SchemaElement;
}

/** The columns of a file whose rows are flat: those within groups or lists are left out. Text and dates have names, but no numbers. */
export function openParquet(bytes: Uint8Array): DataFile {
  const metadata = readFooter(bytes);
  const columns = columnsOf(metadata);
  if (columns.length === 0) throw new DataError(1, 'This Parquet file has no plain columns: save a table of numbers.');
  const count = metadata.row_groups.reduce((sum, { num_rows: rows }) => sum + Number(rows), 0);
  if (!Number.isSafeInteger(count) || metadata.row_groups.some(({ num_rows: rows }) => !(Number(rows) >= 0)))
    throw new DataError(1, 'This Parquet file does not say how many rows it has: save it again.');
  checkRowCount(count, 1);
  return {
    names: columns.map(({ element }) => element.name),
    line: 1,
    rows(chosen, visit) {
      const cells: Cell[] = chosen.map(() => NaN);
      let row = 0;
      for (const [g, { num_rows: rows }] of metadata.row_groups.entries()) {
        const values = chosen.map((c) => {
          const { index, element } = columns[c];
          return readChunk(bytes, metadata.row_groups[g].columns.at(index)?.meta_data, element, Number(rows));
        });
        for (let i = 0; i < Number(rows); i++) {
          for (let c = 0; c < values.length; c++) cells[c] = values[c][i];
          visit(cells, ++row);
        }
      }
    },
  };
}

function readFooter(bytes: Uint8Array): FileMetaData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = 0x31524150;
  if (bytes.length < 12 || view.getUint32(bytes.length - 4, true) !== magic)
    throw new DataError(1, 'This Parquet file is cut short: it does not end as one.');
  const length = view.getUint32(bytes.length - 8, true);
  if (length > longestFooter || length > bytes.length - 12) {
    const most = formatNumber(Math.min(longestFooter, bytes.length - 12));
    throw new DataError(1, `The description of this Parquet file would be longer than ${most} bytes: it is damaged. Save it again.`);
  }
  const footer = bytes.subarray(bytes.length - 8 - length);
  try {
    checkVarints(footer);
    return parquetMetadata(footer, { geoparquet: false });
  } catch {
    throw new DataError(1, 'The description of this Parquet file cannot be read: it is damaged. Save it again.');
  }
}

/** The children of the root that are columns themselves. Names within the metadata are whatever the file says. */
function columnsOf({ schema }: FileMetaData): Column[] {
  const columns: Column[] = [];
  let index = 0;
  /** How many elements are yet to come of the groups that were entered, the outermost first. */
  const open = [Math.max(0, schema.at(0)?.num_children ?? 0)];
  for (const element of schema.slice(1)) {
    while (open.length > 0 && open[open.length - 1] === 0) open.pop();
    if (open.length === 0) break;
    open[open.length - 1]--;
    if (element.num_children !== undefined && element.num_children > 0) {
      open.push(element.num_children);
      continue;
    }
    const plain = open.length === 1 && element.repetition_type !== 'REPEATED' && typeof element.name === 'string';
    if (plain && columns.length <= mostColumns) columns.push({ index, element });
    index++;
  }
  return columns;
}

/** The values of a column in one group of rows; NaN where there is none. */
function readChunk(bytes: Uint8Array, meta: ColumnMetaData | undefined, element: SchemaElement, rows: number): Float64Array | Cell[] {
  const name = shorten(element.name);
  if (!isNumeric(element)) return Array.from({ length: rows }, () => describeType(element));
  const codec = meta?.codec ?? 'UNCOMPRESSED';
  if (!Object.hasOwn(decompressors, codec)) {
    const known = Object.keys(decompressors).join(', ');
    throw new DataError(1, `The column ${name} of this Parquet file is compressed by ${codec}: save it with one of ${known}.`);
  }
  try {
    if (!meta) throw new Damaged('its numbers are in another file');
    return readPages(bytes, meta, element, rows);
  } catch (error) {
    const why = error instanceof Damaged ? error.message : 'a page of it is damaged';
    throw new DataError(1, `The column ${name} of this Parquet file cannot be read: ${why}. Save it again.`);
  }
}

function isNumeric({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  const meaning = converted ?? logical?.type ?? '';
  return type !== undefined && numeric.includes(type) && !notNumbers.some((word) => meaning.startsWith(word));
}

function describeType({ type, converted_type: converted, logical_type: logical }: SchemaElement): string {
  return `(${String(converted ?? logical?.type ?? type ?? 'nothing').toLowerCase()})`;
}

function readPages(bytes: Uint8Array, meta: ColumnMetaData, element: SchemaElement, rows: number): Float64Array {
  const values = new Float64Array(rows);
  const optional = element.repetition_type !== 'REQUIRED';
  const decoder = {
    pathInSchema: [element.name],
    type: meta.type,
    element,
    // The root, whose own repetition counts for nothing, and the column.
    schemaPath: [emptyNode({ name: '' }), emptyNode(element)],
    codec: 'UNCOMPRESSED' as const,
    parsers: {} as never,
  };
  if (meta.type !== element.type) throw new Damaged('its type is not that of the table');
  const toNumber = converter(element);
  let at = Number(meta.dictionary_page_offset || meta.data_page_offset);
  let dictionary: readonly number[] | undefined;
  for (let filled = 0; filled < rows;) {
    if (!(at >= 4 && at < bytes.length)) throw new Damaged('it is cut short');
    const { header, length } = readPageHeader(bytes, at);
    const size = header.compressed_page_size;
    if (!(size >= 0 && at + length + size <= bytes.length)) throw new Damaged('it is cut short');
    const stored = bytes.subarray(at + length, at + length + size);
    at += length + size;
    if (header.type === 'DICTIONARY_PAGE') {
      dictionary = readDictionary(unpack(stored, header, meta), header, decoder).map(toNumber);
      continue;
    }
    if (header.type !== 'DATA_PAGE' && header.type !== 'DATA_PAGE_V2') continue;
    const { page, head } = unpackData(stored, header, meta, optional);
    const count = head.num_values;
    if (!(count >= 0 && filled + count <= rows)) throw new Damaged('its pages have more values than the table has rows');
    const { offset, present } = optional ? checkLevels(page, count) : { offset: 0, present: count };
    checkValues(page, offset, present, meta.type, head.encoding);
    const { dataPage, definitionLevels } = readDataPage(page, head, decoder);
    const isIndex = head.encoding === 'PLAIN_DICTIONARY' || head.encoding === 'RLE_DICTIONARY';
    const levels = definitionLevels?.length ? definitionLevels : undefined;
    for (let i = 0, next = 0; i < count; i++) {
      if (levels && levels[i] !== 1) values[filled + i] = NaN;
      else {
        const value: unknown = dataPage[next++];
        const number = isIndex ? dictionary?.[value as number] : toNumber(value);
        if (number === undefined) throw new Damaged('a value is missing from its dictionary');
        values[filled + i] = number;
      }
    }
    filled += count;
    if (count === 0 && size === 0) throw new Damaged('it has an empty page');
  }
  return values;
}

function emptyNode(element: SchemaElement): { element: SchemaElement; children: never[]; count: number; path: string[] } {
  return { element, children: [], count: 1, path: [element.name] };
}

/** Whole numbers of 64 bits come as bigint; those without a sign, and decimals, as the bits that they are stored in. */
function converter({ type, converted_type: converted, logical_type: logical, scale }: SchemaElement): (value: unknown) => number {
  const unsigned = converted?.startsWith('UINT') === true || (logical?.type === 'INTEGER' && !logical.isSigned);
  const unit = converted === 'DECIMAL' || logical?.type === 'DECIMAL' ? 10 ** -(scale ?? 0) : 1;
  if (!unsigned) return (value) => Number(value) * unit;
  return type === 'INT64' ? (value) => Number(BigInt.asUintN(64, BigInt(value as bigint))) : (value) => Number(value) >>> 0;
}

function readPageHeader(bytes: Uint8Array, at: number): { header: PageHeader; length: number } {
  const window = bytes.subarray(at, at + longestPageHeader);
  const reader = { view: new DataView(window.buffer, window.byteOffset, window.byteLength), offset: 0 };
  const header = parquetHeader(reader);
  return { header, length: reader.offset };
}

/** The bytes of a page, decompressed. */
function unpack(stored: Uint8Array, { uncompressed_page_size: size }: PageHeader, { codec }: ColumnMetaData): Uint8Array {
  if (!(size >= 0 && size <= longestPage)) throw new Damaged(`a page of it would have ${formatNumber(Number(size))} bytes`);
  if (size === 0) return stored.subarray(0, 0);
  return decompressPage(stored, size, codec, decompressors);
}

type DataPageHead = NonNullable<PageHeader['data_page_header']>;

/** A data page in the first version's layout: the length of the levels in four bytes, the levels, and the values, none of it compressed. */
function unpackData(
  stored: Uint8Array,
  header: PageHeader,
  meta: ColumnMetaData,
  optional: boolean,
): { page: Uint8Array; head: DataPageHead } {
  const { data_page_header: head, data_page_header_v2: second } = header;
  if (head && header.type === 'DATA_PAGE') return { page: unpack(stored, header, meta), head };
  if (!second || header.type !== 'DATA_PAGE_V2') throw new Damaged('a page of it has no header');
  const { repetition_levels_byte_length: repetition, definition_levels_byte_length: levels } = second;
  const size = header.uncompressed_page_size - levels;
  if (repetition !== 0 || !(levels >= 0 && levels <= stored.length) || size < 0) throw new Damaged('a page of it has another layout');
  const values = stored.subarray(levels);
  const plain = second.is_compressed === false ? values : unpack(values, { ...header, uncompressed_page_size: size }, meta);
  const page = new Uint8Array((optional ? 4 + levels : 0) + plain.length);
  if (optional) {
    new DataView(page.buffer).setUint32(0, levels, true);
    page.set(stored.subarray(0, levels), 4);
  }
  page.set(plain, page.length - plain.length);
  const { num_values, encoding } = second;
  return { page, head: { num_values, encoding, definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } };
}

function readDictionary(page: Uint8Array, header: PageHeader, decoder: Parameters<typeof readDataPage>[2]): unknown[] {
  const count = header.dictionary_page_header?.num_values ?? -1;
  if (!(count >= 0)) throw new Damaged('its dictionary has no header');
  checkValues(page, 0, count, decoder.type, 'PLAIN');
  const head: DataPageHead = { num_values: count, encoding: 'PLAIN', definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' };
  const required = { ...decoder, schemaPath: [decoder.schemaPath[0], emptyNode({ ...decoder.element, repetition_type: 'REQUIRED' })] };
  return Array.from(readDataPage(page, head, required).dataPage as ArrayLike<unknown>);
}
