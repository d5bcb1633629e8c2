/** Which training step the person wants to see: one is asked of the session at a time, and of those wished for meanwhile only the last. */

export class StepControl {
  private asked: { readonly step: number | undefined } | undefined;
  private next: { readonly step: number | undefined } | undefined;

  /** `ask` asks the session for a step; {@link answered} must be called once it is seen to. */
  constructor(private readonly ask: (step: number | undefined) => void) {}

  /** The session still owes an answer. */
  get isWaiting(): boolean {
    return this.asked !== undefined;
  }

  /** Shows this step, or now. */
  goTo(step: number | undefined): void {
    if (this.asked) {
      this.next = { step };
      return;
    }
    this.asked = { step };
    this.ask(step);
  }

  answered(): void {
    const { next } = this;
    this.asked = this.next = undefined;
    if (next) this.goTo(next.step);
  }

  /** What is wished for, while the session shows `shown`; undefined is now. */
  step(shown: number | undefined): number | undefined {
    const wished = this.next ?? this.asked;
    return wished ? wished.step : shown;
  }
}
