import { initialParameters } from '../flow/flow';
import { closedFormDirection, trainedDirection, type FlowSpec } from '../flow/spec';
import type { PointTable } from '../flow/table';
import { History, nothingMeasured, type Mark, type Measures, type PastStep } from './history';
import { heldOutLikelihood, isJudgedAfter, splitTable } from './holdout';
import type { Checkpoint, ParameterEdit, StopReason } from './messages';
import { firstNotFinite } from './not-finite';
import { trainingObjective, type TrainingObjective } from './objective';
import { openStepper } from './open-stepper';
import { judgeHeldOut, judgeLoss, type Patience } from './patience';
import type { Outcome, Run } from './run';
import { betaAt, learningRateAt } from './schedule';
import { emptyState, type StepOutcome, type Stepper, type StepSettings, type TrainingState } from './stepper';

/** Where training stands before its first step. */
export function initialCheckpoint(spec: FlowSpec): Checkpoint {
  const parameters = Float32Array.from(initialParameters(spec));
  return { step: 0, ...emptyState(parameters.length), parameters };
}

/** One flow in training: its engine, its schedules, how it is judged, and its history. */
export class Trainer implements Run {
  /** It waits for nobody. */
  readonly isWaiting = false;
  readonly history: History<FlowSpec>;
  private readonly training: PointTable | undefined;
  private readonly heldOut: Float64Array | undefined;
  private objective: TrainingObjective | undefined;
  private stepper: Stepper;
  private taken: number;
  /** The step after which the optimiser's moments began. */
  private momentsSince: number;
  private patience: Patience | undefined;
  private judgedAt = 0;
  private measured: Measures = nothingMeasured;
  /** Where the state is copied to on its way into the history. */
  private readonly scratch: TrainingState;

  /**
   * @param table the points of the flow's data file, where it names one.
   * @param memory the budget of the history, in bytes.
   * @throws RangeError for a checkpoint of another flow, or an objective that the flow cannot have.
   */
  constructor(
    private settings: FlowSpec,
    from: Checkpoint,
    table?: PointTable,
    memory?: number,
  ) {
    const expected = initialParameters(settings).length;
    if (from.parameters.length !== expected) {
      throw new RangeError(`The checkpoint has ${from.parameters.length} parameters, but the flow has ${expected}.`);
    }
    const { objective, seed } = settings;
    const share = objective?.type === 'forward-kl' ? (objective.holdout ?? 0) : 0;
    const split = table && share > 0 ? splitTable(table, share, seed) : undefined;
    this.training = split?.training ?? table;
    this.heldOut = split && split.heldOut.length > 0 ? split.heldOut : undefined;
    this.objective = this.objectiveOf(settings);
    this.stepper = openStepper(settings, this.objective, from);
    this.taken = from.step;
    this.momentsSince = from.momentsSince ?? 0;
    this.patience = from.patience;
    this.scratch = this.stepper.state();
    this.history = new History(expected, this.mark(), settings, memory);
  }

  /** The number of the last step that was taken. */
  get step(): number {
    return this.taken;
  }

  get spec(): FlowSpec {
    return this.settings;
  }

  /** What computes, and why. */
  get engine(): string {
    return this.stepper.name;
  }

  /** The held-out rows are to be looked at before the next step is taken; always after the `last` one, and before patience is at an end. */
  isJudgementDue(last = Infinity): boolean {
    if (this.heldOut === undefined || this.taken === 0 || this.judgedAt === this.taken) return false;
    return this.taken >= last || this.stalledSince !== undefined || isJudgedAfter(this.taken);
  }

  /** The step of the last improvement, once it is longer ago than the flow has patience. */
  get stalledSince(): number | undefined {
    const { patience } = this.settings.training;
    if (patience === undefined || this.patience === undefined) return undefined;
    return this.taken - this.patience.since >= patience ? this.patience.since : undefined;
  }

  get judgedBy(): 'held-out' | 'loss' {
    return this.heldOut ? 'held-out' : 'loss';
  }

  /** There is no objective, or the formulas run against the direction that it trains, or what training is judged by no longer improves. */
  whyRest(last?: number): StopReason | undefined {
    const { objective } = this.settings;
    if (!objective) return { reason: 'no-objective' };
    if (closedFormDirection(this.settings) !== trainedDirection(objective)) return { reason: 'direction' };
    const since = this.stalledSince;
    if (since === undefined || this.isJudgementDue(last)) return undefined;
    this.forgive();
    return { reason: 'no-improvement', since, judgedBy: this.judgedBy };
  }

  /**
   * Looks at the held-out rows, if that is due, or takes the next step. It yields wherever it has worked for some milliseconds; if it is not
   * gone on with, nothing has happened.
   * @param last the step after which training is to stop.
   */
  *next(last?: number): Generator<void, Outcome> {
    if (this.heldOut && this.isJudgementDue(last)) {
      const heldOut = yield* heldOutLikelihood(this.settings, this.stepper.state().parameters, this.heldOut);
      this.judgedAt = this.taken;
      this.patience = judgeHeldOut(this.patience, this.taken, heldOut.mean);
      this.history.judged(this.taken, heldOut);
      this.measured = { ...this.measured, heldOut: heldOut.mean, heldOutError: heldOut.standardError };
      return { type: 'judged', step: this.taken, heldOut };
    }
    const settings = stepSettings(this.settings, this.taken + 1, this.momentsSince);
    // By the settings of now, from a step that others may have led on from, begins another segment of the history.
    const begins = this.history.settingsOf(settings.step) !== this.settings;
    const from = begins ? this.mark() : undefined;
    const outcome = yield* this.stepper.take(settings);
    const { loss, terms, gradientNorm, refused } = outcome;
    if (this.objective && refused) {
      const place = yield* firstNotFinite(this.settings, this.objective, this.stepper.state(), settings);
      return { type: 'not-finite', at: { ...place, step: settings.step, before: this.stepper.state().parameters, after: refused } };
    }
    this.taken = settings.step;
    if (!this.heldOut) this.patience = judgeLoss(this.patience, this.taken, this.settings, terms);
    if (from) this.history.begin(from, this.settings);
    this.measured = measuresOf(outcome, settings);
    this.history.record(this.taken, () => this.mark(this.scratch), this.measured);
    return { type: 'step', step: this.taken, loss, terms, gradientNorm, learningRate: settings.learningRate };
  }

  checkpoint(): Checkpoint {
    const { taken: step, momentsSince, patience } = this;
    return { step, ...this.stepper.state(), ...(momentsSince > 0 && { momentsSince }), ...(patience && { patience }) };
  }

  /** What the last step left behind, whether the history keeps it or not. The parameters are good until the next one. */
  lastStep(): PastStep {
    return { step: this.taken, parameters: this.stepper.state(this.scratch).parameters, measures: this.measured };
  }

  /** Goes on by the training settings, `gradient` and `anneal` of `spec`. Another optimiser begins without memory. */
  change(spec: FlowSpec): void {
    const state = this.stepper.state();
    const forgets = spec.training.optimizer !== this.settings.training.optimizer;
    const objective = this.objectiveOf(spec);
    const stepper = openStepper(spec, objective, forgets ? withoutMemory(state) : state);
    if (forgets) this.momentsSince = this.taken;
    this.stepper.dispose();
    this.stepper = stepper;
    this.objective = objective;
    this.settings = spec;
  }

  /**
   * Sets parameters, and the first moments of them to 0: they led elsewhere. The second moments stay, being the scale of a move: from 0,
   * an Adam that has long corrected for its beginning would first move by three learning rates.
   * @throws RangeError for a parameter that there is not, or a value that is not finite.
   */
  edit(edits: readonly ParameterEdit[]): void {
    const { parameters, moments } = this.stepper.state();
    for (const { offset, values } of edits) {
      if (!(offset >= 0 && offset + values.length <= parameters.length)) {
        throw new RangeError(`The flow has ${parameters.length} parameters, but those from ${offset} on were to be set.`);
      }
      if (!values.every(Number.isFinite)) throw new RangeError('A parameter must be a finite number.');
      parameters.set(values, offset);
      moments[0].fill(0, offset, offset + values.length);
    }
    this.stepper.restore({ parameters, moments });
    this.judgedAt = 0;
    this.forgive();
    this.history.begin(this.mark(), this.settings);
  }

  /** A past step, to the bit as it was; undefined where it is not in the history. */
  *revisit(step: number): Generator<void, PastStep | undefined> {
    const kept = this.history.at(step);
    if (kept) return kept;
    const again = yield* this.replay(step);
    return again && { step, parameters: again.state.parameters, measures: again.measures };
  }

  /** Goes back to a past step, from where training goes on by the settings of now; another optimiser than the one
   * that led there begins without memory. Returns whether the step is in the history. */
  *rewind(step: number): Generator<void, boolean> {
    const taken = this.history.before(step)?.settings.training;
    const mark = yield* this.replay(step);
    if (!mark) return false;
    const forgets = taken?.optimizer !== this.settings.training.optimizer;
    this.stepper.restore(forgets ? withoutMemory(mark.state) : mark.state);
    this.momentsSince = forgets ? mark.step : mark.momentsSince;
    this.taken = mark.step;
    this.patience = mark.patience;
    this.judgedAt = 0;
    this.measured = mark.measures;
    return true;
  }

  /** Training stopped for want of improvement; should it go on, it is judged anew. */
  forgive(): void {
    this.patience = undefined;
  }

  dispose(): void {
    this.stepper.dispose();
  }

  private objectiveOf(spec: FlowSpec): TrainingObjective | undefined {
    return spec.objective && trainingObjective(spec, this.training);
  }

  private mark(into?: TrainingState): Mark {
    return { step: this.taken, state: this.stepper.state(into), momentsSince: this.momentsSince, patience: this.patience };
  }

  /** Takes again the steps that led from the nearest mark to this one, by the settings that they were taken by, and measures it again. */
  private *replay(step: number): Generator<void, (Mark & Pick<PastStep, 'measures'>) | undefined> {
    const start = this.history.before(step);
    if (!start) return undefined;
    const { mark, settings } = start;
    const stepper = openStepper(settings, this.objectiveOf(settings), mark.state);
    try {
      const { momentsSince } = mark;
      let { patience } = mark;
      let measures = this.history.at(mark.step)?.measures ?? nothingMeasured;
      for (let at = mark.step + 1; at <= step; at++) {
        const how = stepSettings(settings, at, momentsSince);
        const outcome = yield* stepper.take(how);
        const { heldOut, heldOutError } = this.history.at(at)?.measures ?? nothingMeasured;
        patience = this.heldOut ? judgeHeldOut(patience, at, heldOut) : judgeLoss(patience, at, settings, outcome.terms);
        measures = { ...measuresOf(outcome, how), heldOut, heldOutError };
      }
      return { step, state: stepper.state(), momentsSince, patience, measures };
    } finally {
      stepper.dispose();
    }
  }
}

const withoutMemory = ({ parameters }: TrainingState): TrainingState => ({ ...emptyState(parameters.length), parameters });

function measuresOf({ loss, terms, gradientNorm }: StepOutcome, { learningRate }: StepSettings): Measures {
  const { base, logDet, energy } = terms;
  return { loss, base, logDet, energy, gradientNorm, learningRate, heldOut: NaN, heldOutError: NaN };
}

function stepSettings({ training, objective }: FlowSpec, step: number, momentsSince: number): StepSettings {
  return { step, momentsSince, learningRate: learningRateAt(training, step), beta: betaAt(objective, step) };
}
