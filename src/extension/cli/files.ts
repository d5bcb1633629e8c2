/** Files as the command line reads and writes them. */

import { readFile, stat, writeFile } from 'node:fs/promises';
import { formatNumber } from '../../document/sentences';
import { Finding, UsageError } from './result';

/** Larger files are refused: they are held in memory whole, and as many numbers as are taken have room within. */
const largestFile = 2 ** 28;

/** Beyond this a table is not written: it is held in memory whole. */
export const mostNumbers = 2 ** 27;

/** @throws Finding where the file cannot be read, or is too large. */
export async function read(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > largestFile) {
      const [bytes, most] = [size, largestFile].map(formatNumber);
      throw new Finding(`${path} has ${bytes} bytes, and at most ${most} are read: of a data file keep a sample of the rows.`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof Finding) throw error;
    throw new Finding(`${path} could not be read: ${reasonOf(error, 'there is no such file')}.`);
  }
}

/** @throws Finding where the file cannot be written. */
export async function write(path: string, content: Uint8Array | string | Iterable<string>): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new Finding(`${path} could not be written: ${reasonOf(error, 'there is no such folder')}.`);
  }
}

function reasonOf(error: unknown, missing: string): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'ENOENT' ? missing : error.message;
}

/** Rows of numbers under names. */
export interface Table {
  readonly names: readonly string[];
  /** n × the number of names. */
  readonly values: Float64Array;
}

export const tableEndings = ['.csv', '.npy'] as const;

/**
 * Writes a CSV file with a line of names and every digit, or an NPY file of float64, n × the number of names, by the ending of `path`.
 * @throws UsageError for another ending, Finding where it cannot be written.
 */
export async function writeTable(path: string, table: Table): Promise<void> {
  checkTableName(path);
  await write(path, path.toLowerCase().endsWith('.csv') ? csvOf(table) : npyOf(table));
}

/** @throws UsageError where `path` does not end as a table does. */
export function checkTableName(path: string): void {
  if (!tableEndings.some((ending) => path.toLowerCase().endsWith(ending)))
    throw new UsageError(`--out is ${path}: name a file that ends in ${tableEndings.join(' or ')}.`);
}

/** Rows that are written at once: no text is longer than half a gigabyte. */
const rowsAtOnce = 4096;

function* csvOf({ names, values }: Table): Generator<string> {
  const width = names.length;
  yield `${names.map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')}\n`;
  for (let start = 0; start < values.length; start += rowsAtOnce * width) {
    const end = Math.min(start + rowsAtOnce * width, values.length);
    let text = '';
    for (let at = start; at < end; at += width) text += `${Array.from(values.subarray(at, at + width), numeral).join(',')}\n`;
    yield text;
  }
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
}

/** NPY 1.0 (numpy.lib.format): the magic, the length of the header, the header padded to 64 bytes, the numbers row by row. */
function npyOf({ names, values }: Table): Uint8Array {
  const shape = `(${values.length / names.length}, ${names.length})`;
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`;
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + 8 * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(start - 11)}\n`), 10);
  values.forEach((value, i) => view.setFloat64(start + 8 * i, value, true));
  return bytes;
}
