/** One question to the extension at a time; of those that come up meanwhile, the latest is asked next. */

export class Asked<T> {
  private waiting: T | undefined;
  private out: string | undefined;
  private last = '';

  constructor(private readonly ask: (question: T) => void) {}

  /** Asks, unless this was what was asked last, of the same picture. */
  want(question: T): void {
    const text = JSON.stringify(question);
    if (text === this.last) return;
    if (this.out !== undefined) {
      this.waiting = question;
      return;
    }
    this.last = this.out = text;
    this.ask(question);
  }

  /** The answer came. */
  answered(): void {
    this.out = undefined;
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting !== undefined) this.want(waiting);
  }

  /** What was answered is out of date. */
  outdate(): void {
    this.last = '';
  }
}
