import type { CameTrue, Condition, Quantity, Revisited, Watched } from '../training/messages';
import type { EngineClient } from './engine-client';
import type { PictureSize } from './latest-picture';

/** What the engine remembers of the steps that were taken, and the one of them that is looked at. */
export class Past {
  private looked: Revisited | undefined;
  private isToRest: (which: readonly CameTrue[]) => boolean = () => true;
  /** The first step that the engine knows. */
  first = 0;

  constructor(private readonly engine: EngineClient) {}

  /** The past step that is looked at; undefined while now is. */
  get shown(): Revisited | undefined {
    return this.looked;
  }

  /** Looks at a past step. Returns whether it is known; where it is not, what was looked at stays. */
  async show(step: number, size: PictureSize): Promise<boolean> {
    const past = await this.recall(step, size);
    this.looked = past ?? this.looked;
    return past !== undefined;
  }

  /** A past step, without looking at it; undefined where it is not known. */
  async recall(step: number, size: PictureSize): Promise<Revisited | undefined> {
    const answer = this.engine.isOpen && (await this.engine.ask({ type: 'revisit', step, ...size }));
    return answer && answer.type === 'revisited' ? answer.past : undefined;
  }

  /** Training begins at this step: nothing is known of what was before. */
  begin(step: number): void {
    this.first = step;
    this.leave();
  }

  /** Looks at now again. */
  leave(): void {
    this.looked = undefined;
  }

  /**
   * Training rests at each of these from now on, right after the step that makes it true, if `isToRest` says so of it: otherwise it goes
   * on as if nothing had happened.
   */
  watch(watched: readonly Watched[], isToRest: (which: readonly CameTrue[]) => boolean): void {
    this.isToRest = isToRest;
    this.engine.order({ type: 'watch', watched });
  }

  /** Something that is watched for came true: whether training is to rest there. */
  restsAt(which: readonly CameTrue[]): boolean {
    return this.isToRest(which);
  }

  /** The first step, not before `from`, that meets the condition, as far as the history keeps steps. */
  async findStep(condition: Condition, from = 0): Promise<number | undefined> {
    const answer = this.engine.isOpen && (await this.engine.ask({ type: 'find', condition, from }));
    return answer && answer.type === 'found' ? answer.step : undefined;
  }

  /** (step, value) pairs of a quantity over the steps from `from` to `to`, at most `most` of them, evenly spread. */
  async series(quantity: Quantity, from: number, to: number, most: number): Promise<Float64Array> {
    const answer = this.engine.isOpen && (await this.engine.ask({ type: 'series', quantity, from, to, most }));
    return answer && answer.type === 'series' ? answer.points : new Float64Array();
  }
}
