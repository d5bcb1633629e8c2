/**
 * y = P·L·U·v, L with ones and U with e^s on its diagonal, log det = Σ s (Kingma & Dhariwal 2018, arXiv 1807.03039, section 3.2); parameters
 * [L below its diagonal, row by row; U above its diagonal, row by row; s (d)].
 */

import { exp } from './callbacks';
import { accumulate, add, div, load, loadSplat, mul, mulAdd, splat, store, subMul } from './lanes';
import { cotangent, dim, logDetCotangent, row, score, scratch, stride, Layer } from './layer';
import { multiplyConstant } from './determinant';

/** The number of entries on one side of the diagonal. */
function entries(): usize {
  return (<usize>(dim * (dim - 1))) >> 1;
}

/** The place of L_ij, i > j, among the entries. */
function below(i: usize, j: usize): usize {
  return ((i * (i - 1)) >> 1) + j;
}

/** The place of U_ij, i < j, among the entries. */
function above(i: usize, j: usize): usize {
  return i * <usize>dim - ((i * (i + 1)) >> 1) + j - i - 1;
}

/** Constants: [L, U, e^s (d)]. `range` holds log det itself, which is the same everywhere. */
export function deriveLinear(layer: Layer): void {
  const sides: usize = entries() * 8;
  memory.copy(layer.constants, layer.parameters, sides);
  let logDet: f64 = 0;
  for (let i: usize = 0; i < <usize>dim; i++) {
    const s = <f64>f32.load(layer.parameters + sides + 4 * i);
    f32.store(layer.constants + sides + 4 * i, <f32>exp(s));
    logDet += s;
  }
  layer.range = logDet;
}

function upperEntry(layer: Layer, i: usize, j: usize): v128 {
  return loadSplat(layer.constants + 4 * (entries() + above(i, j)));
}

function lowerEntry(layer: Layer, i: usize, j: usize): v128 {
  return loadSplat(layer.constants + 4 * below(i, j));
}

function scaleEntry(layer: Layer, i: usize): v128 {
  return loadSplat(layer.constants + 8 * entries() + 4 * i);
}

/** Output i is this input of the permutation. */
function fromOf(layer: Layer, i: usize): usize {
  return <usize>i32.load(layer.from + 4 * i);
}

function signOf(layer: Layer, i: usize): v128 {
  return splat(i === <usize>dim - 1 ? layer.lastSign : 1);
}

/** Writes U·v of the four points at `v` into `scratch`, a vector a coordinate. */
function applyUpper(layer: Layer, v: usize): void {
  for (let i: usize = 0; i < <usize>dim; i++) {
    let sum = mul(scaleEntry(layer, i), load(v + i * row));
    for (let j = i + 1; j < <usize>dim; j++) sum = mulAdd(upperEntry(layer, i, j), load(v + j * row), sum);
    store(scratch + 16 * i, sum);
  }
}

export function linearForward(layer: Layer, at: usize, bytes: usize): void {
  const d = <usize>dim;
  for (let p: usize = 0; p < bytes; p += 16) {
    applyUpper(layer, at + p);
    // From the last row up, so that each row still finds the others unchanged.
    for (let i = d - 1; i > 0; i--) {
      let sum = load(scratch + 16 * i);
      for (let j: usize = 0; j < i; j++) sum = mulAdd(lowerEntry(layer, i, j), load(scratch + 16 * j), sum);
      store(scratch + 16 * i, sum);
    }
    for (let i: usize = 0; i < d; i++) {
      store(at + stride + i * row + p, mul(signOf(layer, i), load(scratch + 16 * fromOf(layer, i))));
    }
  }
  multiplyConstant(layer.range);
}

/** Replaces the cotangent of y by that of v, and adds to the layer's sums: [L, U, e^s·∂/∂e^s (d), Σ ∂/∂log det]. */
export function linearBackward(layer: Layer, at: usize, bytes: usize): void {
  const d = <usize>dim;
  const outer = scratch + 16 * d;
  const sums = outer + 16 * d;
  memory.fill(sums, 0, 16 * d * d);
  let logDetSum = splat(0);
  for (let p: usize = 0; p < bytes; p += 16) {
    applyUpper(layer, at + p);
    for (let i: usize = 0; i < d; i++) {
      store(outer + 16 * fromOf(layer, i), mul(signOf(layer, i), load(cotangent + i * row + p)));
    }
    // Through L, from the first column on: `outer` turns from the cotangent of L·U·v into that of U·v.
    for (let j: usize = 0; j < d; j++) {
      let own = load(outer + 16 * j);
      for (let i = j + 1; i < d; i++) {
        const g = load(outer + 16 * i);
        addTo(sums + 16 * below(i, j), mul(g, load(scratch + 16 * j)));
        own = mulAdd(lowerEntry(layer, i, j), g, own);
      }
      store(outer + 16 * j, own);
    }
    for (let j: usize = 0; j < d; j++) {
      const v = load(at + j * row + p);
      const scaled = mul(load(outer + 16 * j), scaleEntry(layer, j));
      addTo(sums + 16 * (2 * entries() + j), mul(scaled, v));
      let own = scaled;
      for (let i: usize = 0; i < j; i++) {
        const g = load(outer + 16 * i);
        addTo(sums + 16 * (entries() + above(i, j)), mul(g, v));
        own = mulAdd(upperEntry(layer, i, j), g, own);
      }
      store(cotangent + j * row + p, own);
    }
    logDetSum = add(logDetSum, load(logDetCotangent + p));
  }
  for (let i: usize = 0; i < d * d; i++) accumulate(layer.sums + 8 * i, load(sums + 16 * i));
  accumulate(layer.sums + 8 * d * d, logDetSum);
}

function addTo(at: usize, a: v128): void {
  store(at, add(load(at), a));
}

/** Carries the score along: G_y = P·L⁻ᵀ·U⁻ᵀ·G_v, by two substitutions. */
export function linearScore(layer: Layer, _at: usize, bytes: usize): void {
  const d = <usize>dim;
  for (let p: usize = 0; p < bytes; p += 16) {
    for (let j: usize = 0; j < d; j++) {
      let rest = load(score + j * row + p);
      for (let i: usize = 0; i < j; i++) rest = subMul(rest, upperEntry(layer, i, j), load(scratch + 16 * i));
      store(scratch + 16 * j, div(rest, scaleEntry(layer, j)));
    }
    for (let j = d - 1; j > 0; j--) {
      const own = load(scratch + 16 * j);
      for (let i: usize = 0; i < j; i++) {
        const other = scratch + 16 * i;
        store(other, subMul(load(other), lowerEntry(layer, j, i), own));
      }
    }
    for (let i: usize = 0; i < d; i++) store(score + i * row + p, mul(signOf(layer, i), load(scratch + 16 * fromOf(layer, i))));
  }
}

/** log det is Σ s, whichever the point. */
export function linearPullback(layer: Layer): void {
  const d = <usize>dim;
  memory.copy(layer.gradient, layer.sums, 8 * d * d);
  for (let i: usize = entries() * 2; i < d * d; i++) {
    const own = layer.gradient + 8 * i;
    f64.store(own, f64.load(own) + f64.load(layer.sums + 8 * d * d));
  }
}
