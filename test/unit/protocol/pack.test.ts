import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pack, unpack } from '../../../src/protocol/pack';

describe('a packed message', () => {
  const floats = fc.float32Array({ maxLength: 40 });

  it('comes back as it went in, bit for bit', () => {
    fc.assert(
      fc.property(
        floats,
        fc.float64Array({ maxLength: 40 }),
        fc.uint32Array({ maxLength: 9 }),
        fc.string(),
        fc.nat(),
        (a, b, c, name, step) => {
          const message = { name, step, a, b, c };
          assert.deepEqual(unpack(pack(message)), message);
        },
      ),
    );
  });

  it('packs the window of a view, not the buffer behind it', () => {
    const whole = Float32Array.of(1, 2, 3, 4, 5);
    const { part } = unpack<{ part: Float32Array }>(pack({ part: whole.subarray(1, 3) }));
    assert.deepEqual([...part], [2, 3]);
    assert.ok(pack({ part: whole.subarray(1, 3) }).byteLength < pack({ part: whole }).byteLength);
  });

  it('is one buffer whose arrays are views into it', () => {
    const packed = pack({ a: Float32Array.of(1), b: Float64Array.of(2) });
    const { a, b } = unpack<{ a: Float32Array; b: Float64Array }>(packed);
    assert.equal(a.buffer, packed);
    assert.equal(b.buffer, packed);
  });

  it('refuses a buffer that was cut short anywhere', () => {
    const packed = pack({ step: 7, a: Float32Array.of(1, 2, 3), b: Float64Array.of(4) });
    for (let length = 0; length < packed.byteLength; length++) {
      assert.throws(() => unpack(packed.slice(0, length)), RangeError, `${length} of ${packed.byteLength} bytes`);
    }
  });
});
