/** What is particular to one kind of layer, by hand. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { coupling } from '../../../src/flow/coupling';
import { InverseStatus, optionWords } from '../../../src/flow/layer';
import { linear, permutationOf } from '../../../src/flow/linear';
import { planar } from '../../../src/flow/planar';
import { radial } from '../../../src/flow/radial';
import { singularValuesOf } from '../../../src/flow/singular-values';
import { forward, inverse } from './batches';

describe('the radial layer', () => {
  /** softplus(x) = value. */
  const inverseSoftplus = (value: number): number => Math.log(Math.expm1(value));

  it('at distance α from its centre moves a point by β̂/2 of a ray: α = 2, β̂ = −1, r = 2', () => {
    const layer = radial.create(2, {}, Float64Array.from([1, 0, inverseSoftplus(2), inverseSoftplus(1)]));
    const { points, det } = forward(layer, [3, 0]);
    // 1 + β̂/(α + r) = 3/4 across the ray, and 1 + αβ̂/(α + r)² = 7/8 along it.
    assert.ok(Math.abs(points[0] - 2.5) < 1e-15 && points[1] === 0);
    assert.ok(Math.abs(det[0] - 21 / 32) < 1e-15);
    assert.ok(Math.abs(layer.margin - 0.25) < 1e-15);
  });

  it('is nearly singular within the distance that its overlay says, and nowhere else', () => {
    const number = fc.double({ min: -6, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        number,
        number,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 1e-3, max: 0.99, noNaN: true }),
        (alpha, beta, dim, epsilon) => {
          const layer = radial.create(dim, {}, Float64Array.from([...new Array<number>(dim).fill(0), alpha, beta]));
          const overlay = layer.overlay(epsilon);
          assert.ok(overlay.kind === 'centre');
          const detAt = (r: number): number => forward(layer, [r, ...new Array<number>(dim - 1).fill(0)]).det[0];
          assert.equal(overlay.danger > 0, layer.margin < epsilon);
          if (overlay.danger > 0) assert.ok(Math.abs(detAt(overlay.danger) - epsilon) < 1e-9);
          if (overlay.danger > 1e-6) assert.ok(detAt(0.99 * overlay.danger) < epsilon && detAt(1.01 * overlay.danger) > epsilon);
        },
      ),
    );
  });
});

describe('the radial layer far out', () => {
  it('leaves a point where it is, where the square of its distance leaves float64', () => {
    const { points, det } = forward(radial.create(2, {}, Float64Array.from([1, 0, 0, 3])), [3e200, -4e200]);
    assert.deepEqual([...points, ...det], [3e200, -4e200, 1]);
  });

  it('so does training’s map', () => {
    const [y, logDet] = [new Float64Array(2), new Float64Array(1)];
    radial.kernel(2, {}, Float64Array.from([1, 0, 0, 3])).forward(Float64Array.of(3e200, -4e200), y, logDet);
    assert.deepEqual([...y], [3e200, -4e200]);
    assert.ok(logDet[0] >= 0 && logDet[0] < 1e-190);
  });
});

describe('the radial layer at its centre', () => {
  // log softplus(−800) = −800 to every digit, and log softplus(0) = log ln 2; log det = 2·(log s − log α) there.
  const cases = [
    { alpha: 0, beta: -800, expected: 2 * (-800 - Math.log(Math.LN2)) },
    { alpha: -800, beta: 0, expected: 2 * (Math.log(Math.LN2) + 800) },
  ];
  for (const { alpha, beta, expected } of cases) {
    it(`has its log det where a factor leaves float64: alpha = ${alpha}, beta = ${beta}`, () => {
      const values = Float64Array.of(1, -2, alpha, beta);
      const { points, logDet } = forward(radial.create(2, {}, values), [1, -2]);
      assert.deepEqual(Array.from(points), [1, -2]);
      assert.ok(Math.abs(logDet[0] - expected) < 1e-12, `${logDet[0]} instead of ${expected}`);
      const [y, log] = [new Float64Array(2), new Float64Array(1)];
      radial.kernel(2, {}, values).forward(Float64Array.of(1, -2), y, log);
      assert.deepEqual([...y, log[0]], [1, -2, logDet[0]]);
    });
  }
});

describe('the leaky planar layer', () => {
  const layerOf = (kappa: number) => planar.create(1, { raw: true, leaky: true }, Float64Array.from([1, kappa, 0]));

  it('doubles one side and stretches the other by a fifth of that: κ = 1', () => {
    const { points, det } = forward(layerOf(1), [3, -5]);
    [6, -6, 2, 1.2].forEach((value, i) => assert.ok(Math.abs([...points, ...det][i] - value) < 1e-15));
    assert.equal(layerOf(1).margin, det[1]);
  });

  it('that folds has two preimages below the fold and none above, and says so: κ = −2', () => {
    const { points, status, residual } = inverse(layerOf(-2), [-3, 3]);
    assert.deepEqual(Array.from(status), [InverseStatus.SeveralPreimages, InverseStatus.NoPreimage]);
    assert.ok(Math.abs(points[0] + 5) < 1e-15);
    // The nearest image is that of the fold's edge, 0.
    assert.ok(Math.abs(points[1]) < 1e-15 && Math.abs(residual[1] - 3) < 1e-15);
  });

  it('that presses a side flat has one preimage beyond it, many on the fold and none on the other side: κ = −1 and κ = −5', () => {
    const flatAbove = inverse(layerOf(-1), [-0.8, 0, 1]);
    assert.deepEqual(Array.from(flatAbove.status), [InverseStatus.Ok, InverseStatus.SeveralPreimages, InverseStatus.NoPreimage]);
    assert.ok(Math.abs(flatAbove.points[0] + 1) < 1e-15);
    const flatBelow = inverse(layerOf(-5), [-1, 0, 1]);
    assert.deepEqual(Array.from(flatBelow.status), [InverseStatus.Ok, InverseStatus.SeveralPreimages, InverseStatus.NoPreimage]);
    assert.equal(flatBelow.points[0], 0.25);
  });

  it('that turns everything over, κ < −5, has one preimage everywhere', () => {
    const { points, status } = inverse(layerOf(-6), [-5, 0.2]);
    assert.deepEqual(Array.from(status), [InverseStatus.Ok, InverseStatus.Ok]);
    assert.ok(Math.abs(points[0] - 1) < 1e-15 && Math.abs(points[1] + 1) < 1e-14);
  });

  it('is solved to 1e-12 where it stretches by 4e10, and one step of Newton’s is not exact', () => {
    const { status, residual } = inverse(planar.create(1, { leaky: true }, Float64Array.of(-371000, -577999.9999973046, 0)), [-1000]);
    assert.deepEqual(Array.from(status), [InverseStatus.Ok]);
    assert.ok(residual[0] <= 1e-9);
  });

  it('folds where det has both signs: −5 < κ < −1', () => {
    const folding = [-7, -5, -4.9, -1.1, -1, 1].map((kappa) => layerOf(kappa).folds);
    assert.deepEqual(folding, [false, false, true, true, false, false]);
  });
});

describe('the preimages of a leaky planar layer', () => {
  const preimages = (kappa: number, y: number): number[] =>
    Array.from(planar.create(1, { raw: true, leaky: true }, Float64Array.from([1, kappa, 0])).preimages(Float64Array.of(y)));

  it('that folds, κ = −2: y = −v above 0 and 3v/5 below it', () => {
    const [below, above] = preimages(-2, -3);
    assert.ok(Math.abs(below + 5) < 1e-14 && Math.abs(above - 3) < 1e-14);
    assert.equal(preimages(-2, -3).length, 2);
    assert.deepEqual(preimages(-2, 3), []);
    assert.deepEqual(preimages(-2, 0), [0]);
  });

  it('that presses a side flat, κ = −1: its edge stands for it', () => {
    assert.deepEqual(preimages(-1, 0), [0]);
    assert.deepEqual(preimages(-1, 1), []);
    assert.ok(Math.abs(preimages(-1, -0.8)[0] + 1) < 1e-15);
  });
});

describe('the linear layer', () => {
  it('numbers permutations in lexicographic order, and keeps orientation', () => {
    const orders = Array.from({ length: 6 }, (_, rank) => permutationOf(rank, 3));
    assert.deepEqual(
      orders.map(({ from }) => from.join('')),
      ['012', '021', '102', '120', '201', '210'],
    );
    assert.deepEqual(
      orders.map(({ lastSign }) => lastSign),
      [1, -1, -1, 1, 1, -1],
    );
    assert.deepEqual(permutationOf(6, 3), orders[0]);
  });

  it('of rank 1 in two dimensions is a quarter turn', () => {
    const { points, det } = forward(linear.create(2, { permutation: 1 }, new Float64Array(4)), [3, 4]);
    assert.deepEqual([...points, ...det], [4, -3, 1]);
  });
});

describe('the coupling layer', () => {
  it('passes one half on and scales and shifts the other by it', () => {
    // One unit tanh(v₁); ρ = 2·atanh(½)·tanh(v₁)/tanh(1), so that s = 1 at v₁ = 1; t = 3.
    const values = Float64Array.from([1, 0, (2 * Math.atanh(0.5)) / Math.tanh(1), 0, 0, 3]);
    const plain = forward(coupling.create(2, { hidden: 1 }, values), [1, 2]);
    assert.equal(plain.points[0], 1);
    assert.ok(Math.abs(plain.points[1] - (2 * Math.E + 3)) < 1e-14 && Math.abs(plain.logDet[0] - 1) < 1e-15);
    const flipped = forward(coupling.create(2, { hidden: 1, flip: true }, values), [2, 1]);
    assert.ok(Math.abs(flipped.points[0] - (2 * Math.E + 3)) < 1e-14 && flipped.points[1] === 1);
  });

  it('says which coordinates pass', () => {
    const passesOf = (dim: number, flip: boolean) => coupling.create(dim, { flip, hidden: 1 }, new Float64Array(50)).overlay(0.1);
    assert.deepEqual(passesOf(3, false), { kind: 'coupling', passes: [true, false, false] });
    assert.deepEqual(passesOf(3, true), { kind: 'coupling', passes: [false, true, true] });
    assert.deepEqual(passesOf(1, false), { kind: 'coupling', passes: [false] });
  });

  it('is named by the options that are not at their defaults', () => {
    assert.deepEqual(optionWords(coupling, { flip: true, hidden: 16 }), ['flip']);
    assert.deepEqual(optionWords(coupling, { flip: false, hidden: 32 }), ['hidden 32']);
  });
});

describe('singular values', () => {
  const golden = (1 + Math.sqrt(5)) / 2;
  // [[1, 1], [0, 1]] has the singular values φ and 1/φ; a column of 1e200 beside one of 1e-200 leaves the other's part across it.
  const wide = [
    ...[1, 1e200, 1e-200, 1e300, 1e-300].map((s) => ({ matrix: [s, s, 0, s], expected: [s * golden, s / golden] })),
    { matrix: [1e-200, 1e200, 1e-200, 1e200], expected: [Math.SQRT2 * 1e200, 0] },
    { matrix: [1e-200, 1e200, -1e-200, 0], expected: [1e200, 1e-200] },
    { matrix: [1e200, 1e-200, 0, -1e-200], expected: [1e200, 1e-200] },
  ];
  for (const { matrix, expected } of wide) {
    it(`whose squares leave float64: [${matrix.join(', ')}]`, () => {
      const found = singularValuesOf(Float64Array.from(matrix), 2);
      found.forEach((value, i) =>
        assert.ok(Math.abs(value - expected[i]) <= 1e-15 * (expected[i] || 1e-200), `${found.join()}, ${expected.join()}`),
      );
    });
  }

  it('of a matrix by hand, and small ones beside large ones', () => {
    // [[3, 0], [4, 5]]: σ² are the eigenvalues 45 and 5 of its Gram matrix.
    const [large, small] = singularValuesOf(Float64Array.from([3, 0, 4, 5]), 2);
    assert.ok(Math.abs(large - Math.sqrt(45)) < 1e-14 && Math.abs(small - Math.sqrt(5)) < 1e-14);
    assert.deepEqual(Array.from(singularValuesOf(Float64Array.from([1e-12, 0, 0, 1e12]), 2)), [1e12, 1e-12]);
  });
});
