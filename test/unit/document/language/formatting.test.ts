import assert from 'node:assert/strict';
import fc from 'fast-check';
import { format } from '../../../../src/document/language/formatting';
import { parseFlow } from '../../../../src/document/parse';
import { applied } from '../../../../src/document/text-edit';
import { anyFlow, anyStyle, textOf } from '../flows';
import { allTexts } from './texts';

const formatted = (text: string): string => applied(text, format(text));
const withoutBlanks = (text: string): string => text.replace(/\s/g, '');

/** What holds for every text: only blanks change, the flow and its comments do not, and once is enough. */
function holds(text: string): void {
  const after = formatted(text);
  assert.equal(withoutBlanks(after), withoutBlanks(text));
  for (const { start, end, text: blanks } of format(text)) assert.match(text.slice(start, end) + blanks, /^\s*$/);
  assert.deepEqual(parseFlow(after).spec, parseFlow(text).spec);
  assert.deepEqual(comments(after), comments(text));
  assert.equal(formatted(after), after);
}

const comments = (text: string): string[] => (text.match(/(?<=^|\s)#.*$/gm) ?? []).map((comment) => comment.trimEnd());

describe('formatting', () => {
  const cases: [what: string, before: string, after: string][] = [
    [
      'puts one blank behind colons and commas',
      'nflow:   1\ntraining: {steps:  3,batch : 8}\n',
      'nflow: 1\ntraining: { steps: 3, batch: 8 }\n',
    ],
    ['puts none inside square brackets', 'layers: [ planar: { w: [ 1.0 ,2 ] } ]\n', 'layers: [planar: { w: [1.0, 2] }]\n'],
    ['keeps empty braces together', 'training: {  }\n', 'training: {}\n'],
    ['indents by two', 'training:\n    steps: 3\n    batch: 8\n', 'training:\n  steps: 3\n  batch: 8\n'],
    [
      'indents the list of layers, and what is in it',
      'layers:\n- planar:\n     raw: true\n-   radial\n',
      'layers:\n  - planar:\n      raw: true\n  - radial\n',
    ],
    ['moves comments with what they stand before', 'layers:\n# first\n- planar\n# last\n', 'layers:\n  # first\n  - planar\n  # last\n'],
    [
      'leaves a comment at the end of a list in it',
      'layers:\n    - planar\n    # - radial\nseed: 1\n',
      'layers:\n  - planar\n  # - radial\nseed: 1\n',
    ],
    ['leaves the distance of a comment behind a value', 'seed: 1   # c  \n', 'seed: 1   # c\n'],
    [
      'keeps the shape of brackets on several lines',
      'base:\n    cholesky: [[1, 0],\n               [0, 1]]\n',
      'base:\n  cholesky: [[1, 0],\n             [0, 1]]\n',
    ],
    ['keeps one empty line of several', '\n\nseed: 1\n\n\n\ndim: 2\n\n', 'seed: 1\n\ndim: 2\n'],
    ['ends the last line', 'seed: 1', 'seed: 1\n'],
    ['keeps Windows line ends', 'seed:  1\r\n\r\n\r\ndim: 2\r\n', 'seed: 1\r\n\r\ndim: 2\r\n'],
    ['keeps marks of a document', '---\nseed:  1\n...\n', '---\nseed: 1\n...\n'],
    ['leaves what is no YAML', 'seed:  [1\n', 'seed:  [1\n'],
    ['leaves an empty text', '', ''],
  ];
  for (const [what, before, after] of cases) {
    it(what, () => {
      assert.equal(formatted(before), after);
      assert.equal(formatted(after), after);
    });
  }

  it('finds nothing to change in the examples', () => {
    for (const text of allTexts.slice(0, -1)) assert.deepEqual(format(text), []);
  });

  it('changes blanks alone, whatever the flow and its style', () => {
    /** More or fewer blanks where there are some, and comments. */
    const spaced = fc.tuple(anyFlow, anyStyle, fc.infiniteStream(fc.nat({ max: 30 }))).map(([flow, style, choices]) => {
      const next = (): number => Number(choices.next().value);
      return textOf(flow, style)
        .replace(/(?<=[,:] ?) (?! )/g, () => ' '.repeat(1 + (next() % 3)))
        .replace(/\n/g, () => (next() === 0 ? ' # c\n' : next() === 1 ? '\n\n\n' : next() === 2 ? '\n# line\n' : '\n'));
    });
    for (const text of allTexts) holds(text);
    fc.assert(fc.property(spaced, holds), { numRuns: 100 });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]:,-# \n\t"\'&*!|>%@?', 'a: ', 'b', '\r\n', '---\n'), maxLength: 30 }),
        (text) => {
          const after = formatted(text);
          assert.equal(withoutBlanks(after), withoutBlanks(text));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
