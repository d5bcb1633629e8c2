import type { FlowSession } from '../session/session';
import type { Stop } from './pass-thread';

/** Training as a thread of the debugger: one update at a time, back through its history, or running. */
export class TrainingThread {
  private wasRunning: boolean;
  private command: Stop['reason'] | undefined;

  constructor(
    private readonly session: FlowSession,
    private readonly onRunning: () => void,
    private readonly onStop: (stop: Stop) => void,
  ) {
    this.wasRunning = this.isRunning;
  }

  get isRunning(): boolean {
    return this.session.status === 'running';
  }

  /** To the number of steps in the file, or as many again. */
  async run(): Promise<void> {
    this.command = undefined;
    await this.session.train();
  }

  /** Takes so many updates. */
  async take(count: number): Promise<void> {
    this.command = 'step';
    await this.session.stepTraining(count);
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

  where(): string {
    const { session } = this;
    return session.note ?? `After training step ${session.step}`;
  }

  /** Something about the session changed: whoever was told to run may have stopped. */
  follow(): void {
    const { isRunning, wasRunning, command, session } = this;
    this.wasRunning = isRunning;
    if (isRunning && !wasRunning) this.onRunning();
    if (isRunning || !wasRunning) return;
    this.command = undefined;
    const wrong = session.status === 'not-finite' || session.status === 'failed';
    this.onStop({ reason: wrong ? 'exception' : (command ?? 'pause'), description: this.where() });
  }
}
