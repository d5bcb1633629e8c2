import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { setDataFile, setParameters, setTraining, setWeights, type TextEdit, type TrainingSetting } from '../../../src/document/edit';
import { typeOf } from '../../../src/flow/flow';
import { sizeOf } from '../../../src/flow/layer';
import { newFlowText } from '../../../src/document/new-flow';
import { parseFlow } from '../../../src/document/parse';
import { samplers } from '../../../src/flow/samplers';
import type { ColumnChoice, FlowSpec, Objective } from '../../../src/flow/spec';
import { energyNames } from '../../../src/flow/targets';
import { anyFlow, anyNumber, anyStyle, textOf } from './flows';

function apply(text: string, edits: readonly TextEdit[]): string {
  return edits.reduceRight((before, { start, end, text: by }) => before.slice(0, start) + by + before.slice(end), text);
}

const withWeights = (text: string, path: string): string => apply(text, setWeights(text, path));

const drawn = (text: string): string => apply(text, setDataFile(text, 'drawn.csv'));

describe('naming a data file to learn from', () => {
  const cases: [what: string, before: string, after: string][] = [
    [
      'in place of an energy, with what belongs to it',
      'objective: { type: reverse-kl, energy: U1, anneal: 2000 } # U1\ndim: 2\n',
      'objective: { type: forward-kl, data: drawn.csv } # U1\ndim: 2\n',
    ],
    [
      'wherever the entries stand',
      'objective: { anneal: 20, gradient: path, energy: U1, type: reverse-kl }\n',
      'objective: { data: drawn.csv, type: forward-kl }\n',
    ],
    [
      'in place of samples, and keeps what is held out',
      'objective: { type: forward-kl, data: points.csv, columns: [1, 2], holdout: 0.1 }\n',
      'objective: { type: forward-kl, data: drawn.csv, holdout: 0.1 }\n',
    ],
    [
      'on lines of their own, with their comments',
      'objective: # what\n  type: reverse-kl # how\n  # whose\n  energy: U1 # which\n  anneal: 20\nseed: 7\n',
      'objective: # what\n  type: forward-kl # how\n  # whose\n  data: drawn.csv # which\nseed: 7\n',
    ],
    [
      'on the last line',
      'objective:\r\n  energy: U1\r\n  type: reverse-kl\r\n  anneal: 9',
      'objective:\r\n  data: drawn.csv\r\n  type: forward-kl\r\n',
    ],
    [
      'where there was both',
      'objective: { type: forward-kl, energy: U1, data: a.csv }',
      'objective: { type: forward-kl, data: drawn.csv }',
    ],
    ['where there was half of it', 'objective: { type: reverse-kl } # c\n', 'objective: { type: forward-kl, data: drawn.csv } # c\n'],
    ['where there was none', 'nflow: 1\n', 'nflow: 1\nobjective: { type: forward-kl, data: drawn.csv }\n'],
    ['where it was empty', 'objective: # soon\nnflow: 1\n', 'objective: { type: forward-kl, data: drawn.csv } # soon\nnflow: 1\n'],
    ['not in a text that is no YAML', 'objective: [', 'objective: ['],
  ];
  for (const [what, before, after] of cases) {
    it(what, () => {
      assert.equal(drawn(before), after);
      assert.equal(drawn(after), after, 'once is enough');
    });
  }

  it('changes the objective of any flow on the plane, and nothing else', () => {
    fc.assert(
      fc.property(anyFlow, anyStyle, (flow, style) => {
        const text = textOf(flow, style);
        const [before, after] = [parseFlow(text), parseFlow(drawn(text))];
        assert.ok(before.spec && after.spec);
        assert.equal(after.data?.path, 'drawn.csv');
        assert.deepEqual({ ...after.spec, objective: 0 }, { ...before.spec, objective: 0 });
      }),
    );
  });
});

describe('naming the weights in a text', () => {
  const cases: [what: string, before: string, after: string][] = [
    ['adds a line', 'nflow: 1 # c\n', 'nflow: 1 # c\nweights: a.safetensors\n'],
    ['adds a line where the last one is not ended', 'nflow: 1\n# end', 'nflow: 1\n# end\nweights: a.safetensors'],
    ['keeps Windows line ends', 'nflow: 1\r\n', 'nflow: 1\r\nweights: a.safetensors\r\n'],
    ['keeps the margin', '  nflow: 1\n', '  nflow: 1\n  weights: a.safetensors\n'],
    ['stays before the end of the document', '---\nnflow: 1\n...\n', '---\nnflow: 1\nweights: a.safetensors\n...\n'],
    ['stays within braces', '{ nflow: 1, layers: [planar], }', '{ nflow: 1, layers: [planar], weights: a.safetensors, }'],
    ['replaces the name alone', 'weights: "b.safetensors"  # best\nnflow: 1\n', 'weights: a.safetensors  # best\nnflow: 1\n'],
    ['fills in what is empty', 'weights: # none yet\nnflow: 1', 'weights: a.safetensors # none yet\nnflow: 1'],
    ['fills in what is empty at the end', 'nflow: 1\nweights:', 'nflow: 1\nweights: a.safetensors'],
    ['leaves a text that is no flow', 'Hello', 'Hello'],
    ['leaves a text that is no YAML', 'nflow: [', 'nflow: ['],
  ];
  for (const [what, before, after] of cases) {
    it(what, () => {
      assert.equal(withWeights(before, 'a.safetensors'), after);
    });
  }

  it('changes nothing else: every other line, the flow and the place of its layers', () => {
    const file = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((name) => !/[\\:]|^[/\s]/.test(name));
    fc.assert(
      fc.property(
        fc.constantFrom('two-moons', 'u1', 'old-faithful', 'folding'),
        fc.array(file, { minLength: 1, maxLength: 3 }),
        (example, names) => {
          const text = readFileSync(`examples/${example}.nflow`, 'utf8');
          const before = parseFlow(text);
          let edited = text;
          for (const name of names) edited = withWeights(edited, `${name}.safetensors`);
          const after = parseFlow(edited);
          assert.equal(after.weights?.path, `${names[names.length - 1]}.safetensors`);
          assert.deepEqual(after.spec, before.spec);
          assert.deepEqual(after.layerLines, before.layerLines);
          assert.deepEqual(
            edited.split('\n').filter((line) => !line.startsWith('weights:')),
            text.split('\n'),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** A comment behind every line, and Windows line ends or not. */
const commented = fc.tuple(anyFlow, anyStyle, fc.boolean()).map(([flow, style, windows]) => {
  let count = 0;
  const text = textOf(flow, style).replace(/(?<=.)$/gm, () => ` # ${++count}.`);
  return { flow, text: windows ? text.replaceAll('\n', '\r\n') : text };
});
const comments = (text: string): string[] => text.match(/# \d+\.\r?$/gm) ?? [];

/** What holds for all edits: they come in order and apart, and no comment is touched. */
function applied(text: string, edits: readonly TextEdit[]): string {
  edits.forEach(({ start, end }, i) => assert.ok(start <= end && end <= (edits.at(i + 1)?.start ?? text.length)));
  const after = apply(text, edits);
  assert.deepEqual(comments(after), comments(text));
  return after;
}

describe('setting the parameters of a layer in a text', () => {
  const below = (layer: string): string => `nflow: 1\nobjective: { type: reverse-kl, energy: U1 }\nlayers:\n  - planar # first\n${layer}`;
  const cases: [what: string, before: string, after: string][] = [
    ['begins with a bare name', below('  - planar\n'), below('  - planar: { w: [1, 2], b: 3 }\n')],
    ['stays before a comment', below('  - planar # c\n'), below('  - planar: { w: [1, 2], b: 3 } # c\n')],
    ['fills in what is empty', below('  - planar: # c\n'), below('  - planar: { w: [1, 2], b: 3 } # c\n')],
    ['fills in braces', below('  - planar: {}\n'), below('  - planar: { w: [1, 2], b: 3 }\n')],
    ['joins what is between braces', below('  - planar: { raw: true } # c'), below('  - planar: { raw: true, w: [1, 2], b: 3 } # c')],
    ['replaces numbers alone', below('  - planar: { b: 0.5,  w: [ 1.0,   7 ] }\n'), below('  - planar: { b: 3,  w: [ 1.0,   2 ] }\n')],
    [
      'keeps a layer on several lines',
      below('  - planar:\n      w: # normal\n        - 4 # across\n        - 5\n      u: [0, 0] # push\n  - planar\n'),
      below('  - planar:\n      w: # normal\n        - 1 # across\n        - 2\n      u: [0, 0] # push\n      b: 3\n  - planar\n'),
    ],
    ['leaves a text with a mistake', below('  - planr'), below('  - planr')],
  ];
  for (const [what, before, after] of cases) {
    it(what, () => {
      assert.equal(apply(before, setParameters(before, 1, { w: [1, 2], b: [3] })), after);
    });
  }

  it('takes layers in brackets, and in one dimension', () => {
    const text = 'nflow: 1\ndim: 1\nobjective: { type: reverse-kl, energy: double-well }\nlayers: [planar,planar: {},{ planar }]\n';
    const edited = [0, 1, 2].reduce((before, layer) => apply(before, setParameters(before, layer, { w: [layer] })), text);
    assert.match(edited, /^layers: \[planar: { w: \[0\] },planar: { w: \[1\] },{ planar: { w: \[2\] } }\]$/m);
    assert.deepEqual(
      parseFlow(edited).spec?.layers.map(({ initial }) => initial),
      [{ w: [0] }, { w: [1] }, { w: [2] }],
    );
  });

  it('refuses what the flow does not have', () => {
    const text = below('');
    assert.throws(() => setParameters(text, 1, {}), new RangeError('There is no layer 2: the flow has 1.'));
    assert.throws(() => setParameters(text, 0, { v: [1] }), new RangeError('A planar layer has no parameter v.'));
    assert.throws(() => setParameters(text, 0, { w: [1] }), new RangeError('w has 2 values, but 1 were given.'));
  });

  it('sets exactly these, and changes nothing outside that layer', () => {
    const wanted = commented.chain(({ flow, text }) =>
      fc.nat({ max: flow.layers.length - 1 }).chain((k) => {
        const { options } = flow.layers[k];
        const values = typeOf(flow.layers[k]).parameters.map(({ name, shape }): [string, fc.Arbitrary<number[]>] => {
          const length = sizeOf(shape(flow.dim, options));
          return [name, fc.array(anyNumber, { minLength: length, maxLength: length })];
        });
        return fc.record(Object.fromEntries(values), { requiredKeys: [], noNullPrototype: true }).map((given) => ({
          flow,
          text,
          k,
          values: given as Record<string, number[]>,
        }));
      }),
    );
    fc.assert(
      fc.property(wanted, ({ flow, text, k, values }) => {
        const edits = setParameters(text, k, values);
        const after = parseFlow(applied(text, edits));
        const layers = flow.layers.map((layer, i) => (i === k ? { ...layer, initial: { ...layer.initial, ...values } } : layer));
        assert.deepEqual(after.spec, { ...flow, layers });
        const { layerLines } = parseFlow(text);
        for (const { start } of edits) {
          const line = text.slice(0, start).split('\n').length - 1;
          assert.ok(line >= layerLines[k] && line <= (layerLines.at(k + 1) ?? line), `${line} of ${layerLines.join(' ')}`);
        }
        assert.deepEqual(setParameters(applied(text, edits), k, values), []);
      }),
      { numRuns: 60 },
    );
  });
});

describe('setting how a flow is trained in a text', () => {
  const cases: [what: string, key: TrainingSetting, value: number | string, before: string, after: string][] = [
    [
      'replaces the value alone',
      'learningRate',
      0.01,
      'training: { learningRate: 5e-3,  batch: 8 } # c',
      'training: { learningRate: 0.01,  batch: 8 } # c',
    ],
    ['leaves what is the same', 'learningRate', 0.005, 'training: { learningRate: 5e-3 }', 'training: { learningRate: 5e-3 }'],
    ['joins what is there', 'schedule', 'cosine', 'training: { batch: 8 }', 'training: { batch: 8, schedule: cosine }'],
    ['joins it on a line of its own', 'clip', 10, 'training:\n  batch: 8 # c\n  # d', 'training:\n  batch: 8 # c\n  clip: 10\n  # d'],
    ['fills in what is empty', 'clip', 'none', 'training: # c', 'training: { clip: none } # c'],
    ['begins what is not there', 'steps', 5, 'seed: 1', 'seed: 1\ntraining: { steps: 5 }'],
    [
      'knows what belongs to the objective',
      'anneal',
      7,
      'objective: { type: reverse-kl, energy: U1 }',
      'objective: { type: reverse-kl, energy: U1, anneal: 7 }',
    ],
  ];
  for (const [what, key, value, before, after] of cases) {
    it(what, () => {
      const whole = (line: string): string => {
        const other = line.startsWith('objective') ? '' : 'objective: { type: reverse-kl, energy: U1 }\n';
        return `nflow: 1\nlayers: [planar]\n${other}${line}`;
      };
      assert.equal(apply(whole(before), setTraining(whole(before), key, value)), whole(after));
    });
  }

  it('sets exactly that, whatever the flow', () => {
    const settings: fc.Arbitrary<[TrainingSetting, number | string]> = fc.oneof(
      fc.tuple(fc.constantFrom<TrainingSetting>('steps', 'batch', 'patience', 'anneal'), fc.integer({ min: 1, max: 9999 })),
      fc.tuple(
        fc.constantFrom<TrainingSetting>('learningRate', 'momentum', 'clip', 'holdout'),
        fc.double({ min: 1e-9, max: 0.8, noNaN: true }),
      ),
      fc.tuple(fc.constant<TrainingSetting>('schedule'), fc.constantFrom('cosine', 'exponential')),
      fc.tuple(fc.constant<TrainingSetting>('gradient'), fc.constant('path')),
    );
    /** A setting of no use for the flow as it is. */
    const idle = ({ objective, training }: FlowSpec, key: TrainingSetting): boolean => {
      if (key === 'momentum') return training.optimizer !== 'sgd';
      if (key === 'holdout') return objective?.type !== 'forward-kl' || samplers.has(objective.data);
      return (key === 'anneal' || key === 'gradient') && objective?.type !== 'reverse-kl';
    };
    fc.assert(
      fc.property(commented, settings, ({ flow, text }, [key, value]) => {
        fc.pre(!idle(flow, key));
        const after = applied(text, setTraining(text, key, value));
        const owner = ['anneal', 'gradient', 'holdout'].includes(key) ? 'objective' : 'training';
        assert.deepEqual(parseFlow(after).spec, { ...flow, [owner]: { ...flow[owner], [key]: value } });
        assert.deepEqual(setTraining(after, key, value), []);
      }),
      { numRuns: 60 },
    );
  });
});

describe('naming the columns of a data file to learn from', () => {
  const named = (text: string, columns: readonly ColumnChoice[]): string => apply(text, setDataFile(text, 'a.csv', columns));

  it('puts them behind the file, in braces or on lines of their own, in place of those of another file', () => {
    const columns = ['petal length', 2];
    const written = '{ type: forward-kl, data: a.csv, columns: ["petal length", 2], holdout: 0.2 } # why\n';
    assert.equal(
      named('objective: { type: forward-kl, data: b.csv, columns: [x, y], holdout: 0.2 } # why\n', columns),
      `objective: ${written}`,
    );
    assert.equal(
      named('objective:\n  type: reverse-kl\n  energy: U1 # it\n  anneal: 3\nseed: 1\n', columns),
      'objective:\n  type: forward-kl\n  data: a.csv # it\n  columns: ["petal length", 2]\nseed: 1\n',
    );
    assert.equal(named('seed: 1\n', ['a']), 'seed: 1\nobjective: { type: forward-kl, data: a.csv, columns: [a] }\n');
  });

  it('keeps names apart from numbers and words of YAML', () => {
    for (const name of ['1.5', 'true', 'null', '~', 'a b', '- x', 'x: y', '# c', 'naïve', "it's", '"q"', 'C:\\d']) {
      const { spec } = parseFlow(named('nflow: 1\ndim: 1\nlayers: [planar]\n', [name]));
      assert.deepEqual(spec?.objective?.type === 'forward-kl' && spec.objective.columns, [name]);
    }
  });
});

describe('a new flow', () => {
  it('is as deep as it is told, in the dimension of its data', () => {
    const objective: Objective = { type: 'forward-kl', data: 'points.csv', columns: ['a', 'b', 'c'] };
    const { spec, problems } = parseFlow(newFlowText(objective, { dim: 3, depth: 5 }));
    assert.deepEqual(problems, []);
    assert.deepEqual([spec?.dim, spec?.layers.length, spec?.objective], [3, 5, { ...objective, holdout: 0.1 }]);
    assert.equal(parseFlow(newFlowText({ type: 'reverse-kl', energy: 'U1', gradient: 'path' })).spec?.layers.length, 16);
  });

  it('is sound and has the target that was asked for', () => {
    const objectives: Objective[] = [
      ...[...samplers.keys()].map((data) => ({ type: 'forward-kl' as const, data })),
      ...[1, 2].flatMap(energyNames).map((energy) => ({ type: 'reverse-kl' as const, energy })),
    ];
    for (const objective of objectives) {
      const { spec, problems } = parseFlow(newFlowText(objective));
      assert.deepEqual(problems, []);
      assert.deepEqual({ ...spec?.objective, ...objective }, spec?.objective);
    }
  });
});
