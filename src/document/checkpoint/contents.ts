/** What is in a safetensors file, tensor by tensor, whatever it is of. */

import { counted } from '../sentences';
import { weightsFormat } from '../weights';
import { importCheckpoint } from './import';
import type { TensorNote } from './layouts';
import { readSafetensors, type Tensor } from './safetensors';

export interface Contents {
  /** What it was recognised as, or what is missing for that. */
  readonly verdict: string;
  /** A flow of another library that can be imported, the weights of a flow of ours, or neither. */
  readonly kind: 'checkpoint' | 'weights' | 'unknown';
  /** How its layers are read, one sentence each. */
  readonly assumed: readonly string[];
  readonly tensors: readonly (TensorNote & { readonly statistics?: Statistics })[];
  /** The keys of its metadata and what they say, cut short. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

export interface Statistics {
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly deviation: number;
  /** How many of the numbers are NaN or infinite; the others' statistics leave them out. */
  readonly notFinite: number;
}

/** Tensors that are longer are listed without their statistics. */
const longestTensor = 1 << 22;
const longestValue = 200;

/** The contents of the bytes of a file, or a sentence about what is wrong with it. */
export function contentsOf(bytes: Uint8Array): Contents | { readonly message: string } {
  const file = readSafetensors(bytes);
  if ('message' in file) return file;
  const metadata = [...file.metadata].map(([key, value]) => [key, cut(value)] as const);
  const measured = new Map(file.tensors.map((tensor) => [tensor.name, statisticsOf(tensor)]));
  const listed = (notes: readonly TensorNote[]): Contents['tensors'] =>
    notes.map((note) => {
      const statistics = measured.get(note.name);
      return { ...note, ...(statistics && { statistics }) };
    });
  if (file.metadata.get('format') === weightsFormat) {
    const verdict = 'The weights of a flow of this extension: its .nflow file names them under weights.';
    return { verdict, kind: 'weights', assumed: [], tensors: listed(file.tensors), metadata };
  }
  const imported = importCheckpoint(file);
  if ('message' in imported)
    return { verdict: imported.message, kind: 'unknown', assumed: [], tensors: listed(imported.tensors), metadata };
  const { library, layers, dim, assumed } = imported;
  const verdict = `A ${library} flow of ${counted(layers.length, 'layer')} in ${counted(dim, 'dimension')}.`;
  return { verdict, kind: 'checkpoint', assumed, tensors: listed(file.tensors), metadata };
}

const cut = (text: string): string => (text.length > longestValue ? `${text.slice(0, longestValue)}…` : text);

function statisticsOf({ length, values }: Tensor): Statistics | undefined {
  if (length === 0 || length > longestTensor) return undefined;
  const all = values();
  const finite = all.filter(Number.isFinite);
  const notFinite = all.length - finite.length;
  if (finite.length === 0) return { least: NaN, most: NaN, mean: NaN, deviation: NaN, notFinite };
  const mean = finite.reduce((sum, value) => sum + value / finite.length, 0);
  const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2 / finite.length, 0);
  const least = finite.reduce((low, value) => Math.min(low, value), Infinity);
  const most = finite.reduce((high, value) => Math.max(high, value), -Infinity);
  return { least, most, mean, deviation: Math.sqrt(variance), notFinite };
}
