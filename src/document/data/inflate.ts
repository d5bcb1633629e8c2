import { Gunzip, Inflate } from 'fflate';

/** A piece of compressed bytes inflates to at most a thousand times its size, so what overflows is noticed after 16 MB. */
const pieceBytes = 16_384;

/**
 * The `length` bytes that are deflated in `bytes` (RFC 1951), or, with `wrapper: 'gzip'`, in gzip around it. No more memory is taken than
 * that, whatever the bytes would inflate to.
 * @throws Error where they are damaged, or inflate to another length.
 */
export function inflate(bytes: Uint8Array, length: number, wrapper: 'none' | 'gzip' = 'none'): Uint8Array {
  const whole = new Uint8Array(length);
  let filled = 0;
  const take = (piece: Uint8Array): void => {
    if (filled + piece.length > length) throw new RangeError('more bytes than were announced');
    whole.set(piece, filled);
    filled += piece.length;
  };
  const stream = wrapper === 'gzip' ? new Gunzip(take) : new Inflate(take);
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const end = start + pieceBytes;
    stream.push(bytes.subarray(start, end), end >= bytes.length);
  }
  if (filled !== length) throw new RangeError('fewer bytes than were announced');
  return whole;
}
