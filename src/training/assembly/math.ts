/**
 * Elementary functions of four float32 numbers at once. The polynomials are minimax fits made for this file (Lawson's iteration in
 * float64, coefficients rounded to float32); an error is the greatest one found against float64, in units of the last place (ulp) of the
 * result, rounding included. NaN gives NaN everywhere.
 */

import { exp, log1p } from './callbacks';
import { add, bits, div, loadSplat, mul, mulAdd, select, splat, store, sub, subMul } from './lanes';

/** 1.5·2²³: what is added to it is rounded to a whole number, which stands in the low bits of the sum. */
export const rounding: f32 = 12582912;

// Constants of loops lie in memory: to load one is one instruction, but engines build a constant vector in three, every time around.
const one = memory.data<f32>([1]);
const two = memory.data<f32>([2]);
const four = memory.data<f32>([4]);
const signBit = memory.data<i32>([<i32>0x80000000]);
const mantissaBits = memory.data<i32>([0x007fffff]);
/** {@link rounding} with the bias of an exponent: the low bits of a sum with it are those of 2^k. */
const biased = memory.data<f32>([12583039]);
const perLogTwo = memory.data<f32>([1.4426950408889634]);
/** log 2 in two parts, of which the first has 13 bits: its product with a power's number is exact. */
const logTwoHigh = memory.data<f32>([0.693145751953125]);
const logTwoLow = memory.data<f32>([1.42860682030941723212e-6]);
/** e^x is below the smallest subnormal's reach of 2⁻¹²⁶·e^r here, and is taken for 0. */
const least = memory.data<f32>([-88]);
/** The same of 2^x. */
const leastPower = memory.data<f32>([-127]);
const rootOfHalf = memory.data<f32>([0.7071067690849304]);
/** Below this u, 1 − u is as near to 1 as {@link logNearOne} wants it. */
const nearOne = memory.data<f32>([0.29]);
// Coefficients, the constant one first.
const expSeries = memory.data<f32>([0.49999998, 0.16666543, 0.0416672, 0.0083665475, 0.0013882517]);
/** That of e^x for x = f·log 2. */
const powerSeries = memory.data<f32>([0.6931472, 0.2402265, 0.055503696, 0.009618253, 0.0013386701, 0.00015396463]);
const logSeries = memory.data<f32>([0.66666776, 0.39977497, 0.29873073]);
const sinSeries = memory.data<f32>([1.5707964, -0.64596343, 0.07967998, -0.0046014977]);
const cosSeries = memory.data<f32>([-1.2337005, 0.25366923, -0.020860275, 0.0009039914]);

/** x/log 2 rounded to a whole number k, plus {@link biased}. */
function powerOf(x: v128): v128 {
  return mulAdd(x, loadSplat(perLogTwo), loadSplat(biased));
}

/** 2^k; 0 for k = −127. */
function scaleOf(power: v128): v128 {
  return i32x4.shl(power, 23);
}

/** e^r − 1 for r = x − k·log 2, |r| ≤ ½·log 2: r + r²·q(r) with the relative error 1.4e-8 before rounding. */
function expm1Rest(x: v128, power: v128): v128 {
  const k = sub(power, loadSplat(biased));
  const r = subMul(subMul(x, k, loadSplat(logTwoHigh)), k, loadSplat(logTwoLow));
  const square = mul(r, r);
  const q3 = mulAdd(r, loadSplat(expSeries + 16), loadSplat(expSeries + 12));
  const q1 = mulAdd(square, q3, mulAdd(r, loadSplat(expSeries + 8), loadSplat(expSeries + 4)));
  return mulAdd(square, mulAdd(r, q1, loadSplat(expSeries)), r);
}

/** 2^f − 1 for |f| ≤ ½: f·q(f) with the relative error 1.4e-8 before rounding. */
function exp2m1(f: v128): v128 {
  const square = mul(f, f);
  const q4 = mulAdd(f, loadSplat(powerSeries + 20), loadSplat(powerSeries + 16));
  const q2 = mulAdd(square, q4, mulAdd(f, loadSplat(powerSeries + 12), loadSplat(powerSeries + 8)));
  return mul(f, mulAdd(square, q2, mulAdd(f, loadSplat(powerSeries + 4), loadSplat(powerSeries))));
}

/** e^−t for t ≥ 0, within 1 ulp; results below the smallest normal number may be 0. */
export function expMinus(t: v128): v128 {
  const x = f32x4.pmax(f32x4.neg(t), loadSplat(least));
  const power = powerOf(x);
  const scale = scaleOf(power);
  return mulAdd(scale, expm1Rest(x, power), scale);
}

/** The units of what {@link Tanh.of} takes: 2/log 2. */
export const twoPerLogTwo: f64 = 2.8853900817779268;

/** A class only so that its body is compiled into the loop that calls it. */
export abstract class Tanh {
  /**
   * h = tanh a, for a = t·½log 2; writes h′ = sech² a to `slope`. In these units no multiple of log 2 needs to be taken from the exponent.
   *
   * With E = e^(−2|a|) = 2^(−|t|) = 2^k·(1 + p): |h| = ((1 − 2^k) − 2^k·p)/(1 + E), where 1 − 2^k is exact and 0 for small a, so that no digit
   * is lost there; h′ = 4E/(1 + E)², so that none is where h rounds to 1. Within 4 and 5 ulp; an h′ below four times the smallest normal
   * number may be 0.
   */
  @inline
  static of(t: v128, slope: usize): v128 {
    const x = f32x4.pmax(v128.or(t, loadSplat(signBit)), loadSplat(leastPower));
    const power = add(x, loadSplat(biased));
    const scale = scaleOf(power);
    const rest = mul(scale, exp2m1(sub(x, sub(power, loadSplat(biased)))));
    const e = add(rest, scale);
    const inverse = div(loadSplat(one), add(e, loadSplat(one)));
    const height = mul(sub(sub(loadSplat(one), scale), rest), inverse);
    store(slope, mul(mul(mul(e, loadSplat(four)), inverse), inverse));
    return v128.or(height, v128.and(t, loadSplat(signBit)));
  }
}

/** log m for a mantissa m in [√½, √2), as m − 1 = f is handed in: with s = f/(2 + f), log m = f − s·(f − R(s)), R = s²·P(s²). */
function logNearOne(f: v128): v128 {
  const s = div(f, add(f, loadSplat(two)));
  const z = mul(s, s);
  const p = mulAdd(z, mulAdd(z, loadSplat(logSeries + 8), loadSplat(logSeries + 4)), loadSplat(logSeries));
  return subMul(f, s, subMul(f, z, p));
}

/** The power of 2 that leaves a mantissa in [√½, √2), as bits to be subtracted from those of the normal number x. */
function exponentBits(x: v128): v128 {
  return v128.andnot(i32x4.sub(x, loadSplat(rootOfHalf)), loadSplat(mantissaBits));
}

/** log x of normal numbers x > 0 plus `exponent`·log 2 (four whole numbers below 2²³ in size), within 1 ulp where `exponent` is 0. */
export function logScaled(x: v128, exponent: v128): v128 {
  const shift = exponentBits(x);
  const f = sub(i32x4.sub(x, shift), loadSplat(one));
  const k = f32x4.convert_i32x4_s(i32x4.add(i32x4.shr_s(shift, 23), exponent));
  return add(mul(k, loadSplat(logTwoHigh)), mulAdd(k, loadSplat(logTwoLow), logNearOne(f)));
}

/** log(1 + e) for e in [0, 1], within 1e-7 of it. */
export function logOnePlus(e: v128): v128 {
  return logScaled(add(e, loadSplat(one)), bits(0));
}

/** −log(1 − u), for u in [0, 1) and `rest` = 1 − u, each to its own relative accuracy, within 2.5 ulp. */
export function minusLogOf(rest: v128, u: v128): v128 {
  const near = f32x4.lt(u, loadSplat(nearOne));
  const shift = v128.andnot(exponentBits(rest), near);
  const f = select(near, f32x4.neg(u), sub(i32x4.sub(rest, shift), loadSplat(one)));
  const k = f32x4.convert_i32x4_s(i32x4.shr_s(shift, 23));
  return f32x4.neg(add(mul(k, loadSplat(logTwoHigh)), mulAdd(k, loadSplat(logTwoLow), logNearOne(f))));
}

/** sin(πf/2) for |f| ≤ ½. */
function sinQuarter(f: v128): v128 {
  const z = mul(f, f);
  const p = mulAdd(z, mulAdd(z, loadSplat(sinSeries + 12), loadSplat(sinSeries + 8)), loadSplat(sinSeries + 4));
  return mul(f, mulAdd(z, p, loadSplat(sinSeries)));
}

/** cos(πf/2) for |f| ≤ ½. */
function cosQuarter(f: v128): v128 {
  const z = mul(f, f);
  const p = mulAdd(z, mulAdd(z, loadSplat(cosSeries + 12), loadSplat(cosSeries + 8)), loadSplat(cosSeries + 4));
  return mulAdd(z, mulAdd(z, p, loadSplat(cosSeries)), loadSplat(one));
}

/** sin of (q + f) quarter turns, |f| ≤ ½; the cosine is the sine of q + 1. Within 2 ulp. */
export function sinOfQuarters(q: v128, f: v128): v128 {
  const odd = i32x4.eq(v128.and(q, bits(1)), bits(1));
  const size = select(odd, cosQuarter(f), sinQuarter(f));
  return v128.xor(size, i32x4.shl(v128.and(q, bits(2)), 30));
}

/** x in quarter turns, less the whole turns: exact. Not finite becomes NaN. */
export function withinTurn(x: v128): v128 {
  return subMul(x, f32x4.nearest(mul(x, splat(0.25))), splat(4));
}

/** log(1 + eˢ) in float64. */
export function softplus(s: f64): f64 {
  return max(s, 0) + log1p(exp(-abs(s)));
}

/** 1/(1 + e⁻ˢ) in float64. */
export function sigmoid(s: f64): f64 {
  const e = exp(-abs(s));
  return (s < 0 ? e : 1) / (1 + e);
}
