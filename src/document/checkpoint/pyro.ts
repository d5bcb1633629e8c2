import { counted, shorten } from '../sentences';
import { ask } from './conventions';
import type { Tensor } from './safetensors';
import { dimOf, groups, layerOf, LayoutError, numbersOf, planarLayer, take, type Layers, type Parts, type StoredLayer } from './stored';

/** Layers `{prefix}.{part}`, in the order of the numbers in their prefixes. */
export function readPyro(tensors: readonly Tensor[]): Layers {
  const layers = groups(tensors, /(?:\.|\$\$\$)(?=[^.$]*$)/).map(({ prefix, parts }) => readPyroLayer(prefix, parts));
  const dim = layers.at(0)?.dim ?? 0;
  const odd = layers.find((layer) => layer.dim !== dim);
  if (odd) throw new LayoutError(`${odd.layer.name} is of ${counted(odd.dim, 'dimension')} where ${layers[0].layer.name} is of ${dim}.`);
  return {
    dim,
    layers: layers.map(({ layer }) => layer),
    base: 'standard-normal',
    questions: [
      ...(layers.some(({ layer }) => layer.kind === 'planar') ? [ask('uHat', 'paper', 'norm')] : []),
      ask('direction', 'generate', 'encode'),
    ],
    assumed: [
      'A Pyro checkpoint does not hold its base: z is standard normal.',
      ...(layers.length > 1 ? [`The layers are in the order ${layers.map(({ layer }) => shorten(layer.name)).join(', ')}.`] : []),
    ],
  };
}

function readPyroLayer(prefix: string, parts: Parts): { layer: StoredLayer; dim: number } {
  const name = prefix || 'The layer';
  const isRadial = parts.has('x0') || parts.has('alpha_prime') || parts.has('beta_prime');
  const names = isRadial ? ['x0', 'alpha_prime', 'beta_prime'] : ['w', 'u', 'bias'];
  const tensors = take(parts, names, name);
  const other = [...parts].find(([part]) => !names.includes(part));
  if (other) throw new LayoutError(`"${shorten(other[1].name)}" is not a part of the layer that the others make.`, other[1].name);
  const dim = dimOf(tensors[0]);
  if (isRadial) {
    const [centre, alpha, beta] = [
      numbersOf(tensors[0], dim, 'x0'),
      numbersOf(tensors[1], 1, 'alpha_prime'),
      numbersOf(tensors[2], 1, 'beta_prime'),
    ];
    return { layer: layerOf(name, 'radial', { centre, alpha, beta }), dim };
  }
  const [w, u] = [numbersOf(tensors[0], dim, 'w'), numbersOf(tensors[1], dim, 'u')];
  return { layer: planarLayer(name, { w, u, b: numbersOf(tensors[2], 1, 'the bias of a planar layer')[0] }), dim };
}
