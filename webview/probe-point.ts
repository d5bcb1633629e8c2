import type { ProbeState } from '../src/protocol/messages';
import type { Instant } from './instant';

/**
 * Where the probe is at a cursor: on a stage that it walked to, where the walk has led it; elsewhere on its route, which between two
 * stages is a straight line: d numbers. Nothing where there is no probe.
 */
export function probePoint(probe: ProbeState | undefined, cursor: number, { layer, s }: Instant): readonly number[] | undefined {
  if (probe === undefined) return undefined;
  if (probe.walked.stage === cursor) return probe.walked.point;
  const [from, to] = [probe.route[layer - 1], probe.route[layer]];
  return from.map((it, i) => it + (to[i] - it) * s);
}
