import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parseFlow } from '../../../src/document/parse';
import { buildFlow, initialParameters } from '../../../src/flow/flow';
import { anyFlow, anyStyle, textOf } from './flows';
import { mistakes } from './texts';

describe('any text', () => {
  /** What everyone who calls the parser relies on. */
  function holds(text: string): void {
    const parsed = parseFlow(text);
    for (const { start, end, message } of parsed.problems) {
      const within = 0 <= start && end <= text.length && (start < end || text === '');
      assert.ok(within, `${start}–${end} of ${text.length}: ${message}`);
      assert.match(message, /^\S.*[.?]$/su);
    }
    assert.equal(
      parsed.spec === undefined,
      parsed.problems.some(({ severity }) => severity === 'error'),
    );
    const lineCount = text.split('\n').length;
    assert.ok(parsed.layerLines.every((line) => Number.isInteger(line) && line >= 0 && line < lineCount));
    if (parsed.spec) {
      assert.equal(parsed.layerLines.length, parsed.spec.layers.length);
      assert.equal(buildFlow(parsed.spec, initialParameters(parsed.spec)).layers.length, parsed.spec.layers.length);
    }
  }

  const examples = ['two-moons', 'u1', 'old-faithful', 'folding'].map((name) => readFileSync(`examples/${name}.nflow`, 'utf8'));
  const nasty = fc.oneof(
    fc.constantFrom(
      '\t',
      '\r',
      '\n',
      '\r\n',
      ' ',
      '  ',
      '- ',
      '-',
      ':',
      ': ',
      '? ',
      '#',
      ' #',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '|',
      '>',
      '|+1\n',
    ),
    fc.constantFrom(
      '&a ',
      '*a',
      '<<: *a',
      '!!set ',
      '!!binary ',
      '!!omap ',
      '!x ',
      '!<y> ',
      '---\n',
      '...\n',
      '%YAML 1.1\n---\n',
      '%TAG ! a\n',
    ),
    fc.constantFrom(
      '.nan',
      '.inf',
      '-.inf',
      '1e999',
      '0x1F',
      '0o7',
      '1_000',
      '~',
      'null',
      'yes',
      '"\\u0000"',
      '\ufeff',
      '\u0002',
      '\u0018',
      '\u001f',
    ),
    fc.constantFrom(
      'planar',
      'planar: ',
      'raw: true',
      'w: [1, 2]',
      'layers:\n',
      'dim: 1\n',
      'dim: 3\n',
      'base: { type: uniform, low: [0, 0], high: [1, 1] }\n',
      'base: { type: mixture, weights: [1], components: [standard-normal] }\n',
      'training: { optimizer: sgd, momentum: 0.5, clip: none }\n',
      'nflow: 1\n',
      'objective: ',
      '__proto__: ',
      'constructor: ',
    ),
    fc.double().map(String),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );

  it('is answered also where a node is tagged as one of another kind', () => {
    for (const tag of ['!!omap', '!!pairs', '!!set', '!!binary', '!!map', '!other']) {
      holds(`nflow: 1\nobjective: { type: reverse-kl, energy: U1 }\nlayers:\n  - planar: { w: ${tag} [[1: 2], 3] }\n`);
    }
  });

  it('is answered, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), holds));
    fc.assert(
      fc.property(
        fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join('')),
        holds,
      ),
      { numRuns: 200 },
    );
  });

  it('is answered when it is a flow that was edited anywhere', () => {
    const edit = fc.record({ at: fc.nat(), length: fc.nat({ max: 12 }), by: nasty });
    const flow = fc.oneof(
      fc.constantFrom(...examples),
      fc.tuple(anyFlow, anyStyle).map(([spec, style]) => textOf(spec, style)),
    );
    const mutated = fc.tuple(flow, fc.array(edit, { minLength: 1, maxLength: 4 })).map(([text, edits]) =>
      edits.reduce((before, { at, length, by }) => {
        const start = at % (before.length + 1);
        return before.slice(0, start) + by + before.slice(start + length);
      }, text),
    );
    fc.assert(fc.property(mutated, holds), { numRuns: 200 });
  });

  it('is refused where it is larger or deeper than any flow', () => {
    const refused: [text: string, message: RegExp][] = [
      [' '.repeat(40_000), /^This file has 40,000 characters/],
      ...['[', '{', '[{', '- ', '? ', 'a: ', '{a: ', '? - '].map((part): [string, RegExp] => [
        part.repeat(Math.floor(32_000 / part.length)),
        /^This is nested more than 32 levels deep/,
      ]),
      [Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /^This is nested more than 32 levels deep/],
    ];
    for (const [text, message] of refused) {
      const { spec, problems } = parseFlow(text);
      assert.equal(spec, undefined);
      assert.match(problems[0].message, message, text.slice(0, 20));
    }
  });

  it('does not grow: aliases of aliases are refused where they are used', () => {
    const bomb = Array.from(
      { length: 20 },
      (_, i) => `x${i}: &x${i} [${Array.from({ length: 9 }, () => (i ? `*x${i - 1}` : '1')).join(', ')}]`,
    );
    const text = `${bomb.join('\n')}\nlayers: *x19\n`;
    holds(text);
    assert.ok(mistakes(text).some((mistake) => mistake.startsWith('error [*x19] *x19 stands for')));
  });

  it('that another YAML writer makes of a flow is read back as that flow', () => {
    fc.assert(
      fc.property(anyFlow, anyStyle, (flow, style) => {
        const text = textOf(flow, style);
        assert.deepEqual(parseFlow(text).spec, flow);
        holds(text);
      }),
    );
  });
});
