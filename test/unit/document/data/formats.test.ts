import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { dataEndings, previewData, readPoints, type DataPreview } from '../../../../src/document/data/points';
import type { ColumnChoice } from '../../../../src/flow/spec';
import type { PointTable } from '../../../../src/flow/table';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/data/${name}`));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function points(bytes: Uint8Array, name: string, dim = 2, columns?: readonly ColumnChoice[]): PointTable {
  const table = readPoints(bytes, name, dim, columns);
  if ('message' in table) throw new assert.AssertionError({ message: `line ${table.line}: ${table.message}` });
  return table;
}

function preview(bytes: Uint8Array, name: string): DataPreview {
  const seen = previewData(bytes, name);
  if ('message' in seen) throw new assert.AssertionError({ message: seen.message });
  return seen;
}

/** "line: message" of a file that cannot be used. */
function problemOf(bytes: Uint8Array, name: string, dim = 2, columns?: readonly ColumnChoice[]): string {
  const table = readPoints(bytes, name, dim, columns);
  return 'message' in table ? `${table.line}: ${table.message}` : 'none';
}

/** The numbers as they were in the file. */
function originals({ points, mean, scale }: PointTable): number[] {
  return Array.from(points, (value, i) => mean[i % mean.length] + scale[i % mean.length] * value);
}

interface Flower {
  readonly 'petal length': number;
  readonly 'petal width': number;
}
const iris = JSON.parse(readFileSync('test/fixtures/data/iris.json', 'utf8')) as readonly Flower[];
const petals = iris.flatMap((flower) => [flower['petal length'], flower['petal width']]);

/** An NPY file of version 1 with this header and these bytes. */
function npy(header: string, data: ArrayBufferLike = new ArrayBuffer(0), version = 1): Uint8Array {
  const text = utf8(header);
  const at = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(at + text.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, text.length & 255, text.length >> 8]);
  bytes.set(text, at);
  bytes.set(new Uint8Array(data), at + text.length);
  return bytes;
}
const header = (descr: string, shape: string, fortran = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe('the petals of 150 irises', () => {
  /** To how much of a number's size each file holds them. */
  const files: [name: string, columns: readonly ColumnChoice[], precision: number][] = [
    ['iris.json', ['petal length', 'petal width'], 0],
    ['iris.npy', [3, 4], 0],
    ['iris.npz', ['flowers.3', 'flowers.4'], 1e-7],
    ['iris-compressed.npz', ['x3', 'x4'], 0],
    ['iris-f2-fortran.npy', ['x3', 4], 1e-3],
    ['iris-records.npy', ['petal length', 'petal width'], 1e-7],
    ['iris.parquet', ['petal length', 'petal width'], 0],
    ['iris-zstd.parquet', ['petal length', 'petal width'], 0],
    ['iris-uncompressed.parquet', ['a', 'b'], 1e-7],
  ];
  for (const [name, columns, precision] of files) {
    it(`are the same in ${name}`, () => {
      const table = points(fixture(name), name, 2, columns);
      assert.equal(table.count, 150);
      originals(table).forEach((value, i) => {
        assert.ok(Math.abs(value - petals[i]) <= (precision + 1e-14) * 7, `${i}: ${value} where ${petals[i]} is due`);
      });
    });
  }

  it('are the same with tabs as with commas', () => {
    const bytes = new Uint8Array(readFileSync('examples/old-faithful.csv'));
    const table = points(fixture('old-faithful.tsv'), 'a.tsv', 2);
    assert.deepEqual([table.count, table.names], [272, ['eruptions', 'waiting']]);
    assert.deepEqual(table, points(bytes, 'a.csv', 2));
  });

  it('are there but for those that are missing, which are counted', () => {
    const table = points(fixture('iris-missing-gzip.parquet'), 'a.parquet', 2, ['petal length', 'petal width']);
    assert.deepEqual([table.count, table.leftOut], [128, 22]);
    const kept = petals.filter((_, i) => Math.floor(i / 2) % 7 !== 0);
    originals(table).forEach((value, i) => {
      assert.ok(Math.abs(value - kept[i]) < 1e-6);
    });
    const rows = points(fixture('iris-missing-gzip.parquet'), 'a.parquet', 1, ['row']);
    originals(rows).forEach((value, i) => {
      assert.ok(Math.abs(value - i) < 1e-9);
    });
  });
});

describe('a preview', () => {
  it('tells the columns, what they hold, how many rows there are and the first of them', () => {
    const seen = preview(fixture('wine.csv'), 'wine.csv');
    assert.equal(seen.count, 178);
    assert.equal(seen.columns.length, 14);
    assert.equal(seen.named, true);
    const { range, sample, ...alcohol } = seen.columns[0];
    assert.deepEqual(alcohol, { name: 'alcohol', kind: 'number', missing: 0 });
    // As scikit-learn describes the set.
    assert.deepEqual([range?.least, range?.most, range?.mean.toFixed(1)], [11.03, 14.83, '13.0']);
    assert.deepEqual([sample.length, sample[0]], [178, 14.23]);
    const cultivar = seen.columns[13];
    assert.deepEqual([cultivar.name, cultivar.kind, cultivar.missing, cultivar.range], ['cultivar', 'text', 0, undefined]);
    assert.equal(seen.rows.length, 10);
    assert.deepEqual(seen.rows[0].slice(0, 3), ['14.23', '1.71', '2.43']);
    assert.equal(seen.rows[0][13], 'class 0');
  });

  it('counts missing values column by column', () => {
    const seen = preview(utf8('a,b,c\n1,,NA\n,2,null\n3,x,nan\n'), 'a.csv');
    assert.deepEqual(
      seen.columns.map(({ name, kind, missing, sample }) => [name, kind, missing, sample]),
      [
        ['a', 'number', 1, [1, NaN, 3]],
        ['b', 'text', 1, [NaN, 2, NaN]],
        ['c', 'empty', 3, [NaN, NaN, NaN]],
      ],
    );
    assert.deepEqual(seen.columns[0].range, { least: 1, most: 3, mean: 2, deviation: 1 });
    assert.deepEqual(seen.rows[1], ['', '2', 'null']);
    assert.equal(preview(fixture('iris-missing-gzip.parquet'), 'a.parquet').columns[0].missing, 22);
    assert.equal(preview(fixture('iris.parquet'), 'a.parquet').columns[4].kind, 'text');
  });

  it('tells whether a row of text gives the names', () => {
    assert.deepEqual([preview(utf8('1,2\n3,4\n'), 'a.csv').named, preview(fixture('iris.npy'), 'a.npy').named], [false, undefined]);
  });

  it('samples rows evenly, the same of every column, however many there are', () => {
    const text = Array.from({ length: 12_345 }, (_, i) => `${i},${i % 5 === 0 ? '' : -i}\n`).join('');
    const { count, columns } = preview(utf8(text), 'a.csv');
    assert.equal(count, 12_345);
    const [first, second] = columns.map(({ sample }) => sample);
    assert.ok(first.length >= 1000 && first.length < 2000, `${first.length} rows`);
    const step = first[1] - first[0];
    first.forEach((value, i) => assert.equal(value, i * step));
    assert.deepEqual(
      second,
      first.map((value) => (value % 5 === 0 ? NaN : -value)),
    );
    assert.equal(columns[0].range?.mean.toFixed(6), '6172.000000');
  });

  it('is there for every format that points come in', () => {
    assert.deepEqual(dataEndings, ['.csv', '.tsv', '.txt', '.npy', '.npz', '.parquet', '.json']);
    for (const name of ['iris.npy', 'iris.npz', 'iris.parquet', 'iris.json']) assert.equal(preview(fixture(name), name).count, 150, name);
  });
});

describe('points', () => {
  it('leave out rows with a missing value in a chosen column alone', () => {
    const text = 'a,b,c\n1,10,\n2,,5\n3,30,x\n4,40,7\n';
    const table = points(utf8(text), 'a.csv', 2, ['a', 'b']);
    assert.deepEqual([originals(table).map((value) => Number(value.toFixed(9))), table.leftOut], [[1, 10, 3, 30, 4, 40], 1]);
    assert.equal(points(utf8('1,2\n3,4\n'), 'a.csv').leftOut, undefined);
    assert.equal(problemOf(utf8('a,b\n,1\n2,\n'), 'a.csv'), '1: There are no points in this file: every row lacks a value.');
  });

  it('are of columns by name or by number from 1, in their order', () => {
    const text = utf8('a,b,c\n1,10,100\n2,20,300\n');
    assert.deepEqual(points(text, 'a.csv', 2, ['c', 1]).names, ['c', 'a']);
    assert.equal(problemOf(text, 'a.csv'), '1: The file has 3 columns (a, b, c) where dim is 2: choose 2 of them.');
    assert.equal(problemOf(text, 'a.csv', 4), '1: The file has 3 columns (a, b, c) where dim is 4: give 4.');
    assert.equal(problemOf(text, 'a.csv', 2, ['a']), '1: 1 column chosen where dim is 2: choose 2.');
    assert.equal(problemOf(text, 'a.csv', 2, ['a', 'd']), '1: There is no column "d": the file has (a, b, c).');
    for (const wrong of [0, 4, -1, 1.5, NaN])
      assert.match(problemOf(text, 'a.csv', 2, ['a', wrong]), /^1: There is no column number .*: the file has 3 columns\.$/);
    assert.match(problemOf(text, 'a.csv', 2, ['a', 1]), /^1: a is chosen twice/);
    assert.equal(problemOf(utf8('a,b,a\n1,2,3\n'), 'a.csv', 2, ['a', 'b']), '1: There are 2 columns "a": name one by its number, 1 or 3.');
  });

  it('are the same in every form of JSON', () => {
    const same = [
      '[[1, 10], [3, 30]]',
      '[{"x1": 1, "x2": 10}, {"x2": 30, "x1": 3}]',
      '{"x1": [1, 3], "x2": [10, 30]}',
      '{"x1": {"0": 1, "1": 3}, "x2": {"0": 10, "1": 30}}',
      '[["1", "10"], ["3", "3e1"]]',
      '\ufeff[[1, 10], [3, 30]]',
    ];
    for (const text of same) assert.deepEqual(points(utf8(text), 'a.json'), points(utf8(same[0]), 'a.json'), text);
    assert.equal(points(utf8('[[1, 2], [null, 3], [2, 5]]'), 'a.json').leftOut, 1);
    assert.equal(points(utf8('[{"a": 1, "b": 2}, {"a": 5}, {"b": 3, "a": 2}]'), 'a.json').leftOut, 1);
  });

  it('are the same in every type of NPY, in either order of bytes and of rows, in every version', () => {
    const numbers = [1, 10, 3, 30];
    const expected = points(npy(header("'<f8'", '(2, 2)'), Float64Array.from(numbers).buffer), 'a.npy');
    const swapped = (array: { buffer: ArrayBufferLike; BYTES_PER_ELEMENT: number }): ArrayBufferLike => {
      const bytes = new Uint8Array(array.buffer);
      for (let at = 0; at < bytes.length; at += array.BYTES_PER_ELEMENT) bytes.subarray(at, at + array.BYTES_PER_ELEMENT).reverse();
      return bytes.buffer;
    };
    const bigints = numbers.map(BigInt);
    const same = [
      npy(header("'<f4'", '(2L, 2L)'), Float32Array.from(numbers).buffer),
      npy(header("'>f8'", '(2, 2)'), swapped(Float64Array.from(numbers))),
      npy(header("'>i4'", '(2,2)'), swapped(Int32Array.from(numbers))),
      npy(header("'<i8'", '(2, 2)'), BigInt64Array.from(bigints).buffer),
      npy(header("'>u8'", '(2, 2)'), swapped(BigUint64Array.from(bigints))),
      npy(header("'<u4'", '(2, 2)'), Uint32Array.from(numbers).buffer),
      npy(header("'<i2'", '(2, 2)'), Int16Array.from(numbers).buffer),
      npy(header("'<u2'", '(2, 2)'), Uint16Array.from(numbers).buffer),
      npy(header("'|i1'", '(2, 2)'), Int8Array.from(numbers).buffer),
      npy(header("'|u1'", '(2, 2)'), Uint8Array.from(numbers).buffer),
      npy(header("'<f8'", '(2, 2)', 'True'), Float64Array.from([1, 3, 10, 30]).buffer),
      npy(header("[('x1', '<f8'), ('x2', '<f8')]", '(2,)'), Float64Array.from(numbers).buffer),
      npy(header("'<f8'", '(2, 2)'), Float64Array.from(numbers).buffer, 2),
      npy(header("'<f8'", '(2, 2)'), Float64Array.from(numbers).buffer, 3),
    ];
    same.forEach((bytes, i) => {
      assert.deepEqual(points(bytes, 'a.npy'), expected, `${i}`);
    });
    assert.equal(points(npy(header("'<f8'", '(3,)'), Float64Array.of(1, NaN, 2).buffer), 'a.npy', 1).leftOut, 1);
  });

  it('are of arrays that are equally long, in an NPZ file of several', () => {
    const column = (values: number[]): Uint8Array => npy(header("'<f8'", `(${values.length},)`), Float64Array.from(values).buffer);
    const bytes = zipSync({ 'a.npy': column([1, 2, 3]), 'b.npy': column([4, 6, 5]), 'c.npy': column([1, 2]) }, { level: 9 });
    assert.deepEqual(points(bytes, 'a.npz', 2, ['b', 'a']).names, ['b', 'a']);
    assert.match(problemOf(bytes, 'a.npz', 2, ['a', 'c']), /a has 3 rows and c has 2 rows: choose columns that are equally long\.$/);
  });
});

describe('a data file that cannot be used', () => {
  const zip = (name: string, content: Uint8Array): Uint8Array => zipSync({ [name]: content });
  const cases: [what: string, name: string, bytes: Uint8Array, problem: RegExp][] = [
    ['without a format', 'a.xlsx', utf8('1,2\n'), /^1: There is no format for \.xlsx: give \.csv, /],
    ['that is mislabelled', 'a.csv', fixture('iris.npy'), /^1: This file ends in \.csv but is NPY inside: let its name end in \.npy\.$/],
    ['that is mislabelled the other way', 'a.npy', utf8('1,2\n'), /^1: This is not a NPY file/],
    ['of pickled objects', 'a.npy', fixture('objects.npy'), /pickled Python objects, which are never loaded/],
    [
      'an array that claims more than there is',
      'a.npy',
      npy(header("'<f8'", '(1000000, 2)')),
      /asks for 16,000,000 bytes of numbers where there are 0 bytes: it is cut short/,
    ],
    ['an array of 2⁵³ rows', 'a.npy', npy(header("'<f8'", '(9007199254740991, 2)')), /more than 2,000,000 rows/],
    ['an array of 2⁶³ rows', 'a.npy', npy(header("'<f8'", '(9223372036854775808, 2)')), /does not say its shape/],
    ['an array of columns without end', 'a.npy', npy(header("'<f8'", '(0, 4000000000)')), /4,000,000,000 columns/],
    ['an array of negative length', 'a.npy', npy(header("'<f8'", '(-1, 2)')), /header of this NPY file cannot be read/],
    ['an array with more behind it', 'a.npy', npy(header("'<f8'", '(1, 2)'), new ArrayBuffer(24)), /something follows it/],
    ['an array of three dimensions', 'a.npy', npy(header("'<f8'", '(1, 2, 3)')), /has 3 dimensions/],
    ['an array of complex numbers', 'a.npy', npy(header("'<c16'", '(1, 2)')), /of type "<c16"/],
    ['an array of a type of JavaScript', 'a.npy', npy(header("'constructor'", '(1, 2)')), /of type "constructor"/],
    ['nested records', 'a.npy', npy(header("[('a', [('b', '<f8')])]", '(1,)')), /of type nested/],
    ['records of arrays', 'a.npy', npy(header("[('a', '<f8', (2,))]", '(1,)')), /records with fields inside/],
    ['a header that is no dictionary', 'a.npy', npy('__import__("os")'), /header of this NPY file cannot be read/],
    ['a later version', 'a.npy', npy(header("'<f8'", '(1, 2)'), new ArrayBuffer(16), 4), /version 4/],
    ['a header that is cut', 'a.npy', npy(header("'<f8'", '(1, 2)')).subarray(0, 40), /ends within its header/],
    ['an archive without arrays', 'a.npz', zip('a.txt', utf8('1')), /There is no array in this NPZ file/],
    ['an archive that is cut', 'a.npz', fixture('iris.npz').subarray(0, 3000), /damaged or cut short/],
    ['pickled objects in an archive', 'a.npz', zip('a.npy', fixture('objects.npy')), /^1: In a\.npy: .*pickled/],
    ['a footer that is cut', 'a.parquet', fixture('iris.parquet').subarray(0, 1000), /cut short: it does not end as one/],
    ['text instead of numbers', 'a.parquet', fixture('iris.parquet'), /^1: The file has 5 columns/],
    ['JSON that is cut', 'a.json', utf8('[[1, 2], [3'), /^1: This is not JSON, or is cut short/],
    ['JSON of a word', 'a.json', utf8('"a"'), /^1: This JSON is not a table/],
    ['JSON of no rows', 'a.json', utf8('[]'), /^1: There are no points/],
    ['JSON of rows and objects', 'a.json', utf8('[[1, 2], {"a": 3}]'), /^2: Row 2 is not an array as the first one is/],
    ['JSON of uneven rows', 'a.json', utf8('[[1, 2], [3]]'), /^2: This row has 1 cell where the first has 2/],
    ['JSON of uneven columns', 'a.json', utf8('{"a": [1, 2], "b": [3]}'), /^1: "b" has 1 value where "a" has 2: give as many\.$/],
    ['JSON of nested cells', 'a.json', utf8('[[1, [2]], [3, 4]]'), /^1: x2 is "\[…\]": give a number/],
    ['JSON that is no UTF-8', 'a.json', Uint8Array.of(0x5b, 0xff, 0x5d), /not UTF-8/],
    [
      'an infinite number',
      'a.npy',
      npy(header("'<f8'", '(1, 2)'), Float64Array.of(1, -Infinity).buffer),
      /^1: x2 is -Infinity: give a finite number/,
    ],
    ['a number beyond all bounds', 'a.csv', utf8('1,2\n3,1e101\n'), /^2: x2 is 1e101: numbers reach/],
    ['a constant column', 'a.json', utf8('[[1, 2], [1, 3]]'), /^1: x1 is 1 in every row/],
  ];
  for (const [what, name, bytes, problem] of cases) {
    it(`is a sentence: ${what}`, () => {
      assert.match(problemOf(bytes, name), problem);
    });
  }

  it('is named by the compression of its pages', () => {
    // Behind the column's name, its codec: 12 is Zstandard's number 6, and 8 Brotli's 4.
    const brotli = Buffer.from(fixture('iris-zstd.parquet'));
    const codec = brotli.lastIndexOf('sepal length\x15\x0c') + 'sepal length\x15'.length;
    assert.equal(brotli[codec], 12);
    brotli[codec] = 8;
    assert.equal(
      problemOf(brotli, 'a.parquet', 2, [1, 2]),
      '1: The column sepal length of this Parquet file is compressed by BROTLI: save it with one of UNCOMPRESSED, SNAPPY, GZIP, ZSTD.',
    );
  });

  it('is named by a chosen column of text', () => {
    assert.match(
      problemOf(fixture('wine.csv'), 'wine.csv', 2, ['ash', 'cultivar']),
      /^2: cultivar is "class 0": give a number, or leave the row out\.$/,
    );
    assert.match(problemOf(fixture('iris.parquet'), 'a.parquet', 2, [1, 'species']), /^1: species is "\(utf8\)"/);
  });
});

describe('bounds on memory', () => {
  it('a zip bomb is refused by what it announces, and by what it inflates to', () => {
    const bomb = zipSync({ 'a.npy': new Uint8Array(50_000_000) }, { level: 9 });
    assert.ok(bomb.length < 100_000);
    const view = new DataView(bomb.buffer, bomb.byteOffset, bomb.byteLength);
    const directory = view.getUint32(bomb.length - 6, true);
    const announce = (size: number): void => view.setUint32(directory + 24, size, true);
    announce(200_000_000);
    assert.match(problemOf(bomb, 'a.npz'), /inflate to 200,000,000 bytes: at most 134,217,728 are read/);
    announce(1000);
    assert.match(problemOf(bomb, 'a.npz'), /does not inflate to the 1,000 bytes that are announced/);
  });

  it('a line without end is refused before it is decoded', () => {
    const line = new Uint8Array(100_000_000).fill(0x31);
    assert.match(problemOf(line, 'a.csv'), /^1: This line has more than 65,536 bytes/);
  });

  it('a run without end in a Parquet page is refused before it is decoded', () => {
    const bytes = fixture('iris-missing-gzip.parquet');
    const seen = previewData(bytes, 'a.parquet');
    assert.ok('columns' in seen);
    // Every byte of the first page headers in turn, set to what makes a number as long as it can be.
    for (let at = 4; at < 120; at++) {
      const damaged = bytes.slice();
      damaged[at] = 0xff;
      const answer = previewData(damaged, 'a.parquet');
      assert.ok('columns' in answer || /\.$/.test(answer.message));
    }
  });
});
