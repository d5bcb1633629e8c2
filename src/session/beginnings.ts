import type { RecordedStep } from '../training/messages';
import { Attached } from './attached';
import type { EngineClient } from './engine-client';
import { shapeOf, type Snapshot } from './snapshot';
import type { Opened } from './opened';

/** What begins anew. */
interface Beginner {
  readonly opened: Opened | undefined;
  open(): Promise<void>;
  snapshot(): Snapshot | undefined;
  train(): Promise<void>;
  pause(note?: string): void;
}

/** Where the training of a flow begins anew: at the initial values of its seed, where it stood before, or as others are seen to train. */
export class Beginnings {
  /** It was reset to the initial values of its seed, although its text names weights. */
  fromSeed = false;
  /** Training that happens elsewhere, which is followed, or was; undefined where the flow is trained here. */
  attached: Attached | undefined;
  private before: Snapshot | undefined;

  /** @param start starts over from a snapshot, the initial values or others' training, for which it sets `attached`. */
  constructor(
    private readonly flow: Beginner,
    private readonly engine: EngineClient,
    private readonly start: (kept?: Snapshot, attached?: Attached) => Promise<void>,
    private readonly onChange: () => void,
  ) {}

  async reset(): Promise<void> {
    await this.flow.open();
    if (!this.flow.opened) return;
    this.before = this.flow.snapshot();
    this.fromSeed = true;
    await this.start();
  }

  /** Back to before the last {@link reset} or {@link attach}. */
  async undo(): Promise<void> {
    const { before } = this;
    const { opened } = this.flow;
    if (!before || !opened || shapeOf(opened.spec) !== before.shape) return;
    this.before = undefined;
    this.fromSeed = before.fromSeed ?? false;
    await this.start(before);
  }

  /**
   * From now on training is what others' is seen to do, from these steps on, at least one of which has parameters: those of this flow.
   * Returns undefined where there is no flow that it could be.
   * @param source what is followed, as a person calls it.
   */
  async attach(source: string, steps: readonly RecordedStep[], now: number): Promise<Attached | undefined> {
    await this.flow.open();
    if (!this.flow.opened) return undefined;
    this.before = this.flow.snapshot();
    const attached = new Attached(source, steps, now, this.engine, this.onChange);
    await this.start(undefined, attached);
    if (this.attached === attached) await this.flow.train();
    return this.attached === attached ? attached : undefined;
  }

  /** Others' training is followed no more. What was seen of it stays until training goes on here, from where it stands. */
  detach(): void {
    const { attached } = this;
    if (!attached || attached.isOver) return;
    attached.end();
    this.flow.pause(`Detached from ${attached.source}: training goes on from here by the settings of this flow.`);
    this.onChange();
  }

  /** Where others' training was followed, the flow is from now on trained here. */
  async takeOver(): Promise<void> {
    await this.flow.open();
    if (this.attached?.isOver) await this.start(this.flow.snapshot());
  }
}
