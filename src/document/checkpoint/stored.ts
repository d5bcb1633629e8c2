/** What the readers of all layouts share: layers as a file stores them, and their numbers. */

import type { BaseSpec, LayerSpec } from '../../flow/spec';
import { dimRule, mostLayers } from '../format';
import { counted, shorten } from '../sentences';
import { convertU, type Conventions, type Question, type StoredPlanar } from './conventions';
import type { Tensor } from './safetensors';

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

/** The flow of a checkpoint whose layout is known. */
export interface Layers {
  readonly dim: number;
  /** In the order of the file. */
  readonly layers: readonly StoredLayer[];
  readonly base: BaseSpec;
  readonly questions: readonly Question[];
  /** What was taken for granted, one sentence each. */
  readonly assumed: readonly string[];
}

/** Why a file is not the flow that its names promise, and the tensor that this is about. */
export class LayoutError extends Error {
  constructor(
    message: string,
    readonly tensor?: string,
  ) {
    super(message);
  }
}

/** The numbers of a tensor of `length` numbers, whatever ones its shape has besides. */
export function numbersOf(tensor: Tensor, length: number, owner: string): number[] {
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
export type Parts = ReadonlyMap<string, Tensor>;

/** By what comes before the last part, in the order of the numbers in it. */
export function groups(tensors: readonly Tensor[], separator: RegExp): { prefix: string; parts: Parts }[] {
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
export function take(parts: Parts, names: readonly string[], owner: string): Tensor[] {
  return names.map((name) => {
    const tensor = parts.get(name);
    if (tensor) return tensor;
    const [present] = parts.values();
    throw new LayoutError(`${owner} has no tensor "${name}", which its other tensors ask for.`, present?.name);
  });
}

/** The length of the last dimension. */
export function widthOf(tensor: Tensor): number {
  return tensor.shape.at(-1) ?? 1;
}

/** The dimension of the flow, as a vector of one of its layers tells. */
export function dimOf(tensor: Tensor): number {
  const dim = widthOf(tensor);
  if (dim >= dimRule.least && dim <= dimRule.most) return dim;
  throw new LayoutError(`"${shorten(tensor.name)}" is of ${counted(dim, 'dimension')}: flows have from 1 to ${dimRule.most}.`, tensor.name);
}

/** @throws LayoutError where there are none, or more than a flow has. */
export function checkDepth(layers: number): void {
  if (layers === 0) throw new LayoutError('This checkpoint has no layers.');
  if (layers > mostLayers) throw new LayoutError(`This checkpoint has ${counted(layers, 'layer')}: a flow has at most ${mostLayers}.`);
}

export function planarLayer(name: string, stored: StoredPlanar): StoredLayer {
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

export function layerOf(name: string, kind: 'radial' | 'actnorm', initial: LayerSpec['initial']): StoredLayer {
  return {
    name,
    kind,
    convert: () => ({ type: kind, options: {}, initial }),
    flipped: () => layerOf(name, kind, Object.fromEntries(Object.entries(initial).map(([part, values]) => [part, [...values].reverse()]))),
  };
}
