import assert from 'node:assert/strict';
import { parseFlow } from '../../../src/document/parse';
import { flowWith, layers, mistakes } from './texts';

describe('a mistake', () => {
  const cases: [what: string, text: string, problems: string[]][] = [
    ['no version', flowWith('nflow: 1').replace('nflow: 1\n', ''), ['error [dim: 2] The version is missing: begin with "nflow: 1".']],
    ['another version', flowWith('nflow: 2'), ['error [2] nflow is 2: this release reads version 1, so write "nflow: 1".']],
    ['an unknown key', flowWith('traning: {}'), ['error [traning] A flow has no key "traning": did you mean training?']],
    [
      'a key that is like no other',
      flowWith('xyzzy: 1'),
      ['error [xyzzy] A flow has no key "xyzzy": it takes nflow, dim, base, seed, direction, objective, training, layers or weights.'],
    ],
    ['a key given twice', `${flowWith('seed: 1')}seed: 2\n`, ['error [seed] seed is given twice: keep one of them.']],
    ['too many dimensions', flowWith('dim: 17'), ['error [17] dim is 17: give a whole number from 1 to 16.']],
    ['half a dimension', flowWith('dim: 1.5'), ['error [1.5] dim is 1.5: give a whole number from 1 to 16.']],
    [
      'an energy in another dimension',
      flowWith('dim: 1'),
      ['error [U1] U1 is in 2 dimensions where dim is 1: give double-well or two-modes.'],
    ],
    [
      'an energy on the line where the flow is on the plane',
      flowWith('objective: { type: reverse-kl, energy: two-modes }'),
      ['error [two-modes] two-modes is in one dimension where dim is 2: give U1, U2, U3, U4 or mueller-brown.'],
    ],
    [
      'an energy where there is none',
      flowWith('dim: 3'),
      ['error [U1] U1 is in 2 dimensions where dim is 3: write dim: 2, or learn from a data file of 3 columns, as in data: points.csv.'],
    ],
    [
      'samples in another dimension',
      flowWith('dim: 1').replace('reverse-kl, energy: U1', 'forward-kl, data: rings'),
      [
        'error [rings] rings is in 2 dimensions where dim is 1: write dim: 2, or learn from a data file of 1 column, as in data: points.csv.',
      ],
    ],
    [
      'an unknown base',
      flowWith('base: standart-normal'),
      ['error [standart-normal] base is standart-normal: did you mean standard-normal?'],
    ],
    [
      'a base without its numbers',
      flowWith('base: uniform'),
      ['error [uniform] base is uniform without its numbers: write { type: uniform, low: [-1, -1], high: [1, 1] }.'],
    ],
    [
      'a base without a type',
      flowWith('base: { low: [0, 0], high: [1, 1] }'),
      [
        'error [{ low: [0, 0], high: [1, 1] }] The type of base is missing: give type: standard-normal, diagonal-normal, full-normal, mixture or uniform.',
      ],
    ],
    [
      'a base that lacks a number',
      flowWith('base: { type: diagonal-normal, mean: [0, 0] }'),
      ['error [diagonal-normal] diagonal-normal needs scale: write { type: diagonal-normal, mean: [0, 0], scale: [1, 1] }.'],
    ],
    [
      'a number of another base',
      flowWith('base: { type: uniform, low: [0, 0], high: [1, 1], mean: [0, 0] }'),
      ['error [mean] uniform has no use for mean: it takes low and high.'],
    ],
    [
      'a misspelt number of a base',
      flowWith('base: { type: diagonal-normal, mean: [0, 0], scales: [1, 1] }'),
      ['error [scales] base has no key "scales": did you mean scale?'],
    ],
    [
      'a base of another dimension',
      flowWith('base: { type: diagonal-normal, mean: [0], scale: [1, 1] }'),
      ['error [[0]] mean has 1 number where dim is 2: give 2.'],
    ],
    [
      'a scale that is not positive',
      flowWith('base: { type: diagonal-normal, mean: [0, 0], scale: [1, -1] }'),
      ['error [-1] A number of scale is -1: give a number from 0.000001 to 1,000,000.'],
    ],
    [
      'a Cholesky factor that is not lower triangular, with a diagonal that is not positive',
      flowWith('base: { type: full-normal, mean: [0, 0], cholesky: [[1, 0.5], [0, -2]] }'),
      [
        'error [0.5] Row 1 of cholesky has 0.5 right of its diagonal: the matrix is lower triangular, so write 0.',
        'error [-2] Row 2 of cholesky has -2 on its diagonal: give a number from 0.000001 to 1,000,000.',
      ],
    ],
    [
      'a box that is upside down',
      flowWith('base: { type: uniform, low: [0, 1], high: [1, 1] }'),
      ['error [1] high is 1 where low is 1: give a number above that.'],
    ],
    [
      'a mixture with a weight too many',
      flowWith('base: { type: mixture, weights: [1, 1], components: [standard-normal] }'),
      ['error [[1, 1]] weights has 2 numbers where there is 1 component: give 1.'],
    ],
    [
      'a mixture of nothing',
      flowWith('base: { type: mixture, weights: [], components: [] }'),
      ['error [[]] components is empty: give at least one base.'],
    ],
    [
      'a mixture with a weight of 0 and a component that is none',
      flowWith('base: { type: mixture, weights: [0, 1], components: [standard-normal, planar] }'),
      [
        'error [0] A number of weights is 0: give a number above 0 and at most 1,000,000.',
        'error [planar] component 2 is planar: give standard-normal, diagonal-normal, full-normal, mixture or uniform.',
      ],
    ],
    ['a negative seed', flowWith('seed: -1'), ['error [-1] seed is -1: give a whole number from 0 to 4,294,967,295.']],
    [
      'no objective',
      'nflow: 1\nlayers: [planar]',
      ['error [nflow: 1] objective is missing: add "objective: { type: forward-kl, data: two-moons }".'],
    ],
    [
      'an objective without its braces',
      flowWith('objective: forward-kl'),
      ['error [forward-kl] objective is forward-kl: write { type: forward-kl, data: two-moons } or { type: reverse-kl, energy: U1 }.'],
    ],
    [
      'an objective without a type',
      flowWith('objective: { data: rings }'),
      ['error [{ data: rings }] The type of objective is missing: give type: forward-kl or type: reverse-kl.'],
    ],
    ['an unknown objective', flowWith('objective: { type: foward-kl }'), ['error [foward-kl] type is foward-kl: did you mean forward-kl?']],
    [
      'forward KL without data',
      flowWith('objective: { type: forward-kl }'),
      [
        'error [forward-kl] forward-kl learns from samples: give data, two-moons, eight-gaussians, rings, checkerboard, circles, pinwheel, two-spirals or swiss-roll, or a file such as points.csv.',
      ],
    ],
    [
      'reverse KL without an energy',
      flowWith('objective: { type: reverse-kl }'),
      ['error [reverse-kl] reverse-kl learns from the energy of the target: give energy, U1, U2, U3, U4 or mueller-brown.'],
    ],
    [
      'reverse KL with data',
      flowWith('objective: { type: reverse-kl, data: rings, energy: U1 }'),
      ['error [data] reverse-kl has no use for data: it learns from an energy. Give energy, or write type: forward-kl.'],
    ],
    [
      'forward KL with an energy',
      flowWith('objective: { type: forward-kl, data: rings, energy: U1 }'),
      ['error [energy] forward-kl has no use for an energy: it learns from samples. Give data, or write type: reverse-kl.'],
    ],
    [
      'an unknown energy',
      flowWith('objective: { type: reverse-kl, energy: U9 }'),
      ['error [U9] energy is U9: give U1, U2, U3, U4 or mueller-brown.'],
    ],
    ['an energy in lower case', flowWith('objective: { type: reverse-kl, energy: u3 }'), ['error [u3] energy is u3: did you mean U3?']],
    [
      'unknown samples',
      flowWith('objective: { type: forward-kl, data: twomoon }'),
      [
        'error [twomoon] There are no samples called twomoon: did you mean two-moons? A file of points ends in .csv, .tsv, .txt, .npy, .npz, .parquet or .json.',
      ],
    ],
    [
      'data of a kind that cannot be read',
      flowWith('objective: { type: forward-kl, data: points.xlsx }'),
      ['error [points.xlsx] data is points.xlsx: name a file that ends in .csv, .tsv, .txt, .npy, .npz, .parquet or .json.'],
    ],
    [
      'a direction against the objective',
      flowWith('direction: x->z'),
      ['warning [x->z] The formulas run x → z, which reverse-kl cannot train: this flow can be looked at alone.'],
    ],
    ['a direction that is none', flowWith('direction: forward'), ['error [forward] direction is forward: give z->x or x->z.']],
    [
      'fewer columns than dimensions',
      flowWith('objective: { type: forward-kl, data: a.csv, columns: [b] }'),
      ['error [[b]] columns has 1 column where dim is 2: choose 2.'],
    ],
    [
      'a column before the first',
      flowWith('objective: { type: forward-kl, data: a.csv, columns: [b, 0] }'),
      ['error [0] A column is 0: give a whole number from 1 to 10,000.'],
    ],
    [
      'columns of what is drawn',
      flowWith('objective: { type: forward-kl, data: two-moons, columns: [a, b] }'),
      ['error [columns] Only a data file has columns to choose, and two-moons has its own: take columns away.'],
    ],
    [
      'data at a place of this machine only',
      flowWith('objective: { type: forward-kl, data: /tmp/points.csv }'),
      ["error [/tmp/points.csv] data is /tmp/points.csv: give the file's path from the folder of this flow."],
    ],
    [
      'a learning rate of 1e9',
      flowWith('training: { learningRate: 1e9 }'),
      ['error [1e9] learningRate is 1e9: give a number above 0 and at most 1.'],
    ],
    [
      'a learning rate of 0',
      flowWith('training: { learningRate: 0 }'),
      ['error [0] learningRate is 0: give a number above 0 and at most 1.'],
    ],
    ['half a step', flowWith('training: { steps: 2.5 }'), ['error [2.5] steps is 2.5: give a whole number from 1 to 1,000,000.']],
    ['an empty batch', flowWith('training: { batch: 0 }'), ['error [0] batch is 0: give a whole number from 1 to 65,536.']],
    ['a batch in quotes', flowWith('training: { batch: "64" }'), ['error ["64"] batch is "64": give a whole number from 1 to 65,536.']],
    ['another optimiser', flowWith('training: { optimizer: lbfgs }'), ['error [lbfgs] optimizer is lbfgs: give adam, rmsprop or sgd.']],
    ['another schedule', flowWith('training: { schedule: cosin }'), ['error [cosin] schedule is cosin: did you mean cosine?']],
    [
      'a momentum of 1',
      flowWith('training: { optimizer: sgd, momentum: 1 }'),
      ['error [1] momentum is 1: give a number of at least 0 and below 1.'],
    ],
    ['a clip of 0', flowWith('training: { clip: 0 }'), ['error [0] clip is 0: give a number above 0 and at most 1,000,000, or none.']],
    [
      'no patience at all',
      flowWith('training: { patience: 0 }'),
      ['error [0] patience is 0: give a whole number from 1 to 1,000,000, or none.'],
    ],
    [
      'nearly everything held out',
      flowWith('objective: { type: forward-kl, data: a.csv, holdout: 0.9 }'),
      ['error [0.9] holdout is 0.9: give a number of at least 0 and below 0.9.'],
    ],
    [
      'a holdout of samples',
      flowWith('objective: { type: forward-kl, data: rings, holdout: 0.1 }'),
      ['error [holdout] Only a data file has rows to hold out, and rings is drawn anew: take holdout away.'],
    ],
    [
      'settings of the other objective',
      flowWith('objective: { type: forward-kl, data: rings, gradient: path, anneal: 10 }'),
      [
        'error [gradient] forward-kl has no use for gradient: only reverse-kl has more than one. Take it away.',
        'error [anneal] forward-kl has no use for anneal: there is no energy to anneal. Take it away.',
      ],
    ],
    [
      'a holdout under reverse KL',
      flowWith('objective: { type: reverse-kl, energy: U1, holdout: 0.1 }'),
      ['error [holdout] reverse-kl has no use for holdout: it has no rows to hold out. Take it away.'],
    ],
    [
      'another gradient',
      flowWith('objective: { type: reverse-kl, energy: U1, gradient: full }'),
      ['error [full] gradient is full: give total or path.'],
    ],
    [
      'no layers',
      'nflow: 1\nobjective: { type: reverse-kl, energy: U1 }',
      ['error [nflow: 1] layers is missing: add "layers:" and one "- planar" per line.'],
    ],
    ['layers: []', flowWith('layers: []'), ['error [[]] layers is empty: give at least one, for instance "- planar".']],
    [
      'layers that are no list',
      flowWith('layers: planar'),
      ['error [planar] layers is planar: write one layer per line, for instance "- planar".'],
    ],
    ['an unknown layer', layers('planr'), ['error [planr] There is no layer type "planr": did you mean planar?']],
    ['an empty layer', layers('\n'), ['error [-] A layer is empty: write its type, planar, radial, coupling, actnorm or linear.']],
    [
      'a layer that is a list',
      layers('[planar]'),
      ['error [[planar]] A layer is [planar]: write its type, planar, radial, coupling, actnorm or linear.'],
    ],
    ['a layer that is a number', layers('planar: 3'), ['error [3] planar is 3: write planar alone, or planar: { w: … }.']],
    ['an unknown key of a layer', layers('planar: { rawr: true }'), ['error [rawr] planar has no key "rawr": did you mean raw?']],
    [
      'a layer whose values are not indented',
      layers('planar:\n    w: [1, 2]'),
      ['error [w] w stands beside planar, not inside it: indent it further, or write planar: { w: … }.'],
    ],
    ['w that is too long', layers('planar: { w: [1, 2, 3] }'), ['error [[1, 2, 3]] w has 3 numbers where dim is 2: give 2.']],
    ['w that is too short', layers('planar: { w: [1] }'), ['error [[1]] w has 1 number where dim is 2: give 2.']],
    [
      'a matrix with a row too few',
      layers('coupling: { hidden: 2, w2: [[1, 2]] }'),
      ['error [[[1, 2]]] w2 has 1 row where dim is 2: give 2.'],
    ],
    [
      'a matrix with a row that is too long',
      layers('coupling: { hidden: 3, w2: [[1, 2, 3], [4, 5]] }'),
      ['error [[4, 5]] A row of w2 has 2 numbers where this layer takes another count: give 3.'],
    ],
    ['a fraction of a hidden unit', layers('coupling: { hidden: 2.5 }'), ['error [2.5] hidden is 2.5: give a whole number from 1 to 256.']],
    ['w that is no list', layers('planar: { w: 1 }'), ['error [1] w is 1: write 2 numbers, for instance [1, 0].']],
    [
      'NaN',
      layers('planar: { w: [.nan, NaN], b: .inf }'),
      [
        'error [.nan] A number of w is .nan: give a number from −1,000,000 to 1,000,000.',
        'error [NaN] A number of w is NaN: give a number from −1,000,000 to 1,000,000.',
        'error [.inf] b is .inf: give a number from −1,000,000 to 1,000,000.',
      ],
    ],
    ['a number beyond float64', layers('planar: { b: 1e400 }'), ['error [1e400] b is 1e400: give a number from −1,000,000 to 1,000,000.']],
    ['yes for true', layers('planar: { raw: yes }'), ['error [yes] raw is yes: write true or false.']],
    [
      'weights of another kind',
      flowWith('weights: two-moons.pt'),
      ['error [two-moons.pt] weights is two-moons.pt: name a file that ends in .safetensors.'],
    ],
    [
      'an alias',
      `${flowWith('seed: &s 1')}training: { steps: *s }\n`,
      ['error [*s] *s stands for a value that is written elsewhere: write the value itself here.'],
    ],
    [
      'a merge key',
      flowWith('<<: { seed: 1 }'),
      [`error [<<] A flow has no key "<<": it takes nflow, dim, base, seed, direction, objective, training, layers or weights.`],
    ],
    ['a colon without a name', flowWith(': 3'), ['error [: 3] A name is missing before this colon: write it, or take the colon away.']],
    ['a tab', 'nflow: 1\nobjective:\n\ttype: x\n', ['error [\t] A tab indents this line: indent it with spaces.']],
    ['a second flow', `${flowWith('dim: 2')}---\nnflow: 1\n`, ['error [---] A second YAML document begins here: write one flow per file.']],
    ['an empty file', '', ['error [] There is no flow in this file: begin with "nflow: 1".']],
    ['prose', 'Hello, world', ['error [Hello, world] A flow is Hello, world: write keys and values, beginning with "nflow: 1".']],
  ];
  for (const [what, text, problems] of cases) {
    it(`is named on its own range: ${what}`, () => {
      assert.deepEqual(mistakes(text), problems);
      assert.equal(
        parseFlow(text).spec === undefined,
        problems.some((problem) => problem.startsWith('error')),
      );
    });
  }
});
