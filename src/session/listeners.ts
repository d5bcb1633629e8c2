/** Those who want to know of events. One that throws does so at nobody's cost but its own. */
export class Listeners<Event> {
  private readonly all = new Set<(event: Event) => void>();

  /** Returns what ends it. */
  add(listener: (event: Event) => void): () => void {
    this.all.add(listener);
    return () => this.all.delete(listener);
  }

  clear(): void {
    this.all.clear();
  }

  emit(event: Event): void {
    for (const listener of this.all) {
      try {
        listener(event);
      } catch (error) {
        // Reported as the uncaught error that it is, once what was being done is done.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
