import { snappyUncompress, type Compressors } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { inflate } from './inflate';
import { Damaged } from './parquet-pages';

/**
 * How pages are decompressed, for the codecs that can be held to the length that the page announces: no more memory is taken, whatever
 * the bytes would come to.
 */
export const decompressors = {
  UNCOMPRESSED: (bytes, length) => bytes.subarray(0, length),
  SNAPPY(bytes, length) {
    const page = new Uint8Array(length);
    snappyUncompress(bytes, page);
    return page;
  },
  GZIP: (bytes, length) => inflate(bytes, length, 'gzip'),
  ZSTD(bytes, length) {
    if (zstdLength(bytes) !== length || !compressors.ZSTD)
      throw new Damaged('its ZSTD pages do not say how long they are, as SNAPPY pages would');
    return compressors.ZSTD(bytes, length);
  },
} satisfies Compressors & { UNCOMPRESSED: (bytes: Uint8Array, length: number) => Uint8Array };

const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * The length that a Zstandard frame (RFC 8878, section 3.1.1) announces; undefined where it does not, or another frame may follow with a
 * length of its own.
 */
function zstdLength(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFrame = (at: number): boolean => zstdMagic.every((byte, i) => bytes[at + i] === byte);
  if (bytes.length < 13 || !isFrame(0)) return undefined;
  for (let at = bytes.indexOf(zstdMagic[0], 1); at > 0; at = bytes.indexOf(zstdMagic[0], at + 1)) if (isFrame(at)) return undefined;
  const descriptor = bytes[4];
  const single = (descriptor & 0x20) !== 0;
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3];
  switch (descriptor >> 6) {
    case 0:
      return single ? bytes[at] : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
