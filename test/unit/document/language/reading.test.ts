import assert from 'node:assert/strict';
import fc from 'fast-check';
import { followFiles, relativePath } from '../../../../src/document/language/files';
import { hover } from '../../../../src/document/language/hover';
import { outline, type OutlineEntry } from '../../../../src/document/language/outline';
import { parseFlow } from '../../../../src/document/parse';
import { applied } from '../../../../src/document/text-edit';
import { allTexts, atCursor, blockStyle } from './texts';

describe('hover', () => {
  const meant: [what: string, marked: string, word: string, says: RegExp][] = [
    ['a kind of layer', 'layers:\n  - pla|nar', 'planar', /y = v \+ û·h\(wᵀv \+ b\).*\[arXiv 1505\.05770|arXiv 1505.*solved numerically/s],
    ['a kind of layer with an option', 'layers:\n  - |planar: { leaky: true }', 'planar', /in closed form/],
    [
      'a parameter, in the dimension of the flow',
      'dim: 3\nlayers:\n  - planar: { |w: [1, 2, 3] }',
      'w',
      /normal of the hyperplane.*3 numbers/s,
    ],
    ['a number of a parameter', 'layers:\n  - planar: { w: [1, 2|5] }', '25', /\*\*w\*\*/],
    ['an option', 'layers:\n  - planar: { raw|: true }', 'raw', /û = u/],
    ['a key with its default', 'training: { batc|h: 8 }', 'batch', /whole number from 1 to 65,536.*512/is],
    ['a number', 'training:\n  learningRate: 5|e-3', '5e-3', /above 0.*0\.005/s],
    ['an energy', 'objective: { type: reverse-kl, energy: |U3 }', 'U3', /log Z = 2\.67/],
    ['a sampler', 'objective: { type: forward-kl, data: two-|moons }', 'two-moons', /Entropy 1\.01/],
    ['an objective', 'objective: { type: |reverse-kl', 'reverse-kl', /z → x/],
    ['a base of a mixture', 'base: { type: mixture, components: [{ type: |uniform, low: [0], high: [1] }] }', 'uniform', /box/],
  ];
  for (const [what, marked, word, says] of meant) {
    it(`says what ${what} is`, () => {
      const [text, offset] = atCursor(marked);
      const found = hover(text, offset);
      assert.ok(found);
      assert.equal(text.slice(found.start, found.end), word);
      assert.match(found.markdown, says);
    });
  }

  it('says nothing of what means nothing', () => {
    for (const marked of ['# se|ed', 'hell|o: 1', 'seed: 1 |', '|', 'weights: a|.safetensors', 'layers:\n  - plan|er'])
      assert.equal(hover(...atCursor(marked)), undefined, marked);
  });

  it('knows every key that the examples use', () => {
    for (const text of allTexts) {
      for (const { index } of text.replace(/#.*/g, (comment) => ' '.repeat(comment.length)).matchAll(/[a-z]\w*(?=:)/gi))
        assert.ok(hover(text, index), text.slice(index, index + 20));
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]:,-# \n"&*!|', 'layers', 'planar', '1'), maxLength: 30 }),
        fc.nat(),
        (text, at) => {
          hover(text, at % (text.length + 1));
          outline(text);
        },
      ),
    );
  });
});

describe('outline', () => {
  const names = (entries: readonly OutlineEntry[]): unknown[] =>
    entries.map(({ name, detail, children }) => (children.length > 0 ? [name, detail, names(children)] : [name, detail]));

  it('lists keys and layers with what is in them', () => {
    assert.deepEqual(
      names(
        outline('nflow: 1\nobjective: { type: reverse-kl, energy: U1 }\nlayers: # here\n  - planar: { raw: true, b: 1 }\n  - radial\n'),
      ),
      [
        ['nflow', '1'],
        [
          'objective',
          '',
          [
            ['type', 'reverse-kl'],
            ['energy', 'U1'],
          ],
        ],
        [
          'layers',
          '2',
          [
            [
              '1 planar',
              'raw, b 1',
              [
                ['raw', 'true'],
                ['b', '1'],
              ],
            ],
            ['2 radial', ''],
          ],
        ],
      ],
    );
  });

  it('lists as many layers as there are, each where it is, inside what holds it', () => {
    for (const text of allTexts) {
      const nested = (entries: readonly OutlineEntry[], start: number, end: number): void => {
        for (const entry of entries) {
          assert.ok(start <= entry.start && entry.start <= entry.at.start && entry.at.end <= entry.end && entry.end <= end, entry.name);
          nested(entry.children, entry.start, entry.end);
        }
      };
      nested(outline(text), 0, text.length);
      const layers = outline(text).find(({ name }) => name === 'layers')?.children ?? [];
      const lines = layers.map(({ start }) => text.slice(0, start).split('\n').length - 1);
      assert.deepEqual(lines, parseFlow(text).layerLines);
    }
  });
});

describe('following files', () => {
  it('changes names where they are written, and nothing else', () => {
    const text = blockStyle.replace('type: reverse-kl\n  energy: U2', "type: forward-kl\n  data: 'points.csv' # mine");
    const moved = (path: string): string =>
      path === 'points.csv' ? '../data/my points.csv' : path === 'sub/u2.safetensors' ? 'u2.safetensors' : path;
    const after = applied(text, followFiles(text, moved));
    assert.equal(after, text.replace("'points.csv'", '"../data/my points.csv"').replace('sub/u2', 'u2'));
    assert.deepEqual(
      followFiles(text, (path) => path),
      [],
    );
  });

  it('finds the way from a folder to a file', () => {
    const ways: [folder: string, file: string, way: string][] = [
      ['/a', '/a/p.csv', 'p.csv'],
      ['/a', '/a/b/p.csv', 'b/p.csv'],
      ['/a/b', '/a/p.csv', '../p.csv'],
      ['/a/b/c', '/a/d/p.csv', '../../d/p.csv'],
      ['/a/p', '/a/p', '../p'],
    ];
    for (const [folder, file, way] of ways) assert.equal(relativePath(folder.split('/'), file.split('/')), way);
  });
});
