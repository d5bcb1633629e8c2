/** How well a flow fits its target, and how far its numbers can be trusted. All in float64; log densities in nats, NaN where a layer folds. */

import { buildFlow, typeOf, type Flow, type Trace } from './flow';
import { InverseStatus, parameterCount } from './layer';
import type { FlowSpec } from './spec';
import type { Energy } from './targets';

/** A mean over independent draws. */
export interface Estimate {
  readonly mean: number;
  /** s/√n with s² the unbiased variance of the draws; NaN for fewer than two. */
  readonly standardError: number;
}

/** The mean of n independent draws with its standard error; NaN for none. */
export function estimate(values: Float64Array): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, standardError: Math.sqrt(variance / n) };
}

/** Order statistics of a sample, by nearest rank; what is not a number counts as greatest. */
export interface Quantiles {
  readonly median: number;
  /** The 99th percentile. */
  readonly high: number;
  readonly maximum: number;
}

/** Of at least one value: each is the least v for which its share of the values is at most v. */
export function quantiles(values: Float64Array): Quantiles {
  const sorted = values.slice().sort();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return { median: rank(0.5), high: rank(0.99), maximum: rank(1) };
}

/**
 * The energy's log weights log w = −u(x) − log p_x(x) at x = g(z), for n × d draws z of the base.
 * E w = Z: by them, expectations under the target can be taken with the flow's samples.
 */
export function importanceLogWeights(flow: Flow, energy: Energy, z: Float64Array): Float64Array {
  const trace = flow.trace(z, 0);
  const x = trace.stages[flow.layers.length];
  const gradient = new Float64Array(flow.dim);
  return flow.logProbOf(trace).map((log, p) => -energy.evaluate(x, p * flow.dim, gradient) - log);
}

/**
 * KL(p_x ‖ π) = E[log p_x(x) + u(x)] + log Z at x = g(z), over n × d draws z of the base: 0 where the flow is the target, else above
 * (Papamakarios et al. 2021, arXiv 1912.02762, section 2.3.2).
 */
export function reverseGap(flow: Flow, energy: Energy, z: Float64Array): Estimate {
  return estimate(importanceLogWeights(flow, energy, z).map((log) => energy.logZ - log));
}

/**
 * KL(π ‖ p_x) = −E[log p_x(x)] − H(π) over n × d draws x of a target with this entropy (Papamakarios et al. 2021, arXiv 1912.02762,
 * section 2.3.1).
 */
export function forwardGap(flow: Flow, x: Float64Array, entropy: number): Estimate {
  return estimate(flow.logProb(x).map((log) => -log - entropy));
}

/**
 * (Σw)²/Σw² of n weights given by their logarithms, from 1 to n: as many independent draws of the target are the weighted samples worth
 * (Kong, "A note on importance sampling using standardized weights", University of Chicago, technical report 348, 1992). NaN where all
 * weights are 0 or there is none, where one is infinite, and where one is not a number.
 */
export function effectiveSampleSize(logWeights: Float64Array): number {
  const greatest = logWeights.reduce((most, log) => Math.max(most, log), -Infinity);
  const weights = logWeights.map((log) => Math.exp(log - greatest));
  return weights.reduce((sum, w) => sum + w, 0) ** 2 / weights.reduce((sum, w) => sum + w * w, 0);
}

/** More grid points than this take seconds. */
const mostPoints = 4_000_000;

/**
 * ∫ p_x over the cube [−extent, extent]^d by the midpoint rule on side^d cells: 1 for a density that vanishes at the border, where the
 * grid resolves it.
 * @throws RangeError for more than four million cells.
 */
export function integral(flow: Flow, extent: number, side: number): number {
  const { dim } = flow;
  const count = side ** dim;
  if (count > mostPoints) throw new RangeError(`A grid of ${side} points a side in ${dim} dimensions has ${count} points: take fewer.`);
  const h = (2 * extent) / side;
  const grid = new Float64Array(count * dim);
  for (let p = 0, at = 0; p < count; p++) {
    for (let i = 0, rest = p; i < dim; i++, rest = Math.floor(rest / side)) grid[at++] = -extent + h * ((rest % side) + 0.5);
  }
  return flow.logProb(grid).reduce((sum, log) => sum + Math.exp(log), 0) * h ** dim;
}

/**
 * m: the share of n × d points that lie nearest, by ‖·‖₂, to each of m ≥ 1 centres: how a flow divides its mass among modes. A point that
 * is not a number lies nearest to none.
 */
export function modeMass(points: Float64Array, centres: readonly (readonly number[])[]): Float64Array {
  const [{ length: dim }] = centres;
  const shares = new Float64Array(centres.length);
  const count = points.length / dim;
  for (let p = 0; p < count; p++) {
    const squares = centres.map((centre) => centre.reduce((sum, value, i) => sum + (points[p * dim + i] - value) ** 2, 0));
    const nearest = squares.indexOf(Math.min(...squares));
    if (nearest >= 0) shares[nearest] += 1 / count;
  }
  return shares;
}

/** ‖there and back − start‖₂ of a batch, and how many points some inverse on the way could not be relied on for. */
export interface RoundTrip extends Quantiles {
  readonly doubtful: number;
}

/** From z to x and back (`from: 'z'`), or from x to z and back, for n × d points. */
export function roundTrip(flow: Flow, from: 'z' | 'x', points: Float64Array): RoundTrip {
  const depth = flow.layers.length;
  const [start, end] = from === 'z' ? [0, depth] : [depth, 0];
  const there = flow.trace(points, start);
  const back = flow.trace(there.stages[end], end);
  const count = points.length / flow.dim;
  const doubtful = Array.from({ length: count }, (_, p) =>
    [there, back].some(({ passes }) => passes.some((pass) => (pass.status[p] as InverseStatus) !== InverseStatus.Ok)),
  );
  return { ...quantiles(distances(points, back.stages[start], flow.dim)), doubtful: doubtful.filter(Boolean).length };
}

/** How log|det| z → x of one layer spreads over a batch. */
export interface LogDetSpread {
  readonly mean: number;
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
}

/** K: the distribution of log|det| of each layer over a trace. */
export function logDetSpread(trace: Trace): LogDetSpread[] {
  return trace.passes.map(({ logDet }) => {
    const { median, maximum } = quantiles(logDet);
    return { mean: estimate(logDet).mean, least: logDet.reduce((a, b) => Math.min(a, b), Infinity), median, greatest: maximum };
  });
}

/** K: the condition numbers σ₁/σ_d of each layer's Jacobian over a trace. A point's error may grow by so much, relative to its size. */
export function conditionNumbers(flow: Flow, trace: Trace): Quantiles[] {
  const { dim } = flow;
  return flow.layers.map((layer, k) => {
    const stage = trace.stages[flow.closedForm === 'generate' ? k : k + 1];
    const condition = (p: number): number => {
      const values = layer.singularValues(stage.subarray(p * dim, (p + 1) * dim));
      return values[0] / values[dim - 1];
    };
    return quantiles(Float64Array.from({ length: stage.length / dim }, (_, p) => condition(p)));
  });
}

/**
 * The same trace in float32. In the closed-form direction every parameter, everything derived from them, and the result of every
 * operation within a layer is rounded (`Float32Map` in ./layer); an elementary function such as tanh is rounded once, where a library
 * may err by a unit more. In the solved direction the root is found in float64 from the rounded parameters, and only the points are
 * rounded: what an iteration in float32 would lose comes on top. Throws what {@link buildFlow} throws.
 */
export function float32Trace(spec: FlowSpec, parameters: Float64Array, points: Float64Array, stage: number): Trace {
  const values = Float32Array.from(parameters);
  const flow = buildFlow(spec, values);
  let offset = 0;
  const maps = spec.layers.map((layer) => {
    const type = typeOf(layer);
    const start = offset;
    offset += parameterCount(type, spec.dim, layer.options);
    return type.float32(spec.dim, layer.options, values.subarray(start, offset));
  });
  return flow.trace(points.map(Math.fround), stage, (k, direction, from) => {
    const pass = flow.pass(k, direction, from);
    if (direction !== flow.closedForm) return { ...pass, points: pass.points.map(Math.fround), logDet: pass.logDet.map(Math.fround) };
    const image = new Float32Array(flow.dim);
    for (let p = 0, at = 0; p < pass.det.length; p++, at += flow.dim) {
      const [det, logDet] = maps[k](Float32Array.from(from.subarray(at, at + flow.dim)), image);
      pass.points.set(image, at);
      pass.det[p] = det;
      pass.logDet[p] = direction === 'encode' ? -logDet : logDet;
      pass.status[p] = image.every(Number.isFinite) ? InverseStatus.Ok : InverseStatus.NotFinite;
    }
    return pass;
  });
}

/** K + 1: how far a trace's points lie from those of the same trace in another precision, at every stage. */
export function traceErrors(exact: Trace, other: Trace, dim: number): Quantiles[] {
  return exact.stages.map((points, k) => quantiles(distances(points, other.stages[k], dim)));
}

function distances(a: Float64Array, b: Float64Array, dim: number): Float64Array {
  return Float64Array.from({ length: a.length / dim }, (_, p) => {
    let square = 0;
    for (let i = p * dim; i < (p + 1) * dim; i++) square += (a[i] - b[i]) ** 2;
    return Math.sqrt(square);
  });
}
