/** Checkpoints of a training that happens elsewhere, one after the other, read as the parameters of one flow. */

import { initialParameters, typeOf } from '../../flow/flow';
import { closedFormDirection, type FlowSpec, type LayerSpec } from '../../flow/spec';
import { decodeWeights } from '../weights';
import { describe, type Conventions } from './conventions';
import { importCheckpoint, specOf, type Answers, type ImportedFlow } from './import';
import type { Safetensors } from './safetensors';

/** One way to read the checkpoints. */
export interface Reading {
  /** Our own weights, or those of another library by these conventions. */
  readonly of: 'nflow' | Answers;
  /** What this takes for granted, to be chosen by a person. */
  readonly meaning: string;
}

interface Refused {
  readonly message: string;
}

const isOwn = ({ metadata, tensors }: Safetensors): boolean =>
  metadata.get('format') === 'nflow' || (tensors.length > 0 && tensors.every(({ name }) => /^layers\.\d+\.\w+$/.test(name)));

/**
 * The ways in which a checkpoint is one of this flow, the library's own one first. Only one of them, where it gives the very values that the
 * layers of the flow begin from; or a sentence on why there is none.
 */
export function readingsOf(spec: FlowSpec, file: Safetensors, bytes: Uint8Array): Reading[] | Refused {
  if (isOwn(file)) {
    const own: Reading = { of: 'nflow', meaning: '' };
    const read = parametersOf(spec, own, file, bytes);
    return read instanceof Float32Array ? [own] : read;
  }
  const usual = importCheckpoint(file);
  if ('message' in usual) return usual;
  const answers = usual.open.reduce<Answers[]>(
    (all, { key, choices }) => all.flatMap((some) => choices.map(({ value }) => ({ ...some, [key]: value }))),
    [{}],
  );
  const readings = answers.map((of): Reading => {
    const entries = Object.entries(of) as [keyof Conventions, Conventions[keyof Conventions]][];
    return { of, meaning: entries.map(([key, value]) => describe(key, value)).join('; ') };
  });
  const read = readings.map((reading) => ({ reading, parameters: parametersOf(spec, reading, file, bytes) }));
  const fitting = read.filter(({ parameters }) => parameters instanceof Float32Array);
  if (fitting.length === 0) return read[0].parameters as Refused;
  const initial = Float32Array.from(initialParameters(spec));
  const same = fitting.filter(({ parameters }) => initial.every((value, i) => value === (parameters as Float32Array)[i]));
  return (same.length === 1 ? same : fitting).map(({ reading }) => reading);
}

/** The parameters of the flow in a checkpoint, or a sentence on why they are not this flow's. */
export function parametersOf(spec: FlowSpec, { of }: Reading, file: Safetensors, bytes: Uint8Array): Float32Array | Refused {
  if (of === 'nflow') return decodeWeights(spec, bytes);
  const imported = importCheckpoint(file, of);
  if ('message' in imported) return imported;
  const [fitting] = [imported, withBaseAsLayer(imported)].filter((each) => structure(specOf(each)) === structure(spec));
  if (fitting as ImportedFlow | undefined) return Float32Array.from(initialParameters(specOf(fitting)));
  return { message: `It is of another flow: ${difference(specOf(imported), spec)}.` };
}

/**
 * A diagonal base as a layer of its own, the first one after z: x₀ = mean + scale·z, or z = (x₀ − mean)/scale where the formulas run x → z.
 * The base of a flow is fixed, and a layer's values are not.
 */
export function withBaseAsLayer(imported: ImportedFlow): ImportedFlow {
  const { base, dim, direction, layers } = imported;
  if (typeof base === 'object' && base.type !== 'diagonal-normal') return imported;
  const mean = typeof base === 'object' ? base.mean : Array<number>(dim).fill(0);
  const scale = typeof base === 'object' ? base.scale : Array<number>(dim).fill(1);
  const initial =
    direction === 'generate'
      ? { logScale: scale.map(Math.log), shift: mean }
      : { logScale: scale.map((value) => -Math.log(value)), shift: mean.map((value, i) => -value / scale[i] || 0) };
  const assumed = [...imported.assumed, 'Its base is trained as well: it is the first layer here.'];
  return { ...imported, base: 'standard-normal', layers: [{ type: 'actnorm', options: {}, initial }, ...layers], assumed };
}

/** Whether the base of a checkpoint is stored in it, so that it may be trained. */
export function storesBase({ tensors }: Safetensors): boolean {
  return tensors.some(({ name }) => /(?:^|\.)q0\.\w+$/.test(name));
}

/** Everything but the values of the layers. */
function structure(spec: FlowSpec): string {
  return JSON.stringify([spec.dim, spec.base, closedFormDirection(spec), spec.layers.map(kindOf)]);
}

function kindOf(layer: LayerSpec): string {
  const { options } = typeOf(layer);
  return [layer.type, ...options.map(({ name, default: usual }) => String(layer.options[name] ?? usual))].join(' ');
}

function difference(theirs: FlowSpec, ours: FlowSpec): string {
  if (theirs.dim !== ours.dim) return `it has ${theirs.dim} dimensions where this one has ${ours.dim}`;
  const [their, our] = [theirs, ours].map((spec) => (closedFormDirection(spec) === 'generate' ? 'z → x' : 'x → z'));
  if (their !== our) return `its formulas run ${their} where those of this one run ${our}`;
  if (theirs.layers.length !== ours.layers.length) return `it has ${theirs.layers.length} layers where this one has ${ours.layers.length}`;
  const odd = theirs.layers.findIndex((layer, k) => kindOf(layer) !== kindOf(ours.layers[k]));
  if (odd >= 0) return `layer ${odd + 1} is a ${theirs.layers[odd].type} layer with other options, or of another type, than here`;
  return 'its base has other values: attach to it with a flow that has the base as a layer, as one that is imported for it has';
}
