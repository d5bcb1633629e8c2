import type { BaseSpec } from '../../flow/spec';
import { counted, shorten } from '../sentences';
import { ask, inverseSoftplus } from './conventions';
import type { Tensor } from './safetensors';
import { dimOf, layerOf, LayoutError, numbersOf, planarLayer, take, type Layers, type Parts, type StoredLayer } from './stored';

/** `flows.{i}.…` in the order z → x, and the base `q0`. */
export function readNormflows(tensors: readonly Tensor[]): Layers {
  const own = tensors.filter(({ name }) => !name.startsWith('p.'));
  const stray = own.find(({ name }) => !/^flows\.\d+\.|^q0\./.test(name));
  if (stray) throw new LayoutError(`"${shorten(stray.name)}" is neither of a layer (flows.0.…) nor of the base (q0.…).`, stray.name);
  const byLayer = new Map<number, Map<string, Tensor>>();
  const base = new Map<string, Tensor>();
  for (const tensor of own) {
    const [, index, part] = /^flows\.(\d+)\.(.*)$/.exec(tensor.name) ?? [];
    if (index === undefined) base.set(tensor.name.slice('q0.'.length), tensor);
    else byLayer.set(Number(index), (byLayer.get(Number(index)) ?? new Map<string, Tensor>()).set(part, tensor));
  }
  const depth = Math.max(-1, ...byLayer.keys()) + 1;
  if (depth > byLayer.size) {
    const missing = Array.from({ length: Math.min(depth, 1000) }, (_, i) => i).find((i) => !byLayer.has(i)) ?? 0;
    throw new LayoutError(
      `flows.${missing} has no tensors: a layer that stores none, such as a swap of coordinates, cannot be recognised.`,
    );
  }
  const layers = [...byLayer].sort(([a], [b]) => a - b).map(([i, parts]) => readNormflowsLayer(`flows.${i}`, parts));
  const dim = layers.at(0)?.dim ?? 0;
  const odd = layers.find((layer) => layer.dim !== dim);
  if (odd) throw new LayoutError(`${odd.layer.name} is of ${counted(odd.dim, 'dimension')} where flows.0 is of ${dim}.`);
  const planar = layers.some(({ layer }) => layer.kind === 'planar');
  return {
    dim,
    layers: layers.map(({ layer }) => layer),
    base: readNormflowsBase(base, dim),
    questions: [
      ...(planar ? [ask('uHat', 'paper', 'none'), ask('activation', 'tanh', 'leaky-relu')] : []),
      ask('direction', 'generate', 'encode'),
    ],
    assumed: [
      ...(base.size === 0 ? ['The file has no base (q0.loc, q0.log_scale): z is standard normal.'] : []),
      ...(layers.some(({ layer }) => layer.kind === 'radial') ? ['Radial layers take |alpha| for α, as normflows does.'] : []),
      ...(own.length < tensors.length ? ['Tensors under p. are of the target, not of the flow.'] : []),
    ],
  };
}

function readNormflowsLayer(name: string, parts: Parts): { layer: StoredLayer; dim: number } {
  const has = (...names: string[]): boolean => names.every((part) => parts.has(part));
  const only = (...names: string[]): void => {
    const other = [...parts].find(([part]) => !names.includes(part));
    if (other) throw new LayoutError(`"${shorten(other[1].name)}" is not a part of the layer that the others make.`, other[1].name);
  };
  const networks = [...parts].find(([part]) => /^[st]\.net|^(?:s|t|scale|translate|param_map)\./.test(part));
  if (networks) {
    const what = 'is a coupling layer whose networks have other activations and bounds than ours: it cannot be expressed exactly';
    throw new LayoutError(`${name} ${what}.`, networks[1].name);
  }
  if (has('u') || has('w')) {
    only('u', 'w', 'b');
    const [w, u, b] = take(parts, ['w', 'u', 'b'], name);
    const dim = dimOf(w);
    const stored = { w: numbersOf(w, dim, 'w'), u: numbersOf(u, dim, 'u'), b: numbersOf(b, 1, 'the offset b of a planar layer')[0] };
    return { layer: planarLayer(name, stored), dim };
  }
  if (has('z_0') || has('alpha') || has('beta')) {
    only('z_0', 'alpha', 'beta', 'd');
    const [centre, alpha, beta] = take(parts, ['z_0', 'alpha', 'beta'], name);
    const dim = dimOf(centre);
    const reach = Math.abs(numbersOf(alpha, 1, 'alpha')[0]);
    if (reach === 0)
      throw new LayoutError(`"${alpha.name}" is 0: such a radial layer is not smooth at its centre, and ours always is.`, alpha.name);
    const initial = { centre: numbersOf(centre, dim, 'the centre'), alpha: [inverseSoftplus(reach)], beta: numbersOf(beta, 1, 'beta') };
    return { layer: layerOf(name, 'radial', initial), dim };
  }
  if (has('s', 't')) {
    only('s', 't', 'data_dep_init_done');
    const [s, t] = take(parts, ['s', 't'], name);
    const dim = dimOf(s);
    return { layer: layerOf(name, 'actnorm', { logScale: numbersOf(s, dim, 's'), shift: numbersOf(t, dim, 't') }), dim };
  }
  const [tensor] = parts.values();
  const names = [...parts.keys()].slice(0, 6).join(', ');
  throw new LayoutError(
    `${name} (${shorten(names)}) is no layer that is known: planar, radial, ActNorm and affine constant layers are.`,
    tensor?.name,
  );
}

function readNormflowsBase(parts: Parts, dim: number): BaseSpec {
  if (parts.size === 0) return 'standard-normal';
  const other = [...parts].find(([part]) => part !== 'loc' && part !== 'log_scale');
  if (other)
    throw new LayoutError(
      `"${shorten(other[1].name)}" is of a base other than the diagonal Gaussian, which is the one that is read.`,
      other[1].name,
    );
  const [loc, logScale] = take(parts, ['loc', 'log_scale'], 'The base q0');
  const mean = numbersOf(loc, dim, 'the base');
  const scale = numbersOf(logScale, dim, 'the base').map(Math.exp);
  if (mean.every((value) => value === 0) && scale.every((value) => value === 1)) return 'standard-normal';
  return { type: 'diagonal-normal', mean, scale };
}
