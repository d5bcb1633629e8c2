/** Between points as rows of d numbers, as others hold them, and a block of lanes, one coordinate after the other. */

import { dim, row } from './layer';
import { normals } from './philox';

/** Where four-lane loops over this many points end. */
export function bytesOf(count: i32): usize {
  return <usize>((count + 3) & ~3) * 4;
}

/** Of a number of each of four points, from point number `at`/4 of the block on: 0 in the place of points from `count` on. */
export function masked(a: v128, at: usize, count: i32): v128 {
  return v128.and(a, i32x4.lt_s(i32x4.add(i32x4.splat(<i32>(at >> 2)), i32x4(0, 1, 2, 3)), i32x4.splat(count)));
}

/** The last point stands in the lanes that are left over: whatever is not finite there is so at a point of the batch too. */
function repeatLast(into: usize, count: i32): void {
  for (let i = 0; i < dim; i++, into += row) {
    const last = f32.load(into + 4 * (<usize>count - 1));
    for (let at: usize = <usize>count * 4; at < bytesOf(count); at += 4) f32.store(into + at, last);
  }
}

/** From n × d float32. */
export function fromRows(rows: usize, into: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < dim; i++, rows += 4) f32.store(into + <usize>i * row + 4 * <usize>p, f32.load(rows));
  }
  repeatLast(into, count);
}

/** To n × d float32. */
export function toRows(from: usize, rows: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < dim; i++, rows += 4) f32.store(rows, f32.load(from + <usize>i * row + 4 * <usize>p));
  }
}

/** From n × d float64. */
export function fromWideRows(rows: usize, into: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < dim; i++, rows += 8) f32.store(into + <usize>i * row + 4 * <usize>p, <f32>f64.load(rows));
  }
  repeatLast(into, count);
}

/** To n × d float64. */
export function toWideRows(from: usize, rows: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < dim; i++, rows += 8) f64.store(rows, <f64>f32.load(from + <usize>i * row + 4 * <usize>p));
  }
}

/** Draws the points number `first` … of the stream, standard normal; `first` is a multiple of 8, and `rows` has room for a block. */
export function drawNormal(first: i32, rows: usize, into: usize, count: i32): void {
  const pair = (first * dim) >> 1;
  if (dim === 2) {
    for (let p: i32 = 0; p < count; p += 4) normals(pair + p, into + 4 * <usize>p, into + row + 4 * <usize>p);
    repeatLast(into, count);
  } else {
    for (let n: i32 = 0; n < count * dim; n += 8) {
      const at = rows + 4 * <usize>n;
      normals(pair + (n >> 1), at, at + 16);
      const even = v128.load(at);
      const odd = v128.load(at + 16);
      v128.store(at, v128.shuffle<i32>(even, odd, 0, 4, 1, 5));
      v128.store(at + 16, v128.shuffle<i32>(even, odd, 2, 6, 3, 7));
    }
    fromRows(rows, into, count);
  }
}
