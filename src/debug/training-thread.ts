import type { FlowSession } from '../session/session';
import type { Stop } from './pass-thread';
import type { TrainingHit } from './training-watch';

/** Training as a thread of the debugger: one update at a time, back through its history, or running. */
export class TrainingThread {
  private wasRunning: boolean;
  /** Why the client will have stopped it. */
  private command: Stop['reason'] | undefined;
  /** The client asked for it, so it need not be told that training runs. */
  private commanded = false;
  private looking: Promise<void> = Promise.resolve();
  private held = false;
  private wrong: string | undefined;
  /** The last step that was looked at. */
  private seen: number;

  /** @param look whether training is to stop at one of the steps from a first one on */
  constructor(
    private readonly session: FlowSession,
    private readonly look: (from: number) => Promise<TrainingHit | undefined>,
    private readonly onRunning: () => void,
    private readonly onStop: (stop: Stop) => void,
  ) {
    this.wasRunning = this.isRunning;
    this.seen = session.step;
  }

  get isRunning(): boolean {
    return this.session.status === 'running';
  }

  /** To the number of steps in the file, or as many again. */
  run(): Promise<void> {
    this.begin(undefined);
    return this.session.train();
  }

  /** Takes so many updates. */
  take(count: number): Promise<void> {
    this.begin('step');
    return this.session.stepTraining(count);
  }

  /** Takes so many updates before anybody looks, and resolves once it rests. */
  async prepare(count: number): Promise<void> {
    const rests = new Promise<void>((resolve) => {
      const unsubscribe = this.session.subscribe(() => {
        if (this.isRunning) return;
        unsubscribe();
        resolve();
      });
    });
    const taken = this.take(count);
    this.held = true;
    await taken;
    await rests;
    await this.looking;
  }

  /** To before the last update, whose step can be taken again. */
  async back(to = this.session.step - 1): Promise<void> {
    const known = to >= 0 && (await this.session.rewind(to));
    this.onStop({ reason: 'step', description: known ? this.where() : `${this.where()}: the history begins here` });
  }

  pause(): void {
    if (this.isRunning) {
      this.command = 'pause';
      this.session.pause();
    } else this.onStop({ reason: 'pause', description: this.where() });
  }

  /** What went wrong at the last stop. */
  get exception(): string | undefined {
    const { status, note } = this.session;
    return status === 'not-finite' || status === 'failed' ? note : this.wrong;
  }

  where(): string {
    return this.session.note ?? `After training step ${this.session.step}`;
  }

  /** Training told of steps; of those that were asked for one by one, once it rests. */
  progressed(): void {
    if (this.isRunning && this.command !== 'step') this.looking = this.looking.then(() => this.lookAtSteps());
  }

  /** Something about the session changed: whoever was told to run may have stopped. */
  follow(): void {
    const { isRunning, wasRunning, command, session } = this;
    this.wasRunning = isRunning;
    if (isRunning && !wasRunning && !this.commanded) {
      this.begin(undefined);
      this.onRunning();
    }
    if (isRunning || !wasRunning) return;
    this.commanded = false;
    const wrong = session.status === 'not-finite' || session.status === 'failed';
    const stop: Stop = { reason: wrong ? 'exception' : (command ?? 'pause'), description: this.where() };
    // One of its last steps may be what it was to stop at.
    this.looking = this.looking.then(async () => {
      await this.lookAtSteps();
      if (!this.held) this.onStop(stop);
    });
  }

  private begin(command: Stop['reason'] | undefined): void {
    this.command = command;
    this.commanded = true;
    this.held = false;
    this.wrong = undefined;
    this.seen = this.session.step;
  }

  /** Rests at the first step that training was to stop at, if there is one. */
  private async lookAtSteps(): Promise<void> {
    const { session } = this;
    if (this.held || this.seen === session.step) return;
    const from = this.seen + 1;
    this.seen = session.step;
    const hit = await this.look(from);
    if (!hit) return;
    this.held = true;
    session.pause();
    if (hit.step !== undefined && hit.step < session.step) await session.rewind(hit.step);
    if (hit.stop.reason === 'exception') this.wrong = hit.stop.description;
    this.onStop(hit.stop);
  }
}
