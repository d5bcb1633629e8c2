/**
 * Zstandard (RFC 8878) into a length that is known: no more memory and no more time than that asks for, whatever the bytes would come to.
 * The decoders that there are copy a match to its end, also beyond their output, and one of a few bytes may be of gigabytes.
 */

import { huffmanTable, readHuffman, type HuffmanTable } from './zstd-huffman';
import { BitsBackwards, fseTable, readFse, singleSymbol, type FseTable } from './zstd-fse';

const magic = 0xfd2fb528;
const longestBlock = 1 << 17;

/** The `length` bytes that are compressed in `bytes`. @throws RangeError where they are damaged, or of another length. */
export function unzstd(bytes: Uint8Array, length: number): Uint8Array {
  const output = new Output(length);
  for (let at = 0; at < bytes.length;) at = readFrame(bytes, at, output);
  if (output.filled !== length) throw new RangeError('fewer bytes than were announced');
  return output.bytes;
}

class Output {
  readonly bytes: Uint8Array;
  filled = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  add(piece: Uint8Array): void {
    this.need(piece.length);
    this.bytes.set(piece, this.filled);
    this.filled += piece.length;
  }

  repeat(byte: number, count: number): void {
    this.need(count);
    this.bytes.fill(byte, this.filled, this.filled + count);
    this.filled += count;
  }

  /** The bytes that begin `offset` before the end, which they may reach into. */
  copy(offset: number, count: number, first: number): void {
    this.need(count);
    if (!(offset > 0 && offset <= this.filled - first)) throw new RangeError('a match from before the beginning');
    for (let i = 0; i < count; i++, this.filled++) this.bytes[this.filled] = this.bytes[this.filled - offset];
  }

  private need(count: number): void {
    if (this.filled + count > this.bytes.length) throw new RangeError('more bytes than were announced');
  }
}

/** What a frame's blocks leave to the next. */
interface FrameState {
  huffman?: HuffmanTable;
  /** Of literal lengths, offsets and match lengths. */
  readonly tables: (FseTable | undefined)[];
  readonly offsets: [number, number, number];
  /** Where its output begins. */
  readonly first: number;
}

/** Returns where the next frame begins. */
function readFrame(bytes: Uint8Array, start: number, output: Output): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = view.getUint32(start, true);
  if ((id & 0xfffffff0) >>> 0 === 0x184d2a50) return start + 8 + view.getUint32(start + 4, true);
  if (id !== magic) throw new RangeError('no Zstandard frame');
  const descriptor = view.getUint8(start + 4);
  const [single, checksum, dictionary] = [(descriptor >> 5) & 1, (descriptor >> 2) & 1, descriptor & 3];
  if (descriptor & 8 || dictionary !== 0) throw new RangeError('a frame that needs more than itself');
  // Window and content size: the output is kept whole, and its length is known.
  const sizes = descriptor >> 6;
  let at = start + 5 + (single ? 0 : 1) + (sizes === 0 ? single : 1 << sizes);
  const state: FrameState = { tables: [], offsets: [1, 4, 8], first: output.filled };
  for (let last = false; !last;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    last = (header & 1) === 1;
    const [type, size] = [(header >> 1) & 3, header >> 3];
    if (size > longestBlock) throw new RangeError('a block that is too long');
    at += 3;
    if (type === 1) output.repeat(view.getUint8(at++), size);
    else {
      const block = slice(bytes, at, size);
      at += size;
      if (type === 0) output.add(block);
      else if (type === 2) readBlock(block, state, output);
      else throw new RangeError('a block of no type');
    }
  }
  return at + 4 * checksum;
}

function slice(bytes: Uint8Array, at: number, length: number): Uint8Array {
  if (!(length >= 0 && at + length <= bytes.length)) throw new RangeError('cut short');
  return bytes.subarray(at, at + length);
}

function readBlock(block: Uint8Array, state: FrameState, output: Output): void {
  const { literals, next } = readLiterals(block, state);
  let used = 0;
  const take = (count: number): void => {
    output.add(slice(literals, used, count));
    used += count;
  };
  readSequences(slice(block, next, block.length - next), state, (literal, offset, match) => {
    take(literal);
    output.copy(offset, match, state.first);
  });
  take(literals.length - used);
}

/** Section 3.1.1.3.1. */
function readLiterals(block: Uint8Array, state: FrameState): { readonly literals: Uint8Array; readonly next: number } {
  const number = (bytes: number): number => slice(block, 0, bytes).reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
  const [type, format] = [number(1) & 3, (number(1) >> 2) & 3];
  if (type < 2) {
    const bytes = [1, 2, 1, 3][format];
    const length = number(bytes) >> (bytes === 1 ? 3 : 4);
    if (length > longestBlock) throw new RangeError('literals that are too long');
    if (type === 0) return { literals: slice(block, bytes, length), next: bytes + length };
    return { literals: new Uint8Array(length).fill(slice(block, bytes, 1)[0]), next: bytes + 1 };
  }
  const [head, bits] = [
    [3, 10],
    [3, 10],
    [4, 14],
    [5, 18],
  ][format];
  const sizes = Math.floor(number(head) / 16);
  const [length, stored] = [sizes % 2 ** bits, Math.floor(sizes / 2 ** bits)];
  if (length === 0 || length > longestBlock) throw new RangeError('literals of another length');
  let coded = slice(block, head, stored);
  if (type === 2) {
    const read = huffmanTable(coded);
    state.huffman = read.table;
    coded = coded.subarray(read.length);
  }
  if (!state.huffman) throw new RangeError('literals without a table');
  const literals = new Uint8Array(length);
  if (format === 0) readHuffman(coded, state.huffman, literals);
  else {
    const view = new DataView(coded.buffer, coded.byteOffset, coded.byteLength);
    const each = (length + 3) >> 2;
    for (let s = 0, at = 6; s < 4; s++) {
      const size = s < 3 ? view.getUint16(2 * s, true) : coded.length - at;
      const into = literals.subarray(Math.min(s * each, length), s < 3 ? Math.min((s + 1) * each, length) : length);
      readHuffman(slice(coded, at, size), state.huffman, into);
      at += size;
    }
  }
  return { literals, next: head + stored };
}

/** How many bits follow a code, from which the values of the codes are counted up. */
const literalBits = [...new Array<number>(16).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const matchBits = [...new Array<number>(32).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const basesOf = (bits: readonly number[], first: number): number[] => {
  let base = first;
  return bits.map((count) => (base += 2 ** count) - 2 ** count);
};
const [literalBases, matchBases] = [basesOf(literalBits, 0), basesOf(matchBits, 3)];

/** Appendix A's default distributions: of literal lengths, offsets and match lengths. */
const usual = [
  fseTable([4, 3, ...twos(11), 1, 1, 1, ...twos(9), 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6),
  fseTable([...ones(6), 2, 2, 2, ...ones(15), -1, -1, -1, -1, -1], 5),
  fseTable([1, 4, 3, ...twos(6), ...ones(37), -1, -1, -1, -1, -1, -1, -1], 6),
];
/** The finest table that each may have, and its greatest code. */
const [finest, greatest] = [
  [9, 8, 9],
  [35, 30, 52],
];

function ones(count: number): number[] {
  return new Array<number>(count).fill(1);
}

function twos(count: number): number[] {
  return new Array<number>(count).fill(2);
}

/** Section 3.1.1.3.2: so many literals, then a match. */
function readSequences(bytes: Uint8Array, state: FrameState, visit: (literal: number, offset: number, match: number) => void): void {
  const at = (i: number): number => slice(bytes, i, 1)[0];
  if (at(0) === 0) return;
  const [count, head] = at(0) < 128 ? [at(0), 1] : at(0) < 255 ? [(at(0) - 128) * 256 + at(1), 2] : [at(1) + at(2) * 256 + 0x7f00, 3];
  const modes = at(head);
  let next = head + 1;
  const tables = [6, 4, 2].map((shift, kind) => {
    const mode = (modes >> shift) & 3;
    if (mode === 0) return usual[kind];
    if (mode === 1) return singleSymbol(at(next++));
    if (mode === 2) {
      const read = readFse(bytes.subarray(next), finest[kind]);
      next += read.length;
      return read.table;
    }
    const kept = state.tables[kind];
    if (!kept) throw new RangeError('no table to repeat');
    return kept;
  });
  state.tables.splice(0, 3, ...tables);
  const bits = new BitsBackwards(slice(bytes, next, bytes.length - next));
  const states = tables.map(({ log }) => bits.read(log));
  for (let i = 0; i < count; i++) {
    const [literalCode, offsetCode, matchCode] = tables.map(({ symbols }, kind) => {
      const code = symbols[states[kind]];
      if (code > greatest[kind]) throw new RangeError('a code that there is not');
      return code;
    });
    const offset = 2 ** offsetCode + bits.read(offsetCode);
    const match = matchBases[matchCode] + bits.read(matchBits[matchCode]);
    const literal = literalBases[literalCode] + bits.read(literalBits[literalCode]);
    visit(literal, resolveOffset(offset, literal, state.offsets), match);
    if (i + 1 < count) for (const kind of [0, 2, 1]) states[kind] = bits.next(tables[kind], states[kind]);
    if (bits.left < 0) throw new RangeError('sequences beyond their bits');
  }
  if (bits.left !== 0) throw new RangeError('bits beyond the sequences');
}

/** Section 3.1.1.5: 1 … 3 are offsets that were used before. */
function resolveOffset(value: number, literal: number, recent: [number, number, number]): number {
  const which = value - 1 + (literal === 0 ? 1 : 0);
  if (value <= 3 && which === 0) return recent[0];
  const offset = value > 3 ? value - 3 : which < 3 ? recent[which] : recent[0] - 1;
  if (value > 3 || which > 1) recent[2] = recent[1];
  recent[1] = recent[0];
  recent[0] = offset;
  return offset;
}
