import assert from 'node:assert/strict';
import fc from 'fast-check';
import { complete } from '../../../../src/debug/expression/complete';
import { evaluate, isMet } from '../../../../src/debug/expression/evaluate';
import { quantile } from '../../../../src/debug/expression/functions';
import { parseLogMessage, writeLogMessage } from '../../../../src/debug/expression/log-message';
import { parseExpression } from '../../../../src/debug/expression/parse';
import { showValue, writeValue } from '../../../../src/debug/expression/show';
import { ValueError } from '../../../../src/debug/expression/syntax';
import { Absent, Group, Tensor, type Named, type Value } from '../../../../src/debug/expression/value';

const vector = (...values: number[]): Tensor => new Tensor([values.length], Float64Array.from(values));

const margins = [0.5, 0.04, 1];
const entries: Named[] = [
  { name: 'k', meaning: 'The current layer.', value: () => 2 },
  {
    name: 'margin',
    meaning: 'The worst determinant.',
    value: () => margins[1],
    ofLayer: (layer) => {
      if (!Number.isInteger(layer) || layer < 1 || layer > 3) throw new ValueError(`There is no layer ${layer}: there are 1 to 3.`);
      return margins[layer - 1];
    },
  },
  { name: 'det', meaning: 'Determinants.', value: () => vector(0.5, -0.1, 2, 1), atPoint: (point) => (point instanceof Tensor ? 7 : 0) },
  { name: 'particles', meaning: 'Points.', value: () => new Tensor([3, 2], Float64Array.of(3, 4, 0, 0, -6, 8)) },
  { name: 'roundtrip', meaning: 'Error.', value: () => new Absent('Nothing was stepped back through yet.') },
  {
    name: 'training',
    meaning: 'Training.',
    value: () => new Group(new Map([['step', { name: 'step', meaning: 'The step.', value: () => 500 }]])),
  },
];
const names = new Map(entries.map((named) => [named.name, named]));
const value = (text: string): Value => evaluate(parseExpression(text), names);

describe('evaluating expressions', () => {
  const values: readonly (readonly [string, Value])[] = [
    ['margin', 0.04],
    ['margin[3]', 1],
    ['margin[k - 1]', 0.5],
    ['margin < 0.05 && training.step >= 500', true],
    ['count(det < 0)', 1],
    ['any(det < 0) ? "folds" : "is sound"', 'folds'],
    ['all(det > -1 && det < 3)', true],
    ['mean(det)', 0.85],
    ['det[1]', -0.1],
    ['det(probe)', 7],
    ['abs(-3) + max(1, 2) * min(det)', 2.8],
    ['quantile(det, 0.5)', 0.75],
    ['norm([3, 4])', 5],
    ['norm(particles)[2]', 10],
    ['particles[0][1]', 4],
    ['[[1, 2], [3, 4]][1][0]', 3],
    ['max([1, 5], [4, 2])[0]', 4],
    ['k == 2 || nonsense', true],
    ['7 % 4 ** 2 / 2', 3.5],
    ['std([1, 3])', 1],
  ];
  const known = new Map([...names, ['probe', { name: 'probe', meaning: 'The probe.', value: () => vector(1, 2) }]]);
  for (const [text, expected] of values) {
    it(`${text} is ${showValue(expected)}`, () => {
      const found = evaluate(parseExpression(text), known);
      if (typeof expected !== 'number') assert.deepEqual(found, expected);
      else assert.ok(typeof found === 'number' && Math.abs(found - expected) < 1e-12, showValue(found));
    });
  }

  const mistakes: readonly (readonly [string, string])[] = [
    ['1 + margni', 'Column 5: There is nothing called margni: did you mean margin?'],
    ['mean', 'Column 1: mean is a function: write mean(x).'],
    ['mean(det, 1)', 'Column 1: mean(x) takes 1 argument, and has 2.'],
    ['margin[4]', 'Column 8: There is no layer 4: there are 1 to 3.'],
    ['det[9]', 'Column 5: The index is 9, and there are 4: take one from 0 to 3.'],
    ['k[1]', 'Column 1: Only lists and what layers have can be indexed, and this is a number.'],
    ['k(1)', 'Column 1: k is not a function: write it without parentheses.'],
    ['det + [1, 2]', 'Column 1: These do not fit together entry by entry: a list of 4 numbers and a list of 2 numbers.'],
    ['!k', 'Column 1: ! needs a truth value such as det < 0, and this is a number.'],
    ['k && true', 'Column 1: && needs two truth values such as det < 0, and has a number and a truth value.'],
    ['"a" < 1', 'Column 1: < needs numbers, and has a text and a number.'],
    ['count(det)', 'Column 7: count needs truth values, as in count(det < 0), and this is a list of 4 numbers.'],
    ['k ? 1 : 2', 'Column 1: Before the ? stands a condition, and this is a number.'],
    ['training.stpe', 'Column 10: There is nothing called stpe: did you mean step?'],
    ['k.step', 'Column 3: There is nothing called step in a number.'],
    ['quantile(det, 2)', 'Column 10: quantile(x, q) needs a q from 0 to 1: 0.5 is the median.'],
    ['[1, [2]]', 'Column 1: A list holds numbers, or lists of the same length.'],
  ];
  for (const [text, message] of mistakes) {
    it(`says what is wrong with ${text}`, () => assert.throws(() => value(text), { message }));
  }

  it('has no value where a part has none, and a condition without a value is not met', () => {
    assert.deepEqual(value('1 + roundtrip ** 2'), new Absent('Nothing was stepped back through yet.'));
    assert.equal(isMet(parseExpression('roundtrip > 1e-6'), names), false);
  });

  it('asks for one truth value in a condition', () => {
    const met = (text: string) => isMet(parseExpression(text), names);
    assert.equal(met('margin < 0.05'), true);
    assert.throws(() => met('det < 0'), {
      message: 'Column 1: A condition is one truth value, and this is a list of 4 truth values: write any( … ) or all( … ) around it.',
    });
    assert.throws(() => met('margin'), {
      message: 'Column 1: A condition is one truth value, and this is a number: compare it, as in margin < 0.05.',
    });
  });

  it('finds quantiles that split a sample in the share that is asked for', () => {
    const sample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(sample, fc.double({ min: 0, max: 1, noNaN: true }), (entries, share) => {
        const at = quantile(Float64Array.from(entries), share);
        const place = share * (entries.length - 1);
        assert.ok(entries.filter((entry) => entry < at).length <= Math.ceil(place) + 1e-9);
        assert.ok(entries.filter((entry) => entry > at).length <= entries.length - 1 - Math.floor(place) + 1e-9);
      }),
    );
  });
});

describe('values as text', () => {
  it('writes short lists in full and sums up long ones', () => {
    assert.equal(showValue(vector(1, 0.1 + 0.2, -1e-9)), '[1, 0.3, -1e-9]');
    assert.equal(showValue(new Tensor([2, 2], Float64Array.of(1, 2, 3, 4))), '[[1, 2], [3, 4]]');
    assert.equal(showValue(vector(...Array.from({ length: 20 }, (_, i) => i), NaN)), '21: 0 … 19, mean 9.5, 1 not finite');
    assert.equal(showValue(new Tensor([20], new Float64Array(20).fill(1, 3), 'boolean')), '20: 17 true');
  });

  it('writes numbers so that they can be read again, every digit of them for the clipboard', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 5 }), (entries) => {
        const again = value(writeValue(vector(...entries)));
        assert.ok(again instanceof Tensor);
        assert.deepEqual(
          [...again.values].map((x) => x + 0),
          entries.map((x) => x + 0),
        );
      }),
    );
  });
});

describe('log messages', () => {
  const written = (text: string) => writeLogMessage(parseLogMessage(text), names);
  it('puts the values of expressions into the text', () => {
    assert.equal(written('layer {k}: {margin}, {count(det < 0)} folded'), 'layer 2: 0.04, 1 folded');
    assert.equal(written('{k}{k}'), '22');
  });
  it('names the column in the whole message', () => {
    assert.throws(() => parseLogMessage('layer {k +}'), {
      message: 'Column 11: The expression ends too early: a number, a name or ( comes here.',
    });
    assert.throws(() => parseLogMessage('layer {k'), { message: 'Column 7: This { is not closed: write } after the expression.' });
  });
});

describe('completing expressions', () => {
  const labels = (text: string) => complete(text, text.length, names).map(({ label }) => label);
  it('offers the names and functions that begin so, and says what they replace', () => {
    assert.deepEqual(labels('ma'), ['margin', 'max']);
    assert.deepEqual(complete('1 + Ma * 2', 6, names)[0], {
      label: 'margin',
      kind: 'name',
      meaning: 'The worst determinant.',
      start: 4,
      length: 2,
    });
    assert.ok(labels('').includes('det') && labels('mean(').includes('det'));
  });
  it('offers what is in a group after the dot, and nothing after the point of a number', () => {
    assert.deepEqual(labels('training.'), ['step']);
    assert.deepEqual(labels('det.'), []);
    assert.deepEqual(labels('0.'), []);
  });
});
