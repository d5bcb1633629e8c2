/** What every step of training left behind, within a memory budget, so that any of them can be shown again exactly. */

import type { Estimate } from '../flow/diagnostics';
import type { Patience } from './patience';
import { doubles, Places, singles } from './rows';
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
  /** The step after which the moments began. */
  readonly momentsSince: number;
  readonly patience: Patience | undefined;
}

/** A step whose moments are kept as well; its parameters are those of its row. */
interface MarkedStep {
  readonly step: number;
  readonly momentsSince: number;
  readonly patience: Patience | undefined;
  /** Where its moments lie. */
  readonly place: number;
}

/** From the step after `from` on, training went by these settings. */
interface Segment<Settings> {
  readonly from: number;
  readonly settings: Settings;
}

/** Every so many kept steps the moments are kept as well, and there is room for twice as many, for where segments begin. */
const stepsPerMark = 16;
/** Whatever the budget, there is room for so many, and for no more than can be gone through in some milliseconds. */
const leastRows = 8;
const mostRowsEver = 2 ** 17;
const bytesMeasured = 8 * recorded.length;
/** Rows are allocated in blocks of so many bytes, and of at most this part of the budget. */
const mostPerBlock = 2 ** 20;
const blocksWithin = 32;

/**
 * Every `stride`-th step with its parameters, and where training can be taken up again from. Once the budget is used up the stride
 * doubles and every second row leaves its place to a later one, but for those where a segment begins: nothing is moved, so that this
 * takes no longer than a few steps, however much is kept. `Settings` is whatever a stepper needs to take the same steps again.
 */
export class History<Settings> {
  /** The kept steps in order, and where the row of each lies. */
  private steps: number[] = [];
  private places: number[] = [];
  private marks: MarkedStep[] = [];
  private segments: Segment<Settings>[] = [];
  private readonly measures;
  private readonly parameters;
  private readonly moments;
  private readonly rowPlaces;
  private readonly markPlaces;
  private readonly mostSegments: number;
  private stride = 1;
  private end = -1;

  /** @param budget in bytes: beyond a handful of rows, they take no more. */
  constructor(
    private readonly parameterCount: number,
    start: Mark,
    settings: Settings,
    budget = 64 * 2 ** 20,
  ) {
    const rowsPerMark = stepsPerMark / 2;
    const bytesPerMark = 8 * parameterCount;
    const bytesPerRow = bytesMeasured + 4 * parameterCount + bytesPerMark / rowsPerMark;
    const mostRows = Math.max(leastRows, Math.min(mostRowsEver, Math.floor(budget / bytesPerRow)));
    const mostMarks = Math.max(leastRows, Math.floor(mostRows / rowsPerMark));
    const block = Math.min(mostPerBlock, budget / blocksWithin);
    this.measures = doubles(recorded.length, block, mostRows);
    this.parameters = singles(parameterCount, block, mostRows);
    this.moments = singles(2 * parameterCount, block, mostMarks);
    this.rowPlaces = new Places(mostRows);
    this.markPlaces = new Places(mostMarks);
    this.mostSegments = mostMarks / 2;
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
    this.makeRoom();
    this.append(mark.step, mark.state.parameters, measures);
    this.keepMark(mark);
    this.segments.push({ from: mark.step, settings });
    this.end = mark.step;
  }

  /** A step was taken. What was recorded of it and of later steps is forgotten. `mark` is asked for only where the step is kept. */
  record(step: number, mark: () => Mark, measures: Measures): void {
    this.forgetFrom(step);
    this.end = step;
    if (step % this.stride !== 0) return;
    this.makeRoom();
    if (step % this.stride !== 0) return;
    const kept = mark();
    this.append(step, kept.state.parameters, measures);
    if (step % (stepsPerMark * this.stride) === 0) this.keepMark(kept);
  }

  /** The held-out likelihood after a step, if that is kept. */
  judged(step: number, { mean, standardError }: Estimate): void {
    const row = this.rowOf(step);
    if (this.steps[row] === step) this.measures.at(this.places[row]).set([mean, standardError], recorded.indexOf('heldOut'));
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
    const { place, ...marked } = this.marks[i];
    const moments = this.moments.at(place);
    const half = this.parameterCount;
    const state = {
      parameters: this.parameters.at(this.places[this.rowOf(marked.step)]).slice(),
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
    for (let i = 0; i < shown; i++) {
      const row = first + Math.round((i * (count - 1)) / Math.max(1, shown - 1));
      // Between two of them an edit may have thinned the rows.
      if (row < this.steps.length) yield this.pastStep(row);
    }
  }

  /** The kept steps from `from` on, in order. */
  *since(from: number): Generator<PastStep> {
    for (let row = this.rowOf(from - 1) + 1; row < this.steps.length; row++) yield this.pastStep(row);
  }

  private pastStep(row: number): PastStep {
    const place = this.places[row];
    const values = this.measures.at(place);
    return {
      step: this.steps[row],
      parameters: this.parameters.at(place).slice(),
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
    const place = this.rowPlaces.take();
    this.steps.push(step);
    this.places.push(place);
    this.parameters.at(place).set(parameters);
    const row = this.measures.at(place);
    for (let i = 0; i < recorded.length; i++) row[i] = measures[recorded[i]];
  }

  private keepMark({ step, state, momentsSince, patience }: Mark): void {
    const place = this.markPlaces.take();
    this.marks.push({ step, momentsSince, patience, place });
    const both = this.moments.at(place);
    both.set(state.moments[0]);
    both.set(state.moments[1], this.parameterCount);
  }

  private forgetFrom(step: number): void {
    if (this.end < step) return;
    this.keep((at) => at < step);
    this.segments = this.segments.filter(({ from }) => from < step);
  }

  /** For one row and one mark more. */
  private makeRoom(): void {
    while (this.rowPlaces.isFull || this.markPlaces.isFull) {
      if (this.segments.length > this.mostSegments) this.forgetOldest();
      else this.thin();
    }
  }

  private thin(): void {
    this.stride *= 2;
    const begins = new Set(this.segments.map(({ from }) => from));
    this.keep(
      (step) => step % this.stride === 0 || begins.has(step),
      (step) => step % (stepsPerMark * this.stride) === 0 || begins.has(step),
    );
  }

  /** There are too many segments to be kept: the older half goes. */
  private forgetOldest(): void {
    this.segments = this.segments.slice(this.segments.length >> 1);
    const [{ from }] = this.segments;
    this.keep((step) => step >= from);
  }

  private keep(rowStays: (step: number) => boolean, markStays = rowStays): void {
    let kept = 0;
    for (let row = 0; row < this.steps.length; row++) {
      if (rowStays(this.steps[row])) {
        this.steps[kept] = this.steps[row];
        this.places[kept++] = this.places[row];
      } else {
        this.rowPlaces.giveBack(this.places[row]);
      }
    }
    this.steps.length = kept;
    this.places.length = kept;
    this.marks = this.marks.filter(({ step, place }) => {
      const stays = markStays(step);
      if (!stays) this.markPlaces.giveBack(place);
      return stays;
    });
  }
}

/** −1 where it holds for none. */
function lastIndex<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let i = items.length - 1;
  while (i >= 0 && !holds(items[i])) i--;
  return i;
}
