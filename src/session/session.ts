import type { ParsedFlow, Problem } from '../document/parse';
import { encodeWeights, exactParameters } from '../document/weights';
import { buildFlow, type Flow } from '../flow/flow';
import { closedFormDirection, type Direction, type FlowSpec } from '../flow/spec';
import type { ParticleSource, Picture } from '../training/messages';
import type { Attached } from './attached';
import { Attempt } from './attempt';
import { Beginnings } from './beginnings';
import { ByHand } from './by-hand';
import { EngineClient, type EngineNews } from './engine-client';
import type { Environment, SessionSettings } from './environment';
import { FlowText } from './flow-text';
import { LatestPicture, type PictureSize } from './latest-picture';
import { Listeners } from './listeners';
import type { LossHistory } from './loss-history';
import type { Opened } from './opened';
import { Past } from './past';
import type { Probe } from './probe';
import { editedValues, KeptSnapshots, snapshotOf, untrained, type ProbePlace, type Snapshot } from './snapshot';
import { coordinatesWithin, targetOf, type Target } from './target';
import { Training, type ParameterValues, type TrainingStatus } from './training';
import { Walk } from './walk';
import { Windows } from './windows';

/**
 * - `state`: anything but tensors changed.
 * - `picture`: the parameters changed, so the last picture is stale.
 * - `target`: another target.
 * - `problems`: the mistakes in the text, its data file or its weights changed.
 */
export type SessionEvent = 'state' | 'picture' | 'target' | 'problems';

/**
 * One debugged flow: its text, its training, its cursor and its probe. Commands in, events out; every panel, view and adapter is a
 * client of it and holds no flow state of its own. Nothing here throws for what a person wrote: mistakes become `problems`.
 */
export class FlowSession {
  private readonly listeners = new Listeners<SessionEvent>();
  private readonly emit = (event: SessionEvent): void => this.listeners.emit(event);
  private readonly engine: EngineClient;
  private wanted: ParsedFlow | undefined;
  /** The latest attempt to start over, and what was wrong with its files: what an earlier one finds no longer matters. */
  private attempt: Attempt;
  private configuring: Promise<void> = Promise.resolve();
  private current: Opened | undefined;
  private readonly training: Training;
  private readonly walk = new Walk();
  private readonly kept = new KeptSnapshots();
  private readonly picture: LatestPicture;

  /** What the text says, and what training was set to beside it. */
  readonly text = new FlowText(() => this.textChanged());
  /** The steps that were taken, and the one of them that is looked at again. */
  readonly past: Past;
  /** Resets it, or follows training that happens elsewhere. */
  readonly beginnings: Beginnings;
  /** Moves layers by hand. */
  readonly byHand: ByHand;
  /** Looks at one stage. */
  readonly windows: Windows;
  /** The two coordinates that pictures show, counted from 0. */
  coordinates: readonly [number, number] = [0, 0];
  target: Target | undefined;
  /** Where the particles of pictures begin. */
  source: ParticleSource = 'base';

  constructor(
    private readonly environment: Environment,
    public settings: SessionSettings,
  ) {
    this.engine = new EngineClient(
      () => environment.openEngine(),
      (news) => this.receive(news),
    );
    this.attempt = new Attempt(environment);
    this.picture = new LatestPicture(this.engine);
    this.past = new Past(this.engine);
    this.byHand = new ByHand(this, () => this.emit('state'));
    const startOver = async (kept?: Snapshot, attached?: Attached): Promise<void> => {
      this.training.note = undefined;
      if (this.current) await this.start(this.begin(), this.current, kept, attached);
    };
    this.beginnings = new Beginnings(this, this.engine, startOver, () => this.emit('state'));
    this.windows = new Windows(this.engine, this.past, () => this.current?.spec);
    this.training = new Training(
      this.engine,
      this.past,
      () => this.parametersChanged(),
      () => this.emit('state'),
    );
  }

  subscribe(listener: (event: SessionEvent) => void): () => void {
    return this.listeners.add(listener);
  }

  /** Ends the engine. What was learned since the last {@link snapshot} is gone. */
  dispose(): void {
    this.beginnings.attached?.end();
    this.listeners.clear();
    this.engine.close();
  }

  get opened(): Opened | undefined {
    return this.current;
  }

  /** The flow with the parameters of this moment, or of the step that is looked at again, in float64. */
  get flow(): Flow | undefined {
    return this.walk.flow;
  }

  /** Those of this moment, or of the step that is looked at again, of all layers. */
  get parameters(): Float32Array | undefined {
    return (this.past.shown ?? this.training.checkpoint)?.parameters;
  }

  /** The last step that was taken. */
  get step(): number {
    return this.training.step;
  }

  get status(): TrainingStatus {
    return this.training.status;
  }

  /** The step at which training will stop. */
  get until(): number {
    return this.training.until;
  }

  /** One sentence about why training stands where it does. */
  get note(): string | undefined {
    return this.training.note;
  }

  /** What trains it, and why, for a person to read. */
  get engineName(): string {
    return this.training.engineName;
  }

  get losses(): LossHistory {
    return this.training.losses;
  }

  /** The mean of log p_x over the held-out rows, in rows of `heldOutColumns`. */
  get heldOut(): Float32Array {
    return this.training.heldOut;
  }

  /** A stage 0 … K, fractional while scrubbing. */
  get cursor(): number {
    return this.walk.cursor;
  }

  get probe(): Probe | undefined {
    return this.walk.probe;
  }

  get depth(): number {
    return this.current?.spec.layers.length ?? 0;
  }

  get epsilon(): number {
    return this.settings.epsilon;
  }

  /** The last picture that was computed; it may be of earlier parameters. */
  get lastPicture(): Picture | undefined {
    return this.past.shown?.picture ?? this.picture.last;
  }

  /** Mistakes in the text, and those of the files that it names, which are reported where they are named. */
  get problems(): readonly Problem[] {
    return [...this.text.parsed.problems, ...this.attempt.problemsIn(this.text.parsed)];
  }

  /** The files, relative to the text, that the flow shown depends on: when one changes, call {@link reload}. */
  get files(): readonly string[] {
    const weights = this.step === 0 && !this.beginnings.attached ? this.text.parsed.weights : undefined;
    return [this.text.parsed.data, weights].flatMap((file) => (file ? [file.path] : []));
  }

  /** The text changed. A flow that can be used replaces the one shown; otherwise the last good one stays. */
  setText(text: string): void {
    void this.text.set(text);
  }

  /** There is a flow, or will be once somebody wants to see or train it. */
  get canOpen(): boolean {
    return this.current !== undefined || this.text.parsed.spec !== undefined;
  }

  /** Somebody wants to see or train the flow: brings up the engine with what the text says. Resolves when that is settled. */
  open(): Promise<void> {
    const { wanted } = this;
    const { parsed } = this.text;
    if (parsed.spec && (!wanted || this.text.differsFrom(wanted, this.step > 0))) {
      if (wanted && parsed.weights?.path !== wanted.weights?.path) this.beginnings.fromSeed = false;
      this.configuring = this.goOnWith(parsed, parsed.spec) ?? this.configure(parsed, parsed.spec);
      this.wanted = parsed;
    }
    return this.configuring;
  }

  /** A file that the text names changed on disk. */
  reload(): Promise<void> {
    this.wanted = undefined;
    return this.isNeeded ? this.open() : Promise.resolve();
  }

  change(settings: SessionSettings): void {
    this.settings = settings;
    void this.revisit(this.past.shown?.step);
  }

  /** Trains to the number of steps in the file, or, from there, for as many steps again. */
  async train(): Promise<void> {
    await this.beginnings.takeOver();
    if (this.current) this.training.run(this.current.spec);
  }

  /** Pauses; `note` says why where it was not the person's own command. */
  pause(note?: string): void {
    this.training.pause(note);
  }

  /** Takes exactly `count` training steps more, and rests. */
  async stepTraining(count = 1): Promise<void> {
    await this.beginnings.takeOver();
    if (this.current) this.training.takeSteps(count);
  }

  /**
   * Sets parameters; training, if it runs, goes on from there.
   * @throws RangeError for a parameter that the flow does not have, or values that it cannot take; and where training happens elsewhere.
   */
  async editParameters(changes: readonly ParameterValues[]): Promise<void> {
    await this.beginnings.takeOver();
    if (!this.current) return;
    this.beginnings.attached?.refuseEdit();
    this.past.leave();
    await this.training.edit(this.current.spec, changes);
  }

  /** Shows a past step, or now again; training goes on meanwhile. Returns whether the step is known. */
  async revisit(step: number | undefined): Promise<boolean> {
    if (step === undefined) this.past.leave();
    const known = step === undefined || (await this.past.show(step, this.pictureSize));
    this.parametersChanged();
    return known;
  }

  /** Training rests at a past step and goes on from there. Returns whether the step is known. */
  async rewind(step: number): Promise<boolean> {
    this.past.leave();
    return this.current && this.engine.isOpen ? this.training.rewind(this.current.spec, step) : false;
  }

  /** Back to the initial values of the file and its seed. {@link undoReset} brings the trained ones back. */
  readonly reset = (): Promise<void> => this.beginnings.reset();

  readonly undoReset = (): Promise<void> => this.beginnings.undo();

  /** Moves the cursor through one layer: `generate` is z → x. From between two stages it completes the layer. */
  stepThrough(direction: Direction): void {
    this.walk.stepThrough(direction);
    this.emit('state');
  }

  /** Moves the cursor to a stage, or between two; the probe walks along through every layer on the way. */
  moveTo(cursor: number): void {
    this.walk.moveTo(cursor);
    this.emit('state');
  }

  /** Places the probe at a stage, or takes it away. Coordinates that a view does not know are 0. */
  setProbe(place: ProbePlace | undefined): void {
    this.walk.setProbe(place);
    this.emit('state');
  }

  /** Shows two other coordinates, counted from 0. */
  showCoordinates(coordinates: readonly [number, number]): void {
    this.coordinates = coordinates;
    this.target = this.current && targetOf(this.current.spec, this.current.table, coordinates);
    this.emit('target');
    void this.revisit(this.past.shown?.step);
  }

  /** Particles begin at z, drawn from the base, or at x, as points of the target. */
  startFrom(source: ParticleSource): void {
    this.source = source;
    void this.revisit(this.past.shown?.step);
  }

  /** The particles and the grid at every stage for the parameters of now; the same promise for all who ask at once. */
  async trace(): Promise<Picture | undefined> {
    if (this.past.shown) return this.past.shown.picture;
    const before = this.picture.last;
    const picture = await this.picture.request(this.depth, this.pictureSize);
    if (picture !== before) this.emit('state');
    return picture;
  }

  /** Where training stands, and where flows stood that the text described before: to be given to {@link restore} in another process. */
  snapshots(): Snapshot[] {
    return this.kept.trainedAnd(this.snapshot());
  }

  /** Where training stands. */
  snapshot(): Snapshot | undefined {
    return this.current && snapshotOf(this.current.spec, this.training, this, this.beginnings);
  }

  /** Goes on from a snapshot as soon as the text describes the flow that it is of. Call it before the first {@link setText}. */
  restore(snapshot: Snapshot): void {
    this.kept.keep(snapshot);
  }

  /** The parameters of now as a safetensors file. */
  weights(): Uint8Array | undefined {
    const { checkpoint } = this.training;
    return this.current && checkpoint && encodeWeights(this.current.spec, checkpoint.parameters);
  }

  /** The same with all their digits, for other programs: a number of the text that nothing has changed since is as the text gives it. */
  exactWeights(): Uint8Array | undefined {
    const { checkpoint } = this.training;
    return this.current && checkpoint && encodeWeights(this.current.spec, exactParameters(this.current.spec, checkpoint.parameters));
  }

  /** A data file can only be checked by reading it; without one the engine waits until somebody wants to see or train the flow. */
  private get isNeeded(): boolean {
    return this.engine.isOpen || this.text.parsed.data !== undefined;
  }

  /** What pictures of it are to show. */
  get pictureSize(): PictureSize {
    const { particles, gridLines } = this.settings;
    return { particles, side: gridLines, extent: 3, coordinates: this.coordinates, source: this.source };
  }

  private textChanged(): Promise<void> {
    const { current, depth } = this;
    const { spec, layerLines } = this.text.parsed;
    // The lines of a text with a mistake elsewhere are those of the flow that stays.
    const stays = current && (spec ? JSON.stringify(spec) === JSON.stringify(current.spec) : layerLines.length === depth);
    if (stays) this.current = { ...current, layerLines };
    const opened = this.isNeeded ? this.open() : Promise.resolve();
    this.emit('problems');
    this.emit('state');
    return opened;
  }

  /** Goes on where the text describes the same flow by other settings, as a person's hand made it, or with the parameters that it has. */
  private goOnWith(parsed: ParsedFlow, spec: FlowSpec): Promise<void> | undefined {
    const { current, wanted } = this;
    // The flow that is shown is the wanted one, and it stays.
    if (!current || !wanted || current.spec !== wanted.spec) return undefined;
    const moved = this.beginnings.attached ? undefined : this.byHand.between(current.spec, spec);
    if (!moved && !this.text.continues(current, wanted, this.training.checkpoint?.parameters)) return undefined;
    if (!moved) this.kept.keep(this.snapshot());
    this.current = { ...current, spec, layerLines: parsed.layerLines };
    return moved ? this.training.edit(spec, moved) : this.training.change(spec);
  }

  /** Starts over with another flow, with the parameters that it was left with, those of its weights file, or its initial ones. */
  private async configure(parsed: ParsedFlow, spec: FlowSpec): Promise<void> {
    const attempt = this.begin();
    const { step, current } = this;
    this.pause('The file was edited, so training was paused.');
    this.kept.keep(this.snapshot());
    let kept = this.kept.of(spec);
    this.beginnings.fromSeed = kept?.fromSeed ?? false;
    if (parsed.weights && (kept?.checkpoint.step ?? 0) === 0 && !kept?.fromSeed) {
      const weights = await attempt.readWeights(parsed.weights, spec);
      if (weights) kept = untrained(spec, weights);
    }
    const { layerLines, data } = parsed;
    await this.start(attempt, { spec, layerLines, closedForm: closedFormDirection(spec), ...(data && { data }) }, kept);
    if (attempt === this.attempt) this.training.wasEdited(step, current && editedValues(current.spec, spec));
  }

  /** An earlier attempt that is still reading gives up. */
  private begin(): Attempt {
    this.attempt = new Attempt(this.environment);
    return this.attempt;
  }

  private async start(attempt: Attempt, flow: Opened, kept?: Snapshot, attached?: Attached): Promise<void> {
    const data = flow.data && (await attempt.readData(flow.data));
    if (attempt !== this.attempt) return;
    if (flow.data && !data) return this.reportFiles();
    const answer = await this.engine.ask({
      type: 'configure',
      spec: flow.spec,
      ...(data && { data }),
      ...(kept && { checkpoint: kept.checkpoint }),
      ...(attached && { recorded: attached.first }),
    });
    if (flow.data) attempt.judgeData(flow.data, answer);
    if (answer.type !== 'configured') return this.reportFiles();

    const sameStages = this.depth === flow.spec.layers.length && this.current?.spec.dim === flow.spec.dim;
    this.coordinates = coordinatesWithin(flow.spec.dim, (sameStages ? undefined : kept?.coordinates) ?? this.coordinates);
    this.current = answer.table ? { ...flow, table: answer.table } : flow;
    this.target = targetOf(flow.spec, answer.table, this.coordinates);
    if (!sameStages) this.walk.begin(kept?.cursor ?? this.depth);
    const { engine, checkpoint } = answer;
    this.beginnings.attached?.end();
    this.beginnings.attached = attached;
    this.past.begin(checkpoint.step);
    this.training.start(flow.spec, { engine, checkpoint, rows: kept?.rows ?? [], heldOut: kept?.heldOut ?? [] }, attached !== undefined);
    if (!sameStages) this.setProbe(kept?.probe);
    this.emit('target');
    this.reportFiles();
  }

  private reportFiles(): void {
    this.emit('problems');
    this.emit('state');
  }

  private receive(news: EngineNews): void {
    if (news.type === 'failed') this.wanted = undefined;
    this.training.receive(news, this.current?.layerLines ?? []);
  }

  private parametersChanged(): void {
    this.picture.outdate();
    const { current, parameters } = this;
    if (!current || !parameters) return;
    this.walk.follow(buildFlow(current.spec, parameters));
    this.emit('picture');
    this.emit('state');
  }
}
