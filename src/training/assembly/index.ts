/**
 * One flow of planar, radial and linear layers, its parameters and what its optimiser remembers: what src/training/fused.ts drives. Memory is
 * given out once and never freed; an instance lives as long as its flow.
 */

import { blockPoints } from './layer';
import { allocateState, stateAt, update } from './optimizers';
import * as pass from './pass';
import { openStream } from './philox';

let dim: usize = 0;
let parameters: i32 = 0;
let gradient: usize = 0;
/** Points that came from outside, n × d float32, with room for as many numbers. */
let points: usize = 0;
let room: i32 = 0;
const outcome = memory.data(40, 8);

export function create(dimension: i32, layerCount: i32, parameterCount: i32): void {
  dim = <usize>dimension;
  parameters = parameterCount;
  allocateState(parameterCount);
  gradient = heap.alloc(<usize>parameterCount * 8);
  pass.allocate(dimension, layerCount);
}

/**
 * Layer k in the order in which the formulas run, with its `size` parameters from number `first` on. Returns where a linear layer's
 * permutation is to be written: d 32-bit numbers.
 */
export function layer(k: i32, kind: i32, raw: bool, first: i32, size: i32, lastSign: f32): usize {
  const own = pass.layerAt(k);
  own.kind = kind;
  own.raw = raw;
  own.parameters = stateAt() + <usize>first * 4;
  own.gradient = gradient + <usize>first * 8;
  own.constants = heap.alloc(<usize>(2 * size + 2) * 4);
  own.sumBytes = <usize>(size + 1) * 8;
  own.sums = heap.alloc(own.sumBytes);
  own.from = heap.alloc(dim * 4);
  own.lastSign = lastSign;
  return own.from;
}

/**
 * Reverse KL, or forward KL; along the path of a sample, or not; the energy U1–U4 as 1–4, or the callback as 0; the base the standard normal,
 * or the callback; the batch drawn from the standard normal, or handed in.
 */
export function objective(reverse: bool, path: bool, energy: i32, normalBase: bool, drawn: bool): void {
  pass.setObjective(reverse, path, energy, normalBase, drawn);
}

/** Room for this many numbers from outside. */
export function reserve(numbers: i32): usize {
  if (numbers > room) {
    points = heap.alloc(<usize>numbers * 4);
    room = numbers;
  }
  return points;
}

/** The points that are taken through all layers at once: calls of `advance` begin at multiples of it. */
export function block(): i32 {
  return blockPoints;
}

/** Float32: the parameters, the first moments, the second moments. */
export function state(): usize {
  return stateAt();
}

/** Float64, in the layout of the parameters. */
export function gradientAt(): usize {
  return gradient;
}

/** What the callbacks work at: 0 points, 1 gradient, 2 values; float64. */
export function wide(which: i32): usize {
  return pass.wide(which);
}

/** Float64: the loss, E log p_z, E Σ log|det| of the formulas, E u, and the norm of the gradient. */
export function outcomeAt(): usize {
  return outcome;
}

/** The beginning of a step, or of a run of layers; β is the weight of the energy. */
export function begin(beta: f64): void {
  pass.begin(beta);
}

/** The seed and the stream that a step's batch is drawn from, as their low and high 32 bits. */
export function draw(seedLow: i32, seedHigh: i32, streamLow: i32, streamHigh: i32): void {
  openStream(seedLow, seedHigh, streamLow, streamHigh);
}

/** Takes the points `from` … `to` − 1 of a step's batch forth and back; `from` is a multiple of a block. */
export function advance(from: i32, to: i32): void {
  for (let first = from; first < to; first += blockPoints) pass.stepBlock(first, min(blockPoints, to - first), points);
}

/**
 * The end of a step of `count` points: clips the gradient (to any length for 0) and updates the state, unless anything was not finite.
 * Returns whether it did.
 */
export function finish(count: i32, optimizer: i32, step: i32, learningRate: f64, momentum: f64, clip: f64): bool {
  pass.pullback();
  let square: f64 = 0;
  for (let at = gradient; at < gradient + <usize>parameters * 8; at += 8) {
    const g = f64.load(at) / <f64>count;
    f64.store(at, g);
    square += g * g;
  }
  const loss = pass.lossOf(count, outcome);
  const norm = sqrt(square);
  f64.store(outcome + 32, norm);
  if (!isFinite(loss) || !isFinite(norm)) return false;
  const scale = clip > 0 && norm > clip ? clip / norm : 1;
  return update(optimizer, gradient, scale, step, learningRate, momentum);
}

/** Takes a run of layers over n points: see `runBlock` for what lies at the addresses. */
export function runForward(rows: usize, into: usize, logDetInto: usize, count: i32): void {
  for (let first = 0; first < count; first += blockPoints) {
    const at = <usize>first * dim * 4;
    pass.runBlock(rows + at, into + at, logDetInto + <usize>first * 4, min(blockPoints, count - first));
  }
}

/** Takes cotangents back through a run of layers, and finds the gradient. */
export function runBackward(rows: usize, cotangents: usize, logDetCotangents: usize, count: i32): void {
  for (let first = 0; first < count; first += blockPoints) {
    const at = <usize>first * dim * 4;
    pass.runBackBlock(rows + at, cotangents + at, logDetCotangents + <usize>first * 4, min(blockPoints, count - first));
  }
  pass.pullback();
}
