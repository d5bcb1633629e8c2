import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readSafetensors } from '../../../../src/document/checkpoint/safetensors';
import { assemble, safetensors } from './safetensors-file';

function messageOf(bytes: Uint8Array): string {
  const file = readSafetensors(bytes);
  return 'message' in file ? file.message : 'none';
}

describe('a safetensors file', () => {
  it('has numbers of every type, as PyTorch reads them', () => {
    const file = readSafetensors(readFileSync('test/fixtures/checkpoint/dtypes.safetensors'));
    assert.ok(!('message' in file));
    const expected = JSON.parse(file.metadata.get('expected') ?? '') as Record<string, string[]>;
    assert.deepEqual(
      file.tensors.map(({ dtype }) => dtype),
      ['F64', 'F32', 'F16', 'BF16', 'I64', 'BOOL'],
    );
    for (const { name, values } of file.tensors) {
      const numbers = expected[name].map((text) => (text === 'nan' ? NaN : Number(text.replace('inf', 'Infinity'))));
      assert.deepEqual(Array.from(values()), numbers, name);
    }
  });

  it('has whole numbers of every width and sign', () => {
    const types = { I8: [-1], U8: [255], I16: [-1], U16: [65535], I32: [-1], U32: [4294967295], I64: [-1], U64: [2 ** 64] };
    for (const [dtype, values] of Object.entries(types)) {
      const bytes = Number(dtype.slice(1)) / 8;
      const file = readSafetensors(
        assemble(JSON.stringify({ a: { dtype, shape: [1], data_offsets: [0, bytes] } }), new Uint8Array(bytes).fill(255)),
      );
      assert.ok(!('message' in file));
      assert.deepEqual(Array.from(file.tensors[0].values()), values, dtype);
    }
  });

  it('may be a window into a larger buffer, and have tensors of no numbers and of one', () => {
    const bytes = safetensors({ none: [[0, 3], []], one: [[], [7]] });
    const all = new Uint8Array(bytes.length + 20).fill(1);
    all.set(bytes, 9);
    const file = readSafetensors(all.subarray(9, 9 + bytes.length));
    assert.ok(!('message' in file));
    assert.deepEqual(
      file.tensors.map(({ name, shape, values }) => [name, shape, Array.from(values())]),
      [
        ['none', [0, 3], []],
        ['one', [], [7]],
      ],
    );
  });

  const two = { a: [[2], [1, 2]], b: [[1], [3]] } as const;
  const changed = (name: string, change: object): Uint8Array =>
    safetensors(two, (header) => (header[name] = { ...(header[name] as object), ...change }));
  const huge = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b, 0x7d);
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['nothing', new Uint8Array(0), /^This is not a safetensors file: it is shorter than the length of its header\.$/],
    ['a header of 2⁶³ bytes', huge, /its header would be longer than 16,777,216 bytes\.$/],
    ['cut within its header', safetensors(two).subarray(0, 30), /cut short: it ends within its header\.$/],
    ['cut within its data', safetensors(two).subarray(0, -1), /^The tensor "b" ends beyond the end of the file/],
    ['no JSON', assemble('{"a"', new Uint8Array(0)), /its header is not a JSON object\.$/],
    ['no UTF-8', assemble('{}', new Uint8Array(0)).fill(0xff, 8), /its header is not a JSON object\.$/],
    ['an array', assemble('[]', new Uint8Array(0)), /its header is not a JSON object\.$/],
    ['overlapping tensors', changed('b', { data_offsets: [8, 16] }), /^The tensors "a" and "b" overlap/],
    ['a hole', safetensors({ a: [[2], [1, 2]], b: [[1], [3]] }, (header) => delete header.a), /^There are bytes before the tensor "b"/],
    [
      'bytes that belong to none',
      safetensors({ a: [[2], [1, 2]], b: [[1], [3]] }, (header) => delete header.b),
      /^There are bytes at the end/,
    ],
    ['a shape of other size', changed('b', { shape: [2] }), /^The tensor "b" takes 16 bytes, but its data runs from 16 to 24/],
    ['a shape that overflows', changed('b', { shape: [2 ** 40, 2 ** 40] }), /^The tensor "b" takes .* bytes, but/],
    ['a negative shape', changed('b', { shape: [-1] }), /^The tensor "b" does not say its shape/],
    ['an offset of 2⁵³', changed('b', { data_offsets: [2 ** 53 - 8, 2 ** 53] }), /^The tensor "b" does not say where its data is/],
    ['an unknown type', changed('b', { dtype: 'F8_E4M3' }), /^The tensor "b" is of type "F8_E4M3": save it as F32 or F64\.$/],
    ['a type that is a word of JavaScript', changed('b', { dtype: 'constructor' }), /^The tensor "b" is of type "constructor"/],
    ['a tensor that is none', safetensors(two, (header) => (header.b = 3)), /^The tensor "b" is not described by an object/],
    ['metadata of numbers', safetensors(two, (header) => (header.__metadata__ = { a: 1 })), /^The metadata "a" .* is not text/],
    ['metadata that are none', safetensors(two, (header) => (header.__metadata__ = [])), /^The metadata of .* is not an object/],
    [
      'a name that comes twice, written differently',
      assemble(
        '{"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}, "\\u0061": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}',
        new Uint8Array(1),
      ),
      /^The name "a" is given to two tensors/,
    ],
  ];
  for (const [what, bytes, message] of cases) {
    it(`that is damaged is a sentence: ${what}`, () => {
      assert.match(messageOf(bytes), message);
    });
  }
});
