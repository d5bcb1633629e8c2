import { snappyUncompress, type Compressors } from 'hyparquet';
import { inflate } from './inflate';

/**
 * How pages are decompressed, for the codecs whose decoders are held to the length that the page announces: they take no more memory and
 * no more time than that, whatever the bytes would come to. The Zstandard and LZ4 decoders that there are copy on beyond their output.
 */
export const decompressors = {
  UNCOMPRESSED: (bytes, length) => bytes.subarray(0, length),
  SNAPPY(bytes, length) {
    const page = new Uint8Array(length);
    snappyUncompress(bytes, page);
    return page;
  },
  GZIP: (bytes, length) => inflate(bytes, length, 'gzip'),
} satisfies Compressors & { UNCOMPRESSED: (bytes: Uint8Array, length: number) => Uint8Array };
