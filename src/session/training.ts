import { parameterSlots } from '../flow/flow';
import type { FlowSpec } from '../flow/spec';
import { heldOutColumns, stepColumns, type CameTrue, type Checkpoint, type ParameterEdit } from '../training/messages';
import type { EngineClient, EngineNews } from './engine-client';
import { LossHistory } from './loss-history';
import { againstDirection, describeEdited, describeNotFinite, describeNoImprovement, withoutObjective } from './stopped';

/** `failed`: the engine did, by a defect of ours. */
export type TrainingStatus = 'idle' | 'running' | 'paused' | 'done' | 'not-finite' | 'failed';

/** New values of one parameter of one layer (from 0), in the layout that its type declares. */
export interface ParameterValues {
  readonly layer: number;
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** What training is told when it goes on from another place. */
interface Start {
  readonly engine: string;
  readonly checkpoint: Checkpoint;
  readonly rows: ArrayLike<number>;
  readonly heldOut: ArrayLike<number>;
}

/** The training of the session's flow: commands to its engine, and what that told of it. */
export class Training {
  readonly losses = new LossHistory();
  /** What trains, and why this and nothing faster, for a person to read. */
  engineName = '';
  status: TrainingStatus = 'idle';
  /** The step at which training will stop. */
  until = 0;
  /** One sentence about why training stands where it does. */
  note: string | undefined;
  /** The steps are taken elsewhere, and nobody knows how many there will be. */
  private endless = false;
  private held: number[] = [];
  private orders = 0;
  /** It runs for so many steps, and not to `until`. */
  private counted = false;
  private latest: Checkpoint | undefined;

  /**
   * @param past knows where it is to rest,
   * @param onParameters is called when the parameters changed,
   * @param onState when anything else did.
   */
  constructor(
    private readonly engine: EngineClient,
    private readonly past: { restsAt(which: readonly CameTrue[]): boolean },
    private readonly onParameters: () => void,
    private readonly onState: () => void,
  ) {}

  get checkpoint(): Checkpoint | undefined {
    return this.latest;
  }

  get step(): number {
    return this.latest?.step ?? 0;
  }

  /** The held-out likelihood of the steps at which it was measured, in rows of `heldOutColumns`. */
  get heldOut(): Float32Array {
    return Float32Array.from(this.held);
  }

  /** Another flow is trained, or the same from another place. */
  start(spec: FlowSpec, { engine, checkpoint, rows, heldOut }: Start, endless = false): void {
    this.endless = endless;
    this.engineName = engine;
    this.losses.clear();
    this.losses.addRows(rows);
    this.held = Array.from(heldOut);
    this.rest(spec, checkpoint.step);
    this.latest = checkpoint;
    this.onParameters();
  }

  /**
   * It was started for an edit of the text, of so many initial `values` where of nothing else, and had come to step `before`: says so where
   * that is not what it goes on from.
   */
  wasEdited(before: number, values: number | undefined): void {
    if (before > 0 === this.step > 0) return;
    this.note = before > 0 ? describeEdited(before, values) : undefined;
    this.onState();
  }

  /** Trains to the number of steps in the file, or, from there, for as many steps again. */
  run(spec: FlowSpec): void {
    if (this.status === 'running') return;
    this.until = this.endOf(spec);
    this.order();
    this.onState();
  }

  /** Pauses; `note` says why where it was not the person's own command. */
  pause(note?: string): void {
    if (this.status !== 'running') return;
    this.status = 'paused';
    this.note = note;
    this.engine.order({ type: 'pause' });
    this.onState();
  }

  /** Takes exactly so many steps more, and rests. */
  takeSteps(count: number): void {
    this.order(count);
    this.onState();
  }

  /** Goes on by the training settings of this flow, running or not. */
  async change(spec: FlowSpec): Promise<void> {
    // So many steps are so many by any settings: the engine has its order.
    const runsOn = this.status === 'running' && !this.counted;
    if (runsOn) {
      this.until = this.endOf(spec);
    } else if (this.status !== 'running') {
      this.rest(spec, this.step);
      this.note = undefined;
    }
    const answer = this.engine.ask({ type: 'change', spec });
    if (runsOn) this.order();
    const changed = await answer;
    if (changed.type !== 'changed') return;
    this.engineName = changed.engine;
    this.onState();
  }

  /**
   * Sets parameters; training, if it runs, goes on from there.
   * @throws RangeError for a parameter that the flow does not have, or values that it cannot take.
   */
  async edit(spec: FlowSpec, changes: readonly ParameterValues[]): Promise<void> {
    if (changes.length === 0) return;
    const answer = await this.engine.ask({ type: 'edit', edits: changes.map((change) => editOf(spec, change)) });
    if (answer.type === 'edited') this.accept(answer.checkpoint);
  }

  /** Rests at a past step, from where training then goes on. Returns whether the step is known. */
  async rewind(spec: FlowSpec, step: number): Promise<boolean> {
    const answer = await this.engine.ask({ type: 'rewind', step });
    if (answer.type !== 'rewound' || !answer.checkpoint) return false;
    this.rest(spec, step);
    this.note = undefined;
    this.losses.forgetFrom(step);
    this.losses.addRows(answer.step ?? [], stepColumns.length);
    this.forgetHeldOut(step + 1);
    this.accept(answer.checkpoint);
    return true;
  }

  /** @param layerLines the 0-based lines of the layers. */
  receive(news: EngineNews, layerLines: readonly number[]): void {
    switch (news.type) {
      case 'progress':
        this.losses.addRows(news.steps, stepColumns.length);
        this.addHeldOut(news.heldOut);
        this.accept(news.checkpoint);
        break;
      case 'stopped':
        // A pause took effect when it was ordered; and by now training may have been told to go on.
        if (news.order !== this.orders) return;
        if (news.reason === 'done') this.status = 'done';
        if (news.reason === 'stepped') this.status = 'paused';
        if (news.reason === 'direction' || news.reason === 'no-objective') {
          this.status = this.step > 0 ? 'paused' : 'idle';
          this.note = news.reason === 'direction' ? againstDirection : withoutObjective;
        }
        // A step that was on its way when the person paused.
        if (news.reason === 'watched' && this.status !== 'running') return;
        if (news.reason === 'watched') {
          const counted = Number.isFinite(news.left);
          const isOver = counted ? news.left === 0 : this.step >= this.until;
          if (!this.past.restsAt(news.which) && !isOver) return this.go(counted ? news.left : undefined);
          this.status = counted || !isOver ? 'paused' : 'done';
        }
        if (news.reason === 'diverged') {
          this.status = 'not-finite';
          this.note = news.message;
        }
        if (news.reason === 'no-improvement') {
          this.status = 'paused';
          this.note = describeNoImprovement(this.step, news.since, news.judgedBy);
        }
        this.onState();
        break;
      case 'not-finite':
        this.status = 'not-finite';
        this.note = describeNotFinite(news.at, layerLines);
        this.onState();
        break;
      case 'failed':
        this.status = 'failed';
        this.note = `The training engine failed: ${news.message}. This is a defect of the extension; the parameters are kept.`;
        this.onState();
        break;
    }
  }

  /** Takes so many steps, or those up to `until`. */
  private order(count?: number): void {
    this.status = 'running';
    this.note = undefined;
    this.counted = count !== undefined;
    this.go(count);
  }

  private go(count?: number): void {
    const order = ++this.orders;
    this.engine.order(count === undefined ? { type: 'train', order, until: this.until } : { type: 'step', order, count });
  }

  private rest(spec: FlowSpec, step: number): void {
    const { steps } = spec.training;
    this.status = step > 0 ? 'paused' : 'idle';
    this.until = this.endless ? this.endOf(spec) : Math.max(1, Math.ceil(step / steps)) * steps;
  }

  /** To the number of steps in the file, or, from there, for as many steps again. */
  private endOf({ training: { steps } }: FlowSpec): number {
    return this.endless ? Number.MAX_SAFE_INTEGER : (Math.floor(this.step / steps) + 1) * steps;
  }

  private accept(checkpoint: Checkpoint): void {
    this.latest = checkpoint;
    this.onParameters();
  }

  private forgetHeldOut(from: number): void {
    const width = heldOutColumns.length;
    while (this.held.length > 0 && this.held[this.held.length - width] >= from) this.held.length -= width;
  }

  /** Steps that are taken again, after going back, are judged again. */
  private addHeldOut(rows: ArrayLike<number>): void {
    if (rows.length === 0) return;
    this.forgetHeldOut(rows[0]);
    this.held.push(...Array.from(rows));
  }
}

function editOf(spec: FlowSpec, { layer, name, values }: ParameterValues): ParameterEdit {
  const slot = parameterSlots(spec).find((each) => each.layer === layer && each.name === name);
  if (!slot) throw new RangeError(`Layer ${layer + 1} has no parameter ${name}.`);
  if (values.length !== slot.length) {
    throw new RangeError(`Layer ${layer + 1}: ${name} has ${slot.length} values, but ${values.length} were given.`);
  }
  const stored = Float32Array.from(values);
  if (!stored.every(Number.isFinite)) throw new RangeError(`Layer ${layer + 1}: every value of ${name} must be a finite number.`);
  return { offset: slot.offset, values: stored };
}
