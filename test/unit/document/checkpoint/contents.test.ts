import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { contentsOf, type Contents } from '../../../../src/document/checkpoint/contents';
import { parseFlow } from '../../../../src/document/parse';
import { encodeWeights } from '../../../../src/document/weights';
import { safetensors } from './safetensors-file';

function sound(bytes: Uint8Array): Contents {
  const contents = contentsOf(bytes);
  if ('message' in contents) throw new assert.AssertionError({ message: contents.message });
  return contents;
}

describe('the contents of a safetensors file', () => {
  it('tell what it is recognised as, and every tensor', () => {
    const { verdict, kind, tensors, assumed } = sound(readFileSync('test/fixtures/checkpoint/normflows-planar.safetensors'));
    assert.match(verdict, /^A normflows flow of 8 layers in 2 dimensions\.$/);
    assert.ok(kind === 'checkpoint' && assumed.length > 0);
    const w = tensors.find(({ name }) => name === 'flows.0.w');
    assert.deepEqual([w?.dtype, w?.shape.at(-1), w?.statistics?.notFinite], ['F32', 2, 0]);
  });

  it('tell what is missing where it is not recognised', () => {
    const unknown = sound(safetensors({ weight: [[4], [1, NaN, 3, -2]] }));
    assert.equal(unknown.kind, 'unknown');
    assert.match(unknown.verdict, /of no known layout/);
    const { statistics } = unknown.tensors[0];
    assert.deepEqual([statistics?.least, statistics?.most, statistics?.notFinite], [-2, 3, 1]);
    assert.ok(Math.abs((statistics?.mean ?? NaN) - 2 / 3) < 1e-12);
    const half = sound(safetensors({ 'flows.0.u': [[2], [1, 2]] }));
    assert.equal(half.kind, 'unknown');
    assert.ok(half.tensors.some(({ problem }) => problem !== undefined && /no tensor "w"/.test(problem)));
  });

  it('tell weights of our own from checkpoints of others', () => {
    const { spec } = parseFlow('nflow: 1\ndirection: z->x\nlayers: [planar]\n');
    assert.ok(spec);
    const { kind, tensors } = sound(encodeWeights(spec, new Float32Array(5)));
    assert.deepEqual([kind, tensors.length], ['weights', 3]);
  });

  it('are a sentence where the file is none', () => {
    for (const bytes of [
      new Uint8Array(3),
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 123),
      new TextEncoder().encode('not at all a file'),
    ])
      assert.match((contentsOf(bytes) as { message: string }).message, /^This is not a safetensors file/);
  });
});
