/** What every step of training left behind, within a memory budget, so that any of them can be shown again exactly. */

import type { Estimate } from '../flow/diagnostics';
import type { Patience } from './patience';
import { doubles, singles } from './rows';
import type { TrainingState } from './stepper';

/** What is recorded of a step beside its parameters, in this order. Where a value was not measured it is NaN. */
export const recorded = ['loss', 'base', 'logDet', 'energy', 'gradientNorm', 'learningRate', 'heldOut', 'heldOutError'] as const;
export type Recorded = (typeof recorded)[number];
/** The recorded quantities of one step. */
export type Measures = Readonly<Record<Recorded, number>>;

/** Of where training began, or was edited, there is no loss. */
export const nothingMeasured = Object.fromEntries(recorded.map((name) => [name, NaN])) as Record<Recorded, number>;

/** A step of the history, the parameters as it left them. */
export interface PastStep {
  readonly step: number;
  readonly parameters: Float32Array;
  readonly measures: Measures;
}

/** Everything that training goes on from, after a step. */
export interface Mark {
  readonly step: number;
  readonly state: TrainingState;
  readonly patience: Patience | undefined;
}

/** A step whose moments are kept as well; its parameters are those of its row. */
interface MarkedStep {
  readonly step: number;
  readonly patience: Patience | undefined;
}

/** From the step after `from` on, training went by these settings. */
interface Segment<Settings> {
  readonly from: number;
  readonly settings: Settings;
}

/** Every so many kept steps the moments are kept as well. */
const stepsPerMark = 16;
/** Rows are allocated in blocks of so many bytes, and of at most this part of the budget. */
const mostPerBlock = 2 ** 20;
const blocksWithin = 32;

/**
 * Every `stride`-th step with its parameters, and where training can be taken up again from. Once the budget is used up the stride
 * doubles and every second row goes, but for those where a segment begins. `Settings` is whatever a stepper needs to take the same
 * steps again.
 */
export class History<Settings> {
  private steps: number[] = [];
  private readonly measures;
  private readonly parameters;
  private marks: MarkedStep[] = [];
  private readonly moments;
  private segments: Segment<Settings>[] = [];
  private stride = 1;
  private end = -1;
  private readonly row = new Float64Array(recorded.length);

  /** @param budget in bytes. Where it is used up, the history is thinned until it is kept to, or only two rows are left. */
  constructor(
    parameterCount: number,
    start: Mark,
    settings: Settings,
    private readonly budget = 64 * 2 ** 20,
  ) {
    const block = Math.min(mostPerBlock, budget / blocksWithin);
    this.measures = doubles(recorded.length, block);
    this.parameters = singles(parameterCount, block);
    this.moments = singles(2 * parameterCount, block);
    this.begin(start, settings);
  }

  /** What the rows hold. */
  get bytes(): number {
    return this.measures.bytes + this.parameters.bytes + this.moments.bytes;
  }

  /** The last step that was recorded or begun at, kept or not. */
  get lastStep(): number {
    return this.end;
  }

  /**
   * A segment begins: training goes on from `mark` by these settings, whether the parameters of that step are as they were or were edited.
   * What came after that step is forgotten.
   */
  begin(mark: Mark, settings: Settings): void {
    const measures = this.at(mark.step)?.measures ?? nothingMeasured;
    this.forgetFrom(mark.step);
    this.append(mark.step, mark.state.parameters, measures);
    this.keepMark(mark);
    this.segments.push({ from: mark.step, settings });
    this.end = mark.step;
    this.thin();
  }

  /** A step was taken. What was recorded of it and of later steps is forgotten. `mark` is asked for only where the step is kept. */
  record(step: number, mark: () => Mark, measures: Measures): void {
    this.forgetFrom(step);
    this.end = step;
    if (step % this.stride !== 0) return;
    const kept = mark();
    this.append(step, kept.state.parameters, measures);
    if (step % (stepsPerMark * this.stride) === 0) this.keepMark(kept);
    this.thin();
  }

  /** The held-out likelihood after a step, if that is kept. */
  judged(step: number, { mean, standardError }: Estimate): void {
    const row = this.rowOf(step);
    if (this.steps[row] === step) this.measures.at(row).set([mean, standardError], recorded.indexOf('heldOut'));
  }

  /** The step, if its parameters were kept. */
  at(step: number): PastStep | undefined {
    const row = this.rowOf(step);
    return this.steps[row] === step ? this.pastStep(row) : undefined;
  }

  /** Where to begin so as to take `step` again, and by which settings; undefined before the history begins or beyond its end. */
  before(step: number): { readonly mark: Mark; readonly settings: Settings } | undefined {
    const i = step <= this.end ? lastIndex(this.marks, (mark) => mark.step <= step) : -1;
    if (i < 0) return undefined;
    const marked = this.marks[i];
    const moments = this.moments.at(i);
    const half = moments.length / 2;
    const state = {
      parameters: this.parameters.at(this.rowOf(marked.step)).slice(),
      moments: [moments.slice(0, half), moments.slice(half)] as const,
    };
    // The segment's settings count for the steps after its first.
    const { settings } = this.segments[lastIndex(this.segments, ({ from }) => from <= marked.step)];
    return { mark: { ...marked, state }, settings };
  }

  /** The settings that a step was taken by. */
  settingsOf(step: number): Settings | undefined {
    return this.segments[lastIndex(this.segments, ({ from }) => from < step)]?.settings;
  }

  /** At most `most` steps, evenly spread over the kept ones from `from` to `to`, both included. */
  *spread(from: number, to: number, most: number): Generator<PastStep> {
    const first = this.rowOf(from - 1) + 1;
    const count = this.rowOf(to) - first + 1;
    const shown = Math.min(count, most);
    for (let i = 0; i < shown; i++) yield this.pastStep(first + Math.round((i * (count - 1)) / Math.max(1, shown - 1)));
  }

  /** The kept steps from `from` on, in order. */
  *since(from: number): Generator<PastStep> {
    for (let row = this.rowOf(from - 1) + 1; row < this.steps.length; row++) yield this.pastStep(row);
  }

  private pastStep(row: number): PastStep {
    const values = this.measures.at(row);
    return {
      step: this.steps[row],
      parameters: this.parameters.at(row).slice(),
      measures: Object.fromEntries(recorded.map((name, i) => [name, values[i]])) as Record<Recorded, number>,
    };
  }

  /** The last row whose step is at most this one; −1 where there is none. */
  private rowOf(step: number): number {
    let [low, high] = [-1, this.steps.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.steps[middle] <= step) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private append(step: number, parameters: Float32Array, measures: Measures): void {
    const row = this.steps.push(step) - 1;
    this.parameters.set(row, parameters);
    recorded.forEach((name, i) => (this.row[i] = measures[name]));
    this.measures.set(row, this.row);
  }

  private keepMark({ step, state, patience }: Mark): void {
    const i = this.marks.push({ step, patience }) - 1;
    const [first, second] = state.moments;
    const both = new Float32Array(first.length + second.length);
    both.set(first);
    both.set(second, first.length);
    this.moments.set(i, both);
  }

  private forgetFrom(step: number): void {
    if (this.end < step) return;
    this.keepRows((at) => at < step);
    this.keepMarks((at) => at < step);
    this.segments = this.segments.filter(({ from }) => from < step);
  }

  private thin(): void {
    while (this.bytes > this.budget && this.steps.length > 2) {
      const before = this.steps.length;
      this.stride *= 2;
      const begins = new Set(this.segments.map(({ from }) => from));
      this.keepRows((step) => step % this.stride === 0 || begins.has(step));
      this.keepMarks((step) => step % (stepsPerMark * this.stride) === 0 || begins.has(step));
      if (this.steps.length === before && !this.forgetOldest()) return;
    }
  }

  /** There are too many segments to be kept: the older half goes. */
  private forgetOldest(): boolean {
    if (this.segments.length < 2) return false;
    this.segments = this.segments.slice(this.segments.length >> 1);
    const [{ from }] = this.segments;
    this.keepRows((step) => step >= from);
    this.keepMarks((step) => step >= from);
    return true;
  }

  private keepRows(stays: (step: number) => boolean): void {
    let kept = 0;
    for (let row = 0; row < this.steps.length; row++) {
      if (!stays(this.steps[row])) continue;
      if (kept < row) {
        this.steps[kept] = this.steps[row];
        this.measures.move(row, kept);
        this.parameters.move(row, kept);
      }
      kept++;
    }
    this.steps.length = kept;
    this.measures.trim(kept);
    this.parameters.trim(kept);
  }

  private keepMarks(stays: (step: number) => boolean): void {
    let kept = 0;
    this.marks.forEach((mark, i) => {
      if (!stays(mark.step)) return;
      if (kept < i) this.moments.move(i, kept);
      this.marks[kept++] = mark;
    });
    this.marks.length = kept;
    this.moments.trim(kept);
  }
}

/** −1 where it holds for none. */
function lastIndex<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let i = items.length - 1;
  while (i >= 0 && !holds(items[i])) i--;
  return i;
}
