/** The WebAssembly of ./assembly: one instance holds one sequence of layers and its parameters. */

import { typeOf } from '../flow/flow';
import { parameterCount } from '../flow/layer';
import { permutationOf, permutationRank } from '../flow/linear';
import type { LayerSpec } from '../flow/spec';
import bytes from './assembly/index.wasm';

/** What ./assembly/index.ts exports; addresses are bytes in `memory`. */
export interface FusedExports {
  readonly memory: WebAssembly.Memory;
  create(dim: number, layers: number, parameters: number): void;
  layer(k: number, kind: number, raw: boolean, first: number, size: number, lastSign: number): number;
  objective(reverse: boolean, path: boolean, energy: number, normalBase: boolean, drawn: boolean): void;
  reserve(numbers: number): number;
  block(): number;
  state(): number;
  gradientAt(): number;
  outcomeAt(): number;
  wide(which: number): number;
  begin(beta: number): void;
  draw(seedLow: number, seedHigh: number, streamLow: number, streamHigh: number): void;
  advance(from: number, to: number): void;
  finish(count: number, optimizer: number, step: number, learningRate: number, momentum: number, clip: number): boolean;
  runForward(points: number, image: number, logDet: number, count: number): void;
  runBackward(points: number, cotangents: number, logDetCotangents: number, count: number): void;
}

/** What the module calls where base and energy are not written in it, for n points; see `wide`. */
export interface FusedCallbacks {
  base(count: number): void;
  energy(count: number): void;
}

const kinds = ['planar', 'radial', 'linear'];

/** Whether the fused kernels know this layer. */
export function isFusable(layer: LayerSpec): boolean {
  return kinds.includes(layer.type);
}

/** The number of ./assembly's `Kind`. */
function kindOf({ type, options }: LayerSpec): number {
  if (type === 'planar') return options.leaky === true ? 1 : 0;
  return type === 'radial' ? 2 : 3;
}

/** (module (func (drop (v128.const i32x4 0 0 0 0)))). */
const smallest = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26,
  11,
];

/** Whether WebAssembly has its 128-bit SIMD instructions here. */
export function simdAvailable(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(smallest));
}

const { exp, log1p, log2 } = Math;
let compiled: WebAssembly.Module | undefined;

/**
 * An instance that runs these layers in the order in which they are given; the parameters of the k-th begin at `offsets[k]`, of `total`.
 * @throws RangeError for a layer that is not fusable.
 */
export function instantiate(
  dim: number,
  layers: readonly LayerSpec[],
  offsets: readonly number[],
  total: number,
  callbacks: FusedCallbacks,
): FusedExports {
  compiled ??= new WebAssembly.Module(bytes);
  const { exports }: { readonly exports: unknown } = new WebAssembly.Instance(compiled, { callbacks: { ...callbacks, exp, log1p, log2 } });
  const fused = exports as FusedExports;
  fused.create(dim, layers.length, total);
  layers.forEach((layer, k) => {
    if (!isFusable(layer)) throw new RangeError(`A ${layer.type} layer cannot be fused; these can: ${kinds.join(', ')}.`);
    const { from, lastSign } = permutationOf(permutationRank(layer.options.permutation), dim);
    const size = parameterCount(typeOf(layer), dim, layer.options);
    const at = fused.layer(k, kindOf(layer), layer.options.raw === true, offsets[k], size, lastSign);
    new Int32Array(fused.memory.buffer, at, dim).set(from);
  });
  return fused;
}

/** The offsets of the layers' parameters in one vector, layer by layer, and its length. */
export function parameterOffsets(dim: number, layers: readonly LayerSpec[]): { offsets: number[]; total: number } {
  let total = 0;
  const offsets = layers.map((layer) => {
    const offset = total;
    total += parameterCount(typeOf(layer), dim, layer.options);
    return offset;
  });
  return { offsets, total };
}
