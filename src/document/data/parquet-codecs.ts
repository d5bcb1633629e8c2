import { snappyUncompress, type Compressors } from 'hyparquet';
import { inflate } from './inflate';
import { unzstd } from './zstd';

/**
 * How pages are decompressed, for the codecs whose decoders are held to the length that the page announces: they take no more memory and
 * no more time than that, whatever the bytes would come to. The LZ4 decoders that there are copy on beyond their output.
 */
export const decompressors = {
  UNCOMPRESSED: (bytes, length) => bytes.subarray(0, length),
  SNAPPY(bytes, length) {
    checkSnappy(bytes, length);
    const page = new Uint8Array(length);
    snappyUncompress(bytes, page);
    return page;
  },
  GZIP: (bytes, length) => inflate(bytes, length, 'gzip'),
  ZSTD: unzstd,
} satisfies Compressors & { UNCOMPRESSED: (bytes: Uint8Array, length: number) => Uint8Array };

/**
 * Whether the elements of a Snappy block (https://github.com/google/snappy/blob/main/format_description.txt) come to `length` bytes: a
 * literal whose length has all 32 bits set would otherwise be walked back from.
 * @throws RangeError where they do not.
 */
function checkSnappy(bytes: Uint8Array, length: number): void {
  let at = bytes.findIndex((byte) => byte < 0x80) + 1;
  for (let made = 0; at < bytes.length;) {
    const tag = bytes[at];
    const kind = tag & 3;
    const short = tag >> 2;
    const extra = kind === 0 ? Math.max(0, short - 59) : [0, 1, 2, 4][kind];
    let size = kind === 1 ? (short & 7) + 4 : short + 1;
    if (kind === 0 && extra > 0) {
      size = 1;
      for (let i = 0; i < extra; i++) size += bytes[at + 1 + i] * 2 ** (8 * i);
    }
    at += 1 + extra + (kind === 0 ? size : 0);
    made += size;
    if (!(made <= length && at <= bytes.length)) throw new RangeError('elements of another length');
  }
}
