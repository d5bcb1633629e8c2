import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { convertU, inverseSoftplus, type UHat } from '../../../../src/document/checkpoint/conventions';
import { storesBase } from '../../../../src/document/checkpoint/elsewhere';
import { importedFlowText } from '../../../../src/document/checkpoint/flow-text';
import { importCheckpoint, specOf, type Answers, type ImportedFlow, type RefusedImport } from '../../../../src/document/checkpoint/import';
import { readSafetensors, type Safetensors } from '../../../../src/document/checkpoint/safetensors';
import { parseFlow } from '../../../../src/document/parse';
import { encodeWeights } from '../../../../src/document/weights';
import { buildFlow, initialParameters } from '../../../../src/flow/flow';
import { softplus } from '../../../../src/flow/stable';
import { safetensors, type Entries } from './safetensors-file';

const folder = 'test/fixtures/checkpoint';

function open(bytes: Uint8Array): Safetensors {
  const file = readSafetensors(bytes);
  if ('message' in file) throw new assert.AssertionError({ message: file.message });
  return file;
}

const fixture = (name: string): Safetensors => open(readFileSync(`${folder}/${name}.safetensors`));

interface Golden {
  readonly z: number[][];
  readonly x: number[][];
  readonly log_det: number[];
  readonly log_prob: number[];
}

function goldenText(name: string): string {
  const sidecar = `${folder}/${name}.golden.json`;
  return existsSync(sidecar) ? readFileSync(sidecar, 'utf8') : (fixture(name).metadata.get('golden') ?? '');
}

function sound(imported: ImportedFlow | RefusedImport): ImportedFlow {
  if ('message' in imported) throw new assert.AssertionError({ message: imported.message });
  return imported;
}

const withoutGolden = (name: string): Safetensors => ({ ...fixture(name), metadata: new Map() });

function messageOf(entries: Entries, answers: Answers = {}, golden?: string): string {
  const imported = importCheckpoint(open(safetensors(entries)), answers, golden);
  return 'message' in imported ? imported.message : 'none';
}

describe('an imported checkpoint', () => {
  const names = [
    'normflows-planar',
    'normflows-leaky',
    'normflows-radial',
    'normflows-mixed',
    'pyro-planar',
    'pyro-planar-norm',
    'pyro-mixed',
    'flowjax-scan',
    'flowjax-chain',
    'flowjax-flips',
  ];
  for (const name of names) {
    it(`has the maps and log densities that PyTorch computed: ${name}`, () => {
      const text = goldenText(name);
      const imported = sound(importCheckpoint(fixture(name), {}, text));
      assert.deepEqual([imported.agreed, imported.open], [32, []]);
      const spec = specOf(imported);
      const flow = buildFlow(spec, initialParameters(spec));
      const { x, log_prob } = JSON.parse(text) as Golden;
      flow.logProb(Float64Array.from(x.flat())).forEach((value, i) => {
        assert.ok(Math.abs(value - log_prob[i]) < 1e-6, `point ${i}: ${value} where ${log_prob[i]} is due`);
      });
    });

    it(`keeps its log densities to 1e-6 through a weights file of float32: ${name}`, () => {
      const text = goldenText(name);
      const spec = specOf(sound(importCheckpoint(fixture(name), {}, text)));
      const parameters = Float32Array.from(initialParameters(spec));
      assert.ok(encodeWeights(spec, parameters).length > 0);
      const flow = buildFlow(spec, parameters);
      const { x, log_prob } = JSON.parse(text) as Golden;
      const worst = Math.max(...Array.from(flow.logProb(Float64Array.from(x.flat())), (value, i) => Math.abs(value - log_prob[i])));
      // Converted values, unlike those that are taken over as they are, are rounded to float32.
      assert.ok(worst < (/^normflows-(planar|leaky)|^pyro-(planar|mixed)$/.test(name) ? 1e-6 : 1e-5), `${worst}`);
    });
  }

  it('has its layers in the order z → x, whichever way its formulas run', () => {
    const order = (name: string): (number | undefined)[] =>
      sound(importCheckpoint(fixture(name))).layers.map(({ initial }) => initial.b.at(0));
    const stored = (name: string, layer: number): number | undefined =>
      fixture(name)
        .tensors[0].values()
        .at(5 * layer + 4);
    assert.deepEqual(
      order('flowjax-scan'),
      [4, 3, 2, 1, 0].map((layer) => stored('flowjax-scan', layer)),
    );
    assert.deepEqual(
      order('flowjax-flips'),
      [0, 1, 2].map((layer) => stored('flowjax-flips', layer)),
    );
    assert.equal(sound(importCheckpoint(fixture('flowjax-scan'))).direction, 'encode');
  });

  it('says what it assumed, and asks, where there are no golden points', () => {
    const imported = sound(importCheckpoint(withoutGolden('normflows-planar')));
    assert.deepEqual(
      imported.open.map(({ key, choices }) => [key, ...choices.map(({ value }) => value)]),
      [
        ['uHat', 'paper', 'none'],
        ['activation', 'tanh', 'leaky-relu'],
        ['direction', 'generate', 'encode'],
      ],
    );
    assert.ok(imported.assumed.includes('It is assumed that h = tanh.'));
    assert.equal(imported.agreed, 0);
    const answered = sound(importCheckpoint(withoutGolden('normflows-planar'), { activation: 'leaky-relu', direction: 'encode' }));
    assert.deepEqual(
      answered.open.map(({ key }) => key),
      ['uHat'],
    );
    assert.equal(answered.direction, 'encode');
    assert.ok(answered.layers.every(({ options }) => options.leaky === true));
    assert.ok(answered.assumed.includes('It was answered that h = the leaky ReLU max(a, a/5).'));
  });

  it('is found out by its golden points where names cannot tell: the activation, early Pyro’s ‖w‖, no flips', () => {
    const told = (name: string, sentence: RegExp): void => {
      const { assumed } = sound(importCheckpoint(fixture(name)));
      assert.ok(
        assumed.some((line) => sentence.test(line)),
        assumed.join('\n'),
      );
    };
    told('normflows-leaky', /^The golden points agree that h = the leaky ReLU/);
    told('pyro-planar-norm', /^The golden points agree that û = .*w\/‖w‖ with/);
    told('flowjax-chain', /^The golden points agree that nothing lies between the layers/);
    told('flowjax-scan', /^The golden points agree that the two coordinates change places/);
  });

  it('is refused with its worst point where nothing agrees', () => {
    const golden = JSON.parse(goldenText('normflows-planar')) as Golden;
    golden.log_prob[17] += 0.01;
    golden.log_prob[20] += 0.5;
    const refused = importCheckpoint(fixture('normflows-planar'), {}, JSON.stringify(golden));
    assert.ok('message' in refused);
    assert.match(
      refused.message,
      /^This normflows checkpoint is not taken over: none of 8 readings agrees with its golden points\. log p at golden point 21 \(x = .+\) is .+ and should be .+\.$/,
    );
    const wrong = importCheckpoint(fixture('normflows-planar'), { uHat: 'none', activation: 'tanh', direction: 'generate' });
    assert.ok('message' in wrong);
    assert.match(wrong.message, /it does not agree with its golden points\. .* at golden point \d+ \(/);
  });

  it('may be a part of a larger module, with whose name all of its own begin', () => {
    const { tensors, metadata } = fixture('normflows-planar');
    const within = (also: Safetensors['tensors'] = []): Safetensors => ({
      metadata,
      tensors: [...tensors.map((tensor) => ({ ...tensor, name: `model.flow.${tensor.name}` })), ...also],
    });
    const [alone, part] = [sound(importCheckpoint({ tensors, metadata })), sound(importCheckpoint(within()))];
    assert.deepEqual({ ...part, assumed: alone.assumed }, alone);
    assert.deepEqual(part.assumed.slice(alone.assumed.length), ['Names are read without the "model.flow." that they all begin with.']);
    assert.ok(storesBase(within()));
    const stray = importCheckpoint(within([{ ...tensors[0], name: 'classifier.weight' }]));
    assert.ok('message' in stray);
  });

  it('is refused where an answer is to no question about it', () => {
    for (const answers of [{ between: 'flip' }, { uHat: 'norm' }] as const) {
      const refused = importCheckpoint(withoutGolden('normflows-planar'), answers);
      assert.ok('message' in refused);
      assert.match(
        refused.message,
        /^It cannot be said of this normflows checkpoint that (the two coordinates change|û = .*early releases of Pyro)/,
      );
    }
  });

  it('is written as a flow that is read back as it is, with its assumptions in comments', () => {
    for (const name of ['normflows-planar', 'pyro-mixed', 'flowjax-scan', 'normflows-leaky']) {
      const imported = sound(importCheckpoint(fixture(name), {}, goldenText(name)));
      const text = importedFlowText(imported, `${name}.safetensors`);
      for (const sentence of imported.assumed) assert.ok(text.includes(`# ${sentence}\n`));
      assert.match(text, /# Checked on 32 golden points of the checkpoint\./);
      const { spec, problems } = parseFlow(text);
      assert.deepEqual(problems, []);
      assert.ok(spec);
      assert.equal(spec.objective, undefined);
      assert.deepEqual(spec.base, imported.base);
      assert.equal(spec.direction, imported.direction);
      assert.deepEqual(initialParameters(spec), initialParameters(specOf(imported)));
      const beside = parseFlow(importedFlowText(imported, 'a', { weights: `${name} (1).safetensors` }));
      assert.equal(beside.weights?.path, `${name} (1).safetensors`);
      assert.ok(beside.spec?.layers.every(({ initial }) => Object.keys(initial).length === 0));
    }
    const { base } = sound(importCheckpoint(fixture('normflows-planar')));
    assert.ok(typeof base === 'object' && base.type === 'diagonal-normal');
    const text = importedFlowText(sound(importCheckpoint(fixture('normflows-planar'))), 'a\n# b');
    assert.ok(text.startsWith('# Imported from the normflows checkpoint a # b.'));
    assert.ok(text.includes(`base: { type: diagonal-normal, mean: [${base.mean.join(', ')}], scale: [${base.scale.join(', ')}] }`));
  });
});

describe('û of every convention', () => {
  const vector = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 2, maxLength: 2 });

  it('is what our formula gives for the u that it is turned into', () => {
    const formulas: Record<UHat, (s: number, norm: number) => number> = {
      paper: (s, norm) => (Math.log1p(Math.exp(s)) - 1 - s) / norm ** 2,
      'double-log': (s, norm) => (Math.log(1 + Math.log1p(Math.exp(s))) - 1 - s) / norm ** 2,
      norm: (s, norm) => (Math.log1p(Math.exp(s)) - 1 - s) / norm,
      none: () => 0,
    };
    fc.assert(
      fc.property(vector, vector, fc.constantFrom<UHat>('paper', 'double-log', 'norm', 'none'), (w, u, convention) => {
        const norm = Math.hypot(...w);
        fc.pre(norm > 0.05);
        const dot = (a: readonly number[], b: readonly number[]): number => a[0] * b[0] + a[1] * b[1];
        const theirs = u.map((value, i) => value + formulas[convention](dot(w, u), norm) * w[i]);
        const { u: converted, raw } = convertU({ w, u, b: 0 }, convention);
        const s = dot(w, converted);
        const ours = raw ? converted : converted.map((value, i) => value + ((softplus(-s) - 1) * w[i]) / norm ** 2);
        ours.forEach((value, i) => {
          assert.ok(Math.abs(value - theirs[i]) <= 1e-13 * (1 + Math.abs(theirs[i]) + 1 / norm), `${value} where ${theirs[i]} is due`);
        });
      }),
    );
  });

  it('stays finite far out', () => {
    for (const s of [-1e3, -800, 800, 1e3]) {
      for (const convention of ['paper', 'double-log', 'norm', 'none'] as const) {
        assert.ok(convertU({ w: [1, 0], u: [s, 0], b: 0 }, convention).u.every(Number.isFinite));
      }
    }
  });

  it('softplus is undone over all its range', () => {
    for (const value of [1e-30, 1e-8, 0.1, 1, 20, 700]) {
      const back = softplus(inverseSoftplus(value));
      assert.ok(Math.abs(back / value - 1) < 1e-13, `${value} ${back}`);
    }
  });
});

describe('a checkpoint that cannot be taken over', () => {
  const planar = (i: number, dim = 2): Entries => ({
    [`flows.${i}.u`]: [[1, dim], Array.from({ length: dim }, () => 0.5)],
    [`flows.${i}.w`]: [[1, dim], Array.from({ length: dim }, () => 1)],
    [`flows.${i}.b`]: [[1], [0]],
  });
  const cases: [what: string, entries: Entries, message: RegExp][] = [
    ['nothing', {}, /^This checkpoint has no tensors\.$/],
    [
      'another model',
      {
        'fc.weight': [
          [2, 2],
          [1, 2, 3, 4],
        ],
        'fc.bias': [[2], [1, 2]],
      },
      /of no known layout: those of normflows/,
    ],
    [
      'a layer without b',
      {
        'flows.0.u': [
          [1, 2],
          [1, 2],
        ],
        'flows.0.w': [
          [1, 2],
          [1, 2],
        ],
      },
      /^flows\.0 has no tensor "b"/,
    ],
    ['a layer that stores nothing', { ...planar(0), ...planar(2) }, /^flows\.1 has no tensors: a layer that stores none/],
    ['two dimensions', { ...planar(0), ...planar(1, 3) }, /^flows\.1 is of 3 dimensions where flows\.0 is of 2\.$/],
    [
      'u of another length',
      {
        ...planar(0),
        'flows.0.u': [
          [1, 3],
          [1, 2, 3],
        ],
      },
      /^"flows\.0\.u" has the shape \[1, 3\] where u has 2 numbers\.$/,
    ],
    [
      'a bias a coordinate',
      { u: [[2], [1, 2]], w: [[2], [1, 2]], bias: [[2], [1, 2]] },
      /^"bias" has the shape \[2\] where the bias of a planar layer has 1 number\.$/,
    ],
    [
      'NaN',
      {
        ...planar(0),
        'flows.0.w': [
          [1, 2],
          [NaN, 1],
        ],
      },
      /^"flows\.0\.w" holds NaN/,
    ],
    [
      'a number that is too large',
      {
        ...planar(0),
        'flows.0.w': [
          [1, 2],
          [1e7, 1],
        ],
      },
      /^w of layer 1 would be 10,000,000: it reaches from −1,000,000 to 1,000,000\.$/,
    ],
    [
      'a base that is too wide',
      {
        ...planar(0),
        'q0.loc': [
          [1, 2],
          [0, 0],
        ],
        'q0.log_scale': [
          [1, 2],
          [0, 800],
        ],
      },
      /^The scale of the base would be/,
    ],
    [
      'a base that is too narrow',
      {
        ...planar(0),
        'q0.loc': [
          [1, 2],
          [0, 0],
        ],
        'q0.log_scale': [
          [1, 2],
          [0, -800],
        ],
      },
      /^The scale of the base would be 0: it reaches from/,
    ],
    [
      'another base',
      {
        ...planar(0),
        'q0.weight_scores': [
          [1, 2],
          [1, 1],
        ],
      },
      /"q0\.weight_scores" is of a base other than the diagonal Gaussian/,
    ],
    ['an unknown layer', { 'flows.0.unnormalized_widths': [[2], [1, 2]] }, /^flows\.0 \(unnormalized_widths\) is no layer that is known/],
    ['a stray tensor', { ...planar(0), step: [[1], [3]] }, /^"step" is neither of a layer/],
    ['params of an even length', { params: [[4], [1, 2, 3, 4]] }, /the params of a planar layer are 2d \+ 1 numbers/],
    [
      'a radial layer that reaches nowhere',
      {
        'flows.0.alpha': [[1], [0]],
        'flows.0.beta': [[1], [0]],
        'flows.0.z_0': [
          [1, 2],
          [0, 0],
        ],
      },
      /not smooth at its centre/,
    ],
    ['65 layers', Object.assign({}, ...Array.from({ length: 65 }, (_, i) => planar(i))) as Entries, /^This checkpoint has 65 layers/],
  ];
  for (const [what, entries, message] of cases) {
    it(`is a sentence: ${what}`, () => {
      assert.match(messageOf(entries), message);
    });
  }

  it('is listed tensor by tensor, with what is wrong beside the tensor that it is about', () => {
    const refused = importCheckpoint(fixture('normflows-coupling'));
    assert.ok('message' in refused);
    assert.match(refused.message, /^flows\.0 is a coupling layer whose networks have other activations and bounds than ours/);
    assert.equal(refused.tensors.length, 9);
    assert.deepEqual(refused.tensors[0], { name: 'flows.0.b', dtype: 'F32', shape: [1, 2] });
    assert.deepEqual(
      refused.tensors.filter(({ problem }) => problem !== undefined).map(({ name }) => name),
      ['flows.0.s.net.0.weight'],
    );
  });

  it('has golden points that cannot be read', () => {
    const entries = planar(0);
    const cases: [json: string, message: RegExp][] = [
      ['{', /^The golden points are not JSON\./],
      ['[]', /^The golden points are not an object\./],
      ['{"x": [[1, 2]]}', /^The golden points do not suffice/],
      ['{"z": [], "x": []}', /^The golden points do not suffice/],
      ['{"z": [[1, 2]], "x": [[1, 2], [3, 4]]}', /not equally many/],
      ['{"z": [[1, 2, 3]], "x": [[1, 2]]}', /^"z" of the golden points is not a list of points of 2 finite numbers\./],
      ['{"x": [[1, 2]], "log_prob": ["a"]}', /^"log_prob" of the golden points is not a list of finite numbers\./],
    ];
    for (const [json, message] of cases) assert.match(messageOf(entries, {}, json), message);
  });
});
