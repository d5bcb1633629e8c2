/** Files as the command line reads and writes them. */

import { readFile, writeFile } from 'node:fs/promises';
import { Finding, UsageError } from './result';

/** @throws Finding where the file cannot be read. */
export async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Finding(`${path} could not be read: ${reasonOf(error, 'there is no such file')}.`);
  }
}

/** @throws Finding where the file cannot be written. */
export async function write(path: string, content: Uint8Array | string): Promise<void> {
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

function csvOf({ names, values }: Table): string {
  const lines = [names.map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')];
  for (let at = 0; at < values.length; at += names.length)
    lines.push(Array.from(values.subarray(at, at + names.length), numeral).join(','));
  return `${lines.join('\n')}\n`;
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
