import { heldOutColumns, stepColumns } from './messages';
import type { Outcome, TakenStep } from './run';

/** More steps than this in one message are thinned: the history has them all. */
const mostRows = 256;
const width = stepColumns.length;

/** What was taken since it was last told: the steps at an even stride, and the last one. */
export class Progress {
  /** The rows that stay, and after them room for the last one. */
  private readonly rows = new Float64Array((mostRows + 1) * width);
  private kept = 0;
  private stride = 1;
  /** Steps that came since the last one that was kept. */
  private since = 0;
  private last: TakenStep | undefined;
  private heldOut: number[] = [];

  add(outcome: Extract<Outcome, { readonly type: 'step' | 'judged' }>): void {
    if (outcome.type === 'judged') {
      const judged = { step: outcome.step, ...outcome.heldOut };
      this.heldOut.push(...heldOutColumns.map((name) => judged[name]));
      return;
    }
    this.last = outcome;
    if (++this.since < this.stride) return;
    this.since = 0;
    this.write(this.kept++, outcome);
    if (this.kept === mostRows) this.thin();
  }

  /** Everything since the last call; undefined where nothing happened. */
  tell(): { readonly steps: Float64Array; readonly heldOut: Float64Array } | undefined {
    const { last } = this;
    if (!last && this.heldOut.length === 0) return undefined;
    if (last && (this.kept === 0 || this.stepAt(this.kept - 1) !== last.step)) this.write(this.kept++, last);
    const told = { steps: this.rows.slice(0, this.kept * width), heldOut: Float64Array.from(this.heldOut) };
    [this.kept, this.stride, this.since, this.last, this.heldOut] = [0, 1, 0, undefined, []];
    return told;
  }

  private stepAt(row: number): number {
    return this.rows[row * width];
  }

  private write(row: number, { step, loss, terms, gradientNorm, learningRate }: TakenStep): void {
    const values = { step, loss, base: terms.base, logDet: terms.logDet, energy: terms.energy, gradientNorm, learningRate };
    for (let i = 0; i < width; i++) this.rows[row * width + i] = values[stepColumns[i]];
  }

  /** The steps need not be numbered without gaps: every second one that was kept stays. */
  private thin(): void {
    this.since = this.stride;
    this.stride *= 2;
    for (let row = 2; row < this.kept; row += 2) this.rows.copyWithin((row / 2) * width, row * width, (row + 1) * width);
    this.kept = Math.ceil(this.kept / 2);
  }
}
