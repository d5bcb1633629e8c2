/** The elementary functions and the random numbers of the fused kernels, laid open to tests, number by number over a stretch of memory. */

import { add, load, splat, store, sub } from '../../../../src/training/assembly/lanes';
import {
  expMinus,
  logOnePlus,
  logScaled,
  minusLogOf,
  rounding,
  sinOfQuarters,
  Tanh,
  withinTurn,
} from '../../../../src/training/assembly/math';
import { normals, openStream } from '../../../../src/training/assembly/philox';

export function allocate(bytes: i32): usize {
  return heap.alloc(bytes);
}

export function exp(at: usize, bytes: usize): void {
  for (let p = at; p < at + bytes; p += 16) store(p, expMinus(load(p)));
}

export function log(at: usize, bytes: usize): void {
  for (let p = at; p < at + bytes; p += 16) store(p, logScaled(load(p), i32x4.splat(0)));
}

export function log1p(at: usize, bytes: usize): void {
  for (let p = at; p < at + bytes; p += 16) store(p, logOnePlus(load(p)));
}

export function minusLog1m(at: usize, bytes: usize): void {
  for (let p = at; p < at + bytes; p += 16) store(p, minusLogOf(sub(splat(1), load(p)), load(p)));
}

/** sin and cos of πx/2. */
export function sine(at: usize, bytes: usize): void {
  for (let p = at; p < at + bytes; p += 16) store(p, quarters(load(p), 0));
}
export function cosine(at: usize, bytes: usize): void {
  for (let p = at; p < at + bytes; p += 16) store(p, quarters(load(p), 1));
}

function quarters(x: v128, shift: i32): v128 {
  const turn = withinTurn(x);
  const q = add(turn, splat(rounding));
  return sinOfQuarters(i32x4.add(q, i32x4.splat(shift)), sub(turn, sub(q, splat(rounding))));
}

/** tanh of x·½log 2. */
export function tanh(at: usize, bytes: usize): void {
  for (let p = at; p < at + bytes; p += 16) store(p, Tanh.of(load(p), p));
}

/** tanh′ there. */
export function sech2(at: usize, bytes: usize): void {
  for (let p = at; p < at + bytes; p += 16) Tanh.of(load(p), p);
}

/** The first numbers of a stream. */
export function normal(at: usize, bytes: usize, seedLow: i32, seedHigh: i32, streamLow: i32, streamHigh: i32): void {
  openStream(seedLow, seedHigh, streamLow, streamHigh);
  for (let p: usize = 0; p < bytes; p += 32) {
    normals(<i32>(p >> 3), at + p, at + p + 16);
    const even = load(at + p);
    const odd = load(at + p + 16);
    store(at + p, v128.shuffle<i32>(even, odd, 0, 4, 1, 5));
    store(at + p + 16, v128.shuffle<i32>(even, odd, 2, 6, 3, 7));
  }
}
