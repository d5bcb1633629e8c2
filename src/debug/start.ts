import type { Flow } from '../flow/flow';
import { RandomStream, streams } from '../flow/random';
import { samplers } from '../flow/samplers';
import type { Direction } from '../flow/spec';
import type { Opened } from '../session/opened';

/**
 * Where a program begins: draws of the base at z, the same particles as in the picture of the same seed; at x what the flow is to learn
 * (a data file gives those of its rows that are drawn), or, where only an energy or nothing is known, the flow's own samples.
 */
export function startingBatch(flow: Flow, { spec, table }: Opened, direction: Direction, count: number, seed = spec.seed): Float64Array {
  const z = (): Float64Array => flow.base.sample(count, new RandomStream(seed, streams.particles));
  if (direction === 'generate') return z();
  const { objective } = spec;
  if (objective?.type !== 'forward-kl') return flow.generate(z());
  if (table) return table.sample.slice(0, count * spec.dim);
  const sampler = samplers.get(objective.data);
  return sampler ? sampler.sample(count, new RandomStream(seed, streams.target)) : flow.generate(z());
}
