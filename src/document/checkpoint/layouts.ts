/** The layouts of checkpoints that are recognised, by the names and shapes of their tensors. */

import { readFlowjax } from './flowjax';
import { readNormflows } from './normflows';
import { readPyro } from './pyro';
import type { Safetensors, Tensor } from './safetensors';
import { shorten } from '../sentences';
import { checkDepth, LayoutError, type Layers } from './stored';

/** A checkpoint whose layout is known. */
export interface Recognised extends Layers {
  readonly library: 'normflows' | 'Pyro' | 'flowjax';
}

/** Why a tensor keeps the file from being a flow that is known. */
export interface TensorNote {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** What is missing, or why it cannot be used; absent where it is fine. */
  readonly problem?: string;
}

/** A file whose layout is not known: a sentence, and all its tensors. */
export interface Unrecognised {
  readonly message: string;
  readonly tensors: readonly TensorNote[];
}

/** The flow in a checkpoint, as far as names and shapes tell; or why there is none. */
export function recognise({ tensors }: Safetensors): Recognised | Unrecognised {
  const prefix = prefixOf(tensors);
  const inner = tensors.map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
  const layout = layouts.find(({ belongs }) => inner.some(({ name }) => belongs.test(name)));
  const listed = (problems: ReadonlyMap<string, string>): TensorNote[] =>
    tensors.map(({ name, dtype, shape }) => {
      const problem = problems.get(name.slice(prefix.length));
      return { name, dtype, shape, ...(problem !== undefined && { problem }) };
    });
  const known = 'normflows (flows.0.u, …), Pyro (u, w, bias or x0, alpha_prime, beta_prime) and flowjax (params)';
  if (!layout) {
    const message =
      tensors.length === 0
        ? 'This checkpoint has no tensors.'
        : `The names of this checkpoint's tensors are of no known layout: those of ${known} are.`;
    return { message, tensors: listed(new Map()) };
  }
  try {
    const read = layout.read(inner);
    checkDepth(read.layers.length);
    const without = prefix === '' ? [] : [`Names are read without the "${shorten(prefix)}" that they all begin with.`];
    return { library: layout.library, ...read, assumed: [...read.assumed, ...without] };
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    return { message: error.message, tensors: listed(new Map(error.tensor === undefined ? [] : [[error.tensor, error.message]])) };
  }
}

/** What all names begin with where the model of normflows is a part of another module: `module.` or `model.flow.`. */
function prefixOf(tensors: readonly Tensor[]): string {
  for (const { name } of tensors) {
    const prefix = /^((?:\w+\.)+)(?:flows\.\d+\.(?:b|z_0)|q0\.loc)$/.exec(name)?.[1];
    if (prefix !== undefined) return tensors.every((tensor) => tensor.name.startsWith(prefix)) ? prefix : '';
  }
  return '';
}

interface Layout {
  readonly library: Recognised['library'];
  /** The name of a tensor that no other layout has. */
  readonly belongs: RegExp;
  readonly read: (tensors: readonly Tensor[]) => Layers;
}

const layouts: readonly Layout[] = [
  { library: 'normflows', belongs: /^flows\.\d+\.|^q0\./, read: readNormflows },
  { library: 'Pyro', belongs: /(?:^|[.$])(?:u|alpha_prime|beta_prime)$/, read: readPyro },
  { library: 'flowjax', belongs: /(?:^|[.\]])params$/, read: readFlowjax },
];
