import { heldOutColumns, stepColumns } from './messages';
import type { Outcome } from './trainer';

/** More steps than this in one message are thinned: the history has them all. */
const mostRows = 256;

/** What was taken since it was last told: the steps at an even stride, and the last one. */
export class Progress {
  private steps: number[][] = [];
  private heldOut: number[][] = [];
  private stride = 1;
  private last: number[] | undefined;

  add(outcome: Exclude<Outcome, { readonly type: 'not-finite' }>): void {
    if (outcome.type === 'judged') {
      this.heldOut.push(rowOf(heldOutColumns, { step: outcome.step, ...outcome.heldOut }));
      return;
    }
    const { step } = outcome;
    this.last = rowOf(stepColumns, { ...outcome, ...outcome.terms });
    if (step % this.stride !== 0) return;
    this.steps.push(this.last);
    if (this.steps.length < mostRows) return;
    this.stride *= 2;
    this.steps = this.steps.filter(([at]) => at % this.stride === 0);
  }

  /** Everything since the last call; undefined where nothing happened. */
  tell(): { readonly steps: Float64Array; readonly heldOut: Float64Array } | undefined {
    const { last } = this;
    if (!last && this.heldOut.length === 0) return undefined;
    if (last && this.steps[this.steps.length - 1] !== last) this.steps.push(last);
    const told = { steps: Float64Array.from(this.steps.flat()), heldOut: Float64Array.from(this.heldOut.flat()) };
    [this.steps, this.heldOut, this.stride, this.last] = [[], [], 1, undefined];
    return told;
  }
}

function rowOf<Name extends string>(columns: readonly Name[], values: Readonly<Record<Name, number>>): number[] {
  return columns.map((name) => values[name]);
}
