/** Σ log|det| over the layers with one logarithm at the end: a running product p·2^e, kept between under- and overflow. */

import { add, bits, load, mul, select, splat, store } from './lanes';
import { blockPoints } from './layer';
import { logScaled } from './math';

/** log₂ of what the product may be before its powers of 2 are set apart. */
const mostSpent: f64 = 120;

/** p of each point of the block. */
export const product = memory.data(blockPoints * 4, 16);
const exponent = memory.data(blockPoints * 4, 16);
/** |log₂ p| is at most this. */
let spent: f64 = 0;
/** Whether a layer was met whose determinant is the same everywhere. */
let constant: f64 = 0;

/** Product 1. */
export function beginProduct(bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    store(product + at, splat(1));
    store(exponent + at, bits(0));
  }
  spent = 0;
  constant = 0;
}

/** Multiplies by a determinant that is the same for every point, given by its logarithm. */
export function multiplyConstant(log: f64): void {
  constant += log;
}

/**
 * Makes room for a factor with |log₂|det|| ≤ `range` everywhere, and returns whether {@link product} can simply be multiplied by it; else it is
 * one for {@link multiplyWide}.
 */
export function makeRoom(bytes: usize, range: f64): bool {
  // Written so that an unknown range, NaN, is a wide one.
  const narrow = range <= mostSpent;
  if (!narrow || !(spent + range <= mostSpent)) {
    for (let at: usize = 0; at < bytes; at += 16) setApart(product + at, load(product + at), exponent + at);
    spent = 1;
  }
  spent += narrow ? range : 1;
  return narrow;
}

/** Multiplies by a row of determinants of which nothing is known. */
export function multiplyWide(dets: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const before = load(product + at);
    setApart(product + at, load(dets + at), exponent + at);
    store(product + at, mul(before, load(product + at)));
  }
}

/** Multiplies by a row of determinants with |log₂|det|| ≤ `range` everywhere. */
export function multiply(dets: usize, bytes: usize, range: f64): void {
  if (makeRoom(bytes, range)) {
    for (let at: usize = 0; at < bytes; at += 16) store(product + at, mul(load(product + at), load(dets + at)));
  } else {
    multiplyWide(dets, bytes);
  }
}

/** Writes |x| = m·2^k as the mantissa m in [1, 2) and adds k to the exponent. Infinity and NaN stay; 0 and subnormal numbers become 0. */
function setApart(mantissa: usize, x: v128, exponent: usize): void {
  const size = f32x4.abs(x);
  const power = i32x4.shr_u(size, 23);
  const small = i32x4.eq(power, bits(0));
  const normal = v128.andnot(i32x4.ne(power, bits(255)), small);
  const m = v128.or(v128.and(size, bits(0x007fffff)), bits(0x3f800000));
  store(mantissa, select(normal, m, v128.andnot(size, small)));
  store(exponent, i32x4.add(load(exponent), v128.and(normal, i32x4.sub(power, bits(127)))));
}

/** Writes Σ log|det| of each point: −∞ where a determinant was 0 or subnormal. */
export function logDetInto(into: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    setApart(product + at, load(product + at), exponent + at);
    const p = load(product + at);
    const log = add(logScaled(p, load(exponent + at)), splat(<f32>constant));
    const zero = f32x4.eq(p, splat(0));
    const finite = f32x4.lt(p, splat(f32.MAX_VALUE));
    store(into + at, select(zero, splat(<f32>-Infinity), select(finite, log, p)));
  }
}
