/**
 * One codec for everything that carries tensors: an object whose values are JSON or typed arrays becomes a single ArrayBuffer and back.
 *
 * Layout, little-endian: uint32 length of the header in bytes; the header, UTF-8 JSON `{ json, arrays: [name, type, offset, length][] }`
 * padding to a multiple of 8; then the arrays, each at an offset that is a multiple of 8, counted from the end of that padding.
 */

const arrayTypes = { f32: Float32Array, f64: Float64Array, u32: Uint32Array } as const;
type ArrayTag = keyof typeof arrayTypes;
type Tensor = Float32Array | Float64Array | Uint32Array;

interface Header {
  json: Record<string, unknown>;
  arrays: [name: string, type: ArrayTag, offset: number, length: number][];
}

const align = (bytes: number): number => (bytes + 7) & ~7;

function tagOf(value: unknown): ArrayTag | undefined {
  return (Object.keys(arrayTypes) as ArrayTag[]).find((tag) => value instanceof arrayTypes[tag]);
}

/** Packs `message` into one buffer. A view into a larger buffer is packed by its own window, never the whole. */
export function pack(message: object): ArrayBuffer {
  const header: Header = { json: {}, arrays: [] };
  const tensors: Tensor[] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(message) as [string, unknown][]) {
    const tag = tagOf(value);
    if (tag === undefined) {
      header.json[name] = value;
    } else {
      const tensor = value as Tensor;
      header.arrays.push([name, tag, bytes, tensor.length]);
      tensors.push(tensor);
      bytes = align(bytes + tensor.byteLength);
    }
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = align(4 + json.length);
  const buffer = new ArrayBuffer(start + bytes);
  new DataView(buffer).setUint32(0, json.length, true);
  new Uint8Array(buffer, 4, json.length).set(json);
  header.arrays.forEach(([, tag, offset], i) => {
    new arrayTypes[tag](buffer, start + offset, tensors[i].length).set(tensors[i]);
  });
  return buffer;
}

/**
 * The message that {@link pack} packed; its arrays are views into `buffer`.
 * @throws RangeError when the buffer is not one of ours or was cut short.
 */
export function unpack<T extends object>(buffer: ArrayBuffer): T {
  const length = buffer.byteLength < 4 ? Infinity : new DataView(buffer).getUint32(0, true);
  if (4 + length > buffer.byteLength) throw new RangeError('The packed message is cut short.');
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Header;
  const start = align(4 + length);
  const message: Record<string, unknown> = { ...header.json };
  for (const [name, tag, offset, count] of header.arrays) message[name] = new arrayTypes[tag](buffer, start + offset, count);
  return message as T;
}
