/** Huffman codes, as Zstandard codes literals by them (RFC 8878, section 4.2). */

import { BitsBackwards, readFse } from './zstd-fse';

/** By the next `log` bits: the byte that they begin with, and how many of them code it. */
export interface HuffmanTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

const longestCode = 11;

/** The table that is described at the beginning of some bytes, and how many of them describe it. */
export function huffmanTable(bytes: Uint8Array): { readonly table: HuffmanTable; readonly length: number } {
  if (bytes.length === 0) throw new RangeError('literals without a table');
  const [head] = bytes;
  const length = head < 128 ? head : (head - 126) >> 1;
  if (1 + length > bytes.length) throw new RangeError('a table that is cut short');
  const coded = bytes.subarray(1, 1 + length);
  const weights =
    head < 128 ? codedWeights(coded) : Array.from({ length: head - 127 }, (_, i) => (coded[i >> 1] >> (i % 2 === 0 ? 4 : 0)) & 15);
  return { table: tableOf(weights), length: 1 + length };
}

/** Weights that are themselves coded, by two states that take turns. */
function codedWeights(bytes: Uint8Array): number[] {
  const { table, length } = readFse(bytes, 6);
  const bits = new BitsBackwards(bytes.subarray(length));
  const states = [bits.read(table.log), bits.read(table.log)];
  const weights: number[] = [];
  for (let turn = 0; ; turn = 1 - turn) {
    weights.push(table.symbols[states[turn]]);
    if (weights.length > 255) throw new RangeError('more symbols than a byte has');
    states[turn] = bits.next(table, states[turn]);
    if (bits.left < 0) return [...weights, table.symbols[states[1 - turn]]];
  }
}

/** The weight of the last symbol is what the others leave of a power of two. */
function tableOf(given: readonly number[]): HuffmanTable {
  const sum = given.reduce((total, weight) => total + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const log = 32 - Math.clz32(sum);
  const left = 2 ** log - sum;
  if (sum === 0 || log > longestCode || !Number.isInteger(Math.log2(left)) || given.length > 255)
    throw new RangeError('weights of another sum');
  const weights = [...given, Math.log2(left) + 1];
  const [symbols, bits] = [new Uint8Array(1 << log), new Uint8Array(1 << log)];
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    weights.forEach((own, symbol) => {
      if (own !== weight) return;
      const end = at + (1 << (weight - 1));
      symbols.fill(symbol, at, end);
      bits.fill(log + 1 - weight, at, end);
      at = end;
    });
  }
  return { log, symbols, bits };
}

/** As many bytes as `into` has, in one stream that ends with them. */
export function readHuffman(bytes: Uint8Array, { log, symbols, bits }: HuffmanTable, into: Uint8Array): void {
  const stream = new BitsBackwards(bytes);
  for (let i = 0; i < into.length; i++) {
    const next = stream.peek(log);
    into[i] = symbols[next];
    stream.left -= bits[next];
    if (stream.left < 0) throw new RangeError('literals beyond their bits');
  }
  if (stream.left !== 0) throw new RangeError('bits beyond the literals');
}
