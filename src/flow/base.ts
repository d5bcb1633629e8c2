/** Base distributions p_z: what a flow starts from at z. */

import type { RandomStream } from './random';
import type { BaseSpec } from './spec';

/** A distribution of z with a density and draws. */
export interface Base {
  readonly dim: number;
  /** log p_z of the d numbers of `z` that begin at `at`; its gradient is written to the first d places of `gradient`. */
  evaluate(z: ArrayLike<number>, at: number, gradient: Float64Array): number;
  /** log p_z of each of the n points in `z` (n × d). */
  logDensity(z: Float64Array): Float64Array;
  /** n × d independent draws. */
  sample(count: number, random: RandomStream): Float64Array;
}

const logTwoPi = Math.log(2 * Math.PI);

/** A base, from its log density at a point and one draw of it. */
function baseOf(dim: number, evaluate: Base['evaluate'], draw: (random: RandomStream) => ArrayLike<number>): Base {
  return {
    dim,
    evaluate,
    logDensity(z) {
      const gradient = new Float64Array(dim);
      return Float64Array.from({ length: z.length / dim }, (_, p) => evaluate(z, p * dim, gradient));
    },
    sample(count, random) {
      const points = new Float64Array(count * dim);
      for (let p = 0; p < count; p++) points.set(draw(random), p * dim);
      return points;
    },
  };
}

/** N(0, I) in `dim` dimensions: log p = −½‖z‖² − (d/2)·log 2π. */
export function standardNormal(dim: number): Base {
  const evaluate: Base['evaluate'] = (z, at, gradient) => {
    let log = (-dim / 2) * logTwoPi;
    for (let i = 0; i < dim; i++) {
      log -= (z[at + i] * z[at + i]) / 2;
      gradient[i] = -z[at + i];
    }
    return log;
  };
  return baseOf(dim, evaluate, (random) => Array.from({ length: dim }, () => random.normal()));
}

/**
 * N(μ, L·Lᵀ) with L lower triangular (d rows of d numbers, those above the diagonal not read) and a diagonal above 0:
 * log p = −½‖L⁻¹(z − μ)‖² − Σ log Lᵢᵢ − (d/2)·log 2π.
 * @throws RangeError where L has another size, or a diagonal entry that is not above 0.
 */
export function fullNormal(mean: readonly number[], cholesky: readonly (readonly number[])[]): Base {
  const dim = mean.length;
  if (cholesky.length !== dim || cholesky.some((row) => row.length !== dim)) {
    throw new RangeError(`The Cholesky factor of a normal distribution in ${dim} dimensions has ${dim} rows of ${dim} numbers.`);
  }
  if (!cholesky.every((row, i) => row[i] > 0)) throw new RangeError('The diagonal of a Cholesky factor must be above 0.');
  const norm = (-dim / 2) * logTwoPi - cholesky.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
  const white = new Float64Array(dim);
  const evaluate: Base['evaluate'] = (z, at, gradient) => {
    let log = norm;
    for (let i = 0; i < dim; i++) {
      let rest = z[at + i] - mean[i];
      for (let j = 0; j < i; j++) rest -= cholesky[i][j] * white[j];
      white[i] = rest / cholesky[i][i];
      log -= (white[i] * white[i]) / 2;
    }
    // −Lᵀ⁻¹·L⁻¹(z − μ), by substitution from the last row up.
    for (let i = dim - 1; i >= 0; i--) {
      let rest = -white[i];
      for (let j = i + 1; j < dim; j++) rest -= cholesky[j][i] * gradient[j];
      gradient[i] = rest / cholesky[i][i];
    }
    return log;
  };
  return baseOf(dim, evaluate, (random) => {
    const noise = Array.from({ length: dim }, () => random.normal());
    return mean.map((centre, i) => centre + noise.slice(0, i + 1).reduce((sum, e, j) => sum + cholesky[i][j] * e, 0));
  });
}

/**
 * N(μ, diag(σ²)).
 * @throws RangeError where μ and σ differ in length, or a σ is not above 0.
 */
export function diagonalNormal(mean: readonly number[], scale: readonly number[]): Base {
  return fullNormal(
    mean,
    scale.map((sigma, i) => scale.map((_, j) => (i === j ? sigma : 0))),
  );
}

/**
 * p = Σ wₖ·pₖ/W with W = Σ wₖ: log p = log Σ exp(log(wₖ/W) + log pₖ), and ∇log p = Σ rₖ·∇log pₖ with rₖ = wₖ·pₖ/(W·p).
 * @throws RangeError without components, where weights and components differ in number or components in dimension, or a weight is not
 * above 0.
 */
export function mixture(weights: readonly number[], components: readonly Base[]): Base {
  if (components.length === 0 || weights.length !== components.length) {
    throw new RangeError(
      `A mixture has as many weights as components, at least one, but ${weights.length} and ${components.length} are given.`,
    );
  }
  if (!weights.every((weight) => weight > 0)) throw new RangeError('The weights of a mixture must be above 0.');
  const [{ dim }] = components;
  if (components.some((component) => component.dim !== dim)) {
    const dims = components.map((component) => component.dim).join(', ');
    throw new RangeError(`The components of a mixture have the same dimension, but these have ${dims}.`);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const slopes = components.map(() => new Float64Array(dim));
  const evaluate: Base['evaluate'] = (z, at, gradient) => {
    const logs = components.map((component, k) => Math.log(weights[k] / total) + component.evaluate(z, at, slopes[k]));
    const greatest = Math.max(...logs);
    gradient.fill(0, 0, dim);
    if (greatest === -Infinity) return greatest;
    const shares = logs.map((log) => Math.exp(log - greatest));
    const sum = shares.reduce((all, share) => all + share, 0);
    shares.forEach((share, k) => slopes[k].forEach((slope, i) => (gradient[i] += (share / sum) * slope)));
    return greatest + Math.log(sum);
  };
  return baseOf(dim, evaluate, (random) => {
    let rest = random.uniform() * total;
    const chosen = components.find((_, k) => (rest -= weights[k]) < 0) ?? components[components.length - 1];
    return chosen.sample(1, random);
  });
}

/**
 * Uniform on the box lowᵢ ≤ zᵢ < highᵢ: log p = −Σ log(highᵢ − lowᵢ) inside, −∞ outside, NaN where a coordinate is. Its gradient is 0
 * everywhere.
 * @throws RangeError where the corners differ in length, or low is not below high.
 */
export function uniform(low: readonly number[], high: readonly number[]): Base {
  const dim = low.length;
  if (high.length !== dim || !low.every((edge, i) => edge < high[i]))
    throw new RangeError('Every low edge of a box must lie below its high edge.');
  const inside = -low.reduce((sum, edge, i) => sum + Math.log(high[i] - edge), 0);
  const evaluate: Base['evaluate'] = (z, at, gradient) => {
    gradient.fill(0, 0, dim);
    if (low.some((_, i) => Number.isNaN(z[at + i]))) return NaN;
    return low.every((edge, i) => z[at + i] >= edge && z[at + i] < high[i]) ? inside : -Infinity;
  };
  return baseOf(dim, evaluate, (random) => low.map((edge, i) => edge + random.uniform() * (high[i] - edge)));
}

/** The base that a flow names. Throws a RangeError where it has another dimension than the flow, or is no distribution (as above). */
export function baseFrom(spec: BaseSpec, dim: number): Base {
  const base = spec === 'standard-normal' ? standardNormal(dim) : build(spec, dim);
  if (base.dim !== dim) throw new RangeError(`The base has ${base.dim} dimensions, but the flow has ${dim}.`);
  return base;
}

function build(spec: Exclude<BaseSpec, string>, dim: number): Base {
  switch (spec.type) {
    case 'diagonal-normal':
      return diagonalNormal(spec.mean, spec.scale);
    case 'full-normal':
      return fullNormal(spec.mean, spec.cholesky);
    case 'mixture':
      return mixture(
        spec.weights,
        spec.components.map((component) => baseFrom(component, dim)),
      );
    case 'uniform':
      return uniform(spec.low, spec.high);
  }
}
