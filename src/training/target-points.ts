import { energyDraws } from '../flow/energy-draws';
import { RandomStream, streams } from '../flow/random';
import { samplers } from '../flow/samplers';
import type { FlowSpec } from '../flow/spec';
import { thinned, type PointTable } from '../flow/table';
import { energies } from '../flow/targets';

/** At most `most` points of a target, n × d: the same ones every time. */
export type TargetPoints = (most: number) => Float64Array;

/**
 * What particles that begin at x begin from: draws of the target's sampler or of its energy (`energyDraws`, exact to 1e-9 of the mass), or
 * rows evenly spread over the table. An energy takes some ten milliseconds to prepare: ask once for a flow.
 * @returns undefined where the target is neither.
 */
export function targetPoints({ dim, seed, objective }: FlowSpec, table?: PointTable): TargetPoints | undefined {
  if (table) return (most) => thinned(table, most);
  const energy = objective?.type === 'reverse-kl' ? energies.get(objective.energy) : undefined;
  const source = objective?.type === 'forward-kl' ? samplers.get(objective.data) : energy && energyDraws(energy);
  if (source === undefined || (energy?.dim ?? 2) !== dim) return undefined;
  return (most) => source.sample(most, new RandomStream(seed, streams.target));
}
