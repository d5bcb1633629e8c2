/**
 * Any safetensors file (https://github.com/huggingface/safetensors): eight bytes with the length N of the header, little-endian; N bytes of
 * JSON, name → { dtype, shape, data_offsets }; the data of the tensors one after the other, without holes.
 */

import { fromBfloat16, fromFloat16 } from '../float16';
import { formatNumber, shorten } from '../sentences';

/** One tensor of the file. */
export interface Tensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** How many numbers it has. */
  readonly length: number;
  /** Its numbers, row by row. */
  readonly values: () => Float64Array;
}

export interface Safetensors {
  /** In the order of their data. */
  readonly tensors: readonly Tensor[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** A hundred thousand tensors have a header of some 10 MB; a flow has a few hundred. */
const longestHeader = 1 << 24;

type Read = (view: DataView, at: number) => number;
const dtypes = {
  F64: [8, (view, at) => view.getFloat64(at, true)],
  F32: [4, (view, at) => view.getFloat32(at, true)],
  F16: [2, (view, at) => fromFloat16(view.getUint16(at, true))],
  BF16: [2, (view, at) => fromBfloat16(view.getUint16(at, true))],
  I64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  U64: [8, (view, at) => Number(view.getBigUint64(at, true))],
  I32: [4, (view, at) => view.getInt32(at, true)],
  U32: [4, (view, at) => view.getUint32(at, true)],
  I16: [2, (view, at) => view.getInt16(at, true)],
  U16: [2, (view, at) => view.getUint16(at, true)],
  I8: [1, (view, at) => view.getInt8(at)],
  U8: [1, (view, at) => view.getUint8(at)],
  BOOL: [1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
} as const satisfies Readonly<Record<string, readonly [bytes: number, read: Read]>>;

export type Dtype = keyof typeof dtypes;

class SafetensorsError extends Error {}

/** The tensors in the bytes of a file, whose header was held against every rule of the format; or a sentence about what is wrong. */
export function readSafetensors(bytes: Uint8Array): Safetensors | { readonly message: string } {
  try {
    const { header, start } = readHeader(bytes);
    const { __metadata__: metadata, ...entries } = header;
    return {
      metadata: readMetadata(metadata),
      tensors: readTensors(entries, new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start)),
    };
  } catch (error) {
    if (error instanceof SafetensorsError) return { message: error.message };
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readHeader(bytes: Uint8Array): { header: Json; start: number } {
  if (bytes.length < 8) throw new SafetensorsError('This is not a safetensors file: it is shorter than the length of its header.');
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > longestHeader) {
    throw new SafetensorsError(`This is not a safetensors file: its header would be longer than ${formatNumber(longestHeader)} bytes.`);
  }
  const start = 8 + Number(length);
  if (start > bytes.length) throw new SafetensorsError('This safetensors file is cut short: it ends within its header.');
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch {
    throw new SafetensorsError('This is not a safetensors file: its header is not a JSON object.');
  }
  if (!isObject(header)) throw new SafetensorsError('This is not a safetensors file: its header is not a JSON object.');
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new SafetensorsError(`The name "${shorten(twice)}" is given to two tensors: the file is damaged.`);
  return { header, start };
}

/** A key that comes twice in the outermost object: of two, JSON.parse would silently keep the last. */
function repeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let string: string | undefined;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1 && string !== undefined) {
      const key = JSON.parse(string) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
    string = token.startsWith('"') ? token : undefined;
  }
  return undefined;
}

function readMetadata(metadata: unknown): ReadonlyMap<string, string> {
  if (metadata === undefined) return new Map();
  if (!isObject(metadata)) throw new SafetensorsError('The metadata of this safetensors file is not an object: the file is damaged.');
  return new Map(
    Object.entries(metadata).map(([key, value]) => {
      if (typeof value !== 'string')
        throw new SafetensorsError(`The metadata "${shorten(key)}" of this safetensors file is not text: the file is damaged.`);
      return [key, value];
    }),
  );
}

function readTensors(entries: Json, data: DataView): Tensor[] {
  const read = Object.entries(entries).map(([name, entry]) => readEntry(name, entry, data));
  read.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  read.forEach((entry, i) => {
    if (entry.begin < end)
      throw new SafetensorsError(
        `The tensors "${shorten(read[i - 1].tensor.name)}" and "${shorten(entry.tensor.name)}" overlap: the file is damaged.`,
      );
    if (entry.begin > end)
      throw new SafetensorsError(
        `There are bytes before the tensor "${shorten(entry.tensor.name)}" that belong to none: the file is damaged.`,
      );
    end = entry.end;
  });
  if (end < data.byteLength)
    throw new SafetensorsError('There are bytes at the end of this safetensors file that belong to no tensor: the file is damaged.');
  return read.map(({ tensor }) => tensor);
}

function readEntry(name: string, entry: unknown, data: DataView): { tensor: Tensor; begin: number; end: number } {
  const shown = `The tensor "${shorten(name)}"`;
  if (!isObject(entry)) throw new SafetensorsError(`${shown} is not described by an object: the file is damaged.`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypes, dtype))
    throw new SafetensorsError(`${shown} is of type ${shorten(String(JSON.stringify(dtype)))}: save it as F32 or F64.`);
  const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) throw new SafetensorsError(`${shown} does not say its shape: the file is damaged.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw new SafetensorsError(`${shown} does not say where its data is: the file is damaged.`);
  const [begin, end] = offsets as [number, number];
  const [bytes, readOne] = dtypes[dtype as Dtype];
  const length = (shape as number[]).reduce((size, count) => size * count, 1);
  if (end - begin !== length * bytes) {
    const needed = formatNumber(length * bytes);
    throw new SafetensorsError(`${shown} takes ${needed} bytes, but its data runs from ${begin} to ${end}: the file is damaged.`);
  }
  if (end > data.byteLength) throw new SafetensorsError(`${shown} ends beyond the end of the file: the file is cut short.`);
  const values = (): Float64Array => Float64Array.from({ length }, (_, i) => readOne(data, begin + i * bytes));
  return { tensor: { name, dtype: dtype as Dtype, shape: shape as number[], length, values }, begin, end };
}
