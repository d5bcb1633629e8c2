import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { setWeights } from '../../../src/document/edit';
import { newFlowText } from '../../../src/document/new-flow';
import { parseFlow } from '../../../src/document/parse';
import { samplers } from '../../../src/flow/samplers';
import type { Objective } from '../../../src/flow/spec';
import { energyNames } from '../../../src/flow/targets';

function withWeights(text: string, path: string): string {
  const edits = [...setWeights(text, path)].sort((a, b) => b.start - a.start);
  return edits.reduce((before, { start, end, text: by }) => before.slice(0, start) + by + before.slice(end), text);
}

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

describe('a new flow', () => {
  it('is sound and has the target that was asked for', () => {
    const objectives: Objective[] = [
      ...[...samplers.keys()].map((data) => ({ type: 'forward-kl' as const, data })),
      ...energyNames(2).map((energy) => ({ type: 'reverse-kl' as const, energy })),
    ];
    for (const objective of objectives) {
      const { spec, problems } = parseFlow(newFlowText(objective));
      assert.deepEqual(problems, []);
      assert.deepEqual(spec?.objective, objective);
    }
  });
});
