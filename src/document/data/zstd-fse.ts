/** Finite state entropy, as Zstandard codes numbers by it (RFC 8878, section 4.1). */

/** By state: the symbol that it stands for, and what the next state is read from. */
export interface FseTable {
  /** There are 2^log states. */
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** Bits from the end of some bytes to their beginning, the last byte's highest set bit being the mark of the end. */
export class BitsBackwards {
  /** How many bits are left; below 0 where more were read than there are: those are 0. */
  left: number;

  constructor(private readonly bytes: Uint8Array) {
    const last = bytes.at(-1) ?? 0;
    if (last === 0) throw new RangeError('bits without an end');
    this.left = 8 * bytes.length - 8 + (31 - Math.clz32(last));
  }

  /** Up to 31 bits as a number. */
  read(count: number): number {
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  peek(count: number): number {
    // Four bytes hold any 25 bits; the rest is asked for apart.
    if (count > 25) return this.window(this.left - (count - 16), count - 16) * 2 ** 16 + this.window(this.left - count, 16);
    return this.window(this.left - count, count);
  }

  private window(low: number, count: number): number {
    if (low < 0) return count + low > 0 ? this.window(0, count + low) * 2 ** -low : 0;
    const at = low >> 3;
    const { bytes } = this;
    // Beyond the end there is nothing, which counts as 0.
    const four = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    return (four >>> (low & 7)) & ((1 << count) - 1);
  }

  next({ bits, bases }: FseTable, state: number): number {
    return bases[state] + this.read(bits[state]);
  }
}

/** The table whose every state is this symbol. */
export function singleSymbol(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}

/** How often each symbol comes in 2^log; −1 is less than once. */
export function fseTable(frequencies: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const [symbols, bits, bases] = [new Uint8Array(size), new Uint8Array(size), new Uint16Array(size)];
  const seen = frequencies.map((frequency) => Math.abs(frequency));
  let high = size;
  frequencies.forEach((frequency, symbol) => {
    if (frequency === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  frequencies.forEach((frequency, symbol) => {
    for (let i = 0; i < frequency; i++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  });
  for (let state = 0; state < size; state++) {
    const next = seen[symbols[state]]++;
    bits[state] = log - (31 - Math.clz32(next));
    bases[state] = (next << bits[state]) - size;
  }
  return { log, symbols, bits, bases };
}

/** The table that is described at the beginning of some bytes, and how many of them describe it. */
export function readFse(bytes: Uint8Array, finest: number): { readonly table: FseTable; readonly length: number } {
  let at = 0;
  const read = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      if (at >= 8 * bytes.length) throw new RangeError('a table that is cut short');
      value |= ((bytes[at >> 3] >> (at & 7)) & 1) << i;
    }
    return value;
  };
  const log = read(4) + 5;
  if (log > finest) throw new RangeError('a table that is too fine');
  const frequencies: number[] = [];
  for (let left = 1 << log; left > 0;) {
    // A value up to left + 1: the lower ones take a bit less.
    const bits = 32 - Math.clz32(left + 1);
    const low = read(bits - 1);
    const few = (1 << bits) - 1 - (left + 1);
    let value = low;
    if (low >= few && read(1) === 1) value = low + (1 << (bits - 1)) - few;
    frequencies.push(value - 1);
    left -= Math.abs(value - 1);
    if (left < 0 || frequencies.length > 256) throw new RangeError('frequencies of another sum');
    for (let zeros = value === 1 ? 3 : 0; zeros === 3;) {
      zeros = read(2);
      for (let i = 0; i < zeros; i++) frequencies.push(0);
      if (frequencies.length > 256) throw new RangeError('more symbols than a byte has');
    }
  }
  return { table: fseTable(frequencies, log), length: Math.ceil(at / 8) };
}
