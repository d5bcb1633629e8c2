import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readPoints } from '../../../../src/document/data/points';
import type { PointTable } from '../../../../src/flow/table';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string | Uint8Array): PointTable {
  const result = readPoints(typeof text === 'string' ? bytesOf(text) : text, 'points.csv', 2);
  if ('message' in result) throw new assert.AssertionError({ message: `line ${result.line}: ${result.message}` });
  return result;
}

/** "line: message" of a table that cannot be used. */
function problemOf(text: string | Uint8Array): string {
  const result = readPoints(typeof text === 'string' ? bytesOf(text) : text, 'points.csv', 2);
  return 'message' in result ? `${result.line}: ${result.message}` : 'none';
}

/** The points in their own units: original = mean + scale · standardised. */
function originals({ points, mean, scale }: PointTable): number[] {
  return Array.from(points, (value, i) => mean[i % 2] + scale[i % 2] * value);
}

describe('a table of points', () => {
  it('is standardised, and can be brought back', () => {
    const table = read('a,b\n1,10\n3,30\n5,20\n');
    assert.deepEqual(table.names, ['a', 'b']);
    assert.equal(table.count, 3);
    assert.deepEqual(table.mean, [3, 20]);
    assert.ok(Math.abs(table.scale[0] - Math.sqrt(8 / 3)) < 1e-15);
    originals(table).forEach((value, i) => {
      assert.ok(Math.abs(value - [1, 10, 3, 30, 5, 20][i]) < 1e-14);
    });
  });

  it('is the same however it is written', () => {
    const same = [
      'a,b\n1,10\n3,30\n',
      '\ufeffa,b\r\n1,10\r\n3,30\r\n\r\n',
      'a;b\n1;10\n3;30',
      'a\tb\n1\t10\n3\t30\n',
      'a|b\n1|10\n3|30\n',
      '"a","b"\n"1","10"\n"3","30"\n',
      '\n a , b \n\n 1 , 10\n  \n+3.0,3e1\n',
    ];
    for (const text of same) assert.deepEqual(read(text), read(same[0]), JSON.stringify(text));
  });

  it('has as many columns as the flow has dimensions', () => {
    const one = readPoints(bytesOf('a\n1\n3\n'), 'points.csv', 1);
    assert.ok(!('message' in one));
    assert.deepEqual([one.names, one.mean, one.scale, [...one.points]], [['a'], [2], [1], [-1, 1]]);
    const three = readPoints(bytesOf('1;2;3\n3;6;9\n'), 'points.csv', 3);
    assert.ok(!('message' in three));
    assert.deepEqual(
      [three.names, three.mean, [...three.points]],
      [
        ['x1', 'x2', 'x3'],
        [2, 4, 6],
        [-1, -1, -1, 1, 1, 1],
      ],
    );
    assert.deepEqual(readPoints(bytesOf('a,b\n1,2\n'), 'points.csv', 1), {
      line: 1,
      message: 'The file has 2 columns (a, b) where dim is 1: choose 1 of them.',
    });
  });

  it('names its columns itself where there is no line of names', () => {
    const table = read('1,10\n3,30\n');
    assert.deepEqual(table.names, ['x1', 'x2']);
    assert.deepEqual(originals(table), [1, 10, 3, 30]);
  });

  it('may have a delimiter within a quoted name', () => {
    assert.deepEqual(read('"time, in min",b\n1,2\n3,4\n').names, ['time, in min', 'b']);
  });

  it('has mean 0 and deviation 1 in every column, whatever the numbers', () => {
    const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 50 }), fc.constantFrom(',', ';', '\t'), (rows, delimiter) => {
        for (const c of [0, 1]) {
          const column = rows.map((row) => row[c]);
          // Numbers that differ by less than float64 can tell apart at their size have no deviation to speak of.
          fc.pre(Math.max(...column) - Math.min(...column) > 1e-6 * Math.max(1, ...column.map(Math.abs)));
        }
        const table = read(`p${delimiter}q\n${rows.map((row) => row.join(delimiter)).join('\n')}`);
        assert.equal(table.count, rows.length);
        for (const c of [0, 1]) {
          const column = Array.from(table.points).filter((_, i) => i % 2 === c);
          const mean = column.reduce((sum, v) => sum + v, 0) / column.length;
          const variance = column.reduce((sum, v) => sum + v * v, 0) / column.length;
          assert.ok(Math.abs(variance - 1) < 1e-6 && Math.abs(mean) < 1e-6, `mean ${mean}, variance ${variance}`);
        }
        originals(table).forEach((v, i) => {
          const written = rows[Math.floor(i / 2)][i % 2];
          assert.ok(Math.abs(v - written) <= 1e-14 * (Math.abs(table.mean[i % 2]) + Math.abs(written) + table.scale[i % 2]) * 4);
        });
      }),
    );
  });

  it('of more than one block is read whole', () => {
    const rows = Array.from({ length: 150_000 }, (_, i) => `${i},${i % 7}.5`);
    const table = read(`i,r\r\n${rows.join('\r\n')}\r\n`);
    assert.equal(table.count, 150_000);
    assert.ok(Math.abs(table.mean[0] - 149_999 / 2) < 1e-6);
    assert.ok(Math.abs(table.mean[0] + table.scale[0] * table.points[2 * 123_456] - 123_456) < 1e-6);
    rows[140_000] = '1,oops';
    assert.equal(problemOf(`i,r\n${rows.join('\n')}`), '140002: r is "oops": give a number, or leave the row out.');
  });

  it('may be a window into a larger buffer', () => {
    const all = bytesOf('xxx1,2\n3,4\nxxx');
    assert.equal(read(all.subarray(3, 11)).count, 2);
  });

  it('of Old Faithful has the means that R gives', () => {
    const table = read(readFileSync('examples/old-faithful.csv'));
    assert.equal(table.count, 272);
    assert.deepEqual(table.names, ['eruptions', 'waiting']);
    assert.equal(table.mean[0].toFixed(6), '3.487783');
    assert.equal(table.mean[1].toFixed(5), '70.89706');
  });
});

describe('a table that cannot be used', () => {
  const cases: [what: string, text: string, problem: string][] = [
    ['an empty file', '', '1: There are no points in this file: give one row of numbers per point.'],
    ['names alone', 'a,b\n', '1: There are no points in this file: give one row of 2 numbers per point.'],
    ['too many columns', 'id,a,b\n1,2,3\n', '1: The file has 3 columns (id, a, b) where dim is 2: choose 2 of them.'],
    ['too few columns', 'a\n1\n2\n', '1: The file has 1 column (a) where dim is 2: give 2.'],
    ['a short row', 'a,b\n1,2\n3\n', '3: This row has 1 cell where the first has 2: give 2.'],
    ['a long row', 'a,b\r\n1,2\r\n\r\n3,4,5\r\n', '4: This row has 3 cells where the first has 2: give 2.'],
    ['a word', 'a,b\n1,many\n', '2: b is "many": give a number, or leave the row out.'],
    ['no whole row', 'a,b\n1,\n,4\n', '1: There are no points in this file: every row lacks a value.'],
    ['infinity', 'a,b\n1,-inf\n', '2: b is -inf: give a finite number, or leave the row out.'],
    ['a number beyond float64', 'a,b\n1,1e999\n', '2: b is 1e999: numbers reach from −1e100 to 1e100.'],
    ['a number that is not decimal', 'a,b\n0x10,1\n', '2: a is "0x10": give a number, or leave the row out.'],
    ['decimal commas', 'a;b\n1,5;2,5\n', '2: a is 1,5: write the decimal point as a point, 1.5.'],
    ['a constant column', 'a,b\n1,79\n2,79\n', '1: b is 79 in every row: a column that does not vary has no density. Give one that does.'],
    ['one point', '1,2\n', '1: x1 is 1 in every row: a column that does not vary has no density. Give one that does.'],
    ['an open quote', 'a,b\n1,2\n"3,4\n5,6\n', '3: A quotation mark is not closed where its cell ends: close it, or take it away.'],
    ['a cell of two lines', 'a,b\n1,"2\n"\n3,4\n', '2: A cell runs over two lines: write it on one.'],
    ['line ends of old', 'a,b\r1,2\r3,4\r', '1: There is a CR without LF in this line: end every line with LF or CRLF.'],
  ];
  for (const [what, text, problem] of cases) {
    it(`says where and what to do: ${what}`, () => {
      assert.equal(problemOf(text), problem);
    });
  }

  it('says where it is not UTF-8', () => {
    const latin1 = Uint8Array.from([...bytesOf('a,b\n1,2\n'), 0xe9, 0x0a]);
    assert.equal(problemOf(latin1), '3: This line is not UTF-8 text: save the file as UTF-8.');
    assert.equal(problemOf(Uint8Array.of(0xff, 0xfe, 0x31, 0x00)), '1: This file is UTF-16: save it as UTF-8.');
  });

  it('is refused by its length alone', () => {
    assert.equal(
      problemOf(new Uint8Array(100_000).fill(0x31)),
      '1: This line has more than 65,536 bytes: give one row of numbers per line, ended by LF or CRLF.',
    );
    const rows = new Uint8Array(2 * 2_000_002).fill(0x31);
    for (let i = 1; i < rows.length; i += 2) rows[i] = 0x0a;
    assert.equal(problemOf(rows), '2000002: This file has more than 2,000,000 rows: keep a sample of them, for instance every tenth.');
  });
});

describe('any bytes', () => {
  it('are a table or a problem on one of their lines', () => {
    const part = fc.oneof(
      fc.constantFrom('1', '-2.5e3', ',', ';', '\t', '\n', '\r\n', '\r', '"', '""', ' ', 'a', '1,2\n', 'NaN', '\ufeff', '\0').map(bytesOf),
      fc.uint8Array({ maxLength: 4 }),
    );
    const bytes = fc.array(part, { maxLength: 40 }).map((parts) => Uint8Array.from(parts.flatMap((each) => [...each])));
    fc.assert(
      fc.property(bytes, (all) => {
        const result = readPoints(all, 'points.csv', 2);
        if ('message' in result) {
          const lines = all.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 1);
          assert.ok(result.line >= 1 && result.line <= lines);
          assert.match(result.message, /\.$/);
        } else {
          assert.equal(result.points.length, 2 * result.count);
          assert.ok(result.points.every(Number.isFinite));
        }
      }),
      { numRuns: 500 },
    );
  });
});
