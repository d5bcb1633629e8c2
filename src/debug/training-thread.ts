import type { FlowSession } from '../session/session';
import type { Stop } from './pass-thread';
import { lossDiverged, type TrainingWatch } from './training-watch';

/** Training as a thread of the debugger: one update at a time, back through its history, or running. */
export class TrainingThread {
  private wasRunning: boolean;
  /** Why the client will have stopped it. */
  private command: Stop['reason'] | undefined;
  /** The client asked for it, so it need not be told that training runs. */
  private commanded = false;
  /** Its next stop is nobody's business, or was told already. */
  private held = false;
  private wrong: Stop | undefined;

  constructor(
    private readonly session: FlowSession,
    private readonly watch: TrainingWatch,
    private readonly onRunning: () => void,
    private readonly onStop: (stop: Stop) => void,
  ) {
    this.wasRunning = this.isRunning;
  }

  get isRunning(): boolean {
    return this.session.status === 'running';
  }

  /** To the number of steps in the file, or as many again. */
  run(): Promise<void> {
    this.begin(undefined);
    this.watch.warn();
    return this.session.train();
  }

  /** Takes so many updates. */
  take(count: number): Promise<void> {
    this.begin('step');
    return this.session.stepTraining(count);
  }

  /** Takes so many updates before anybody looks, and resolves once it rests. `told` is called whenever steps were taken. */
  async prepare(count: number, told: () => void): Promise<void> {
    const rests = new Promise<void>((resolve) => {
      const unsubscribe = this.session.subscribe(() => {
        told();
        if (this.isRunning) return;
        unsubscribe();
        resolve();
      });
    });
    const taken = this.take(count);
    this.held = true;
    await taken;
    await rests;
  }

  /** To before the last update, whose step can be taken again. */
  async back(to = this.session.step - 1): Promise<void> {
    const known = to >= 0 && (await this.session.rewind(to));
    this.onStop({ reason: 'step', description: known ? this.where() : `${this.whichStep()}: the history begins here` });
  }

  pause(): void {
    if (this.isRunning) {
      this.command = 'pause';
      this.session.pause();
    } else this.onStop({ reason: 'pause', description: this.where() });
  }

  /** What went wrong at the last stop. */
  get exception(): Stop | undefined {
    return this.wrong;
  }

  where(): string {
    return this.session.note ?? this.whichStep();
  }

  private whichStep(): string {
    return `After training step ${this.session.step}`;
  }

  /** Something about the session changed: whoever was told to run may have stopped. */
  follow(): void {
    const { isRunning, wasRunning, command, session } = this;
    this.wasRunning = isRunning;
    if (isRunning && !wasRunning && !this.commanded) {
      this.begin(undefined);
      this.watch.warn();
      this.onRunning();
    }
    if (isRunning || !wasRunning) return;
    this.commanded = false;
    if (this.held) return;
    const failed = session.status === 'not-finite' || session.status === 'failed';
    const stop: Stop = failed
      ? { reason: 'exception', description: this.where(), filter: lossDiverged }
      : (this.watch.met ?? { reason: command ?? 'pause', description: this.where() });
    if (stop.reason === 'exception') this.wrong = stop;
    this.onStop(stop);
  }

  private begin(command: Stop['reason'] | undefined): void {
    this.command = command;
    this.commanded = true;
    this.held = false;
    this.wrong = undefined;
    this.watch.met = undefined;
  }
}
