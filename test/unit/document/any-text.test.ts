import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parseFlow } from '../../../src/document/parse';
import { buildFlow, initialParameters } from '../../../src/flow/flow';
import { sizeOf, type LayerType } from '../../../src/flow/layer';
import { layerTypes } from '../../../src/flow/registry';
import { samplers } from '../../../src/flow/samplers';
import type { FlowSpec, LayerSpec } from '../../../src/flow/spec';
import { energyNames } from '../../../src/flow/targets';
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
      'nflow: 1\n',
      'objective: ',
      '__proto__: ',
      'constructor: ',
    ),
    fc.double().map(String),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );

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
    const mutated = fc.tuple(fc.constantFrom(...examples), fc.array(edit, { minLength: 1, maxLength: 4 })).map(([text, edits]) =>
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
    const plain = { noNullPrototype: true };
    const number = fc.double({ min: -1e3, max: 1e3, noNaN: true }).filter((value) => !Object.is(value, -0));
    const layerOf = (type: LayerType): fc.Arbitrary<LayerSpec> => {
      const options = type.options.map((option): [string, fc.Arbitrary<boolean | number>] => [
        option.name,
        'least' in option ? fc.integer({ min: option.least, max: Math.min(option.most, 5) }) : fc.boolean(),
      ]);
      return fc.record(Object.fromEntries(options), plain).chain((chosen) => {
        const initial = type.parameters.map(({ name, shape }): [string, fc.Arbitrary<number[]>] => {
          const length = sizeOf(shape(2, chosen));
          return [name, fc.array(number, { minLength: length, maxLength: length })];
        });
        return fc
          .record(Object.fromEntries(initial), { requiredKeys: [], ...plain })
          .map((values) => ({ type: type.name, options: chosen, initial: values }) as LayerSpec);
      });
    };
    const layer = fc.oneof(...[...layerTypes.values()].map(layerOf));
    /** The values as nested lists of their shape. */
    const nested = (values: readonly number[], [count, ...inner]: readonly number[]): unknown =>
      count === undefined
        ? values[0]
        : Array.from({ length: count }, (_, i) => nested(values.slice(i * sizeOf(inner), (i + 1) * sizeOf(inner)), inner));
    const spec: fc.Arbitrary<FlowSpec> = fc.record(
      {
        dim: fc.constant(2),
        base: fc.constant('standard-normal'),
        seed: fc.nat(),
        objective: fc.oneof(
          fc.record({ type: fc.constant('forward-kl'), data: fc.constantFrom(...samplers.keys(), 'a b.csv', '../c/d.tsv') }, plain),
          fc.record({ type: fc.constant('reverse-kl'), energy: fc.constantFrom(...energyNames(2)) }, plain),
        ),
        training: fc.record(
          {
            steps: fc.integer({ min: 1, max: 1_000_000 }),
            batch: fc.integer({ min: 1, max: 65_536 }),
            optimizer: fc.constant('adam'),
            learningRate: fc.double({ min: 1e-12, max: 1, noNaN: true }),
          },
          plain,
        ),
        layers: fc.array(layer, { minLength: 1, maxLength: 8 }),
      },
      plain,
    );
    const style = fc.record({ collectionStyle: fc.constantFrom('any', 'block', 'flow'), indent: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(spec, style, (flow, options) => {
        const written = flow.layers.map(({ type, options: chosen, initial }) => {
          const shapes = new Map(layerTypes.get(type)?.parameters.map(({ name, shape }) => [name, shape(2, chosen)]));
          const values = Object.entries(initial).map(([name, given]) => [name, nested(given, shapes.get(name) ?? [])]);
          return { [type]: { ...chosen, ...Object.fromEntries(values) } as unknown };
        });
        const parsed = parseFlow(stringify({ nflow: 1, ...flow, layers: written }, options));
        assert.deepEqual(parsed.spec, flow);
      }),
    );
  });
});
