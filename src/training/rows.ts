/** Rows of as many numbers each, in blocks, so that growing never copies and what is freed is given back. */

type Numbers = Float32Array | Float64Array;

export class Rows<T extends Numbers> {
  private blocks: T[] = [];
  private readonly perBlock: number;

  /**
   * @param allocate makes an array of so many numbers.
   * @param block how many numbers a block holds, about.
   */
  constructor(
    private readonly width: number,
    private readonly allocate: (length: number) => T,
    block: number,
  ) {
    this.perBlock = Math.max(1, Math.floor(block / Math.max(1, width)));
  }

  get bytes(): number {
    return this.blocks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The numbers of a row, as they stand in their block. */
  at(row: number): T {
    const start = (row % this.perBlock) * this.width;
    return this.blockOf(row).subarray(start, start + this.width) as T;
  }

  set(row: number, values: ArrayLike<number>): void {
    while (this.blocks.length * this.perBlock <= row) this.blocks.push(this.allocate(this.perBlock * this.width));
    this.blockOf(row).set(values, (row % this.perBlock) * this.width);
  }

  /** Copies a row over another. A loop: for rows this short it takes a third of the time of making windows for `set`. */
  move(from: number, to: number): void {
    const [source, target] = [this.blockOf(from), this.blockOf(to)];
    const [start, end] = [(from % this.perBlock) * this.width, (to % this.perBlock) * this.width];
    for (let i = 0; i < this.width; i++) target[end + i] = source[start + i];
  }

  /** Gives the rows from `count` on back. */
  trim(count: number): void {
    this.blocks.length = Math.ceil(count / this.perBlock);
  }

  private blockOf(row: number): T {
    return this.blocks[Math.floor(row / this.perBlock)];
  }
}

/** @param block in bytes. */
export const singles = (width: number, block: number): Rows<Float32Array> =>
  new Rows(width, (length) => new Float32Array(length), block / 4);
export const doubles = (width: number, block: number): Rows<Float64Array> =>
  new Rows(width, (length) => new Float64Array(length), block / 8);
