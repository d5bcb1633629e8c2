/** What training is to rest at, looked at after every step. */

import type { FlowSpec } from '../flow/spec';
import type { PastStep } from './history';
import type { Condition } from './messages';
import { meets } from './quantities';

/**
 * A condition, from step `from` on; or parameters, from `offset` on in the vector of all, of which one differs from what it was `before`
 * by more than `delta`.
 */
export type Watched =
  | { readonly condition: Condition; readonly from: number }
  | { readonly offset: number; readonly before: Float32Array; readonly delta: number };

/** Undefined where it cannot be known. */
function isTrue(watched: Watched, spec: FlowSpec, past: PastStep): boolean | undefined {
  if ('condition' in watched) return past.step >= watched.from ? meets(spec, past, watched.condition) : false;
  const { offset, before, delta } = watched;
  return before.some((value, i) => Math.abs(past.parameters[offset + i] - value) > delta);
}

/** What is watched for. What has come true rests until it was seen not to be. */
export class Watch {
  private readonly resting = new Set<Watched>();

  constructor(private readonly all: readonly Watched[] = []) {}

  /** Whether steps need to be looked at at all. */
  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** The indices of what this step has made true. */
  look(spec: FlowSpec, past: PastStep): number[] {
    return this.all.flatMap((watched, i) => {
      const rested = this.resting.has(watched);
      const now = isTrue(watched, spec, past);
      if (now === true) this.resting.add(watched);
      if (now === false) this.resting.delete(watched);
      return now === true && !rested ? [i] : [];
    });
  }
}
