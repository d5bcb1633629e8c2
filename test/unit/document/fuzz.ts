/** Valid files of every format, damaged in every way, and what every parser must answer all the same. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { importedFlowText } from '../../../src/document/checkpoint/flow-text';
import { importCheckpoint } from '../../../src/document/checkpoint/import';
import { readGolden } from '../../../src/document/checkpoint/golden';
import { readSafetensors } from '../../../src/document/checkpoint/safetensors';
import { previewData, readPoints } from '../../../src/document/data/points';
import { parseFlow } from '../../../src/document/parse';
import { decodeWeights, encodeWeights } from '../../../src/document/weights';
import { initialParameters } from '../../../src/flow/flow';
import { RandomStream } from '../../../src/flow/random';
import type { FlowSpec } from '../../../src/flow/spec';

interface Subject {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Reads the bytes, and fails where the answer is neither sound nor a sentence. What it returns must depend on these bytes alone. */
  readonly read: (bytes: Uint8Array) => unknown;
}

const file = (path: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/${path}`));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (path: string, count: number): Uint8Array =>
  utf8(new TextDecoder().decode(file(path)).split('\n').slice(0, count).join('\n'));

function sentence(message: string): string {
  assert.match(message, /^\S[^]*[.?]$/);
  assert.ok(message.length < 2000, message);
  return message;
}

function readData(name: string, columns: readonly (string | number)[]): Subject['read'] {
  return (bytes) => {
    const table = readPoints(bytes, name, 2, columns);
    if ('message' in table) {
      assert.ok(Number.isInteger(table.line) && table.line >= 1);
      sentence(table.message);
    } else {
      assert.equal(table.points.length, 2 * table.count);
      assert.ok(table.points.every(Number.isFinite) && [...table.mean, ...table.scale].every(Number.isFinite));
    }
    const preview = previewData(bytes, name);
    if ('message' in preview) sentence(preview.message);
    else assert.ok(preview.rows.length <= preview.count && preview.columns.every(({ missing }) => missing <= preview.count));
    return { table, preview };
  };
}

function readCheckpoint(bytes: Uint8Array): unknown {
  const read = readSafetensors(bytes);
  if ('message' in read) return sentence(read.message);
  const numbers = read.tensors.reduce((sum, { length }) => sum + length, 0);
  assert.ok(numbers <= bytes.length);
  const imported = importCheckpoint(read);
  if ('message' in imported) return sentence(imported.message);
  return importedFlowText(imported, 'checkpoint.safetensors');
}

const spec: FlowSpec = {
  dim: 2,
  base: 'standard-normal',
  seed: 1,
  objective: { type: 'reverse-kl', energy: 'U1' },
  training: { steps: 1, batch: 1, optimizer: 'adam', learningRate: 0.1 },
  layers: ['planar', 'radial'].map((type) => ({ type, options: {}, initial: {} })),
};

function readWeights(bytes: Uint8Array): unknown {
  const weights = decodeWeights(spec, bytes);
  if ('message' in weights) return sentence(weights.message);
  assert.ok(weights.every(Number.isFinite));
  return weights;
}

const golden = lines('checkpoint/normflows-mixed.golden.json', 1);

const subjects: readonly Subject[] = [
  { name: 'CSV', bytes: lines('data/wine.csv', 8), read: readData('a.csv', [1, 'ash']) },
  { name: 'TSV', bytes: utf8('a\t"b"\r\n1\t2\r\n"3"\t\r\n5e3\tnan\r\n-7\t8\r\n'), read: readData('a.tsv', ['b', 'a']) },
  ...['iris.npy', 'iris-f2-fortran.npy', 'objects.npy'].map((name) => ({
    name,
    bytes: file(`data/${name}`),
    read: readData('a.npy', [1, 2]),
  })),
  { name: 'records', bytes: file('data/iris-records.npy'), read: readData('a.npy', ['petal length', 'petal width']) },
  ...['iris.npz', 'iris-compressed.npz'].map((name) => ({ name, bytes: file(`data/${name}`), read: readData('a.npz', [1, 2]) })),
  ...['iris', 'iris-missing-gzip', 'iris-zstd', 'iris-uncompressed'].map((name) => ({
    name: `${name}.parquet`,
    bytes: file(`data/${name}.parquet`),
    read: readData('a.parquet', [1, 2]),
  })),
  { name: 'JSON of rows', bytes: utf8('[[1, 2.5], [3e2, null], ["4", -5], [0, 1]]'), read: readData('a.json', [1, 2]) },
  { name: 'JSON of objects', bytes: utf8('[{"a": 1, "b": 2}, {"a": 3}, {"b": 4, "a": 5}]'), read: readData('a.json', ['b', 1]) },
  { name: 'JSON of columns', bytes: utf8('{"a": [1, 2, 3], "b": {"0": 4, "1": 6, "2": 5}}'), read: readData('a.json', ['a', 'b']) },
  ...['dtypes', 'normflows-planar', 'normflows-radial', 'normflows-coupling', 'pyro-mixed', 'flowjax-scan', 'flowjax-chain'].map(
    (name) => ({
      name,
      bytes: file(`checkpoint/${name}.safetensors`),
      read: readCheckpoint,
    }),
  ),
  { name: 'weights', bytes: encodeWeights(spec, Float32Array.from(initialParameters(spec))), read: readWeights },
  {
    name: 'golden points',
    bytes: golden.subarray(0, 2000),
    read(bytes) {
      const read = readGolden(new TextDecoder().decode(bytes), 2);
      return 'message' in read ? sentence(read.message) : read;
    },
  },
  {
    name: 'a flow',
    bytes: lines('workspace/planar.nflow', 30),
    read(bytes) {
      const parsed = parseFlow(new TextDecoder().decode(bytes));
      for (const { message } of parsed.problems) sentence(message);
      return parsed;
    },
  },
];

/** Numbers at the edges of what their formats hold, by their bytes. */
const edges = [
  [0],
  [1],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff],
  [0, 0x80],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0, 0, 0, 0, 0x80],
  [0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
].map((bytes) => Uint8Array.from(bytes));
const words = [
  '9007199254740993',
  '-1',
  '1e999',
  'null',
  '""',
  '"\\u0000"',
  '__proto__',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  "'",
  '\n',
  '"',
  '(',
  ')',
  '\\',
  '\u00e9',
].map(utf8);

function splice(bytes: Uint8Array, start: number, removed: number, inserted: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, start + removed);
  const result = new Uint8Array(start + inserted.length + bytes.length - end);
  result.set(bytes.subarray(0, start));
  result.set(inserted, start);
  result.set(bytes.subarray(end), start + inserted.length);
  return result;
}

/** One damage: half of them near an end of the file, where heads and directories are. */
function damage(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const near = Math.min(bytes.length, 200);
  const at = [
    random.index(bytes.length + 1),
    random.index(near + 1),
    bytes.length - random.index(near + 1),
    random.index(bytes.length + 1),
  ][random.index(4)];
  const piece = (): Uint8Array => {
    const start = random.index(bytes.length + 1);
    return bytes.slice(start, start + random.index(64));
  };
  switch (random.index(8)) {
    case 0:
      return splice(bytes, at, 1, Uint8Array.of(random.index(256)));
    case 1:
      return at < bytes.length ? splice(bytes, at, 1, Uint8Array.of(bytes[at] ^ (1 << random.index(8)))) : bytes;
    case 2: {
      const edge = edges[random.index(edges.length)];
      return splice(bytes, at, edge.length, edge);
    }
    case 3:
      return splice(bytes, at, random.index(6), words[random.index(words.length)]);
    case 4:
      return splice(bytes, at, random.index(32), new Uint8Array(0));
    case 5:
      return splice(bytes, at, 0, piece());
    case 6:
      return splice(bytes, at, 64, piece());
    default:
      return random.index(4) === 0 ? bytes.subarray(0, at) : splice(bytes, at, 1, Uint8Array.of(random.index(256)));
  }
}

/** `bytes` as a window into a larger buffer of other bytes. */
function windowOf(bytes: Uint8Array, around: number): Uint8Array {
  const all = new Uint8Array(bytes.length + 128).fill(around);
  all.set(bytes, 64);
  return all.subarray(64, 64 + bytes.length);
}

export interface Fuzzed {
  /** The input that took the most time of the processor. */
  readonly slowest: { readonly name: string; readonly milliseconds: number };
}

/**
 * Hands every parser its share of `count` damaged files, the same for the same seed. Every eighth is read twice, among other bytes: what is
 * read must not depend on them. An input that breaks a parser is named by its number.
 */
export function fuzz(count: number, seed: number): Fuzzed {
  let slowest = { name: '', milliseconds: 0 };
  for (let n = 0; n < count; n++) {
    const { name, bytes, read } = subjects[n % subjects.length];
    const random = new RandomStream(seed, n);
    let damaged = bytes;
    for (let changes = 1 + random.index(4); changes > 0; changes--) damaged = damage(damaged, random);
    const begun = process.cpuUsage();
    try {
      const answer = read(windowOf(damaged, 0));
      if (n % 8 === 0) assert.deepEqual(read(windowOf(damaged, 0xff)), answer, 'it depends on bytes beyond its own');
    } catch (error) {
      throw new Error(`${name}, input ${n} of seed ${seed} (${damaged.length} bytes): ${String(error)}`, { cause: error });
    }
    const { user, system } = process.cpuUsage(begun);
    const milliseconds = (user + system) / 1000;
    if (milliseconds > slowest.milliseconds) slowest = { name: `${name}, input ${n}`, milliseconds };
  }
  return { slowest };
}
