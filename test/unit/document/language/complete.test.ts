import assert from 'node:assert/strict';
import fc from 'fast-check';
import { complete, type Completion } from '../../../../src/document/language/complete';
import { parseFlow } from '../../../../src/document/parse';
import { applied } from '../../../../src/document/text-edit';
import { layerTypes } from '../../../../src/flow/registry';
import { samplers } from '../../../../src/flow/samplers';
import { energyNames } from '../../../../src/flow/targets';
import { allTexts, atCursor, expanded } from './texts';

const files = ['points.csv', 'a b.csv', 'sub/points.parquet', 'trained.safetensors'];
const offered = (marked: string): Completion[] => complete(...atCursor(marked), files);
const labels = (marked: string): string[] => offered(marked).map(({ label }) => label);

/** The text after one of the offers, with the values that its tab stops begin with. */
function accepted(marked: string, label: string): string {
  const [text] = atCursor(marked);
  const chosen = offered(marked).find((offer) => offer.label === label);
  assert.ok(chosen, `${label} is not among ${labels(marked).join(', ')}`);
  return applied(text, [{ start: chosen.start, end: chosen.end, text: expanded(chosen.snippet) }]);
}

const rest = 'nflow: 1\nobjective: { type: reverse-kl, energy: U1 }\n';

describe('completion', () => {
  const lists: [what: string, marked: string, all: string[]][] = [
    [
      'the keys of a flow that are not there yet',
      `${rest}dim: 2\nseed: 1\n|\nlayers: [planar]`,
      ['base', 'direction', 'training', 'weights'],
    ],
    [
      'the keys of an unfinished mapping in braces',
      'training: { steps: 3, |',
      ['batch', 'optimizer', 'learningRate', 'schedule', 'clip', 'patience'],
    ],
    [
      'momentum for sgd',
      'training: { optimizer: sgd, mom|, steps: 3 }',
      ['batch', 'learningRate', 'schedule', 'momentum', 'clip', 'patience'],
    ],
    [
      'the keys of an indented mapping',
      `${rest}training:\n  steps: 3\n  |\nlayers: [planar]`,
      ['batch', 'optimizer', 'learningRate', 'schedule', 'clip', 'patience'],
    ],
    ['the keys of an empty mapping', 'objective:\n  |', ['type', 'data', 'columns', 'holdout', 'energy', 'gradient', 'anneal']],
    ['what the objective has use for', 'objective: { type: forward-kl, |', ['data', 'columns', 'holdout']],
    ['what the objective has use for, though it says so behind', 'objective: { |, type: reverse-kl }', ['energy', 'gradient', 'anneal']],
    ['objectives', 'objective: { type: |', ['forward-kl', 'reverse-kl']],
    ['whole objectives', 'objective: |', ['{ type: forward-kl, data: two-moons }', '{ type: reverse-kl, energy: U1 }']],
    ['energies on the plane', 'objective: { type: reverse-kl, energy: |', energyNames(2)],
    ['energies on the line', 'dim: 1\nobjective: { type: reverse-kl, energy: U| }', energyNames(1)],
    [
      'samplers and data files',
      'objective: { type: forward-kl, data: | }',
      [...samplers.keys(), 'points.csv', 'a b.csv', 'sub/points.parquet'],
    ],
    [
      'data files alone where nothing is built in',
      'dim: 3\nobjective: { type: forward-kl, data: |',
      ['points.csv', 'a b.csv', 'sub/points.parquet'],
    ],
    ['files between quotation marks', 'weights: "tr|', ['trained.safetensors']],
    ['optimisers', 'training:\n  optimizer: |', ['adam', 'rmsprop', 'sgd']],
    ['directions', 'direction: |', ['z->x', 'x->z']],
    ['the options and parameters of a layer', 'layers:\n  - planar: { w: [1, 0], | }', ['u', 'b', 'raw', 'leaky']],
    ['those of a layer on several lines', 'layers:\n  - radial:\n      |', ['centre', 'alpha', 'beta']],
    ['true and false', 'layers:\n  - planar: { raw: |', ['true', 'false']],
    ['bases', 'base: { type: |', ['standard-normal', 'diagonal-normal', 'full-normal', 'mixture', 'uniform']],
    ['the numbers of a base', 'base: { type: uniform, | }', ['low', 'high']],
    ['the numbers of a component', 'base:\n  type: mixture\n  components:\n    - { type: uniform, | }', ['low', 'high']],
    ['layer types where a name is there', 'layers:\n  - pla|: { raw: true }', [...layerTypes.keys()]],
    ['nothing in a comment', 'seed: 7 # |', []],
    ['nothing for a number', 'training: { steps: |', []],
    ['nothing inside a list of numbers', 'layers: [planar: { w: [1, |', []],
    ['nothing between layers at the left edge', `${rest}layers:\n  - planar\n|\n  - planar\n`, []],
    ['nothing behind a value', 'objective: { type: reverse-kl |', []],
    ['nothing before a value', 'layers:\n  - | planar', []],
  ];
  for (const [what, marked, all] of lists) {
    it(`offers ${what}`, () => {
      assert.deepEqual(labels(marked), all);
    });
  }

  it('offers layers with their values and options', () => {
    const all = labels(`${rest}layers:\n  - planar\n  - |\n  - planar\n`);
    for (const name of [
      ...layerTypes.keys(),
      'planar: { w: [1, 0], u: [0, 0], b: 0 }',
      'planar: { raw: true }',
      'coupling: { hidden: 16 }',
    ])
      assert.ok(all.includes(name), name);
  });

  const written: [what: string, marked: string, label: string, after: string][] = [
    ['replaces the whole word', 'training: { optimizer: ad|xm }', 'rmsprop', 'training: { optimizer: rmsprop }'],
    ['keeps the colon that is there', 'sed|: 7', 'seed', 'seed: 7'],
    ['writes a value to begin with', 'training: { st|', 'steps', 'training: { steps: 4000'],
    ['writes a comma before what follows', 'objective: { | type: reverse-kl }', 'anneal', 'objective: { anneal: 2000, type: reverse-kl }'],
    ['writes a vector of the dimension', 'dim: 3\nlayers: [planar: { | }]', 'w', 'dim: 3\nlayers: [planar: { w: [0, 0, 0] }]'],
    [
      'quotes a name that needs it',
      'objective: { type: forward-kl, data: | }',
      'a b.csv',
      'objective: { type: forward-kl, data: "a b.csv" }',
    ],
    ['stays between quotation marks', 'weights: "|"', 'trained.safetensors', 'weights: "trained.safetensors"'],
    ['begins the list of layers', 'nflow: 1\nlay|', 'layers', 'nflow: 1\nlayers:\n  - planar'],
    ['begins it behind its colon', 'layers: |', '- planar', 'layers: \n  - planar'],
  ];
  for (const [what, marked, label, after] of written) {
    it(what, () => {
      assert.equal(accepted(marked, label), after);
    });
  }

  it('goes on to the values where there are some to choose from', () => {
    const going = offered('training: { |').filter(({ goesOn }) => goesOn);
    assert.deepEqual(
      going.map(({ label }) => label),
      ['optimizer', 'schedule'],
    );
  });

  it('documents layers with their formula and paper', () => {
    const [radial] = offered('layers:\n  - rad|').filter(({ label }) => label === 'radial');
    assert.match(radial.documentation ?? '', /y = v \+ β̂.*https:\/\/arxiv\.org\/abs\/1505\.05770/s);
  });

  /** The types and keys that no flow has, where they are. */
  const unknown = (text: string): [start: number, message: string][] =>
    parseFlow(text).problems.flatMap(({ start, message }): [number, string][] =>
      /has no key|no layer type|is given twice/.test(message) ? [[start, message]] : [],
    );

  const holds = (text: string, offset: number): void => {
    for (const offer of complete(text, offset, files)) {
      assert.ok(offer.start <= offset && offset <= offer.end && offer.end <= text.length);
      const after = applied(text, [{ ...offer, text: expanded(offer.snippet) }]);
      const here = unknown(after).filter(([start]) => start >= offer.start && start < offer.start + expanded(offer.snippet).length);
      assert.deepEqual(here, [], `${offer.label} at ${offset} of\n${after}`);
    }
  };

  it('offers nothing unknown or given twice, at every place of the examples', () => {
    for (const text of allTexts) {
      const lastLines = text.lastIndexOf('layers:') + 60;
      for (let offset = 0; offset <= Math.min(text.length, lastLines); offset++) holds(text, offset);
    }
  });

  it('offers nothing unknown in a text that is cut off or half deleted', () => {
    const cut = fc.tuple(fc.constantFrom(...allTexts), fc.nat(), fc.nat({ max: 40 })).map(([text, at, length]): [string, number] => {
      const offset = at % (text.length + 1);
      return [text.slice(0, offset) + (length === 40 ? '' : text.slice(offset + length)), offset];
    });
    fc.assert(
      fc.property(cut, ([text, offset]) => holds(text, offset)),
      { numRuns: 150 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]:,-# \n\t"\'&*!|>%@', 'layers', 'planar', 'base', 'é', '1'), maxLength: 30 }),
        fc.nat(),
        (text, at) => {
          complete(text, at % (text.length + 1), files);
        },
      ),
      { numRuns: 300 },
    );
  });
});
