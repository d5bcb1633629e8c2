import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportPyTorch } from '../../../../src/document/checkpoint/pytorch';
import { encodeWeights } from '../../../../src/document/weights';
import { buildFlow, initialParameters } from '../../../../src/flow/flow';
import { RandomStream } from '../../../../src/flow/random';
import { layerTypes } from '../../../../src/flow/registry';
import type { BaseSpec, FlowSpec, LayerSpec, Objective } from '../../../../src/flow/spec';

const generate: Objective = { type: 'reverse-kl', energy: 'U1' };
const encode: Objective = { type: 'forward-kl', data: 'two-moons' };

function flowOf(layers: readonly LayerSpec[], change: Partial<FlowSpec> = {}): FlowSpec {
  return {
    dim: 2,
    base: 'standard-normal',
    seed: 3,
    objective: generate,
    training: { steps: 1, batch: 1, optimizer: 'adam', learningRate: 0.01 },
    layers,
    ...change,
  };
}

const layer = (type: string, options: LayerSpec['options'] = {}): LayerSpec => ({ type, options, initial: {} });

/** One layer of every kind, and of every kind of planar layer. */
const everyKind: readonly LayerSpec[] = [
  ...[...layerTypes.keys()].map((name) => layer(name)),
  layer('planar', { raw: false, leaky: true }),
  { type: 'planar', options: { raw: true }, initial: { w: [1, 0.5], u: [-0.6, 0.2], b: [0.3] } },
  { type: 'planar', options: {}, initial: { w: [2, 1], u: [-3, -1], b: [0.1] } },
  layer('coupling', { flip: true, hidden: 5 }),
  layer('linear', { permutation: 1 }),
];

const bases: readonly BaseSpec[] = [
  { type: 'diagonal-normal', mean: [0.5, -1], scale: [0.8, 2] },
  {
    type: 'full-normal',
    mean: [0, 1],
    cholesky: [
      [1.5, 0],
      [0.5, 0.7],
    ],
  },
  { type: 'uniform', low: [-9, -9], high: [9, 8] },
  { type: 'mixture', weights: [1, 3], components: ['standard-normal', { type: 'diagonal-normal', mean: [2, 2], scale: [0.5, 0.5] }] },
];

/** Of flows that learn from a data file. */
const units = { names: ['a', 'the "b"\n'], mean: [3.5, 70], scale: [1.1, 0.02] };
const inUnits = [generate, encode].map((objective) => flowOf([layer('planar'), layer('radial')], { objective }));
const unitsOf = (spec: FlowSpec): typeof units | undefined => (inUnits.includes(spec) ? units : undefined);

const flows: readonly FlowSpec[] = [
  flowOf(everyKind),
  // PyTorch's own softplus is none above 20: by it, û of this layer would be 1e-8 off.
  flowOf([{ type: 'planar', options: {}, initial: { w: [0.1, 0], u: [-205, 0.3], b: [1.5] } }]),
  ...inUnits,
  flowOf(everyKind, { objective: encode }),
  ...bases.map((base) => flowOf([layer('planar'), layer('radial')], { base })),
  flowOf([layer('linear', { permutation: 3 }), layer('coupling', { flip: true }), layer('planar')], { dim: 3, objective: encode }),
  flowOf([layer('planar'), layer('radial')], { dim: 1 }),
];

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore', timeout: 60_000 }).status === 0,
);

describe('a flow exported to PyTorch', () => {
  it('is a Python file of its own layers alone, that names its direction and its weights', () => {
    const text = exportPyTorch(flowOf([layer('planar', { raw: true, leaky: false }), layer('radial')]), 'my "weights".safetensors');
    assert.match(text, /^"""A normalizing flow of 2 layers in 2 dimensions/);
    assert.match(text, /run z → x; x → z inverts them/);
    assert.match(text, /with_name\("my \\"weights\\"\.safetensors"\)/);
    assert.match(text, /planar\(\*values\(0, "w", "u", "b"\), raw=True\),\n {4}radial\(\*values\(1, "centre", "alpha", "beta"\)\),\n\]/);
    for (const name of layerTypes.keys()) assert.equal(text.includes(`def ${name}(`), name === 'planar' || name === 'radial', name);
    assert.ok(text.split('\n').length < 170);
    assert.match(exportPyTorch(flowOf([layer('planar')], { objective: encode }), 'w.safetensors'), /run x → z; z → x inverts them/);
  });

  it(python ? 'gives the same maps and log densities in PyTorch' : 'has every kind of layer (PyTorch is not here to run it)', () => {
    const texts = flows.map((spec, i) => exportPyTorch(spec, `flow${i}.safetensors`, unitsOf(spec)));
    flows.forEach(({ layers }, i) => {
      for (const { type } of layers) assert.ok(texts[i].includes(`def ${type}(`));
    });
    if (!python) return;
    const folder = mkdtempSync(path.join(tmpdir(), 'nflow-pytorch-'));
    try {
      const expected = flows.map((spec, i) => {
        const exact = initialParameters(spec);
        const parameters = i % 2 === 0 ? exact : Float32Array.from(exact);
        const flow = buildFlow(spec, parameters);
        const z = flow.base.sample(40, new RandomStream(1, 2));
        const x = flow.generate(z);
        writeFileSync(path.join(folder, `flow${i}.safetensors`), encodeWeights(spec, parameters));
        writeFileSync(path.join(folder, `flow${i}.py`), texts[i]);
        const logProb = flow.logProb(x);
        if (!unitsOf(spec)) return { z, x, logProb };
        const inUnits = x.map((value, at) => units.mean[at % 2] + units.scale[at % 2] * value);
        return { z, x: inUnits, logProb: logProb.map((value) => value - Math.log(units.scale[0] * units.scale[1])) };
      });
      const points = expected.map(({ z, x }, i) => ({ dim: flows[i].dim, z: Array.from(z), x: Array.from(x) }));
      writeFileSync(path.join(folder, 'points.json'), JSON.stringify(points));
      writeFileSync(path.join(folder, 'ask.py'), ask);
      const answers = JSON.parse(execFileSync(python, ['ask.py'], { cwd: folder, encoding: 'utf8' })) as Answer[];
      assert.equal(answers.length, flows.length);
      answers.forEach((answer, i) => {
        near(answer.x, expected[i].x, `x of flow ${i}`);
        near(answer.z, expected[i].z, `z of flow ${i}`);
        near(answer.log_prob, expected[i].logProb, `log_prob of flow ${i}`);
        assert.deepEqual([answer.drawn, answer.finite], [[7, flows[i].dim], true]);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }).timeout(60_000);
});

interface Answer {
  readonly x: number[];
  readonly z: number[];
  readonly log_prob: number[];
  readonly drawn: number[];
  readonly finite: boolean;
}

/** Asks every exported flow for its maps, its log densities and a sample. */
const ask = `
import importlib, json, torch
answers = []
for i, points in enumerate(json.load(open("points.json"))):
    flow = importlib.import_module(f"flow{i}")
    z, x = (torch.tensor(points[name], dtype=torch.float64).reshape(-1, points["dim"]) for name in "zx")
    torch.manual_seed(0)
    drawn = flow.sample(7)
    answers.append({"x": flow.generate(z)[0].flatten().tolist(), "z": flow.encode(x)[0].flatten().tolist(),
                    "log_prob": flow.log_prob(x).tolist(), "drawn": list(drawn.shape), "finite": bool(drawn.isfinite().all())})
print(json.dumps(answers))
`;

function near(actual: readonly number[], expected: Float64Array, what: string): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) <= 1e-9 * Math.max(1, Math.abs(expected[i])), `${what}: ${value} where ${expected[i]} is due`);
  });
}
