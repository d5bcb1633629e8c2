import type { ProbeState } from '../src/protocol/messages';
import type { Instant } from './instant';
import type { Point } from './strip';

/**
 * Where the probe is at a cursor: on a stage that it walked to, where the walk has led it; elsewhere on its route, which between two
 * stages is a straight line. Nothing where there is no probe.
 */
export function probePoint(probe: ProbeState | undefined, cursor: number, { layer, s }: Instant): Point | undefined {
  if (probe === undefined) return undefined;
  if (probe.walked.stage === cursor) return [probe.walked.point[0], probe.walked.point[1]];
  const [from, to] = [probe.route[layer - 1], probe.route[layer]];
  return [from[0] + (to[0] - from[0]) * s, from[1] + (to[1] - from[1]) * s];
}
