/** What training is to rest at, looked at after every step. */

import type { FlowSpec } from '../flow/spec';
import type { PastStep } from './history';
import type { CameTrue, Change, Watched } from './messages';
import { marginsOf, meets } from './quantities';

/** A parameter after a step: what it is held against from then on. */
interface Base {
  readonly step: number;
  readonly values: Float32Array;
}

function baseOf({ offset, length }: Change, { step, parameters }: PastStep): Base {
  return { step, values: parameters.slice(offset, offset + length) };
}

/** What is watched for, whether it held when that began or not. */
function nameOf(watched: Exclude<Watched, 'every step'>): string {
  return JSON.stringify('delta' in watched ? watched : { ...watched, holds: undefined });
}

/**
 * What is watched for. A condition that has come true rests until it was seen not to be, or until training was taken back to before it came
 * true; a parameter is held against what it was when that began or at the last stop for it, of those that training was not taken back to before.
 */
export class Watch {
  /** Since which step a condition is true; +∞ where it is not. */
  private readonly since = new Map<string, number>();
  private readonly bases = new Map<string, readonly Base[]>();

  /** @param before what was watched for until now: where that is so still, it stays as it was seen. */
  constructor(
    private readonly all: readonly Watched[],
    now: PastStep,
    before?: Watch,
  ) {
    for (const watched of all) {
      if (watched === 'every step') continue;
      const name = nameOf(watched);
      if ('delta' in watched) this.bases.set(name, before?.bases.get(name) ?? [baseOf(watched, now)]);
      else this.since.set(name, before?.since.get(name) ?? (watched.holds ? -Infinity : Infinity));
    }
  }

  /** What this step has made true. */
  look(spec: FlowSpec, past: PastStep): CameTrue[] {
    let known: Float64Array | undefined;
    const margins = (): Float64Array => (known ??= marginsOf(spec, past.parameters));
    return this.all.flatMap((watched, index) => {
      if (watched === 'every step') return [{ index }];
      const name = nameOf(watched);
      if ('delta' in watched) {
        const by = this.changeOf(watched, name, past);
        return by > watched.delta ? [{ index, by }] : [];
      }
      const rested = (this.since.get(name) ?? Infinity) < past.step;
      const now = past.step >= watched.from ? meets(past, watched.condition, margins) : false;
      if (now === true && !rested) this.since.set(name, past.step);
      if (now === false) this.since.set(name, Infinity);
      return now === true && !rested ? [{ index }] : [];
    });
  }

  /** Training was taken back to here: a parameter that began to be watched later is held against what it is here. */
  goBack(now: PastStep): void {
    for (const watched of this.all) {
      if (watched === 'every step' || !('delta' in watched)) continue;
      const kept = this.bases.get(nameOf(watched))?.filter(({ step }) => step <= now.step) ?? [];
      this.bases.set(nameOf(watched), kept.length > 0 ? kept : [baseOf(watched, now)]);
    }
  }

  /** Training begins anew, maybe with another flow: every parameter is held against what it is here. */
  begin(now: PastStep): void {
    this.bases.clear();
    this.goBack(now);
  }

  /** How far a parameter is from what it is held against, which is what it is now where that is more than it may be. */
  private changeOf(watched: Change, name: string, past: PastStep): number {
    const now = baseOf(watched, past);
    // Somebody else's training may have begun again.
    const earlier = this.bases.get(name)?.filter(({ step }) => step < past.step) ?? [];
    const { values } = earlier.at(-1) ?? now;
    const by = now.values.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i])), 0);
    if (earlier.length === 0 || by > watched.delta) this.bases.set(name, [...earlier, now]);
    return by;
  }
}
