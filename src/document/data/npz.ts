/** NumPy's archive of arrays: a ZIP file with an NPY file for every array. */

import { counted, formatNumber, shorten } from '../sentences';
import { DataError, type DataFile } from './data-file';
import { inflate } from './inflate';
import { fileOf, readNpy } from './npy';

/** All arrays together, inflated: four times the largest table of two columns. */
const mostBytes = 1 << 27;
const mostArrays = 100;

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const longestComment = 65_535;
const stored = 0;
const deflated = 8;
/** A field of 32 bits with this value refers to ZIP64. */
const elsewhere = 0xffffffff;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly size: number;
  readonly inflatedSize: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** The columns of all arrays: `a` of an array a of one dimension, `a.1`, `a.2`, … of one of two; x1, x2, … of a single array. */
export function openNpz(bytes: Uint8Array): DataFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(view).filter(({ name }) => name.endsWith('.npy'));
  if (entries.length === 0) throw new DataError(1, 'There is no array in this NPZ file: save one with numpy.savez.');
  if (entries.length > mostArrays)
    throw new DataError(1, `This NPZ file has more than ${mostArrays} arrays: save those with points alone.`);
  const total = entries.reduce((sum, { inflatedSize }) => sum + inflatedSize, 0);
  if (total > mostBytes) {
    const [size, most] = [total, mostBytes].map(formatNumber);
    throw new DataError(1, `The arrays of this NPZ file inflate to ${size} bytes: at most ${most} are read. Keep a sample of the rows.`);
  }
  return fileOf(
    entries.map((entry) => {
      const name = entry.name.slice(0, -'.npy'.length);
      try {
        return readNpy(contents(view, entry), entries.length === 1 ? undefined : name);
      } catch (error) {
        if (error instanceof DataError) throw new DataError(1, `In ${shorten(entry.name)}: ${error.message}`);
        throw error;
      }
    }),
  );
}

/** The central directory at the end of the file. */
function readDirectory(view: DataView): Entry[] {
  const damaged = new DataError(1, 'This NPZ file is damaged or cut short: its list of arrays cannot be read. Save it again.');
  const end = findEnd(view);
  if (end === undefined) throw damaged;
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== entrySignature) throw damaged;
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > end) throw damaged;
    if (view.getUint16(at + 8, true) & 1) throw new DataError(1, 'This NPZ file is encrypted: save it without a password.');
    const [size, inflatedSize, offset] = [20, 24, 42].map((field) => view.getUint32(at + field, true));
    if ([size, inflatedSize, offset].includes(elsewhere))
      throw new DataError(1, `An array of this NPZ file is larger than ${formatNumber(mostBytes)} bytes: keep a sample of the rows.`);
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength));
    entries.push({ name, method: view.getUint16(at + 10, true), size, inflatedSize, offset });
    at = next;
  }
  return entries;
}

/** Where the record is that ends the archive; a comment may follow it. */
function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - endBytes - longestComment);
  for (let at = view.byteLength - endBytes; at >= first; at--) if (view.getUint32(at, true) === endSignature) return at;
  return undefined;
}

/** The bytes of an entry, inflated. */
function contents(view: DataView, { method, size, inflatedSize, offset }: Entry): Uint8Array {
  const damaged = new DataError(1, 'the archive is damaged or cut short. Save it again.');
  if (offset + 30 > view.byteLength || view.getUint32(offset, true) !== localSignature) throw damaged;
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + size > view.byteLength) throw damaged;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, size);
  if (method === stored) {
    if (size !== inflatedSize) throw damaged;
    return bytes;
  }
  if (method !== deflated) throw new DataError(1, `compression method ${method} is not read: save it with numpy.savez_compressed.`);
  try {
    return inflate(bytes, inflatedSize);
  } catch {
    throw new DataError(1, `it does not inflate to the ${counted(inflatedSize, 'byte')} that are announced: the archive is damaged.`);
  }
}
