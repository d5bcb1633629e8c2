/**
 * Trained parameters as a safetensors file (https://github.com/huggingface/safetensors): eight bytes with the length N of the header,
 * little-endian; N bytes of JSON, name → { dtype, shape, data_offsets }; the data of the tensors, without holes.
 * Layer i of the flow, from 0 in the order z → x, is stored as `layers.{i}.{parameter}` in F32, or for other programs F64, in the shape that the layer's
 * type declares, a single number as a vector of 1.
 */

import { initialParameters, parameterSlots } from '../flow/flow';
import { closedFormDirection, type FlowSpec } from '../flow/spec';
import { counted } from './sentences';

/** What the metadata of our own weights call their format. */
export const weightsFormat = 'nflow';
const weightsVersion = '1';
/** A flow of 64 layers has a header of about 20 kB. */
const longestHeader = 1_000_000;

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Where it lies in the vector of all parameters. */
  readonly offset: number;
  readonly length: number;
}

function tensorsOf(spec: FlowSpec): Tensor[] {
  return parameterSlots(spec).map(({ layer, name, shape, offset, length }) => ({
    name: `layers.${layer}.${name}`,
    shape: shape.length === 0 ? [1] : shape,
    offset,
    length,
  }));
}

/**
 * The bytes of a weights file for `parameters`, laid out as `parameterSlots(spec)` says, each number as wide as it is given.
 * @throws RangeError when the number of parameters is not the flow's.
 */
export function encodeWeights(spec: FlowSpec, parameters: Float32Array | Float64Array): Uint8Array {
  const tensors = tensorsOf(spec);
  const count = tensors.reduce((sum, { length }) => sum + length, 0);
  if (parameters.length !== count) throw new RangeError(`The flow has ${count} parameters, but ${parameters.length} were given.`);
  const width = parameters.BYTES_PER_ELEMENT;
  const dtype = width === 8 ? 'F64' : 'F32';
  const header: Record<string, unknown> = {
    __metadata__: { format: weightsFormat, version: weightsVersion, nflow: JSON.stringify(spec) },
  };
  for (const { name, shape, offset, length } of tensors) {
    header[name] = { dtype, shape, data_offsets: [width * offset, width * (offset + length)] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, as the format recommends, so that the data is aligned.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + width * count).fill(0x20, 8, 8 + headerLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  parameters.forEach((value, i) => {
    const at = 8 + headerLength + width * i;
    if (width === 8) view.setFloat64(at, value, true);
    else view.setFloat32(at, value, true);
  });
  return bytes;
}

/** `parameters`, and where they are the flow's initial values rounded to float32, these themselves. */
export function exactParameters(spec: FlowSpec, parameters: Float32Array): Float64Array {
  return initialParameters(spec).map((value, i) => (Math.fround(value) === parameters[i] ? value : parameters[i]));
}

class WeightsError extends Error {}

/** The parameters in a weights file, laid out as `parameterSlots(spec)` says, or a sentence about why they are not this flow's. */
export function decodeWeights(spec: FlowSpec, bytes: Uint8Array): Float32Array | { readonly message: string } {
  try {
    const { header, data } = readHeader(bytes);
    checkRecipe(spec, header);
    return readTensors(spec, header, data);
  } catch (error) {
    if (error instanceof WeightsError) return { message: error.message };
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readHeader(bytes: Uint8Array): { header: Json; data: DataView } {
  if (bytes.length < 8) throw new WeightsError('This is not a safetensors file: it is shorter than the length of its header.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > longestHeader) throw new WeightsError('This is not the weights of a flow: its header would be longer than 1 MB.');
  const start = 8 + Number(length);
  if (start > bytes.length) throw new WeightsError('This safetensors file is cut short: it ends within its header.');
  const header = parseJson(bytes.subarray(8, start));
  if (!isObject(header)) throw new WeightsError('This is not a safetensors file: its header is not a JSON object.');
  return { header, data: new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start) };
}

function parseJson(utf8: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(utf8));
  } catch {
    return undefined;
  }
}

/** Weights trained for other layers, or in the other direction, may have the same shapes: the recipe beside them tells. */
function checkRecipe(spec: FlowSpec, header: Json): void {
  const metadata = header.__metadata__;
  if (!isObject(metadata) || metadata.format !== weightsFormat) return;
  if (metadata.version !== weightsVersion)
    throw new WeightsError(`These weights are not of version ${weightsVersion}, which this release reads.`);
  const recipe = typeof metadata.nflow === 'string' ? parseJson(new TextEncoder().encode(metadata.nflow)) : undefined;
  if (
    !isObject(recipe) ||
    !(recipe.objective === undefined || isObject(recipe.objective)) ||
    !Array.isArray(recipe.layers) ||
    !recipe.layers.every(isObject)
  ) {
    throw new WeightsError('The recipe in the metadata of these weights cannot be read: save them again.');
  }
  if (closedFormDirection(recipe) !== closedFormDirection(spec)) {
    const arrow = closedFormDirection(spec) === 'encode' ? 'x → z' : 'z → x';
    const why = spec.direction ? `while the formulas of this flow run ${arrow}` : `under which the layers run ${arrow}`;
    const trained = spec.objective
      ? `were trained by another objective than ${spec.objective.type}`
      : 'are of formulas in the other direction';
    throw new WeightsError(`These weights ${trained}, ${why}.`);
  }
  recipe.layers.slice(0, spec.layers.length).forEach((theirs: Json, i) => {
    const [was, is] = [describeLayer(theirs), describeLayer({ ...spec.layers[i] })];
    if (was !== is) throw new WeightsError(`These weights are of another flow: layers.${i} was "${was}", and is "${is}" here.`);
  });
}

/** "planar", "raw planar", "coupling hidden 16": everything that changes what the values mean. */
function describeLayer({ type, options }: Json): string {
  const given = isObject(options) ? Object.entries(options) : [];
  const flags = given.filter(([, value]) => value === true).map(([name]) => name);
  const numbers = given.filter(([, value]) => typeof value === 'number').map(([name, value]) => `${name} ${String(value)}`);
  return [...flags, type, ...numbers].join(' ');
}

function readTensors(spec: FlowSpec, header: Json, data: DataView): Float32Array {
  const tensors = tensorsOf(spec);
  const known = new Set(tensors.map(({ name }) => name));
  const stranger = Object.keys(header).find((name) => name !== '__metadata__' && !known.has(name));
  if (stranger !== undefined) {
    throw new WeightsError(
      `These weights have a tensor "${stranger}", which a flow of ${counted(spec.layers.length, 'layer')} has no place for.`,
    );
  }
  const parameters = new Float32Array(tensors.reduce((sum, { length }) => sum + length, 0));
  const taken: { name: string; begin: number; end: number }[] = [];
  for (const { name, shape, offset, length } of tensors) {
    const entry = Object.hasOwn(header, name) ? header[name] : undefined;
    if (!isObject(entry)) throw new WeightsError(`These weights have no tensor "${name}", which this flow needs.`);
    if (entry.dtype !== 'F32') throw new WeightsError(`The tensor "${name}" is of type ${String(entry.dtype)}: F32 is needed.`);
    if (JSON.stringify(entry.shape) !== JSON.stringify(shape)) {
      throw new WeightsError(
        `The tensor "${name}" has the shape ${JSON.stringify(entry.shape)} where this flow has ${JSON.stringify(shape)}.`,
      );
    }
    const [begin, end] = offsetsOf(entry.data_offsets, name, 4 * length, data.byteLength);
    taken.push({ name, begin, end });
    for (let i = 0; i < length; i++) parameters[offset + i] = data.getFloat32(begin + 4 * i, true);
    if (!parameters.subarray(offset, offset + length).every(Number.isFinite))
      throw new WeightsError(`The tensor "${name}" holds a number that is not finite.`);
  }
  taken.sort((a, b) => a.begin - b.begin);
  const overlap = taken.findIndex(({ begin }, i) => i > 0 && begin < taken[i - 1].end);
  if (overlap > 0)
    throw new WeightsError(`The tensors "${taken[overlap - 1].name}" and "${taken[overlap].name}" overlap: the file is damaged.`);
  return parameters;
}

function offsetsOf(value: unknown, name: string, bytes: number, available: number): [begin: number, end: number] {
  const [begin, end] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
  if (!Number.isInteger(begin) || !Number.isInteger(end))
    throw new WeightsError(`The tensor "${name}" does not say where its data is: the file is damaged.`);
  const [from, to] = [begin as number, end as number];
  if (from < 0 || to - from !== bytes)
    throw new WeightsError(`The tensor "${name}" takes ${bytes} bytes, but its data runs from ${from} to ${to}: the file is damaged.`);
  if (to > available) throw new WeightsError(`The tensor "${name}" ends beyond the end of the file: the file is cut short.`);
  return [from, to];
}
