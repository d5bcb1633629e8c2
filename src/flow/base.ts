import type { RandomStream } from './random';

const logTwoPi = Math.log(2 * Math.PI);

/** The standard normal N(0, I) in d dimensions. */
export const standardNormal = {
  name: 'standard-normal',

  /** log p_z(z) = −½‖z‖² − (d/2)·log 2π of each of the n points in `z` (n × d). */
  logDensity(z: Float64Array, dim: number): Float64Array {
    const logs = new Float64Array(z.length / dim).fill((-dim / 2) * logTwoPi);
    for (let i = 0; i < z.length; i++) logs[Math.floor(i / dim)] -= (z[i] * z[i]) / 2;
    return logs;
  },

  /** n × d independent draws. */
  sample(count: number, dim: number, random: RandomStream): Float64Array {
    return Float64Array.from({ length: count * dim }, () => random.normal());
  },
} as const;
