/** The layouts of checkpoints that are recognised, by the names and shapes of their tensors. */

import type { BaseSpec, LayerSpec } from '../../flow/spec';
import { counted, shorten } from '../sentences';
import { ask, convertU, inverseSoftplus, type Conventions, type Question, type StoredPlanar } from './conventions';
import type { Safetensors, Tensor } from './safetensors';

/** A layer as the file stores it, to be converted once its conventions are known. */
export interface StoredLayer {
  /** What the file calls it. */
  readonly name: string;
  readonly kind: 'planar' | 'radial' | 'actnorm';
  /** In our own parametrisation. */
  convert(conventions: Conventions): LayerSpec;
  /** The same layer with its two coordinates in each other's place. */
  flipped(): StoredLayer;
}

/** A checkpoint whose layout is known. */
export interface Recognised {
  readonly library: 'normflows' | 'Pyro' | 'flowjax';
  readonly dim: number;
  /** In the order of the file. */
  readonly layers: readonly StoredLayer[];
  readonly base: BaseSpec;
  readonly questions: readonly Question[];
  /** What was taken for granted, one sentence each. */
  readonly assumed: readonly string[];
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

class LayoutError extends Error {
  constructor(
    message: string,
    readonly tensor?: string,
  ) {
    super(message);
  }
}

/** More layers than this are not shown. */
const mostLayers = 64;
const mostDim = 16;

/** The flow in a checkpoint, as far as names and shapes tell; or why there is none. */
export function recognise({ tensors }: Safetensors): Recognised | Unrecognised {
  const layout = layouts.find(({ belongs }) => tensors.some(({ name }) => belongs.test(name)));
  const listed = (problems: ReadonlyMap<string, string>): TensorNote[] =>
    tensors.map(({ name, dtype, shape }) => {
      const problem = problems.get(name);
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
    const read = layout.read(tensors);
    if (read.layers.length === 0) throw new LayoutError(`This ${layout.library} checkpoint has no layers.`);
    if (read.layers.length > mostLayers)
      throw new LayoutError(`This checkpoint has ${counted(read.layers.length, 'layer')}: at most ${mostLayers} are shown.`);
    if (!(read.dim >= 1 && read.dim <= mostDim))
      throw new LayoutError(`This checkpoint is of ${counted(read.dim, 'dimension')}: at most ${mostDim} are read.`);
    return { library: layout.library, ...read };
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    return { message: error.message, tensors: listed(new Map(error.tensor === undefined ? [] : [[error.tensor, error.message]])) };
  }
}

type Read = Omit<Recognised, 'library'>;

interface Layout {
  readonly library: Recognised['library'];
  /** The name of a tensor that no other layout has. */
  readonly belongs: RegExp;
  readonly read: (tensors: readonly Tensor[]) => Read;
}

const layouts: readonly Layout[] = [
  { library: 'normflows', belongs: /^flows\.\d+\.|^q0\./, read: readNormflows },
  { library: 'Pyro', belongs: /(?:^|[.$])(?:u|alpha_prime|beta_prime)$/, read: readPyro },
  { library: 'flowjax', belongs: /(?:^|[.\]])params$/, read: readFlowjax },
];

/** The numbers of a tensor of `length` numbers, whatever ones its shape has besides. */
function numbersOf(tensor: Tensor, length: number, owner: string): number[] {
  const { name, shape } = tensor;
  if (tensor.length !== length || shape.some((count) => count !== 1 && count !== length)) {
    throw new LayoutError(`"${shorten(name)}" has the shape [${shape.join(', ')}] where ${owner} has ${counted(length, 'number')}.`, name);
  }
  const values = Array.from(tensor.values());
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new LayoutError(`"${shorten(name)}" holds ${wrong}: such a flow has no density.`, name);
  return values;
}

/** The tensors of one layer by the last part of their names. */
type Parts = ReadonlyMap<string, Tensor>;

/** By what comes before the last part, in the order of the numbers in it. */
function groups(tensors: readonly Tensor[], separator: RegExp): { prefix: string; parts: Parts }[] {
  const found = new Map<string, Map<string, Tensor>>();
  for (const tensor of tensors) {
    const cut = separator.exec(tensor.name);
    const prefix = cut ? tensor.name.slice(0, cut.index) : '';
    const parts = found.get(prefix) ?? new Map<string, Tensor>();
    parts.set(cut ? tensor.name.slice(cut.index + cut[0].length) : tensor.name, tensor);
    found.set(prefix, parts);
  }
  const order = new Intl.Collator('en', { numeric: true });
  return [...found].map(([prefix, parts]) => ({ prefix, parts })).sort((a, b) => order.compare(a.prefix, b.prefix));
}

/** The parts with these names, or why one is missing. */
function take(parts: Parts, names: readonly string[], owner: string): Tensor[] {
  return names.map((name) => {
    const tensor = parts.get(name);
    if (tensor) return tensor;
    const [present] = parts.values();
    throw new LayoutError(`${owner} has no tensor "${name}", which its other tensors ask for.`, present?.name);
  });
}

function dimOf(tensor: Tensor): number {
  return tensor.shape.at(-1) ?? 1;
}

function planarLayer(name: string, stored: StoredPlanar): StoredLayer {
  return {
    name,
    kind: 'planar',
    convert({ uHat, activation }) {
      const { u, raw } = convertU(stored, uHat);
      return { type: 'planar', options: { raw, leaky: activation === 'leaky-relu' }, initial: { w: stored.w, u, b: [stored.b] } };
    },
    flipped: () => planarLayer(name, { w: [...stored.w].reverse(), u: [...stored.u].reverse(), b: stored.b }),
  };
}

function layerOf(name: string, kind: 'radial' | 'actnorm', initial: LayerSpec['initial']): StoredLayer {
  return {
    name,
    kind,
    convert: () => ({ type: kind, options: {}, initial }),
    flipped: () => layerOf(name, kind, Object.fromEntries(Object.entries(initial).map(([part, values]) => [part, [...values].reverse()]))),
  };
}

/** `flows.{i}.…` in the order z → x, and the base `q0`. */
function readNormflows(tensors: readonly Tensor[]): Read {
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

/** Layers `{prefix}.{part}`, in the order of the numbers in their prefixes. */
function readPyro(tensors: readonly Tensor[]): Read {
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

/** `params` = [w, u, b] of 2d + 1 numbers, one tensor a layer, or one tensor with a row for every layer. */
function readFlowjax(tensors: readonly Tensor[]): Read {
  const stray = tensors.find(({ name }) => !/(?:^|[.\]])params$/.test(name));
  if (stray) throw new LayoutError(`"${shorten(stray.name)}" is not of a planar layer: such a layer has params alone.`, stray.name);
  const rows = groups(tensors, /\.?(?=params$)/).flatMap(({ prefix, parts }) => {
    const [tensor] = parts.values();
    const size = dimOf(tensor);
    if (size < 3 || size % 2 === 0 || tensor.shape.length > 2)
      throw new LayoutError(
        `"${shorten(tensor.name)}" has the shape [${tensor.shape.join(', ')}]: the params of a planar layer are 2d + 1 numbers, [w, u, b].`,
        tensor.name,
      );
    const count = tensor.length / size;
    const values = numbersOf({ ...tensor, shape: [tensor.length] }, tensor.length, 'the layers');
    return Array.from({ length: count }, (_, i) => ({
      name: [prefix || 'params', ...(tensor.shape.length > 1 ? [`[${i}]`] : [])].join(''),
      values: values.slice(i * size, (i + 1) * size),
    }));
  });
  const size = rows.at(0)?.values.length ?? 0;
  const odd = rows.find(({ values }) => values.length !== size);
  if (odd) throw new LayoutError(`${odd.name} has ${counted(odd.values.length, 'number')} where the first layer has ${size}.`);
  const dim = (size - 1) / 2;
  return {
    dim,
    layers: rows.map(({ name, values }) =>
      planarLayer(name, { w: values.slice(0, dim), u: values.slice(dim, 2 * dim), b: values[2 * dim] }),
    ),
    base: 'standard-normal',
    questions: [
      ask('uHat', 'double-log', 'paper', 'none'),
      ask('activation', 'tanh', 'leaky-relu'),
      ask('direction', 'encode', 'generate'),
      ...(dim === 2 ? [ask('between', 'flip', 'nothing')] : []),
    ],
    assumed: [
      'A flowjax checkpoint of planar layers does not hold its base: z is standard normal.',
      ...(dim > 2
        ? ['No permutation lies between the layers: planar_flow puts one there in more than two dimensions, and it is not stored.']
        : []),
    ],
  };
}
