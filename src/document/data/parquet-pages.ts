/** What a page of numbers claims is held against the bytes that it has, before anything is decoded from it. */

import type { Encoding, ParquetType } from 'hyparquet';

/** Why a column cannot be read, as the end of a sentence. */
export class Damaged extends Error {}

const widths: Partial<Record<ParquetType, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8 };

/**
 * The definition levels at the head of a page: a length in four bytes, then runs of one bit a value.
 * @returns where the values begin, and how many of the `count` values are there.
 * @throws RangeError where the levels do not describe `count` values.
 */
export function checkLevels(page: Uint8Array, count: number): { offset: number; present: number } {
  if (page.length < 4) throw new RangeError('levels without a length');
  const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(0, true);
  const offset = 4 + length;
  if (offset > page.length) throw new RangeError('levels beyond the page');
  let present = 0;
  let seen = 0;
  forEachRun(page.subarray(4, offset), 1, count, (values, start, run, length) => {
    if (length === 0) present += values[start] & 1 ? Math.min(run, count - seen) : 0;
    else for (let i = 0; i < Math.min(run, count - seen); i++) present += (values[start + (i >> 3)] >> (i & 7)) & 1;
    seen += run;
  });
  return { offset, present };
}

/**
 * Whether `count` values in this encoding are there, from `offset` on.
 * @throws RangeError where they are not, or the encoding is not one of numbers.
 */
export function checkValues(page: Uint8Array, offset: number, count: number, type: ParquetType, encoding: Encoding): void {
  const values = page.subarray(offset);
  const width = widths[type];
  if (width === undefined) throw new RangeError('not a number');
  switch (encoding) {
    case 'PLAIN':
    case 'BYTE_STREAM_SPLIT':
      if (count * width > values.length) throw new RangeError('values beyond the page');
      return;
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      if (count === 0) return;
      const bits = values[0];
      if (!(bits <= 24)) throw new RangeError('indices too wide');
      if (bits > 0) forEachRun(values.subarray(1), bits, count, () => undefined);
      return;
    }
    case 'DELTA_BINARY_PACKED':
      if (count > 0) checkDelta(values, width);
      checkVarints(values);
      return;
    default:
      throw new RangeError('an encoding that is not of numbers');
  }
}

type Run = (bytes: Uint8Array, start: number, count: number, packedBytes: number) => void;

/** The runs of the hybrid of run lengths and bit packing that hold `count` values: none may be longer than that, or than the bytes. */
function forEachRun(bytes: Uint8Array, bits: number, count: number, visit: Run): void {
  let at = 0;
  for (let seen = 0; seen < count;) {
    const { value: header, next } = readVarint(bytes, at);
    const packed = (header & 1) === 1;
    const run = packed ? (header >>> 1) * 8 : header >>> 1;
    const length = packed ? (header >>> 1) * bits : Math.ceil(bits / 8);
    // The last packed run is filled up to a multiple of eight.
    if (run === 0 || run > count - seen + (packed ? 7 : 0)) throw new RangeError('a run of another length');
    if (next + length > bytes.length) throw new RangeError('a run beyond the page');
    visit(bytes, next, run, packed ? length : 0);
    at = next + length;
    seen += run;
  }
}

/** The head of a block of differences: its size and how many miniblocks it has. */
function checkDelta(values: Uint8Array, width: number): void {
  const block = readVarint(values, 0);
  const miniblocks = readVarint(values, block.next);
  const each = block.value / miniblocks.value;
  // The format asks for blocks of a multiple of 128 and miniblocks of a multiple of 32.
  if (!(block.value > 0 && block.value <= 1 << 20 && each > 0 && each % 32 === 0)) throw new RangeError('differences in no blocks');
  if (values.length < width / 4) throw new RangeError('no differences');
}

/** An unsigned LEB128 of at most 31 bits. */
function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    if (at + i >= bytes.length) break;
    const byte = bytes[at + i];
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (!(byte & 0x80)) {
      if (value >= 2 ** 31) break;
      return { value, next: at + i + 1 };
    }
  }
  throw new RangeError('a number that does not end');
}

/** A run of bytes as long as this, all with their high bit set, is no number that is meant. */
const longestVarint = 1024;

/** A number of unbounded length would be multiplied up, byte by byte. */
export function checkVarints(bytes: Uint8Array): void {
  let run = 0;
  for (const byte of bytes) {
    run = byte & 0x80 ? run + 1 : 0;
    if (run >= longestVarint) throw new Damaged('it has a number of unbounded length');
  }
}
