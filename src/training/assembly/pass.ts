/** A block of points through all layers and back, and what is summed up on the way. */

import * as callbacks from './callbacks';
import { beginProduct, logDetInto } from './determinant';
import { energy } from './energies';
import { add, load, mul, mulAdd, splat, store, total } from './lanes';
import { cotangent, dim, Kind, Layer, layOut, logDetCotangent, row, score, stride, blockPoints } from './layer';
import { deriveLinear, linearBackward, linearForward, linearPullback, linearScore } from './linear';
import { derivePlanar, planarBackward, planarForward, planarPullback, planarScore } from './planar';
import { deriveRadial, radialBackward, radialForward, radialPullback, radialScore } from './radial';
import { bytesOf, drawNormal, fromRows, fromWideRows, masked, toRows, toWideRows } from './rows';

const halfLogTwoPi: f64 = 0.9189385332046727;

let layers: usize = 0;
let layerCount: i32 = 0;
/** The stages of a block, from the points that come in on. */
let stages: usize = 0;
/** The last stage: where the layers have taken the block. */
let image: usize = 0;
let logDets: usize = 0;
let values: usize = 0;

/** What the callbacks read and write: points and gradients (n × d), values (n). */
let widePoints: usize = 0;
let wideGradient: usize = 0;
let wideValues: usize = 0;

/** Reverse KL, z → x; else forward KL, x → z. */
let reverse: bool = false;
let path: bool = false;
/** 1–4 for U1–U4, 0 for the callback. */
let energyKind: i32 = 0;
let normalBase: bool = false;
/** The batch is drawn here, from the standard normal; else it is handed in. */
let drawn: bool = false;
let beta: f64 = 1;

let baseSum: f64 = 0;
let logDetSum: f64 = 0;
let energySum: f64 = 0;

export function allocate(dimension: i32, count: i32): void {
  layOut(dimension);
  layerCount = count;
  layers = heap.alloc(<usize>count * offsetof<Layer>());
  stages = heap.alloc(<usize>(count + 1) * stride);
  image = stages + <usize>count * stride;
  logDets = heap.alloc(row);
  values = heap.alloc(row);
  const wideRows = <usize>(blockPoints * dimension) * 8;
  widePoints = heap.alloc(wideRows);
  wideGradient = heap.alloc(wideRows);
  wideValues = heap.alloc(<usize>blockPoints * 8);
}

export function layerAt(k: i32): Layer {
  return changetype<Layer>(layers + <usize>k * offsetof<Layer>());
}

export function setObjective(isReverse: bool, isPath: bool, kindOfEnergy: i32, isNormal: bool, isDrawn: bool): void {
  reverse = isReverse;
  path = isPath;
  energyKind = kindOfEnergy;
  normalBase = isNormal;
  drawn = isDrawn;
}

/** The addresses that the callbacks work at: 0 points, 1 gradient, 2 values. */
export function wide(which: i32): usize {
  return which === 0 ? widePoints : which === 1 ? wideGradient : wideValues;
}

/** Writes what came of a batch of `count` points, and returns the loss: [loss, E log p_z, E Σ log|det| of the formulas, E u]. */
export function lossOf(count: i32, into: usize): f64 {
  const n = <f64>count;
  const loss = ((reverse ? baseSum + beta * energySum : -baseSum) - logDetSum) / n;
  f64.store(into, loss);
  f64.store(into + 8, baseSum / n);
  f64.store(into + 16, logDetSum / n);
  f64.store(into + 24, energySum / n);
  return loss;
}

/** Reads the parameters, and sets every sum to 0. */
export function begin(weight: f64): void {
  beta = weight;
  baseSum = logDetSum = energySum = 0;
  for (let k = 0; k < layerCount; k++) {
    const layer = layerAt(k);
    if (layer.kind === Kind.Radial) deriveRadial(layer);
    else if (layer.kind === Kind.Linear) deriveLinear(layer);
    else derivePlanar(layer);
    memory.fill(layer.sums, 0, layer.sumBytes);
  }
}

/** From the sums over the points to the gradient. */
export function pullback(): void {
  for (let k = 0; k < layerCount; k++) {
    const layer = layerAt(k);
    if (layer.kind === Kind.Radial) radialPullback(layer);
    else if (layer.kind === Kind.Linear) linearPullback(layer);
    else planarPullback(layer);
  }
}

function forward(bytes: usize, withScore: bool): void {
  beginProduct(bytes);
  let at = stages;
  for (let k = 0; k < layerCount; k++, at += stride) {
    const layer = layerAt(k);
    if (layer.kind === Kind.Radial) {
      radialForward(layer, at, bytes);
      if (withScore) radialScore(layer, at, bytes);
    } else if (layer.kind === Kind.Linear) {
      linearForward(layer, at, bytes);
      if (withScore) linearScore(layer, at, bytes);
    } else {
      planarForward(layer, at, bytes);
      if (withScore) planarScore(layer, at, bytes);
    }
  }
  logDetInto(logDets, bytes);
}

function backward(bytes: usize): void {
  let at = image;
  for (let k = layerCount - 1; k >= 0; k--) {
    at -= stride;
    const layer = layerAt(k);
    if (layer.kind === Kind.Radial) radialBackward(layer, at, bytes);
    else if (layer.kind === Kind.Linear) linearBackward(layer, at, bytes);
    else planarBackward(layer, at, bytes);
  }
}

/** The points number `first` … of the batch of a step, a block at most. `points` holds the batch (n × d float32), or has room for a block. */
export function stepBlock(first: i32, count: i32, points: usize): void {
  const bytes = bytesOf(count);
  if (drawn) drawNormal(first, points, stages, count);
  else fromRows(points + <usize>(first * dim) * 4, stages, count);
  if (reverse) baseSum += logBase(stages, score, bytes, count);
  forward(bytes, path);
  logDetSum += sumOf(logDets, bytes, count);
  if (reverse) energySum += energyOf(bytes, count);
  else baseSum += logBase(image, cotangent, bytes, count);
  seed(bytes, count);
  backward(bytes);
}

/** The cotangents of the loss, without the 1/n: β∇u, or −∇log p_z; on the path of a sample the score is added, instead of log|det|. */
function seed(bytes: usize, count: i32): void {
  const factor = splat(reverse ? <f32>beta : -1);
  for (let p: usize = 0; p < bytes; p += 16) {
    store(logDetCotangent + p, masked(splat(path ? 0 : -1), p, count));
    for (let i: usize = 0; i < <usize>dim; i++) {
      const own = cotangent + i * row + p;
      const g = mul(factor, load(own));
      store(own, masked(path ? add(g, load(score + i * row + p)) : g, p, count));
    }
  }
}

function sumOf(terms: usize, bytes: usize, count: i32): f64 {
  let sum = splat(0);
  for (let p: usize = 0; p < bytes; p += 16) sum = add(sum, masked(load(terms + p), p, count));
  return total(sum);
}

/** Σ log p_z of the points at `at`; their scores go to `gradient`. */
function logBase(at: usize, gradient: usize, bytes: usize, count: i32): f64 {
  if (!normalBase) {
    toWideRows(at, widePoints, count);
    callbacks.base(count);
    return wideResult(gradient, count);
  }
  let sum = splat(0);
  for (let p: usize = 0; p < bytes; p += 16) {
    let square = splat(0);
    for (let i: usize = 0; i < <usize>dim; i++) {
      const z = load(at + i * row + p);
      square = mulAdd(z, z, square);
      store(gradient + i * row + p, f32x4.neg(z));
    }
    sum = add(sum, masked(square, p, count));
  }
  return -0.5 * total(sum) - <f64>(count * dim) * halfLogTwoPi;
}

/** Σ u of the image; its gradient goes to the cotangent. */
function energyOf(bytes: usize, count: i32): f64 {
  if (energyKind === 0) {
    toWideRows(image, widePoints, count);
    callbacks.energy(count);
    return wideResult(cotangent, count);
  }
  energy(energyKind, image, values, cotangent, bytes);
  return sumOf(values, bytes, count);
}

function wideResult(gradient: usize, count: i32): f64 {
  fromWideRows(wideGradient, gradient, count);
  let sum: f64 = 0;
  for (let p: usize = 0; p < <usize>count; p++) sum += f64.load(wideValues + 8 * p);
  return sum;
}

/** A block at most of a run of layers: the image of n × d float32 `points`, and Σ log|det| (n). */
export function runBlock(points: usize, into: usize, logDetInto: usize, count: i32): void {
  fromRows(points, stages, count);
  forward(bytesOf(count), false);
  toRows(image, into, count);
  memory.copy(logDetInto, logDets, <usize>count * 4);
}

/** The same block backward: replaces ∂/∂image (n × d) by ∂/∂points; ∂/∂log det (n) is only read. */
export function runBackBlock(points: usize, cotangents: usize, logDetCotangents: usize, count: i32): void {
  const bytes = bytesOf(count);
  fromRows(points, stages, count);
  forward(bytes, false);
  fromRows(cotangents, cotangent, count);
  memory.copy(logDetCotangent, logDetCotangents, <usize>count * 4);
  for (let p: usize = 0; p < bytes; p += 16) {
    store(logDetCotangent + p, masked(load(logDetCotangent + p), p, count));
    for (let i: usize = 0; i < <usize>dim; i++) {
      const own = cotangent + i * row + p;
      store(own, masked(load(own), p, count));
    }
  }
  backward(bytes);
  toRows(cotangent, cotangents, count);
}
