import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialParameters } from '../../../src/flow/flow';
import { layerTypes } from '../../../src/flow/registry';
import { decodeWeights, encodeWeights } from '../../../src/document/weights';
import type { FlowSpec, LayerSpec } from '../../../src/flow/spec';

const planar: LayerSpec = { type: 'planar', options: { raw: false }, initial: {} };

function flowOf(depth: number, change: Partial<FlowSpec> = {}): FlowSpec {
  return {
    dim: 2,
    base: 'standard-normal',
    seed: 0,
    objective: { type: 'reverse-kl', energy: 'U1' },
    training: { steps: 10, batch: 8, optimizer: 'adam', learningRate: 0.01 },
    layers: Array.from({ length: depth }, () => planar),
    ...change,
  };
}

interface Header {
  [name: string]: { dtype: string; shape: number[]; data_offsets: number[] };
}

/** A safetensors file of one planar layer with w = (1, 2), u = (3, 4), b = 5, its header changed by `change`. */
function fileWith(change: (header: Header) => void, cut = 0): Uint8Array {
  const header: Header = {
    'layers.0.w': { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    'layers.0.u': { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
    'layers.0.b': { dtype: 'F32', shape: [1], data_offsets: [16, 20] },
  };
  change(header);
  return assemble(JSON.stringify(header), Float32Array.of(1, 2, 3, 4, 5), cut);
}

function assemble(json: string, data: Float32Array, cut = 0): Uint8Array {
  const head = new TextEncoder().encode(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(head.length), true);
  const all = Uint8Array.from([...length, ...head, ...new Uint8Array(data.buffer)]);
  return all.subarray(0, all.length - cut);
}

function messageOf(bytes: Uint8Array, spec = flowOf(1)): string {
  const result = decodeWeights(spec, bytes);
  return 'message' in result ? result.message : `none: ${result.join(' ')}`;
}

describe('weights', () => {
  it('come back as they went in, bit for bit', () => {
    const depth = fc.integer({ min: 1, max: 12 });
    const flows = depth.chain((n) =>
      fc.tuple(fc.constant(flowOf(n)), fc.float32Array({ minLength: 5 * n, maxLength: 5 * n, noNaN: true, noDefaultInfinity: true })),
    );
    fc.assert(
      fc.property(flows, ([spec, parameters]) => {
        assert.deepEqual(decodeWeights(spec, encodeWeights(spec, parameters)), parameters);
      }),
    );
  });

  it('of every kind of layer have the shapes that it declares', () => {
    const shapes: Record<string, number[][]> = {
      planar: [[2], [2], [1]],
      radial: [[2], [1], [1]],
      coupling: [[16, 1], [16], [2, 16], [2]],
      actnorm: [[2], [2]],
      linear: [[1], [1], [2]],
    };
    for (const { name } of layerTypes.values()) {
      const spec = flowOf(1, { layers: [{ type: name, options: {}, initial: {} }] });
      const parameters = Float32Array.from(initialParameters(spec));
      const bytes = encodeWeights(spec, parameters);
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      const { __metadata__: recipe, ...tensors } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header;
      assert.ok(recipe);
      assert.deepEqual(
        Object.values(tensors).map(({ shape }) => shape),
        shapes[name],
      );
      assert.deepEqual(decodeWeights(spec, bytes), parameters);
    }
  });

  it('written by the safetensors library of Python are read', () => {
    // save({'layers.0.w': [1, -2.5], 'layers.0.u': [.25, 4], 'layers.0.b': [.5]}, metadata={'format': 'np'}), all float32
    const written =
      '4AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJucCJ9LCJsYXllcnMuMC5iIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMCw0' +
      'XX0sImxheWVycy4wLnUiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls0LDEyXX0sImxheWVycy4wLnciOnsiZHR5cGUiOiJGMzIiLCJzaGFw' +
      'ZSI6WzJdLCJkYXRhX29mZnNldHMiOlsxMiwyMF19fSAgIAAAAD8AAIA+AACAQAAAgD8AACDA';
    assert.deepEqual(decodeWeights(flowOf(1), Buffer.from(written, 'base64')), Float32Array.of(1, -2.5, 0.25, 4, 0.5));
  });

  it('are laid out as safetensors: aligned data without holes, and their recipe beside them', () => {
    const spec = flowOf(3);
    const bytes = encodeWeights(
      spec,
      Float32Array.from({ length: 15 }, (_, i) => i),
    );
    const view = new DataView(bytes.buffer);
    const length = Number(view.getBigUint64(0, true));
    assert.equal(length % 8, 0);
    assert.equal(bytes.length, 8 + length + 60);
    const { __metadata__: metadata, ...tensors } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header & {
      __metadata__: { nflow: string };
    };
    assert.deepEqual(JSON.parse(metadata.nflow), spec);
    assert.deepEqual(tensors['layers.1.u'], { dtype: 'F32', shape: [2], data_offsets: [28, 36] });
    assert.equal(view.getFloat32(8 + length + 28, true), 7);
    assert.equal(Object.keys(tensors).length, 9);
  });

  it('are refused where there are more or fewer than the flow has', () => {
    assert.throws(() => encodeWeights(flowOf(2), new Float32Array(9)), new RangeError('The flow has 10 parameters, but 9 were given.'));
  });
});

describe('weights that are not of this flow', () => {
  const saved = (spec: FlowSpec): Uint8Array => encodeWeights(spec, new Float32Array(5 * spec.layers.length));

  it('are named: of more layers, of fewer', () => {
    assert.equal(
      messageOf(saved(flowOf(3)), flowOf(2)),
      'These weights have a tensor "layers.2.w", which a flow of 2 layers has no place for.',
    );
    assert.equal(messageOf(saved(flowOf(2)), flowOf(3)), 'These weights have no tensor "layers.2.w", which this flow needs.');
  });

  it('are named although the shapes fit: of another kind of layer, of another direction', () => {
    const raw = { ...planar, options: { raw: true } };
    assert.equal(
      messageOf(saved(flowOf(2, { layers: [planar, raw] })), flowOf(2)),
      'These weights are of another flow: layers.1 was "raw planar", and is "planar" here.',
    );
    assert.equal(
      messageOf(saved(flowOf(1, { objective: { type: 'forward-kl', data: 'rings' } }))),
      'These weights were trained by another objective than reverse-kl, under which the layers run z → x.',
    );
  });

  it('may be towards another target whose formulas run in the same direction', () => {
    const other = flowOf(1, { objective: { type: 'forward-kl', data: 'rings' }, direction: 'generate' });
    assert.equal(messageOf(saved(other)), 'none: 0 0 0 0 0');
  });

  it('may differ in how they were trained', () => {
    const other = flowOf(1, { seed: 9, objective: { type: 'reverse-kl', energy: 'U4' } });
    assert.equal(messageOf(saved(other)), 'none: 0 0 0 0 0');
  });
});

describe('a damaged weights file', () => {
  const b = 'layers.0.b';
  const cases: [what: string, bytes: Uint8Array, message: string][] = [
    ['nothing', new Uint8Array(0), 'This is not a safetensors file: it is shorter than the length of its header.'],
    [
      'a header of 2⁶⁴ − 1 bytes',
      new Uint8Array(16).fill(0xff),
      'This is not the weights of a flow: its header would be longer than 1 MB.',
    ],
    ['cut within its header', fileWith(() => undefined, 40), 'This safetensors file is cut short: it ends within its header.'],
    ['cut within its data', fileWith(() => undefined, 1), `The tensor "${b}" ends beyond the end of the file: the file is cut short.`],
    ['no JSON', assemble('{"a": ', new Float32Array(0)), 'This is not a safetensors file: its header is not a JSON object.'],
    ['JSON that is no object', assemble('[1]', new Float32Array(0)), 'This is not a safetensors file: its header is not a JSON object.'],
    ['another type', fileWith((h) => (h[b].dtype = 'F64')), `The tensor "${b}" is of type F64: F32 is needed.`],
    ['another shape', fileWith((h) => (h[b].shape = [2])), `The tensor "${b}" has the shape [2] where this flow has [1].`],
    [
      'a negative offset',
      fileWith((h) => (h[b].data_offsets = [-4, 0])),
      `The tensor "${b}" takes 4 bytes, but its data runs from -4 to 0: the file is damaged.`,
    ],
    [
      'an offset beyond the end',
      fileWith((h) => (h[b].data_offsets = [2 ** 40, 2 ** 40 + 4])),
      `The tensor "${b}" ends beyond the end of the file: the file is cut short.`,
    ],
    [
      'offsets that are no numbers',
      fileWith((h) => (h[b].data_offsets = ['0', '4'] as unknown as number[])),
      `The tensor "${b}" does not say where its data is: the file is damaged.`,
    ],
    [
      'an overlap',
      fileWith((h) => (h[b].data_offsets = [12, 16])),
      'The tensors "layers.0.u" and "layers.0.b" overlap: the file is damaged.',
    ],
    [
      'NaN',
      assemble(new TextDecoder().decode(fileWith(() => undefined).subarray(8, -20)), Float32Array.of(1, 2, 3, NaN, 5)),
      'The tensor "layers.0.u" holds a number that is not finite.',
    ],
    [
      'another version',
      fileWith((h) => Object.assign(h, { __metadata__: { format: 'nflow', version: '2' } })),
      'These weights are not of version 1, which this release reads.',
    ],
    [
      'a recipe that cannot be read',
      fileWith((h) => Object.assign(h, { __metadata__: { format: 'nflow', version: '1', nflow: '{' } })),
      'The recipe in the metadata of these weights cannot be read: save them again.',
    ],
  ];
  for (const [what, bytes, message] of cases) {
    it(`is a sentence: ${what}`, () => {
      assert.equal(messageOf(bytes), message);
    });
  }

  it('is never more than a sentence, whatever its bytes', () => {
    const sound = fileWith(() => undefined);
    const edits = fc.array(fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 });
    const damaged = edits.map((changes) => {
      const bytes = sound.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), (bytes) => {
        const result = decodeWeights(flowOf(1), bytes);
        if ('message' in result) assert.match(result.message, /\.$/);
        else assert.ok(result.length === 5 && result.every(Number.isFinite));
      }),
      { numRuns: 500 },
    );
  });
});
