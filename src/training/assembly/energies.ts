/**
 * The test energies U1–U4 of Rezende & Mohamed 2015 (arXiv 1505.05770, table 1), U2–U4 with the envelope ½(max(0, |x₁| − 4)/0.1)²: those of
 * src/flow/targets, in float32. Each writes u of the points at `x` to `values`, and ∂u/∂x to `gradient`.
 */

import { add, bits, div, load, mul, mulAdd, select, splat, store, sub } from './lanes';
import { row } from './layer';
import { expMinus, logOnePlus, rounding, sinOfQuarters, withinTurn } from './math';

const halfPi: f32 = 1.5707963;

export function energy(which: i32, x: usize, values: usize, gradient: usize, bytes: usize): void {
  for (let p: usize = 0; p < bytes; p += 16) {
    const x1 = load(x + p);
    const x2 = load(x + row + p);
    if (which === 1) ring(x1, x2, values + p, gradient + p);
    else if (which === 2) wave(x1, x2, values + p, gradient + p);
    else if (which === 3) split(x1, x2, values + p, gradient + p);
    else fork(x1, x2, values + p, gradient + p);
  }
}

/** U1. The two modes' exponents differ by x₁/0.09. */
function ring(x1: v128, x2: v128, value: usize, gradient: usize): void {
  const radius = f32x4.sqrt(mulAdd(x1, x1, mul(x2, x2)));
  const off = mul(sub(radius, splat(2)), splat(2.5));
  const outward = v128.andnot(div(mul(off, splat(2.5)), radius), f32x4.eq(radius, splat(0)));
  // The nearer mode, mirrored to the right.
  const near = mul(sub(f32x4.abs(x1), splat(2)), splat(1.6666666));
  const e = expMinus(mul(f32x4.abs(x1), splat(11.111111)));
  const share = div(e, add(e, splat(1)));
  // The nearer mode pulls with 1 − share, the other one, 4/0.6 further on, with share.
  const pull = mul(mulAdd(share, splat(6.6666665), near), splat(1.6666666));
  const sign = v128.and(x1, bits(<i32>0x80000000));
  store(gradient, mulAdd(outward, x1, v128.xor(pull, sign)));
  store(gradient + row, mul(outward, x2));
  store(value, sub(mul(splat(0.5), mulAdd(off, off, mul(near, near))), logOnePlus(e)));
}

/** U2. */
function wave(x1: v128, x2: v128, value: usize, gradient: usize): void {
  const d = mul(sub(x2, sine(x1, 0)), splat(2.5));
  const byHeight = mul(d, splat(2.5));
  store(gradient, mul(f32x4.neg(byHeight), mul(sine(x1, 1), splat(halfPi))));
  store(gradient + row, byHeight);
  store(value, mul(splat(0.5), mul(d, d)));
  confine(x1, value, gradient);
}

/** U3. */
function split(x1: v128, x2: v128, value: usize, gradient: usize): void {
  const from = mul(sub(x1, splat(1)), splat(1.6666666));
  const bump = mul(splat(3), expMinus(mul(splat(0.5), mul(from, from))));
  const bumpSlope = mul(bump, mul(from, splat(-1.6666666)));
  const off = sub(x2, sine(x1, 0));
  const slope = mul(sine(x1, 1), splat(-halfPi));
  twoRidges(off, slope, 2.857143, add(off, bump), add(slope, bumpSlope), value, gradient);
  confine(x1, value, gradient);
}

/** U4. */
function fork(x1: v128, x2: v128, value: usize, gradient: usize): void {
  const s = mul(sub(x1, splat(1)), splat(3.3333333));
  const e = expMinus(f32x4.abs(s));
  const greater = div(splat(1), add(e, splat(1)));
  const lesser = mul(e, greater);
  const left = f32x4.lt(s, splat(0));
  const step = mul(splat(3), select(left, lesser, greater));
  const stepSlope = mul(mul(step, select(left, greater, lesser)), splat(3.3333333));
  const off = sub(x2, sine(x1, 0));
  const slope = mul(sine(x1, 1), splat(-halfPi));
  twoRidges(off, slope, 2.5, add(off, step), add(slope, stepSlope), value, gradient);
  confine(x1, value, gradient);
}

/** sin of πx₁/2, or with `quarter` 1 its cosine. */
function sine(x1: v128, quarter: i32): v128 {
  const turn = withinTurn(x1);
  const q = add(turn, splat(rounding));
  return sinOfQuarters(i32x4.add(q, bits(quarter)), sub(turn, sub(q, splat(rounding))));
}

/** −ln(e^{−½d₁²} + e^{−½d₂²}) of the distances `off` from two curves of x₁, with their slopes; the second ridge has the width 0.35. */
function twoRidges(off1: v128, slope1: v128, perWidth1: f32, off2: v128, slope2: v128, value: usize, gradient: usize): void {
  const d1 = mul(off1, splat(perWidth1));
  const d2 = mul(off2, splat(2.857143));
  const lead = mul(splat(0.5), mul(sub(d2, d1), add(d2, d1)));
  const e = expMinus(f32x4.abs(lead));
  const greater = div(splat(1), add(e, splat(1)));
  const lesser = mul(e, greater);
  const second = f32x4.lt(lead, splat(0));
  const pull1 = mul(select(second, lesser, greater), mul(d1, splat(perWidth1)));
  const pull2 = mul(select(second, greater, lesser), mul(d2, splat(2.857143)));
  store(gradient, mulAdd(pull1, slope1, mul(pull2, slope2)));
  store(gradient + row, add(pull1, pull2));
  const nearer = select(second, d2, d1);
  store(value, sub(mul(splat(0.5), mul(nearer, nearer)), logOnePlus(e)));
}

/** Adds the envelope. */
function confine(x1: v128, value: usize, gradient: usize): void {
  const beyond = mul(f32x4.pmax(sub(f32x4.abs(x1), splat(4)), splat(0)), splat(10));
  const sign = v128.and(x1, bits(<i32>0x80000000));
  store(gradient, add(load(gradient), v128.xor(mul(beyond, splat(10)), sign)));
  store(value, mulAdd(mul(splat(0.5), beyond), beyond, load(value)));
}
