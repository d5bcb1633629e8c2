/** How a flow lies in memory: its layers, and a block of points on its way through them, one coordinate after the other. */

/** The points that are taken through all layers while they are in the first cache. */
export const blockPoints: i32 = 64;
/** The bytes of one number of each point of a block. */
export const row: usize = <usize>blockPoints * 4;

export enum Kind {
  Planar,
  LeakyPlanar,
  Radial,
  Linear,
}

/** One layer φ: v ↦ y. */
@unmanaged
export class Layer {
  kind: i32;
  raw: bool;
  /** float32: its own part of the flow's parameters. */
  parameters: usize;
  /** In the layout of the parameters, float64: the gradient of the loss. */
  gradient: usize;
  /** float32: what the passes need to know of the parameters. */
  constants: usize;
  /** float64: sums over the points, of which {@link gradient} is made. */
  sums: usize;
  sumBytes: usize;
  /** |log₂ det| is at most this; NaN or infinite where nothing is known. */
  range: f64;
  /** Of a linear layer: output i is input from[i] (32-bit), the last one times `lastSign`. */
  from: usize;
  lastSign: f32;
}

export let dim: i32 = 0;
/** The bytes from one layer's block to the next one's: its d coordinates, then three numbers that the backward pass needs again. */
export let stride: usize = 0;
/** d rows: the cotangent of the points that the backward pass has come to. */
export let cotangent: usize = 0;
/** A row: the cotangent of Σ log|det|. */
export let logDetCotangent: usize = 0;
/** d rows: the score ∇ log q of the points that a path gradient has come to. */
export let score: usize = 0;
/** A row, and d² + 2d vectors of four lanes, for whatever a layer computes by the way. */
export let scratch: usize = 0;

export function layOut(dimension: i32): void {
  dim = dimension;
  stride = <usize>(dim + 3) * row;
  const coordinates = <usize>dim * row;
  cotangent = heap.alloc(coordinates);
  logDetCotangent = heap.alloc(row);
  score = heap.alloc(coordinates);
  scratch = heap.alloc(<usize>(dim * dim + 2 * dim) * 16 + row);
}
