/** Work that yields wherever it has gone on for some milliseconds, so that messages can be answered. */
export type Work<T = void> = Generator<void, T>;

/** Does it all at once. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
