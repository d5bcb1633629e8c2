import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { unzstd } from '../../../../src/document/data/zstd';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/data/${name}`));
const messageOf = (bytes: Uint8Array, length: number): string => {
  try {
    unzstd(bytes, length);
    return 'none';
  } catch (error) {
    assert.ok(error instanceof RangeError);
    return error.message;
  }
};

/** A frame of blocks, each with its type: 0 raw, 1 one byte again and again, 2 compressed. */
function frame(...blocks: (readonly [type: number, size: number, bytes: readonly number[]])[]): Uint8Array {
  const written = blocks.flatMap(([type, size, bytes], i) => {
    const header = (size << 3) | (type << 1) | (i === blocks.length - 1 ? 1 : 0);
    return [header & 255, (header >> 8) & 255, header >> 16, ...bytes];
  });
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, ...written]);
}

describe('Zstandard', () => {
  it('gives back what zstd compressed, at a low and at a high level', () => {
    for (const [name, original] of [
      ['wine.csv.zst', 'test/fixtures/data/wine.csv'],
      ['old-faithful.csv.zst', 'examples/old-faithful.csv'],
    ]) {
      const bytes = readFileSync(original);
      assert.deepEqual(Buffer.from(unzstd(fixture(name), bytes.length)), bytes);
      const twice = Buffer.concat([fixture(name), Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7), fixture(name)]);
      assert.deepEqual(Buffer.from(unzstd(twice, 2 * bytes.length)), Buffer.concat([bytes, bytes]), 'frames, and one to skip');
    }
  });

  it('gives back raw and repeated bytes', () => {
    assert.deepEqual(unzstd(frame([0, 3, [1, 2, 3]], [1, 4, [9]]), 7), Uint8Array.of(1, 2, 3, 9, 9, 9, 9));
    assert.deepEqual(unzstd(new Uint8Array(), 0), new Uint8Array());
  });

  it('stops at the length that was announced', () => {
    assert.equal(messageOf(frame([1, 1 << 17, [0]]), 100), 'more bytes than were announced');
    assert.equal(messageOf(frame([1, 99, [0]]), 100), 'fewer bytes than were announced');
    // 98,047 matches of 34 bytes in nine bytes.
    const bomb = [0, 255, 255, 255, 0x54, 0, 0, 31, 1];
    const matches = frame([1, 10, [97]], [2, bomb.length, bomb]);
    assert.equal(messageOf(matches, 100), 'more bytes than were announced');
    assert.equal(unzstd(matches, 10 + 98_047 * 34).length, 3_333_608);
  });

  it('refuses what is damaged, wherever it is cut or changed', () => {
    const bytes = fixture('wine.csv.zst');
    const length = readFileSync('test/fixtures/data/wine.csv').length;
    for (let cut = 1; cut < bytes.length; cut += 37) assert.notEqual(messageOf(bytes.subarray(0, cut), length), 'none');
    for (let at = 0; at < bytes.length; at += at < 200 ? 1 : 29) {
      for (const change of [1, 128, 255]) {
        const changed = bytes.slice();
        changed[at] ^= change;
        messageOf(changed, length);
      }
    }
    assert.equal(messageOf(Uint8Array.of(1, 2, 3, 4, 5), 1), 'no Zstandard frame');
    const dictionary = frame([0, 1, [1]]);
    dictionary[4] = 1;
    assert.equal(messageOf(dictionary, 1), 'a frame that needs more than itself');
  });
});
