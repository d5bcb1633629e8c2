import assert from 'node:assert/strict';
import { parseFlow } from '../../../src/document/parse';

const sound = `# Two modes on a ring.
nflow: 1
dim: 2
base: standard-normal
seed: 7
objective: { type: reverse-kl, energy: U1 }
training: { steps: 4000, batch: 512 }
layers:
  - planar
  - planar: { w: [1, 0], u: [0, 0.5], b: 0 }
  - planar
`;

describe('a slip of the keyboard', () => {
  const typed =
    (wanted: string, written: string) =>
    (text: string): string => {
      assert.ok(text.includes(wanted));
      return text.replace(wanted, written);
    };
  const pasted = typed('# Two', '  - planar: { w: [1] }\n  - # Two');
  const cases: [what: string, slip: (text: string) => string, line: number, marked: string, remedy: RegExp][] = [
    ['a brace that is not closed', typed('U1 }', 'U1'), 6, '{ type: reverse-kl, energy: U1', /write } /],
    ['a bracket that is not closed', typed('[0, 0.5]', '[0, 0.5'), 10, '}', /write \] before it/],
    ['a bracket too many', typed('[1, 0]', '[1, 0]]'), 10, ']', /take \] away/],
    ['a brace too many', typed('U1 }', 'U1 }}'), 6, '}', /take it away/],
    ['a brace that is not opened', typed('{ type', 'type'), 6, 'objective: type: reverse-kl, energy: U1 }', /write { } around/],
    ['a half-typed layer at the end', (text) => `${text}  - planar: {`, 12, '{', /write } /],
    ['a half-typed layer in the middle', typed('- planar\n', '- planar: {\n'), 9, '{', /write } /],
    ['a half-typed vector', (text) => `${text}  - planar: { w: [1,`, 12, '[1,', /write \] /],
    ['a half-typed key', (text) => `${text}weig`, 12, 'weig', /write "key: value"/],
    ['a quotation mark that is not closed', typed('standard', '"standard'), 4, '"standard-normal', /write " where/],
    ['a quotation mark that closes too early', typed('standard', '"standard"'), 4, '-normal', /put it inside/],
    ['a tab at a layer', typed('  - planar\n', '\t- planar\n'), 9, '\t', /with spaces/],
    ['a tab at a later layer', typed('  - planar:', '\t- planar:'), 10, '\t', /with spaces/],
    ['a layer without its dash', typed('- planar\n', 'planar\n'), 9, 'planar', /write "- planar"/],
    [
      'a layer with values but no dash',
      typed('- planar: { w', 'planar: { w'),
      10,
      'planar: { w: [1, 0], u: [0, 0.5], b: 0 }',
      /write "- planar/,
    ],
    ['a dash without its space', typed('- planar\n', '-planar\n'), 9, '-planar', /write "- planar"/],
    ['a layer at the left edge', typed('  - planar:', '- planar:'), 10, '- planar: { w: [1, 0], u: [0, 0.5], b: 0 }', /by 2 spaces/],
    ['a layer indented too far', typed('  - planar:', '    - planar:'), 10, '- planar: { w: [1, 0], u: [0, 0.5], b: 0 }', /by 2 spaces/],
    ['layers commented out', typed('layers:', '#layers:'), 9, '- planar', /under "layers:"/],
    ['a key indented', typed('seed', '  seed'), 5, 'seed: 7', /at the left edge/],
    ['the first key indented', typed('nflow', '  nflow'), 2, 'nflow: 1', /at the left edge/],
    ['a colon without its space', typed('seed: ', 'seed:'), 5, 'seed:7', /write "seed: 7"/],
    ['a colon without its space between braces', typed('type: ', 'type:'), 6, 'type:reverse-kl', /write "type: reverse-kl"/],
    ['a missing colon', typed('seed:', 'seed'), 5, 'seed 7', /write "seed: 7"/],
    ['layers without a colon', typed('layers:', 'layers'), 8, 'layers', /write "layers:"/],
    ['a missing comma', typed('reverse-kl, energy', 'reverse-kl energy'), 6, 'reverse-kl energy: U1', /write a comma/],
    ['a missing comma after a bracket', typed('0], u', '0] u'), 10, 'u', /write a comma/],
    ['a missing colon between braces', typed('energy:', 'energy'), 6, 'energy U1', /write "energy: U1"/],
    ['a value on the line below its key', typed('objective: ', 'objective:\n'), 7, '{ type: reverse-kl, energy: U1 }', /indent it/],
    ['a letter too many', typed('objective', 'objjective'), 6, 'objjective', /did you mean objective/],
    ['a comma too many', typed('U1 }', 'U1, , }'), 6, ',', /take it away/],
    ['two keys on a line', typed('2\nbase', '2 base'), 3, 'dim: 2 base: standard-normal', /a line of its own/],
    ['a list on the line of its key', typed('layers:', 'layers: - planar'), 8, 'layers: - planar', /to a line of its own/],
    ['values under a layer without a colon', typed('- planar\n', '- planar\n      raw: true\n'), 10, 'raw: true', /write "- planar:"/],
    ['a key given twice', typed('seed: 7', 'seed: 7\nseed: 8'), 6, 'seed', /keep one/],
    ['a stray character', typed('seed: 7', 'seed: @7'), 5, '@', /take it away/],
    ['a comment that touches what it follows', typed('b: 0 }', 'b: 0 }# why'), 10, '# why', /write a space before #/],
    ['a comment of another language', typed('# Two', '// Two'), 1, '// Two modes on a ring.', /write #/],
    ['layers pasted at the top', pasted, 1, '- planar: { w: [1] }', /under "layers:"/],
    ['prose pasted at the top', (text) => `Hello, world\n${text}`, 1, 'Hello, world', /take this away/],
    [
      'a missing colon among settings',
      typed('training: { steps: 4000, batch: 512 }', 'training:\n  steps: 4000\n  schedule cosine'),
      9,
      'schedule cosine',
      /write "schedule: cosine"/,
    ],
    ['a misspelt setting', typed('batch: 512', 'schedul: cosine'), 7, 'schedul', /did you mean schedule/],
    ['a misspelt setting of the objective', typed('U1 }', 'U1, aneal: 5 }'), 6, 'aneal', /did you mean anneal/],
    [
      'a number of a base out of line',
      typed('standard-normal', '\n  type: mixture\n  components: []\n   weights: []'),
      7,
      'weights: []',
      /by 2 spaces/,
    ],
    ['a line of prose', typed('seed', 'Hello\nseed'), 5, 'Hello', /take it away/],
  ];
  for (const [what, slip, line, marked, remedy] of cases) {
    for (const [ends, written] of [
      ['', slip(sound)],
      [' (Windows line ends)', slip(sound).replaceAll('\n', '\r\n')],
    ]) {
      it(`is one error on its own line: ${what}${ends}`, () => {
        const { problems, spec } = parseFlow(written);
        assert.equal(spec, undefined);
        assert.equal(problems.length, 1);
        const [{ start, end, severity, message }] = problems;
        assert.equal(severity, 'error');
        assert.equal(written.slice(start, end), marked, message);
        assert.equal(written.slice(0, start).split('\n').length, line, message);
        assert.match(message, remedy);
        assert.match(message, /^[^\n]+[.?]$/);
      });
    }
  }

  it('is gone with the slip', () => {
    assert.deepEqual(parseFlow(sound).problems, []);
  });

  it('does not forbid layers at the left edge', () => {
    assert.deepEqual(parseFlow(sound.replaceAll('  - ', '- ')).problems, []);
  });

  it('is the first of two', () => {
    const text = sound.replace('seed: 7', 'seed 7').replace('- planar\n', 'planar\n');
    assert.deepEqual(
      parseFlow(text).problems.map(({ start, end }) => text.slice(start, end)),
      ['seed 7'],
    );
  });
});
