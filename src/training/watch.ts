/** What training is to rest at, looked at after every step. */

import type { FlowSpec } from '../flow/spec';
import type { PastStep } from './history';
import type { Change, Watched } from './messages';
import { marginsOf, meets } from './quantities';

/**
 * What is watched for. A condition that has come true rests until it was seen not to be, or until training was taken back to before it came
 * true; parameters are held against what they were then.
 */
export class Watch {
  /** What is true, and the step that made it so. */
  private readonly since = new Map<Watched, number>();
  private readonly all: Watched[];

  constructor(all: readonly Watched[] = []) {
    this.all = [...all];
    for (const watched of all) if (watched !== 'every step' && 'holds' in watched && watched.holds) this.since.set(watched, -Infinity);
  }

  /** Whether steps need to be looked at at all. */
  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** The indices of what this step has made true. */
  look(spec: FlowSpec, past: PastStep): number[] {
    let known: Float64Array | undefined;
    const margins = (): Float64Array => (known ??= marginsOf(spec, past.parameters));
    return this.all.flatMap((watched, i) => {
      if (watched === 'every step') return [i];
      if ('before' in watched) return this.hasChanged(watched, i, past) ? [i] : [];
      const since = this.since.get(watched);
      const rested = since !== undefined && since < past.step;
      const now = past.step >= watched.from ? meets(past, watched.condition, margins) : false;
      if (now === true && !rested) this.since.set(watched, past.step);
      if (now === false) this.since.delete(watched);
      return now === true && !rested ? [i] : [];
    });
  }

  private hasChanged({ offset, before, delta }: Change, i: number, { parameters }: PastStep): boolean {
    const changed = before.some((value, at) => Math.abs(parameters[offset + at] - value) > delta);
    if (changed) this.all[i] = { offset, delta, before: parameters.slice(offset, offset + before.length) };
    return changed;
  }
}
