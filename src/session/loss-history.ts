/** What is kept of each step, in this order; as many numbers are one row. */
export const lossColumns = ['step', 'loss', 'base', 'logDet', 'energy', 'gradientNorm'] as const;
const width = lossColumns.length;

/**
 * What every step said, within a fixed budget: once full, every second entry is dropped and from then on only every second step is kept,
 * so the chart always spans the whole run. The last step is always there. A step that is taken again replaces all that came after it.
 */
export class LossHistory {
  private kept: (readonly number[])[] = [];
  private stride = 1;
  /** Steps that came since the last one that was kept. */
  private since = 0;
  private last: readonly number[] | undefined;

  constructor(private readonly capacity = 2048) {}

  /** The latest (step, loss), if any step was taken. */
  get latest(): readonly [step: number, loss: number] | undefined {
    return this.last && [this.last[0], this.last[1]];
  }

  /** The latest row of {@link lossColumns}. */
  get latestRow(): readonly number[] | undefined {
    return this.last;
  }

  /** @param row in the order of {@link lossColumns}. */
  add(row: readonly number[]): void {
    const [step] = row;
    this.forgetFrom(step);
    this.last = row;
    if (++this.since < this.stride) return;
    this.since = 0;
    this.kept.push(row);
    if (this.kept.length < this.capacity) return;
    this.since = this.stride;
    this.stride *= 2;
    this.kept = this.kept.filter((_, i) => i % 2 === 0);
  }

  /** Training rests at this step: what later ones said is no more, and what it said itself is yet to be added. */
  forgetFrom(step: number): void {
    while (this.kept.length > 0 && this.kept[this.kept.length - 1][0] >= step) this.kept.pop();
    this.last = undefined;
  }

  /** Adds rows that begin with the columns of {@link lossColumns} and are `length` numbers long. */
  addRows(rows: ArrayLike<number>, length: number = width): void {
    for (let at = 0; at + length <= rows.length; at += length) this.add(Array.from({ length: width }, (_, i) => rows[at + i]));
  }

  /** All rows in order, the latest among them. */
  rows(): Float32Array {
    return Float32Array.from(this.all().flat());
  }

  /** (step, loss) pairs in order, the latest among them. */
  pairs(): Float32Array {
    return Float32Array.from(this.all().flatMap(([step, loss]) => [step, loss]));
  }

  clear(): void {
    this.kept = [];
    this.stride = 1;
    this.since = 0;
    this.last = undefined;
  }

  private all(): (readonly number[])[] {
    const { last, kept } = this;
    return last !== undefined && last[0] !== kept[kept.length - 1]?.[0] ? [...kept, last] : kept;
  }
}
