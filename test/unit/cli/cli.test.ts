import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const cli = path.resolve('dist/cli.js');
const fixtures = path.resolve('test/fixtures/checkpoint');

describe('the command line', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'nflow-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(...args: string[]): { status: number | null; out: string; errors: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
    return { status, out: stdout, errors: stderr };
  }

  function sound(...args: string[]): Record<string, unknown> {
    const { status, out, errors } = run(...args, '--json');
    assert.equal(status, 0, out + errors);
    assert.equal(errors, '');
    return JSON.parse(out) as Record<string, unknown>;
  }

  const put = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  const example = (name: string): void => copyFileSync(path.resolve('examples', name), path.join(folder, name));

  /** The names and the rows of a CSV file. */
  function rowsOf(name: string): [names: string, rows: number[][]] {
    const [names, ...rows] = readFileSync(path.join(folder, name), 'utf8').trimEnd().split('\n');
    return [names, rows.map((row) => row.split(',').map(Number))];
  }

  /** One planar layer that is z → x by its formula, towards an energy. */
  const planar = (settings: string): string =>
    `nflow: 1\nobjective: { type: reverse-kl, energy: U1 }\nlayers:\n  - planar: { ${settings} }\n`;

  for (const name of ['normflows-planar', 'normflows-radial', 'normflows-mixed']) {
    it(`gives the log densities that normflows gives: ${name}`, () => {
      const beside = path.join(fixtures, `${name}.golden.json`);
      const golden = goldenOf(name);
      const extra = existsSync(beside) ? ['--golden', beside] : [];
      const { library } = sound(
        'import',
        path.join(fixtures, `${name}.safetensors`),
        '--out',
        'f.nflow',
        '--layout',
        'normflows',
        ...extra,
      );
      assert.equal(library, 'normflows');
      put('x.csv', golden.x.map((point) => point.join(',')).join('\n'));
      sound('logprob', 'f.nflow', '--in', 'x.csv', '--out', 'p.csv', '--own-units');
      const [names, rows] = rowsOf('p.csv');
      assert.match(names, /^x1,x2(,x3)?,log_prob,log_det$/);
      assert.equal(rows.length, golden.log_prob.length);
      rows.forEach((row, i) => {
        const log = row[row.length - 2];
        assert.ok(Math.abs(log - golden.log_prob[i]) < 1e-6, `${log} for ${golden.log_prob[i]}`);
      });
    });
  }

  it('takes points in the units of the data: the density of a whole plane is 1', () => {
    example('old-faithful.nflow');
    example('old-faithful.csv');
    const grid: string[] = [];
    const [dx, dy] = [0.15, 2];
    for (let x = -3; x < 10; x += dx) for (let y = -10; y < 150; y += dy) grid.push(`${x},${y}`);
    put('grid.csv', grid.join('\n'));
    sound('logprob', 'old-faithful.nflow', '--in', 'grid.csv', '--out', 'p.csv');
    const [names, rows] = rowsOf('p.csv');
    assert.equal(names, 'eruptions,waiting,log_prob,log_det');
    const mass = rows.reduce((sum, [, , log]) => sum + Math.exp(log) * dx * dy, 0);
    assert.ok(Math.abs(mass - 1) < 0.01, String(mass));
    sound('logprob', 'old-faithful.nflow', '--in', 'grid.csv', '--out', 'own.csv', '--own-units');
    assert.equal(rowsOf('own.csv')[0], 'x1,x2,log_prob,log_det');
  });

  it('encodes what it samples back to draws of the base, and traces them through every stage', () => {
    put('f.nflow', planar('w: [1, 0.5], u: [0.5, 0.2], b: 0.1'));
    sound('sample', 'f.nflow', '--count', '200', '--out', 's.csv');
    sound('encode', 'f.nflow', '--in', 's.csv', '--out', 'z.csv');
    sound('trace', 'f.nflow', '--in', 's.csv', '--out', 't.csv');
    const [x, z] = [rowsOf('s.csv')[1], rowsOf('z.csv')[1]];
    const [names, stages] = rowsOf('t.csv');
    assert.equal(names, 'point,stage,y1,y2,log_det');
    assert.equal(stages.length, 400);
    stages.forEach(([point, stage, ...rest]) => assert.deepEqual(rest.slice(0, 2), (stage === 1 ? x : z)[point]));
    const mean = z.reduce((sum, [z1, z2]) => sum + z1 ** 2 + z2 ** 2, 0) / z.length;
    // χ² of 400 degrees of freedom over 200.
    assert.ok(Math.abs(mean - 2) < 0.6, String(mean));
  });

  it('writes NPY as CSV', () => {
    put('f.nflow', planar('w: [1, 0.5], u: [0.5, 0.2], b: 0.1'));
    sound('sample', 'f.nflow', '--count', '3', '--out', 's.csv');
    sound('sample', 'f.nflow', '--count', '3', '--out', 's.npy');
    const bytes = readFileSync(path.join(folder, 's.npy'));
    const start = 10 + bytes.readUInt16LE(8);
    assert.equal(bytes.subarray(0, 8).toString('latin1'), '\x93NUMPY\x01\x00');
    assert.equal(start % 64, 0);
    assert.match(bytes.subarray(10, start).toString(), /^\{'descr': '<f8', 'fortran_order': False, 'shape': \(3, 2\), \} *\n$/);
    const [, rows] = rowsOf('s.csv');
    assert.deepEqual(
      rows.flat(),
      Array.from({ length: 6 }, (_, i) => bytes.readDoubleLE(start + 8 * i)),
    );
    sound('logprob', 'f.nflow', '--in', 's.npy', '--out', 'a.csv');
    sound('logprob', 'f.nflow', '--in', 's.csv', '--out', 'b.csv');
    assert.deepEqual(rowsOf('a.csv'), rowsOf('b.csv'));
  });

  it('trains, and evaluates a flow with the weights that its file names', () => {
    example('two-moons.nflow');
    const text = readFileSync(path.join(folder, 'two-moons.nflow'), 'utf8').replace(/^weights:.*$/m, '');
    put('a.nflow', text);
    put('b.nflow', `${text}weights: w.safetensors\n`);
    const { step, loss } = sound('train', 'a.nflow', '--steps', '30', '--out', 'w.safetensors');
    assert.equal(step, 30);
    assert.ok(typeof loss === 'number');
    put('x.csv', '0.5,0.5\n-1,0\n0.3,\n');
    const { notes } = sound('logprob', 'a.nflow', '--in', 'x.csv', '--out', 'a.csv');
    assert.deepEqual(notes, ['x.csv: 1 row without a value in every column left out.']);
    sound('logprob', 'b.nflow', '--in', 'x.csv', '--out', 'b.csv');
    assert.notDeepEqual(rowsOf('a.csv')[1], rowsOf('b.csv')[1]);
  });

  it('finds mistakes, and layers that fold: status 1', () => {
    put('sound.nflow', planar('w: [1, 0.5], u: [0.5, 0.2], b: 0.1'));
    assert.equal(run('check', 'sound.nflow').status, 0);
    put('folds.nflow', planar('raw: true, w: [2, 0], u: [-1, 0], b: 0'));
    const folds = run('check', 'folds.nflow');
    assert.equal(folds.status, 1);
    assert.match(folds.out, /folds\.nflow:4: error: Layer 1 \(planar\) may fold: its determinant falls to -1\.00\./);
    put('x.csv', '0.1,0.2\n');
    const density = run('logprob', 'folds.nflow', '--in', 'x.csv', '--out', 'p.csv', '--json');
    assert.equal(density.status, 1);
    assert.match(density.out, /1 of the rows have no log_prob/);
    put('wrong.nflow', 'nflow: 1\nobjective: { type: reverse-kl, energy: U9 }\nlayers: [planar]\n');
    const wrong = run('logprob', 'wrong.nflow', '--in', 'x.csv', '--out', 'p.csv');
    assert.deepEqual([wrong.status, wrong.out], [1, '']);
    assert.match(wrong.errors, /^wrong\.nflow:2: error: energy is U9/);
  });

  it('finds the files that are missing, on the lines that name them: status 1', () => {
    put('f.nflow', 'nflow: 1\nobjective: { type: forward-kl, data: no.csv }\nlayers: [planar]\nweights: no.safetensors\n');
    const { status, out } = run('check', 'f.nflow');
    assert.equal(status, 1);
    assert.equal(
      out,
      'f.nflow:2: error: no.csv could not be read: there is no such file.\nf.nflow:4: error: no.safetensors could not be read: there is no such file.\n',
    );
    const untrained = run('train', 'f.nflow', '--out', 'no/w.safetensors');
    assert.deepEqual([untrained.status, untrained.errors], [1, 'no/w.safetensors could not be written: there is no such folder.\n']);
  });

  it('does not take over a checkpoint that is another than it is said to be: status 1', () => {
    const { status, errors } = run('import', path.join(fixtures, 'pyro-planar.safetensors'), '--out', 'f.nflow', '--layout', 'normflows');
    assert.equal(status, 1);
    assert.match(errors, /laid out as Pyro does/);
    assert.equal(existsSync(path.join(folder, 'f.nflow')), false);
  });

  it('checks a checkpoint by the golden points beside it, without being told of them', () => {
    for (const name of ['normflows-mixed.safetensors', 'normflows-mixed.golden.json'])
      copyFileSync(path.join(fixtures, name), path.join(folder, name));
    assert.equal(sound('import', 'normflows-mixed.safetensors', '--out', 'f.nflow').golden, 32);
    put('normflows-mixed.golden.json', '{}');
    assert.match(run('import', 'normflows-mixed.safetensors', '--out', 'f.nflow').errors, /golden points do not suffice/);
  });

  it('refuses what memory has no room for, before it is read or evaluated: status 1', () => {
    put('f.nflow', planar('w: [1, 0.5], u: [0.5, 0.2], b: 0.1'));
    put('huge.csv', '');
    truncateSync(path.join(folder, 'huge.csv'), 2 ** 40);
    const huge = run('logprob', 'f.nflow', '--in', 'huge.csv', '--out', 'p.csv');
    assert.equal(huge.status, 1);
    assert.equal(
      huge.errors,
      'huge.csv has 1,099,511,627,776 bytes, and at most 268,435,456 are read: of a data file keep a sample of the rows.\n',
    );
    const many = run('sample', 'f.nflow', '--count', '4000000000', '--out', 's.csv');
    assert.equal(many.status, 1);
    assert.equal(many.errors, 'The result would have 8,000,000,000 numbers: at most 134,217,728 are written. Give a smaller --count.\n');
  });

  it('reads a checkpoint as --assume says, where it does not tell itself', () => {
    const { x, log_prob } = goldenOf('pyro-planar-norm');
    // Without its golden points, which would tell.
    const bytes = readFileSync(path.join(fixtures, 'pyro-planar-norm.safetensors'));
    writeFileSync(path.join(folder, 'c.safetensors'), Buffer.from(bytes.toString('latin1').replace('"golden"', '"goldem"'), 'latin1'));
    put('x.csv', x.map((point) => point.join(',')).join('\n'));
    const worst = (uHat: string): number => {
      const { assumed } = sound(
        'import',
        'c.safetensors',
        '--out',
        'f.nflow',
        '--assume',
        `uHat=${uHat}`,
        '--assume',
        'direction=generate',
      );
      assert.match((assumed as string[])[0], /^It was answered that û = /);
      sound('logprob', 'f.nflow', '--in', 'x.csv', '--out', 'p.csv');
      return Math.max(...rowsOf('p.csv')[1].map((row, i) => Math.abs(row[row.length - 2] - log_prob[i])));
    };
    assert.ok(worst('norm') < 1e-5, `${worst('norm')}`);
    assert.ok(worst('paper') > 1e-2);
    for (const assumed of ['uHat', 'uHat=mine', 'base=normal']) {
      const { status, errors } = run('import', 'c.safetensors', '--out', 'f.nflow', '--assume', assumed);
      assert.equal(status, 2);
      assert.match(errors, /^--assume .* is not known: give uHat=paper\|/);
    }
  });

  it('takes the points from the columns that --columns names, in its order', () => {
    put('f.nflow', planar('w: [1, 0.5], u: [0.5, 0.2], b: 0.1'));
    put('wide.csv', 'id,b,a\n7,0.25,-1\n8,2,0.5\n');
    sound('logprob', 'f.nflow', '--in', 'wide.csv', '--out', 'p.csv', '--columns', 'a, 2');
    put('x.csv', '-1,0.25\n0.5,2\n');
    sound('logprob', 'f.nflow', '--in', 'x.csv', '--out', 'q.csv');
    assert.deepEqual(rowsOf('p.csv')[1], rowsOf('q.csv')[1]);
    const { status, errors } = run('logprob', 'f.nflow', '--in', 'wide.csv', '--out', 'p.csv', '--columns', 'a,c');
    assert.equal(status, 1);
    assert.match(errors, /There is no column "c": the file has \(id, b, a\)/);
  });

  it('samples the same points for the same --seed, and others for another', () => {
    put('f.nflow', planar('w: [1, 0.5], u: [0.5, 0.2], b: 0.1'));
    const draws = (...seed: string[]): number[][] => {
      sound('sample', 'f.nflow', '--count', '5', '--out', 's.csv', ...seed);
      return rowsOf('s.csv')[1];
    };
    assert.deepEqual(draws('--seed', '3'), draws('--seed', '3'));
    assert.notDeepEqual(draws('--seed', '3'), draws('--seed', '4'));
    assert.deepEqual(draws(), draws());
  });

  it('evaluates a flow without an objective, and does not train it: status 1', () => {
    put('f.nflow', 'nflow: 1\ndirection: z->x\nlayers:\n  - planar: { w: [1, 0], u: [0, 1], b: 0 }\n');
    put('x.csv', '0.1,0.2\n');
    sound('check', 'f.nflow');
    sound('logprob', 'f.nflow', '--in', 'x.csv', '--out', 'p.csv');
    const { status, errors } = run('train', 'f.nflow', '--out', 'w.safetensors');
    assert.equal(status, 1);
    assert.match(errors, /has no objective/);
  });

  it('refuses what cannot be meant, in one sentence: status 2', () => {
    put('f.nflow', planar('w: [1, 0], u: [0, 1], b: 0'));
    const cases: [args: string[], message: RegExp][] = [
      [[], /A command is missing: give check, train/],
      [['chek', 'f.nflow'], /There is no command chek/],
      [['check'], /check takes one file, and 0 are given/],
      [['check', 'f.nflow', '--fast'], /--fast/],
      [['sample', 'f.nflow', '--out', 's.csv'], /--count is missing/],
      [['sample', 'f.nflow', '--count', '-1', '--out', 's.csv'], /--count/],
      [['sample', 'f.nflow', '--count', '0', '--out', 's.csv'], /--count is 0: give a whole number from 1/],
      [['sample', 'f.nflow', '--count', '2', '--out', 's.xls'], /--out is s\.xls: name a file that ends in \.csv or \.npy/],
      [['train', 'f.nflow'], /--out is missing/],
      [['train', 'f.nflow', '--out', 'f.nflow'], /--out is f\.nflow: name a file that ends in \.safetensors/],
      [['import', 'c.safetensors', '--out', 'f.nflow', '--layout', 'zuko'], /--layout is zuko/],
    ];
    for (const [args, message] of cases) {
      const { status, out, errors } = run(...args);
      assert.deepEqual([status, out], [2, ''], args.join(' '));
      assert.match(errors, message);
      const { error } = JSON.parse(run(...args, '--json').out) as { error: string };
      assert.match(error, message);
    }
    assert.match(run('--help').out, /log_prob = log p\(z\) − log_det/);
  });
});

/** What normflows itself computed, stored beside the checkpoint or in its metadata. */
function goldenOf(name: string): { x: number[][]; log_prob: number[] } {
  const beside = path.join(fixtures, `${name}.golden.json`);
  if (existsSync(beside)) return JSON.parse(readFileSync(beside, 'utf8')) as ReturnType<typeof goldenOf>;
  const bytes = readFileSync(path.join(fixtures, `${name}.safetensors`));
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as { __metadata__: { golden: string } };
  return JSON.parse(header.__metadata__.golden) as ReturnType<typeof goldenOf>;
}
