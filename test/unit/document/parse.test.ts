import assert from 'node:assert/strict';
import { parseFlow } from '../../../src/document/parse';
import { samplers } from '../../../src/flow/samplers';
import type { FlowSpec } from '../../../src/flow/spec';
import { energyNames } from '../../../src/flow/targets';
import { flowWith, layers, mistakes } from './texts';

describe('a sound flow', () => {
  it('is read with its layers, their lines and its files', () => {
    const text = `# two-moons.nflow
nflow: 1
dim: 2
base: standard-normal
seed: 7
objective: { type: forward-kl, data: points/moons.csv }   # real points
training: { steps: 100, batch: 64, optimizer: adam, learningRate: 1e-2 }
layers:
  - planar
  # a comment between
  - planar: { w: [1.0, 0.2], u: [0.3, -0.8], b: 0.1 }
  - planar:
      raw: true
weights: "two moons.safetensors"
`;
    const { spec, problems, layerLines, data, weights } = parseFlow(text);
    assert.deepEqual(problems, []);
    assert.deepEqual(spec, {
      dim: 2,
      base: 'standard-normal',
      seed: 7,
      objective: { type: 'forward-kl', data: 'points/moons.csv', holdout: 0.1 },
      training: { steps: 100, batch: 64, optimizer: 'adam', learningRate: 0.01 },
      layers: [
        { type: 'planar', options: { raw: false, leaky: false }, initial: {} },
        { type: 'planar', options: { raw: false, leaky: false }, initial: { w: [1, 0.2], u: [0.3, -0.8], b: [0.1] } },
        { type: 'planar', options: { raw: true, leaky: false }, initial: {} },
      ],
    } satisfies FlowSpec);
    assert.deepEqual(layerLines, [8, 10, 11]);
    assert.equal(data?.path, 'points/moons.csv');
    assert.equal(text.slice(data.start, data.end), 'points/moons.csv');
    assert.equal(weights?.path, 'two moons.safetensors');
    assert.equal(text.slice(weights.start, weights.end), '"two moons.safetensors"');
  });

  it('takes a default for whatever it may leave out', () => {
    const { spec } = parseFlow('nflow: 1\nobjective: { type: reverse-kl, energy: U2 }\nlayers: [planar]');
    assert.equal(spec?.dim, 2);
    assert.equal(spec.seed, 0);
    assert.equal(spec.base, 'standard-normal');
    assert.deepEqual(spec.training, { steps: 4000, batch: 512, optimizer: 'adam', learningRate: 0.005 });
  });

  it('may take every built-in sampler and energy, and then names no file', () => {
    for (const name of samplers.keys()) {
      const { spec, data } = parseFlow(flowWith(`objective: { type: forward-kl, data: ${name} }`));
      assert.deepEqual(spec?.objective, { type: 'forward-kl', data: name });
      assert.equal(data, undefined);
    }
    for (const energy of energyNames(2)) {
      const { spec } = parseFlow(flowWith(`objective: { type: reverse-kl, energy: ${energy} }`));
      assert.deepEqual(spec?.objective, { type: 'reverse-kl', energy });
    }
  });

  it('says in its specification only what is done', () => {
    const trainingOf = (settings: string) => parseFlow(flowWith(`training: { ${settings} }`)).spec?.training;
    const adam = trainingOf('optimizer: adam');
    assert.deepEqual(trainingOf('schedule: constant, clip: none, patience: none'), adam);
    assert.deepEqual(trainingOf('schedule: cosine, clip: 10, patience: 500'), { ...adam, schedule: 'cosine', clip: 10, patience: 500 });
    assert.deepEqual(trainingOf('optimizer: sgd'), { ...adam, optimizer: 'sgd', momentum: 0.9 });
    assert.deepEqual(trainingOf('optimizer: sgd, momentum: 0'), { ...adam, optimizer: 'sgd' });
    const objectiveOf = (settings: string) => parseFlow(flowWith(`objective: { ${settings} }`)).spec?.objective;
    const file = { type: 'forward-kl', data: 'a.csv' };
    assert.deepEqual(objectiveOf('type: forward-kl, data: a.csv'), { ...file, holdout: 0.1 });
    assert.deepEqual(objectiveOf('type: forward-kl, data: a.csv, holdout: 0'), file);
    const energy = { type: 'reverse-kl', energy: 'U1' };
    assert.deepEqual(objectiveOf('type: reverse-kl, energy: U1, gradient: total, anneal: 0'), energy);
    const settings = { gradient: 'path', anneal: 100 };
    assert.deepEqual(objectiveOf('type: reverse-kl, energy: U1, gradient: path, anneal: 100'), { ...energy, ...settings });
  });

  it('may be in another dimension, from another base', () => {
    const text = `nflow: 1
dim: 3
base:
  type: mixture
  weights: [1, 3]
  components:
    - { type: full-normal, mean: [0, 0, 0], cholesky: [[1, 0, 0], [0.5, 1, 0], [0, 0, 2]] }
    - type: diagonal-normal
      mean: [1, 1, 1]
      scale: [0.5, 1, 2]
objective: { type: forward-kl, data: points.csv }
layers: [planar: { w: [1, 0, 0] }]
`;
    const { spec, problems } = parseFlow(text);
    assert.deepEqual(problems, []);
    assert.equal(spec?.dim, 3);
    const full = {
      type: 'full-normal',
      mean: [0, 0, 0],
      cholesky: [
        [1, 0, 0],
        [0.5, 1, 0],
        [0, 0, 2],
      ],
    } as const;
    const diagonal = { type: 'diagonal-normal', mean: [1, 1, 1], scale: [0.5, 1, 2] } as const;
    assert.deepEqual(spec.base, { type: 'mixture', weights: [1, 3], components: [full, diagonal] } satisfies FlowSpec['base']);
    const line = parseFlow(flowWith('dim: 1').replace('U1', 'double-well'));
    assert.deepEqual(line.spec?.objective, { type: 'reverse-kl', energy: 'double-well' });
  });

  it('has the same lines with Windows line ends', () => {
    const text = layers('planar\n  - planar: { raw: true }');
    assert.deepEqual(parseFlow(text.replaceAll('\n', '\r\n')).layerLines, parseFlow(text).layerLines);
  });
});

describe('mistakes', () => {
  it('do not hide each other', () => {
    const text = flowWith('seed: x').replace('energy: U1', 'energy: U7').replace('planar', 'palnar');
    assert.deepEqual(
      parseFlow(text).problems.map(({ start, end }) => text.slice(start, end)),
      ['U7', 'palnar', 'x'],
    );
  });

  it('begin with the 65th layer', () => {
    const list = (count: number): string => layers(Array.from({ length: count }, () => 'planar').join('\n  - '));
    assert.equal(parseFlow(list(64)).spec?.layers.length, 64);
    const { problems, layerLines, spec } = parseFlow(list(65));
    assert.equal(spec, undefined);
    assert.deepEqual(
      problems.map(({ message }) => message),
      ['This is layer 65: a flow has at most 64, and this one has 65.'],
    );
    assert.equal(layerLines.length, 65);
  });
});

describe('a warning', () => {
  it('names what is set in vain, and leaves the flow sound', () => {
    const cases: [text: string, warning: string][] = [
      [
        flowWith('training: { momentum: 0.5 }'),
        'warning [momentum] momentum is of sgd alone, and adam does not use it: take it away, or write optimizer: sgd.',
      ],
      [
        `${flowWith('objective: { type: reverse-kl, energy: U1, anneal: 1001 }')}training: { steps: 1000 }\n`,
        'warning [1001] The energy has not its full weight when training ends: anneal over fewer steps than the 1,000 of training.',
      ],
      [
        flowWith('base: { type: uniform, low: [0, 0], high: [1, 1] }').replace('reverse-kl, energy: U1', 'forward-kl, data: rings'),
        'warning [{ type: uniform, low: [0, 0], high: [1, 1] }] A uniform base has no density outside its box, where forward-kl will take points: use a normal one.',
      ],
    ];
    for (const [text, warning] of cases) {
      assert.deepEqual(mistakes(text), [warning]);
      assert.ok(parseFlow(text).spec);
    }
  });

  it('names a raw layer that folds, and leaves the flow sound', () => {
    const text = layers('planar: { raw: true, w: [1.2, 0.4], u: [-1.8, -0.6] }');
    assert.deepEqual(mistakes(text), [
      'warning [planar: { raw: true, w: [1.2, 0.4], u: [-1.8, -0.6] }] This layer folds space: wᵀu = −2.4 is below −1.',
    ]);
    assert.ok(parseFlow(text).spec);
  });

  it('stays away where wᵀu = −1, where the layer is constrained, and where u is drawn', () => {
    assert.deepEqual(mistakes(layers('planar: { raw: true, w: [1, 0], u: [-1, 5] }')), []);
    assert.deepEqual(mistakes(layers('planar: { w: [1.2, 0.4], u: [-1.8, -0.6] }')), []);
    assert.deepEqual(mistakes(layers('planar: { raw: true, w: [1.2, 0.4] }')), []);
  });

  it('names a w at which the constraint is nearly singular', () => {
    assert.deepEqual(mistakes(layers('planar: { w: [6e-4, 0] }')), [
      'warning [[6e-4, 0]] ‖w‖ = 0.0006 is below 0.001: the constraint on u is nearly singular there. Give a longer w.',
    ]);
    assert.deepEqual(mistakes(layers('planar: { w: [1e-3, 1e-3] }')), []);
    assert.deepEqual(mistakes(layers('planar: { raw: true, w: [0, 0] }')), []);
  });
});
