import type { Layer } from '../flow/layer';
import type { Options } from '../flow/spec';

/**
 * J of the layer's formula at the point v, d × d row by row: ∂yᵢ/∂vⱼ. Row i is what the layer's own gradient makes of the loss yᵢ, so this
 * is exact; d copies of the point make it one batch.
 */
export function jacobianAt({ type, dim }: Layer, options: Options, values: Float64Array, v: Float64Array): Float64Array {
  const batch = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) batch.set(v, i * dim);
  const rows = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) rows[i * dim + i] = 1;
  const kernel = type.kernel(dim, options, values);
  kernel.forward(batch, new Float64Array(dim * dim), new Float64Array(dim));
  kernel.backward(batch, rows, new Float64Array(dim), new Float64Array(values.length));
  return rows;
}
