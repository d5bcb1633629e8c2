/** What every step of training left behind, within a memory budget, so that any of them can be shown again exactly. */

import type { Estimate } from '../flow/diagnostics';
import type { Patience } from './patience';
import type { TrainingState } from './stepper';

/** What is recorded of a step beside its parameters, in this order. Where a value was not measured it is NaN. */
export const recorded = ['loss', 'base', 'logDet', 'energy', 'gradientNorm', 'learningRate', 'heldOut', 'heldOutError'] as const;
export type Recorded = (typeof recorded)[number];
/** The recorded quantities of one step. */
export type Measures = Readonly<Record<Recorded, number>>;

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

/** Rows of steps; the rows of a block are allocated at once. */
interface Block {
  readonly steps: Float64Array;
  readonly measures: Float64Array;
  readonly parameters: Float32Array;
}

/** From the step after `from` on, training went by these settings. */
interface Segment<Settings> {
  readonly from: number;
  readonly settings: Settings;
}

/** Every so many kept steps the moments are kept as well. */
const stepsPerMark = 16;
const bytesPerBlock = 1 << 20;
const width = recorded.length;

/**
 * Every `stride`-th step with its parameters, and where training can be taken up again from. Once the budget is used up the stride
 * doubles and every second row goes, but for those where a segment begins. `Settings` is whatever a stepper needs to take the same
 * steps again.
 */
export class History<Settings> {
  private blocks: Block[] = [];
  private rows = 0;
  private marks: Mark[] = [];
  private segments: Segment<Settings>[] = [];
  private stride = 1;
  private end = -1;
  private readonly rowsPerBlock: number;
  private readonly rowBytes: number;
  private readonly markBytes: number;

  /** @param budget in bytes; it is passed by at most one block of about a megabyte. */
  constructor(
    private readonly parameterCount: number,
    start: Mark,
    settings: Settings,
    private readonly budget = 64 * 2 ** 20,
  ) {
    this.rowBytes = 8 + 8 * width + 4 * parameterCount;
    this.markBytes = 12 * parameterCount;
    this.rowsPerBlock = Math.max(1, Math.min(1024, Math.floor(bytesPerBlock / this.rowBytes)));
    this.begin(start, settings);
  }

  /** What the typed arrays hold. */
  get bytes(): number {
    return this.blocks.length * this.rowsPerBlock * this.rowBytes + this.marks.length * this.markBytes;
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
    this.marks.push(mark);
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
    if (step % (stepsPerMark * this.stride) === 0) this.marks.push(kept);
    this.thin();
  }

  /** The held-out likelihood after a step that was recorded. */
  judged(step: number, { mean, standardError }: Estimate): void {
    const row = this.rowOf(step);
    if (this.stepOf(row) !== step) return;
    const { block, at } = this.place(row);
    block.measures.set([mean, standardError], at * width + recorded.indexOf('heldOut'));
  }

  /** The step, if its parameters were kept. */
  at(step: number): PastStep | undefined {
    const row = this.rowOf(step);
    return row >= 0 && this.stepOf(row) === step ? this.atRow(row) : undefined;
  }

  /** Where to begin so as to take `step` again, and by which settings; undefined before the history begins or beyond its end. */
  before(step: number): { readonly mark: Mark; readonly settings: Settings } | undefined {
    const mark = step <= this.end ? last(this.marks, (each) => each.step <= step) : undefined;
    // The segment's settings count for the steps after its first.
    const segment = mark && last(this.segments, ({ from }) => from <= mark.step);
    return segment && { mark, settings: segment.settings };
  }

  /** The settings that step was taken by. */
  settingsOf(step: number): Settings | undefined {
    return last(this.segments, ({ from }) => from < step)?.settings;
  }

  /** At most `most` steps evenly spread over the kept ones from `from` to `to`, both included. */
  *spread(from: number, to: number, most: number): Generator<PastStep> {
    const first = this.stepOf(this.rowOf(from)) < from ? this.rowOf(from) + 1 : this.rowOf(from);
    const count = this.rowOf(to) - first + 1;
    const shown = Math.min(count, most);
    for (let i = 0; i < shown; i++) yield this.atRow(first + Math.floor((i * (count - 1)) / Math.max(1, shown - 1)));
  }

  /** The kept steps from `from` on, in order. */
  *since(from: number): Generator<PastStep> {
    for (let row = Math.max(0, this.rowOf(from)); row < this.rows; row++) if (this.stepOf(row) >= from) yield this.atRow(row);
  }

  private atRow(row: number): PastStep {
    const { block, at } = this.place(row);
    const values = block.measures.subarray(at * width, (at + 1) * width);
    return {
      step: block.steps[at],
      parameters: block.parameters.slice(at * this.parameterCount, (at + 1) * this.parameterCount),
      measures: Object.fromEntries(recorded.map((name, i) => [name, values[i]])) as Record<Recorded, number>,
    };
  }

  private place(row: number): { readonly block: Block; readonly at: number } {
    return { block: this.blocks[Math.floor(row / this.rowsPerBlock)], at: row % this.rowsPerBlock };
  }

  private stepOf(row: number): number {
    if (row < 0) return -1;
    const { block, at } = this.place(row);
    return block.steps[at];
  }

  /** The last row whose step is at most this one; −1 where there is none. */
  private rowOf(step: number): number {
    let [low, high] = [-1, this.rows - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.stepOf(middle) <= step) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private append(step: number, parameters: Float32Array, measures: Measures): void {
    if (this.rows === this.blocks.length * this.rowsPerBlock) {
      this.blocks.push({
        steps: new Float64Array(this.rowsPerBlock),
        measures: new Float64Array(this.rowsPerBlock * width),
        parameters: new Float32Array(this.rowsPerBlock * this.parameterCount),
      });
    }
    const { block, at } = this.place(this.rows++);
    block.steps[at] = step;
    recorded.forEach((name, i) => (block.measures[at * width + i] = measures[name]));
    block.parameters.set(parameters, at * this.parameterCount);
  }

  private forgetFrom(step: number): void {
    if (this.end < step) return;
    this.rows = this.rowOf(step - 1) + 1;
    this.trim();
    this.marks = this.marks.filter((mark) => mark.step < step);
    this.segments = this.segments.filter(({ from }) => from < step);
  }

  /** Keeps every second row, in place, while the budget is passed. */
  private thin(): void {
    while (this.bytes > this.budget && this.rows > 2) {
      this.stride *= 2;
      const begins = new Set(this.segments.map(({ from }) => from));
      const stays = (step: number): boolean => step % this.stride === 0 || begins.has(step);
      let kept = 0;
      for (let row = 0; row < this.rows; row++) if (stays(this.stepOf(row))) this.move(row, kept++);
      const freed = this.rows - kept;
      this.rows = kept;
      this.trim();
      this.marks = this.marks.filter(({ step }) => step % (stepsPerMark * this.stride) === 0 || begins.has(step));
      if (freed === 0) return;
    }
  }

  private move(from: number, to: number): void {
    if (from === to) return;
    const source = this.place(from);
    const target = this.place(to);
    const copy = (name: keyof Block, length: number): void =>
      target.block[name].set(source.block[name].subarray(source.at * length, (source.at + 1) * length), target.at * length);
    copy('steps', 1);
    copy('measures', width);
    copy('parameters', this.parameterCount);
  }

  private trim(): void {
    this.blocks.length = Math.ceil(this.rows / this.rowsPerBlock);
  }
}

function last<T>(items: readonly T[], holds: (item: T) => boolean): T | undefined {
  for (let i = items.length - 1; i >= 0; i--) if (holds(items[i])) return items[i];
  return undefined;
}

/** Of where training began, or was edited, there is no loss. */
export const nothingMeasured = Object.fromEntries(recorded.map((name) => [name, NaN])) as Record<Recorded, number>;
