/** Rows of as many numbers each, in blocks, so that growing never copies. A row that is given up leaves its place to a later one. */

type Numbers = Float32Array | Float64Array;

export class Rows<T extends Numbers> {
  private readonly blocks: T[] = [];
  private readonly perBlock: number;

  /**
   * @param allocate makes an array of so many numbers.
   * @param block how many numbers a block holds, about.
   * @param most how many rows there can be.
   */
  constructor(
    private readonly width: number,
    private readonly allocate: (length: number) => T,
    block: number,
    private readonly most: number,
  ) {
    this.perBlock = Math.max(1, Math.floor(block / Math.max(1, width)));
  }

  get bytes(): number {
    return this.blocks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The numbers of the row at this place, as they stand in their block; a place that was never filled follows on those that were. */
  at(place: number): T {
    const block = Math.floor(place / this.perBlock);
    if (block === this.blocks.length) {
      const rows = Math.min(this.perBlock, this.most - block * this.perBlock);
      this.blocks.push(this.allocate(rows * this.width));
    }
    const start = (place % this.perBlock) * this.width;
    return this.blocks[block].subarray(start, start + this.width) as T;
  }
}

/** @param block in bytes. */
export const singles = (width: number, block: number, most: number): Rows<Float32Array> =>
  new Rows(width, (length) => new Float32Array(length), block / 4, most);
export const doubles = (width: number, block: number, most: number): Rows<Float64Array> =>
  new Rows(width, (length) => new Float64Array(length), block / 8, most);

/** Which places of rows are free: those that were given back first, then the next one. */
export class Places {
  private readonly free: number[] = [];
  private next = 0;

  constructor(private readonly most: number) {}

  get isFull(): boolean {
    return this.free.length === 0 && this.next === this.most;
  }

  take(): number {
    return this.free.pop() ?? this.next++;
  }

  giveBack(place: number): void {
    this.free.push(place);
  }
}
