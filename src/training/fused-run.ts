/** A run of planar, radial and linear layers, forth and back over a batch, in WebAssembly with SIMD. */

import type { Direction, LayerSpec } from '../flow/spec';
import { instantiate, parameterOffsets } from './fused-module';

/** Everything is float32; points are n × d. */
export interface FusedRun {
  /** The number of its parameters, layer by layer in the order z → x. */
  readonly parameters: number;
  /** The image of the points, and Σ log|det| of the layers' formulas (n). */
  forward(parameters: Float32Array, points: Float32Array): { points: Float32Array; logDet: Float32Array };
  /** From ∂/∂image and ∂/∂log det to ∂/∂points and ∂/∂parameters. The layers are gone through once more: nothing is kept in between. */
  backward(
    parameters: Float32Array,
    points: Float32Array,
    imageCotangent: Float32Array,
    logDetCotangent: Float32Array,
  ): { points: Float32Array; gradient: Float32Array };
}

/**
 * The layers are given in the order z → x; `direction` is the one in which their formulas run.
 * @throws RangeError for a layer that is not fusable.
 */
export function fusedRun(dim: number, layers: readonly LayerSpec[], direction: Direction): FusedRun {
  const { offsets, total } = parameterOffsets(dim, layers);
  const order = layers.map((_, k) => k);
  if (direction === 'encode') order.reverse();
  const unused = (): void => undefined;
  const fused = instantiate(
    dim,
    order.map((k) => layers[k]),
    order.map((k) => offsets[k]),
    total,
    { base: unused, energy: unused },
  );
  const { memory } = fused;

  /** Room for the points and their image, log det and its cotangent, filled from the front. */
  const hand = (parameters: Float32Array, ...inputs: Float32Array[]): number[] => {
    const count = inputs[0].length / dim;
    let at = fused.reserve(count * (2 * dim + 1));
    new Float32Array(memory.buffer, fused.state(), total).set(parameters);
    const places: number[] = [];
    [count * dim, count * dim, count].forEach((length, which) => {
      if (which < inputs.length) new Float32Array(memory.buffer, at, length).set(inputs[which]);
      places.push(at);
      at += 4 * length;
    });
    fused.begin(1);
    return places;
  };
  const copy = (at: number, length: number): Float32Array => new Float32Array(memory.buffer, at, length).slice();

  return {
    parameters: total,
    forward(parameters, points) {
      const count = points.length / dim;
      const [from, into, logDet] = hand(parameters, points);
      fused.runForward(from, into, logDet, count);
      return { points: copy(into, count * dim), logDet: copy(logDet, count) };
    },
    backward(parameters, points, imageCotangent, logDetCotangent) {
      const count = points.length / dim;
      const [from, cotangents, logDets] = hand(parameters, points, imageCotangent, logDetCotangent);
      fused.runBackward(from, cotangents, logDets, count);
      const gradient = Float32Array.from(new Float64Array(memory.buffer, fused.gradientAt(), total));
      return { points: copy(cotangents, count * dim), gradient };
    },
  };
}
