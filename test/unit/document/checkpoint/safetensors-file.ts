/** By name: the shape and the numbers of a tensor. */
export type Entries = Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>>;

/** A safetensors file of float64 tensors, written by hand. */
export function safetensors(entries: Entries, change: (header: Record<string, unknown>) => void = () => undefined): Uint8Array {
  const header: Record<string, unknown> = {};
  const all: number[] = [];
  for (const [name, [shape, values]] of Object.entries(entries)) {
    header[name] = { dtype: 'F64', shape, data_offsets: [8 * all.length, 8 * (all.length + values.length)] };
    all.push(...values);
  }
  change(header);
  return assemble(JSON.stringify(header), new Uint8Array(Float64Array.from(all).buffer));
}

/** The length of the header, the header, the data. */
export function assemble(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
