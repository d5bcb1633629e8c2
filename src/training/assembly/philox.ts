/** Standard normal numbers: those of `RandomStream.normal` in src/flow/random, in the same order, four pairs at a time in float32. */

import { add, bits, mul, splat } from './lanes';
import { minusLogOf, sinOfQuarters } from './math';

const multiplier0: i32 = <i32>0xd2511f53;
const multiplier1: i32 = <i32>0xcd9e8d57;
const weyl0: i32 = <i32>0x9e3779b9;
const weyl1: i32 = <i32>0xbb67ae85;

let seedLow: i32 = 0;
let seedHigh: i32 = 0;
let streamLow: i32 = 0;
let streamHigh: i32 = 0;

/** The seed and the number of the stream, each as the low and the high 32 bits of a whole number. */
export function openStream(seed0: i32, seed1: i32, stream0: i32, stream1: i32): void {
  seedLow = seed0;
  seedHigh = seed1;
  streamLow = stream0;
  streamHigh = stream1;
}

function lowWords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

function highWords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** Whole numbers below 2³¹ as float32, times 2^−26, plus others. */
function joined(low: v128, high: v128): v128 {
  return add(mul(f32x4.convert_i32x4_s(low), splat(1.4901161193847656e-8)), f32x4.convert_i32x4_s(high));
}

/**
 * Writes the normals number 2·pair … 2·pair + 7 of the stream: the four even ones to `even`, the four odd ones to `odd`. A pair takes one
 * Philox block: two uniforms u of 53 bits, N/2⁵³, of which the first 27 bits are one word's and the other 26 the next one's. 1 − u is made
 * of the complements of those bits, so that it does not cancel.
 */
export function normals(pair: i32, even: usize, odd: usize): void {
  let c0 = i32x4.add(bits(pair), i32x4(0, 1, 2, 3));
  let c1 = bits(0);
  let c2 = bits(streamLow);
  let c3 = bits(streamHigh);
  let k0 = seedLow;
  let k1 = seedHigh;
  for (let round = 0; round < 10; round++) {
    const a0 = i64x2.extmul_low_i32x4_u(c0, bits(multiplier0));
    const a1 = i64x2.extmul_high_i32x4_u(c0, bits(multiplier0));
    const b0 = i64x2.extmul_low_i32x4_u(c2, bits(multiplier1));
    const b1 = i64x2.extmul_high_i32x4_u(c2, bits(multiplier1));
    c0 = v128.xor(v128.xor(highWords(b0, b1), c1), bits(k0));
    c1 = lowWords(b0, b1);
    c2 = v128.xor(v128.xor(highWords(a0, a1), c3), bits(k1));
    c3 = lowWords(a0, a1);
    k0 += weyl0;
    k1 += weyl1;
  }
  const high = i32x4.shr_u(c0, 5);
  const low = i32x4.shr_u(c1, 6);
  const u = mul(joined(low, high), splat(7.450580596923828e-9));
  const rest = mul(joined(i32x4.sub(bits(0x4000000), low), i32x4.sub(bits(0x7ffffff), high)), splat(7.450580596923828e-9));
  const radius = f32x4.sqrt(mul(minusLogOf(rest, u), splat(2)));
  // The angle in quarter turns: 2²⁵ units of the first 27 bits are one.
  const angle = i32x4.shr_u(c2, 5);
  const quarter = i32x4.shr_u(i32x4.add(angle, bits(0x1000000)), 25);
  const f = mul(joined(i32x4.shr_u(c3, 6), i32x4.sub(angle, i32x4.shl(quarter, 25))), splat(2.9802322387695312e-8));
  v128.store(even, mul(radius, sinOfQuarters(i32x4.add(quarter, bits(1)), f)));
  v128.store(odd, mul(radius, sinOfQuarters(quarter, f)));
}
