import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { evaluate } from '../../../../src/debug/expression/evaluate';
import { parseExpression } from '../../../../src/debug/expression/parse';
import { printExpression } from '../../../../src/debug/expression/print';
import { ExpressionError, type Expression } from '../../../../src/debug/expression/syntax';

/** The tree alone, without the places of its parts in the text. */
function shape(expression: Expression): unknown {
  return JSON.parse(JSON.stringify(expression, (key, value: unknown) => (key === 'start' || key === 'end' ? undefined : value)));
}

const name = fc.constantFrom('margin', 'det', 'k', 'û', 'w2', 'probe');
const literal = fc.oneof(
  fc.nat(1000).map(String),
  fc.double({ min: 0, max: 1e300, noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('true', 'false', '.5', '1e-9', '"planar"', '\'a "b"\''),
);
/** Well-formed expressions, spaces at random. */
const { text } = fc.letrec<{ text: string }>((tie) => {
  const part = tie('text');
  const space = fc.constantFrom('', ' ', '  ');
  const operator = fc.constantFrom('||', '&&', '+', '-', '*', '/', '%', '**');
  return {
    text: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(name, literal),
      fc.tuple(part, space, operator, space, part).map((parts) => parts.join('')),
      fc.tuple(fc.constantFrom('<', '<=', '==', '!='), part, part).map(([compare, a, b]) => `((${a}) ${compare} (${b}))`),
      fc.tuple(fc.constantFrom('-', '!', '+'), part).map(([sign, a]) => `${sign}(${a})`),
      part.map((a) => `(${a})`),
      fc.tuple(part, part, part).map(([a, b, c]) => `(${a}) ? ${b} : ${c}`),
      fc.tuple(name, part).map(([of, index]) => `${of}[${index}]`),
      fc.array(part, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc.tuple(name, fc.array(part, { maxLength: 3 })).map(([callee, items]) => `${callee}(${items.join(',')})`),
      name.map((member) => `training.${member}`),
    ),
  };
});

describe('reading expressions', () => {
  it('throws nothing but its own error, with a place within the text and a sentence, whatever it is given', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      name,
      literal,
      fc.constantFrom('(', ')', '[', ']', '?', ':', '.', ',', '**', '&&', '=', '"', ' '),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const given = parts.join('');
        try {
          parseExpression(given);
        } catch (error) {
          assert.ok(error instanceof ExpressionError, String(error));
          assert.ok(
            0 <= error.start && error.start <= error.end && error.end <= given.length,
            `${error.start}–${error.end}: ${error.message}`,
          );
          assert.match(error.message, /^Column \d+: .+\.$/su);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads what it printed as the same expression, without a parenthesis too many', () => {
    fc.assert(
      fc.property(text, (given) => {
        fc.pre(given.length <= 400);
        const expression = parseExpression(given);
        const printed = printExpression(expression);
        const again = parseExpression(printed);
        assert.deepEqual(shape(again), shape(expression), `${given} was printed as ${printed}`);
        assert.equal(printExpression(again), printed);
      }),
      { numRuns: 500 },
    );
  });

  it('groups operators as mathematics and JavaScript do', () => {
    const number = fc.integer({ min: 1, max: 9 }).map(String);
    const product = fc.array(fc.tuple(number, fc.constantFrom('*', '/', '%', '+', '-', '**')), { minLength: 1, maxLength: 5 });
    const sum = product.map((pairs) => pairs.flat().slice(0, -1).join(' '));
    const compared = fc.tuple(sum, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), sum).map((parts) => parts.join(' '));
    const logic = fc.array(
      fc.tuple(
        fc.oneof(
          compared,
          compared.map((a) => `!(${a})`),
        ),
        fc.constantFrom('&&', '||'),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const condition = logic.map((pairs) => pairs.flat().slice(0, -1).join(' '));
    fc.assert(
      fc.property(condition, sum, sum, (test, a, b) => {
        const given = `${test} ? ${a} : ${b}`;
        assert.deepEqual(evaluate(parseExpression(given), new Map()), runInNewContext(given), given);
      }),
      { numRuns: 500 },
    );
  });

  it('takes a sign after the power, as on paper', () => {
    assert.equal(evaluate(parseExpression('-2 ** 2'), new Map()), -4);
    assert.equal(evaluate(parseExpression('2 ** -1'), new Map()), 0.5);
  });

  const mistakes: readonly (readonly [string, string])[] = [
    ['', 'Column 1: There is nothing here: write an expression such as margin < 0.05.'],
    ['margin <', 'Column 9: The expression ends too early: a number, a name or ( comes here.'],
    ['margin = 3', 'Column 8: = means nothing here: write == to compare.'],
    ['step > 1 and k == 2', 'Column 10: Write && instead of "and".'],
    ['0 < det < 1', 'Column 9: Comparisons do not chain: write a < b && b < c.'],
    ['mean(det', 'Column 9: ) is missing for the ( at column 5.'],
    ['margin[3', 'Column 9: ] is missing for the [ at column 7.'],
    ['det)', 'Column 4: This ) closes nothing: take it away.'],
    ['k ? 1', 'Column 6: : is missing for the ? at column 3.'],
    ['margin 3', 'Column 8: An operator is missing before 3: write + or && or another one.'],
    ['w[1](2)', 'Column 5: Only a function can be called, as in mean(det).'],
    ['"planar', 'Column 1: " means nothing here: close the text with another ".'],
    ['* 2', 'Column 1: A number, a name or ( comes before *.'],
    ['training.', 'Column 10: After the . comes a name, as in training.step.'],
    ['1e999', 'Column 1: 1e999 is too large a number: the largest is about 1.8e308.'],
    ['margin ≤ 1', 'Column 8: ≤ means nothing here: write <=.'],
    ['('.repeat(1001), 'Column 1001: An expression has at most 1000 characters; this one has 1001.'],
  ];
  for (const [given, message] of mistakes) {
    it(`says what is wrong with ${given.slice(0, 20)}`, () => assert.throws(() => parseExpression(given), { message }));
  }

  it('reads the deepest nesting there is room for', () => {
    assert.equal(evaluate(parseExpression(`${'('.repeat(499)}1${')'.repeat(499)}`), new Map()), 1);
    assert.equal(evaluate(parseExpression(`${'!'.repeat(996)}true`), new Map()), true);
  });
});
