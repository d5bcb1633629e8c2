import type { Breakpoint } from './breakpoints';
import type { Client } from './client';
import type { Program } from './host';
import type { Variables } from './variables';

/** Milliseconds between two notes to the client that what it shows is out of date. */
const invalidationInterval = 200;

/** What the client is told of its own accord. */
export class Reports {
  private outdated: ReturnType<typeof setTimeout> | undefined;
  private readonly areas = new Set<'variables' | 'stacks'>();
  private given = 0;

  constructor(
    private readonly program: Program,
    private readonly client: Client,
    private readonly variables: Variables,
  ) {}

  dispose(): void {
    clearTimeout(this.outdated);
  }

  get source(): { name: string; path: string } {
    const { name, path } = this.program;
    return { name, path };
  }

  /** One line in the client's console; with the line of a text, from 0, at its place. */
  say(text: string, line?: number): void {
    this.client.event('output', {
      category: 'console',
      output: `${text}\n`,
      ...(line !== undefined && { source: this.source, line: line + this.client.lineBase }),
    });
  }

  /** A breakpoint as the client shows it. */
  describe({ id, layer, reason, wanted }: Breakpoint, layerLines: readonly number[]): object {
    const line = layer === undefined ? wanted.line : layerLines[layer - 1];
    return {
      id,
      verified: layer !== undefined,
      line: line + this.client.lineBase,
      source: this.source,
      ...(reason !== undefined && { message: reason, reason: 'failed' }),
    };
  }

  breakpointsChanged(breakpoints: readonly Breakpoint[], layerLines: readonly number[]): void {
    for (const each of breakpoints) this.client.event('breakpoint', { reason: 'changed', breakpoint: this.describe(each, layerLines) });
  }

  /** What the client shows is out of date; it is told once for many changes. */
  invalidate(area: 'variables' | 'stacks'): void {
    if (!this.client.canInvalidate) return;
    this.areas.add(area);
    if (this.outdated) return;
    this.outdated = setTimeout(() => {
      this.outdated = undefined;
      this.variables.forget();
      this.client.event('invalidated', { areas: [...this.areas] });
      this.areas.clear();
    }, invalidationInterval);
  }

  /** Something takes its time. What is returned tells how far it has come, from 0 to 1; at 1 it is over. */
  progress(title: string): (share: number) => void {
    const progressId = String(++this.given);
    if (!this.client.canReportProgress) return () => {};
    this.client.event('progressStart', { progressId, title, percentage: 0 });
    return (share) => {
      if (share < 1) this.client.event('progressUpdate', { progressId, percentage: Math.floor(100 * share) });
      else this.client.event('progressEnd', { progressId });
    };
  }
}
