import type { RecordedStep } from '../training/messages';
import type { EngineClient } from './engine-client';

/** A flow whose training happens elsewhere: what is seen of it is told here, and played like training of its own. */
export class Attached {
  /** When the last step was seen, in milliseconds since 1970. */
  lastSeen: number;
  /** One sentence on what is waited for, or was left out. */
  note: string | undefined;
  private over = false;

  /**
   * @param source what is followed, as a person calls it.
   * @param first the steps that it begins with.
   */
  constructor(
    readonly source: string,
    readonly first: readonly RecordedStep[],
    now: number,
    private readonly engine: EngineClient,
    private readonly onChange: () => void,
  ) {
    this.lastSeen = now;
  }

  /** Its files say what the loss is, which need not be that of the flow's objective. */
  get saysLoss(): boolean {
    return this.first.some(({ loss }) => loss !== undefined);
  }

  /** Nothing more is followed: the flow was detached, or goes on by itself. */
  get isOver(): boolean {
    return this.over;
  }

  /** Steps that were seen now; they wait where training is paused. */
  follow(steps: readonly RecordedStep[], now: number): void {
    if (this.over || steps.length === 0) return;
    this.lastSeen = now;
    this.engine.order({ type: 'follow', steps });
  }

  say(note: string | undefined): void {
    if (this.over || note === this.note) return;
    this.note = note;
    this.onChange();
  }

  /** @throws RangeError always: its parameters are others'. */
  refuseEdit(): never {
    throw new RangeError(`The parameters come from ${this.source}: detach from it to set them here.`);
  }

  end(): void {
    this.over = true;
    this.note = undefined;
  }
}
