/** Training that happens elsewhere, played from the steps that were seen of it. */

import { initialParameters } from '../flow/flow';
import { closedFormDirection, trainedDirection, type FlowSpec } from '../flow/spec';
import type { PointTable } from '../flow/table';
import { nothingMeasured, type Measures, type PastStep } from './history';
import type { Checkpoint, RecordedStep } from './messages';
import { lossOf, trainingObjective, type TrainingObjective } from './objective';
import { addPass, kernelPlaces, noSums, pointsAtOnce } from './pass';
import type { Outcome, PastSteps, Run, TakenStep } from './run';
import { emptyState } from './stepper';
import { finish, type Work } from './work';

interface Row {
  readonly step: number;
  /** Undefined where they are not finite: the step is only stopped at. */
  readonly parameters: Float32Array | undefined;
  readonly loss: number;
  wrong: string | undefined;
  /** Known once it was played, or looked at. */
  measures?: Measures;
}

/** What a row takes beside its parameters, roughly. */
const bytesPerRow = 256;
const leastRows = 8;

/**
 * The steps that were seen of someone else's training, in order, and which of them was played last: whoever goes on comes to the next one,
 * and at the end waits for more. What comes late is put where it belongs. Where a step is seen again with other parameters, training was
 * begun again, and what came after it is forgotten. Once the budget is used up, every second step is.
 *
 * The loss is what that training says it is, if it says so at its first step; else that of the flow's own objective on one batch, the same
 * for all steps, where it trains in the direction of the formulas. What is not known is NaN.
 */
export class Recording implements Run, PastSteps {
  private rows: Row[] = [];
  private readonly saysLoss: boolean;
  private readonly objective: TrainingObjective | undefined;
  private readonly mostRows: number;
  /** The row that was played last; −1 before the first one is. */
  private at = -1;

  /**
   * @param table the points of the flow's data file, where it names one.
   * @param memory the budget, in bytes.
   * @throws RangeError where the steps' parameters are not this flow's, or its objective is one that it cannot have.
   */
  constructor(
    private settings: FlowSpec,
    steps: readonly RecordedStep[],
    table?: PointTable,
    memory = 64 * 2 ** 20,
  ) {
    const expected = initialParameters(settings).length;
    this.mostRows = Math.max(leastRows, Math.floor(memory / (4 * expected + bytesPerRow)));
    this.saysLoss = steps.some(({ loss }) => loss !== undefined);
    this.receive(steps);
    this.rows = this.rows.slice(this.rows.findIndex(({ parameters }) => parameters));
    if (this.rows.at(0)?.parameters?.length !== expected)
      throw new RangeError(`No step was seen with the ${expected} parameters of this flow.`);
    const trains = settings.objective && closedFormDirection(settings) === trainedDirection(settings.objective);
    this.objective = trains && !this.saysLoss ? trainingObjective(settings, table) : undefined;
  }

  get spec(): FlowSpec {
    return this.settings;
  }

  get engine(): string {
    const { objective } = this.settings;
    if (this.saysLoss) return 'Training elsewhere; the loss is the one that its files say';
    if (!objective) return 'Training elsewhere; its files say no loss, and this flow names no objective to tell one by';
    if (!this.objective) return 'Training elsewhere; its files say no loss, and the objective of this flow is of the other direction';
    const target = objective.type === 'forward-kl' ? objective.data : objective.energy;
    return `Training elsewhere; its files say no loss, so it is that of ${objective.type} towards ${target} on a batch of ${this.objective.size}`;
  }

  get step(): number {
    return this.standing.step;
  }

  get history(): PastSteps {
    return this;
  }

  get isWaiting(): boolean {
    return this.at === this.rows.length - 1;
  }

  /** Nothing is held out from what others train on. */
  isJudgementDue(): boolean {
    return false;
  }

  whyRest(): undefined {
    return undefined;
  }

  /** Further steps, in any order. Returns what is to be told again: the played steps from the first on that came late, in order. */
  receive(steps: readonly RecordedStep[]): TakenStep[] {
    let late = Infinity;
    for (const { step, parameters, loss = NaN, wrong, anew } of [...steps].sort((a, b) => a.step - b.step)) {
      const row = { step, parameters: parameters?.slice(), loss, wrong };
      const after = this.indexAfter((each) => each < step);
      const known = this.rows[after]?.step === step ? this.rows[after] : undefined;
      if (known && sameNumbers(known.parameters, parameters)) continue;
      if (known || anew) {
        this.rows.splice(after, Infinity, row);
        this.at = Math.min(this.at, after - 1);
      } else {
        this.rows.splice(after, 0, row);
        if (after <= this.at) {
          this.at++;
          late = Math.min(late, step);
        }
      }
      this.makeRoom();
    }
    return this.rows.slice(0, this.at + 1).flatMap((row) => {
      if (row.step < late || !row.parameters) return [];
      row.measures ??= finish(this.measure(row));
      return [takenStep(row.step, row.measures)];
    });
  }

  *next(): Work<Outcome> {
    const row = this.rows[this.at + 1];
    if (row.wrong !== undefined) {
      const message = row.wrong;
      row.wrong = undefined;
      if (!row.parameters) this.rows.splice(this.at + 1, 1);
      return { type: 'diverged', message };
    }
    row.measures ??= yield* this.measure(row);
    this.at = this.rows.indexOf(row);
    return takenStep(row.step, row.measures);
  }

  checkpoint(): Checkpoint {
    const { step, parameters } = this.lastStep();
    return { step, ...emptyState(parameters.length), parameters: parameters.slice() };
  }

  lastStep(): PastStep {
    return this.pastStep(this.standing);
  }

  *spread(from: number, to: number, most: number): Generator<PastStep> {
    const rows = this.rows.filter(({ step, parameters }) => parameters && step >= from && step <= to);
    const shown = Math.min(rows.length, most);
    for (let i = 0; i < shown; i++) yield this.pastStep(rows[Math.round((i * (rows.length - 1)) / Math.max(1, shown - 1))]);
  }

  *since(from: number): Generator<PastStep> {
    for (const row of [...this.rows]) if (row.parameters && row.step >= from) yield this.pastStep(row);
  }

  change(spec: FlowSpec): void {
    this.settings = spec;
  }

  edit(): void {
    throw new RangeError('The parameters of training that happens elsewhere cannot be set.');
  }

  *revisit(step: number): Work<PastStep | undefined> {
    const row = this.lastUntil(step);
    if (!row) return undefined;
    row.measures ??= yield* this.measure(row);
    return this.pastStep(row);
  }

  *rewind(step: number): Work<boolean> {
    const row = this.lastUntil(step);
    if (!row) return false;
    row.measures ??= yield* this.measure(row);
    this.at = this.rows.indexOf(row);
    return true;
  }

  dispose(): void {
    this.rows = [];
  }

  private get standing(): Row {
    return this.rows[Math.max(this.at, 0)];
  }

  private lastUntil(step: number): Row | undefined {
    const known = this.rows
      .slice(
        0,
        this.indexAfter((each) => each <= step),
      )
      .filter(({ parameters }) => parameters);
    return known.at(-1);
  }

  /** The index after the last row of which this holds, as it does of all before. */
  private indexAfter(holds: (step: number) => boolean): number {
    let i = this.rows.length;
    while (i > 0 && !holds(this.rows[i - 1].step)) i--;
    return i;
  }

  private pastStep({ step, parameters = new Float32Array(), measures = nothingMeasured }: Row): PastStep {
    return { step, parameters, measures };
  }

  private *measure({ parameters, loss }: Row): Work<Measures> {
    const { objective, settings } = this;
    if (!objective || !parameters) return { ...nothingMeasured, loss };
    const places = kernelPlaces(settings);
    const values = Float64Array.from(parameters);
    const sums = noSums(values.length);
    const random = objective.random(1);
    const chunk = pointsAtOnce(settings);
    for (let left = objective.size; left > 0; left -= chunk) {
      addPass(places, settings.dim, objective, values, objective.draw(Math.min(left, chunk), random), 1, sums);
      yield;
    }
    const terms = objective.terms(sums.base, sums.cost, sums.logDet);
    return { ...nothingMeasured, ...terms, loss: lossOf(settings, terms, 1) };
  }

  private makeRoom(): void {
    if (this.rows.length <= this.mostRows) return;
    const { standing } = this;
    const last = this.rows.length - 1;
    this.rows = this.rows.filter((row, i) => i % 2 === 0 || i === last || row === standing);
    if (this.at >= 0) this.at = this.rows.indexOf(standing);
  }
}

function sameNumbers(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.every((value, i) => value === b[i]);
}

function takenStep(step: number, { loss, base, logDet, energy, gradientNorm, learningRate }: Measures): TakenStep {
  return { type: 'step', step, loss, terms: { base, logDet, energy }, gradientNorm, learningRate };
}
