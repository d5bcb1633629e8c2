import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFlow } from '../../../../src/document/parse';
import type { Fix, Problem } from '../../../../src/document/problem';
import { applied } from '../../../../src/document/text-edit';
import { flowWith, layers } from '../texts';
import { allTexts } from './texts';

/** Those of the first problem. */
const fixesOf = (text: string): readonly Fix[] => parseFlow(text).problems[0]?.fixes ?? [];
const comments = (text: string): string[] => (text.match(/(?<=^|\s)#.*$/gm) ?? []).map((comment) => comment.trim()).sort();

describe('quick fixes', () => {
  const cases: [what: string, text: string, title: string, line: string][] = [
    ['a misspelled key', flowWith('sed: 3 # mine'), 'Write seed', 'seed: 3 # mine'],
    ['a key that means nothing', flowWith('colour: red # mine'), 'Take colour away', '# mine'],
    [
      'a key between braces that means nothing',
      flowWith('training: { colour: red, steps: 3 }'),
      'Take colour away',
      'training: { steps: 3 }',
    ],
    ['the last key between braces', flowWith('training: { steps: 3, colour: red }'), 'Take colour away', 'training: { steps: 3 }'],
    ['a key that comes again', flowWith('training: { steps: 3, steps: 4 }'), 'Take steps away', 'training: { steps: 3 }'],
    ['a misspelled layer', layers('planer # mine'), 'Write planar', '  - planar # mine'],
    ['a misspelled option', layers('planar: { raws: true }'), 'Write raw', '  - planar: { raw: true }'],
    ['a misspelled word', flowWith('training: { optimizer: adm }'), 'Write adam', 'training: { optimizer: adam }'],
    ['a word like no other', flowWith('training: { optimizer: newton }'), 'Write sgd', 'training: { optimizer: sgd }'],
    [
      'a misspelled energy',
      flowWith('objective: { type: reverse-kl, energy: U11 }'),
      'Write U1',
      'objective: { type: reverse-kl, energy: U1 }',
    ],
    [
      'misspelled samples',
      flowWith('objective: { type: forward-kl, data: two-mons }'),
      'Write two-moons',
      'objective: { type: forward-kl, data: two-moons }',
    ],
    ['a number that is too large', flowWith('training: { learningRate: 1e9 }'), 'Write 1', 'training: { learningRate: 1 }'],
    ['a number that is not whole', flowWith('dim: 2.2'), 'Write 2', 'dim: 2'],
    ['yes', layers('planar: { raw: yes }'), 'Write true', '  - planar: { raw: true }'],
    ['too few numbers', layers('planar: { u: [1] }'), 'Add 0', '  - planar: { u: [1, 0] }'],
    ['no numbers', layers('planar: { u: [] }'), 'Write [0, 0]', '  - planar: { u: [0, 0] }'],
    ['too many numbers', layers('planar: { u: [1, 2, 3] }'), 'Take away what follows the first 2', '  - planar: { u: [1, 2] }'],
    [
      'too few numbers that must be above 0',
      flowWith('base: { type: diagonal-normal, mean: [0, 0], scale: [2] }'),
      'Add 1',
      'base: { type: diagonal-normal, mean: [0, 0], scale: [2, 1] }',
    ],
    [
      'a base without its numbers',
      flowWith('base: uniform'),
      'Write { type: uniform, low: [-1, -1], high: [1, 1] }',
      'base: { type: uniform, low: [-1, -1], high: [1, 1] }',
    ],
    ['no version', 'dim: 2 # plane\nobjective: { type: reverse-kl, energy: U1 }\nlayers: [planar]\n', 'Add nflow: 1', 'nflow: 1'],
    ['another version', flowWith('nflow: 2'), 'Write 1', 'nflow: 1'],
    ['nothing at all', '', 'Add nflow: 1', 'nflow: 1'],
    [
      'no objective',
      'nflow: 1 # first\nlayers: [planar]\n',
      'Add objective: { type: forward-kl, data: two-moons }',
      'objective: { type: forward-kl, data: two-moons }',
    ],
    ['no layers', 'nflow: 1\nobjective: { type: reverse-kl, energy: U1 } # mine\n# end', 'Add layers:', '  - planar'],
    ['an empty list of layers', flowWith('layers: []'), 'Write [planar]', 'layers: [planar]'],
    [
      'layers without a list',
      'nflow: 1\nobjective: { type: reverse-kl, energy: U1 }\nlayers: # later\n',
      'Write - planar',
      '  - planar # later',
    ],
    ['no type of objective', flowWith('objective: { energy: U1 }'), 'Add type: reverse-kl', 'objective: { energy: U1, type: reverse-kl }'],
    ['no energy', flowWith('objective: { type: reverse-kl }'), 'Add energy: U1', 'objective: { type: reverse-kl, energy: U1 }'],
    ['no data', flowWith('objective: { type: forward-kl }'), 'Add data: two-moons', 'objective: { type: forward-kl, data: two-moons }'],
    [
      'what an objective has no use for',
      flowWith('objective: { type: reverse-kl, energy: U1, holdout: 0.2 }'),
      'Take holdout away',
      'objective: { type: reverse-kl, energy: U1 }',
    ],
    [
      'momentum without sgd',
      flowWith('training: { optimizer: adam, momentum: 0.5 }'),
      'Write sgd',
      'training: { optimizer: sgd, momentum: 0.5 }',
    ],
    ['no blank behind a colon', flowWith('seed:3').replace('seed:3\n', 'seed:3 # c\n'), 'Write "seed: 3"', 'seed: 3 # c'],
    ['no blank behind a dash', layers('radial\n  -planar # c'), 'Write "- planar"', '  - planar # c'],
    ['no colon', flowWith('training: { steps 3 }'), 'Write steps: 3', 'training: { steps: 3 }'],
    ['a tab', 'nflow: 1\ntraining:\n\tsteps: 3 # c\n', 'Indent with spaces', '  steps: 3 # c'],
    ['an open brace', flowWith('training: { steps: 3 # c'), 'Write }', 'training: { steps: 3 } # c'],
    [
      'a comment of another language',
      flowWith('// mine: 1').replace('objective', '\n// hello\nobjective'),
      'Write # in place of //',
      '# hello',
    ],
    ['a layer out of line', 'nflow: 1\nlayers:\n  - planar\n   - radial # c\n', 'Put it in line', '  - radial # c'],
  ];
  for (const [what, text, title, line] of cases) {
    it(`mend ${what}`, () => {
      const [problem] = parseFlow(text).problems;
      const fix = fixesOf(text).find((offered) => offered.title === title);
      assert.ok(
        fix,
        `${title} is not among: ${fixesOf(text)
          .map((offered) => offered.title)
          .join('; ')} for ${problem?.message}`,
      );
      const after = applied(text, fix.edits);
      assert.ok(after.split('\n').includes(line), after);
      for (const comment of comments(text)) assert.ok(comments(after).includes(comment), comment);
      assert.ok(!parseFlow(after).problems.some(({ message }) => message === problem.message), after);
    });
  }

  it('prefer what was probably meant, and leave a choice open', () => {
    const preferred = (text: string): string[] =>
      fixesOf(text)
        .filter((fix) => fix.preferred)
        .map(({ title }) => title);
    assert.deepEqual(preferred(flowWith('sed: 3')), ['Write seed']);
    assert.deepEqual(preferred(layers('spline')), []);
    assert.equal(fixesOf(layers('spline')).length, 5);
  });

  it('bring wᵀu of a folding layer back over −1 by the shortest way, or keep it there', () => {
    const text = layers('planar: { raw: true, w: [3, 4], u: [-1, -0.5], b: 0 } # folds');
    assert.deepEqual(
      fixesOf(text).map(({ title }) => title),
      ['Move u along w to [−0.508, 0.156], where wᵀu = −0.9', 'Keep wᵀû > −1: take raw away'],
    );
    const [moved, kept] = fixesOf(text).map(({ edits }) => applied(text, edits));
    // u + t·w with t = (−0.9 + 5)/25.
    assert.match(moved, /- planar: \{ raw: true, w: \[3, 4\], u: \[-0\.508, 0\.156\], b: 0 \} # folds/);
    assert.match(kept, /- planar: \{ w: \[3, 4\], u: \[-1, -0\.5\], b: 0 \} # folds/);
    for (const after of [moved, kept]) assert.deepEqual(parseFlow(after).problems, []);
  });

  it('end their problem, whatever is wrong, and keep every comment', () => {
    const word = fc.constantFrom(
      'planr',
      'stps',
      'adm',
      'U7',
      '-3',
      '1e12',
      '0.5',
      'yes',
      '[1]',
      '[1, 2, 3, 4]',
      '{}',
      'x: 1',
      '[]',
      'colour',
    );
    const wrong = fc
      .tuple(fc.constantFrom(...allTexts), fc.array(fc.tuple(fc.nat(), word), { minLength: 1, maxLength: 3 }))
      .map(([text, changes]) =>
        changes.reduce((before, [which, by]) => {
          const words = [...before.matchAll(/[\w.-]+/g)].filter(
            ({ index }) => !/#/.test(before.slice(before.lastIndexOf('\n', index) + 1, index)),
          );
          const { index, 0: old } = words[which % words.length];
          return before.slice(0, index) + by + before.slice(index + old.length);
        }, text),
      );
    const count = (problems: readonly Problem[], message: string): number =>
      problems.filter((problem) => problem.message === message).length;
    fc.assert(
      fc.property(wrong, (text) => {
        const { problems } = parseFlow(text);
        // The second of two has been waiting behind the first.
        fc.pre(!problems.some(({ message }) => message.includes('given twice')));
        for (const { start, message, fixes = [] } of problems) {
          for (const { title, edits } of fixes) {
            const after = applied(text, edits);
            assert.deepEqual(comments(after), comments(text), title);
            // Of slips the parser names the first alone: one like it may come next, further on.
            const left = parseFlow(after).problems;
            const ended =
              count(left, message) < count(problems, message) || left.every((other) => other.message !== message || other.start > start);
            assert.ok(ended, `${title} for ${message} in\n${after}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
