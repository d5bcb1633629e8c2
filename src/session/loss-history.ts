/**
 * The loss of every step, within a fixed budget: once full, every second entry is dropped and from then on only every second step is
 * kept, so the chart always spans the whole run. The last step is always there.
 */
export class LossHistory {
  private steps: number[] = [];
  private losses: number[] = [];
  private stride = 1;
  private last: readonly [step: number, loss: number] | undefined;

  constructor(private readonly capacity = 2048) {}

  /** The latest (step, loss), if any step was taken. */
  get latest(): readonly [step: number, loss: number] | undefined {
    return this.last;
  }

  add(step: number, loss: number): void {
    this.last = [step, loss];
    if (step % this.stride !== 0) return;
    this.steps.push(step);
    this.losses.push(loss);
    if (this.steps.length < this.capacity) return;
    this.stride *= 2;
    const kept = this.steps.map((_, i) => i).filter((i) => this.steps[i] % this.stride === 0);
    this.losses = kept.map((i) => this.losses[i]);
    this.steps = kept.map((i) => this.steps[i]);
  }

  /** Adds (step, loss) pairs. */
  addPairs(pairs: ArrayLike<number>): void {
    for (let i = 0; i + 1 < pairs.length; i += 2) this.add(pairs[i], pairs[i + 1]);
  }

  /** (step, loss) pairs in order, the latest among them. */
  pairs(): Float32Array {
    const n = this.steps.length;
    const tail = this.last !== undefined && this.last[0] !== this.steps[n - 1] ? this.last : undefined;
    const pairs = new Float32Array(2 * (n + (tail ? 1 : 0)));
    for (let i = 0; i < n; i++) {
      pairs[2 * i] = this.steps[i];
      pairs[2 * i + 1] = this.losses[i];
    }
    if (tail) pairs.set(tail, 2 * n);
    return pairs;
  }

  clear(): void {
    this.steps = [];
    this.losses = [];
    this.stride = 1;
    this.last = undefined;
  }
}
