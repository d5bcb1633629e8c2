import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InverseStatus, type HyperplaneOverlay, type Layer } from '../../../src/flow/layer';
import { planar } from '../../../src/flow/planar';
import { planarRoots, solvePlanar } from '../../../src/flow/planar-inverse';
import type { Options } from '../../../src/flow/spec';
import reference from '../../fixtures/flow/planar-reference.json';
import { forward, inverse, roundingAt } from './batches';

const inverseTolerance = 1e-12;

const layerOf = (w: number[], u: number[], b: number, raw = false): Layer =>
  planar.create(w.length, { raw }, Float64Array.from([...w, ...u, b]));

function overlayOf(layer: Layer, epsilon: number): HyperplaneOverlay {
  const overlay = layer.overlay(epsilon);
  assert.ok(overlay.kind === 'hyperplane');
  return overlay;
}

function close(actual: number, expected: number, tolerance: number, what: string): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= tolerance * Math.max(1e-300, Math.abs(expected)), `${what}: ${actual} instead of ${expected}`);
}

describe('the planar layer by hand', () => {
  // wᵀu = 0, so softplus(wᵀu) = ln 2 and κ = ln 2 − 1 whatever ‖w‖ is; û = u + (ln 2 − 1)·w/‖w‖².
  // With ‖w‖ in place of ‖w‖², û₁ would be ln 2 − 1; with one log too many, κ would be log(1 + ln 2) − 1.
  const layer = layerOf([2, 0], [0, 1], 0);

  it('û = u + (softplus(−wᵀu) − 1)·w/‖w‖²', () => {
    const { uHat, kappa } = overlayOf(layer, 0.1);
    close(uHat[0], (Math.LN2 - 1) / 2, 1e-15, 'û₁');
    close(uHat[1], 1, 1e-15, 'û₂');
    close(kappa, Math.LN2 - 1, 1e-15, 'κ');
  });

  it('on the hyperplane the point stays and det = softplus(wᵀu), the margin', () => {
    const { points, det, logDet } = forward(layer, [0, 5]);
    assert.deepEqual(Array.from(points), [0, 5]);
    close(det[0], Math.LN2, 1e-15, 'det');
    close(logDet[0], Math.log(Math.LN2), 1e-15, 'log det');
    close(layer.margin, Math.LN2, 1e-15, 'margin');
  });

  it('where tanh a = 1/2, the point moves by û/2 and det = 1 + ¾·κ', () => {
    // a = 2·v₁ = atanh(½) = ½·ln 3
    const { points, det } = forward(layer, [Math.log(3) / 4, 0]);
    close(points[0], Math.log(3) / 4 + (Math.LN2 - 1) / 4, 1e-15, 'y₁');
    close(points[1], 0.5, 1e-15, 'y₂');
    close(det[0], 1 + 0.75 * (Math.LN2 - 1), 1e-15, 'det');
  });
});

describe('the planar layer against 60 digits', () => {
  reference.layers.forEach((expected, i) => {
    it(`case ${i + 1}: w = [${expected.w.join(', ')}], u = [${expected.u.join(', ')}]${expected.raw ? ', raw' : ''}`, () => {
      const layer = layerOf(expected.w, expected.u, expected.b, expected.raw);
      const { uHat, kappa } = overlayOf(layer, 0.1);
      const { points, det, logDet } = forward(layer, expected.v);
      expected.uHat.forEach((value, j) => close(uHat[j], value, 1e-14, `û${j + 1}`));
      close(kappa, expected.kappa, 1e-14, 'κ');
      close(layer.margin, expected.margin, 1e-13, 'margin');
      const size = Math.hypot(...expected.v) + Math.hypot(...expected.uHat);
      expected.y.forEach((value, j) => close(size + points[j], size + value, 1e-15, `y${j + 1}`));
      close(det[0], expected.det, 1e-13, 'det');
      close(logDet[0], expected.logDet, 1e-12, 'log det');
    });
  });
});

describe('the inverse of the planar layer', () => {
  it('finds every root to full accuracy, near κ = −1 too', () => {
    for (const { kappa, c, roots } of reference.roots) {
      const found = planarRoots(kappa, c);
      assert.equal(found.length, roots.length, `κ = ${kappa}, c = ${c}`);
      roots.forEach((root, i) => close(found[i], root, 1e-12, `κ = ${kappa}, c = ${c}, root ${i + 1}`));
    }
  });

  it('has three roots at c = 0 beyond κ = −1, and only 0 up to there', () => {
    assert.deepEqual(planarRoots(-1, 0), [0]);
    const [left, middle, right] = planarRoots(-4, 0);
    assert.equal(middle, 0);
    assert.equal(left, -right);
    close(right, 4 * Math.tanh(right), 1e-14, 'the outer root');
  });

  it('stays short for any κ ≥ −1 and any c', () => {
    const anySize = fc.double({ min: -300, max: 300, noNaN: true }).map((power) => 10 ** power);
    const slack = fc.double({ min: -300, max: 8, noNaN: true }).map((power) => 10 ** power);
    fc.assert(
      fc.property(slack, anySize, fc.boolean(), (s, size, negative) => {
        const c = negative ? -size : size;
        const { root, iterations } = solvePlanar(s - 1, s, c);
        assert.ok(iterations <= 60, `${iterations} iterations`);
        assert.ok(Number.isFinite(root) && (root === 0 || Math.sign(root) === Math.sign(c)));
      }),
      { numRuns: 2000 },
    );
  });

  it('says where several points have the same image, and gives the one outside the fold on its own side', () => {
    const layer = layerOf([1, 0], [-3, 0.5], 0, true);
    const { points, det, status } = inverse(layer, [0.1, 0, -0.1, 0, 50, 0]);
    assert.deepEqual(Array.from(status), [InverseStatus.SeveralPreimages, InverseStatus.SeveralPreimages, InverseStatus.Ok]);
    assert.ok(points[0] > 0 && points[2] < 0);
    assert.ok(det.every((value) => value > 0));
    const images = planarRoots(-3, 0.1).flatMap((r) => Array.from(forward(layer, [r, 0]).points.subarray(0, 1)));
    images.forEach((image) => close(image, 0.1, 1e-14, 'image of a preimage'));
    assert.equal(images.length, 3);
  });

  it('names all three preimages in order inside the fold, and one outside: w off the axes, b ≠ 0', () => {
    // w = (3, 4)/5 and û = −3·w + ½·w⊥: κ = −3, and every preimage lies at y − û·tanh(r) with r + κ·tanh(r) = wᵀy + b.
    const layer = layerOf([0.6, 0.8], [-1.8 - 0.4, -2.4 + 0.3], 0.3, true);
    const y = [0.6 * -0.2 + 0.8, 0.8 * -0.2 - 0.6];
    const all = Array.from(layer.preimages(Float64Array.from(y)));
    const rootsOf = [0, 2, 4].map((at) => 0.6 * all[at] + 0.8 * all[at + 1] + 0.3);
    // q(r) = r − 3·tanh(r) = 0.1 by bisection on each of the three pieces between its turns at ±acosh(√3).
    const q = (r: number): number => r - 3 * Math.tanh(r) - 0.1;
    const turn = Math.acosh(Math.sqrt(3));
    const bisected = [
      [-4, -turn],
      [-turn, turn],
      [turn, 4],
    ].map(([low, high]) => {
      const rising = q(high) > 0;
      for (let i = 0; i < 200; i++) {
        const middle = (low + high) / 2;
        if (q(middle) > 0 === rising) high = middle;
        else low = middle;
      }
      return low;
    });
    assert.equal(all.length, 6);
    bisected.forEach((root, i) => assert.ok(Math.abs(rootsOf[i] - root) < 1e-13, `root ${i + 1}: ${rootsOf[i]} instead of ${root}`));
    assert.equal(layer.preimages(Float64Array.of(50, 0)).length, 2);
  });

  for (const kappa of [-20, -50, -1e4]) {
    const q = (r: number): number => r + kappa * Math.tanh(r);
    const turn = Math.acosh(Math.sqrt(-kappa));
    const heights = [0.01, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999].map((part) => -part * q(turn));

    it(`finds all three roots where a fold is strong, κ = ${kappa}: by bisection`, () => {
      for (const c of heights) {
        const found = planarRoots(kappa, c);
        assert.equal(found.length, 3);
        const pieces = [
          [2 * kappa, -turn],
          [-turn, turn],
          [turn, -3 * kappa],
        ];
        pieces.forEach(([low, high], i) => {
          const rising = q(high) > c;
          for (let n = 0; n < 200; n++) {
            const middle = (low + high) / 2;
            if (q(middle) > c === rising) high = middle;
            else low = middle;
          }
          const rounding = (16 * Number.EPSILON * -kappa) / Math.abs(1 + kappa / Math.cosh(low) ** 2) + 1e-15 * Math.abs(low);
          assert.ok(Math.abs(found[i] - low) <= rounding, `c = ${c}, root ${i + 1}: ${found[i]} instead of ${low}`);
        });
      }
    });

    it(`and names three preimages that are mapped to y to 1e-12, κ = ${kappa}`, () => {
      const layer = layerOf([1, 0], [kappa, 0.5], 0, true);
      for (const c of heights) {
        const all = Array.from(layer.preimages(Float64Array.of(c, 1)));
        assert.equal(all.length, 6);
        const { points } = forward(layer, all);
        const errors = [0, 2, 4].map((at) => Math.hypot(points[at] - c, points[at + 1] - 1));
        errors.forEach((error) => assert.ok(error <= inverseTolerance * Math.max(1, Math.hypot(c, 1)), `c = ${c}: ${error}`));
      }
    });
  }

  it('counts the edge of the fold twice, though rounding puts it to either side', () => {
    for (let kappa = -1.5; kappa > -100; kappa *= 1.37) {
      const turn = Math.acosh(Math.sqrt(-kappa));
      const layer = planar.create(1, { raw: true }, Float64Array.of(1, kappa, 0));
      for (const edge of [turn, -turn]) {
        const image = forward(layer, [edge]).points;
        const all = layer.preimages(image);
        assert.equal(all.length, 3, `κ = ${kappa}`);
        assert.equal(all.filter((v) => Math.abs(v - edge) < 1e-6).length, 2, `κ = ${kappa}: ${all.join(', ')} and not twice ${edge}`);
        assert.deepEqual(Array.from(inverse(layer, Array.from(image)).status), [InverseStatus.SeveralPreimages]);
      }
    }
  });

  it('names no preimage that is not finite', () => {
    // û = u + (ln 2 − 1)·w/‖w‖² is beyond float64.
    assert.equal(layerOf([5e-324, 5e-324], [0.5, -0.25], 1).preimages(Float64Array.of(1, 2)).length, 0);
  });

  it('says when its input is not finite', () => {
    const { status } = inverse(layerOf([1, 0.5], [0.3, 0.2], 0), [NaN, 0, 1, Infinity, 1, 2]);
    assert.deepEqual(Array.from(status), [InverseStatus.NotFinite, InverseStatus.NotFinite, InverseStatus.Ok]);
  });
});

describe('the planar layer at the end of float64', () => {
  // softplus(−800) = e^{−800}, to every digit: below the least number, whose logarithm is −744.
  for (const leaky of [false, true]) {
    const pressed = planar.create(2, { leaky }, Float64Array.of(1, 0, -800, 0.5, 0));

    it(`${leaky ? 'leaky' : 'tanh'}: log det is right where det is below every number, and the margin stays above 0`, () => {
      const { det, logDet } = forward(pressed, leaky ? [1e-9, 2] : [0, 2]);
      close(logDet[0], -800, 1e-15, 'log det');
      assert.ok(det[0] > 0 && pressed.margin > 0 && pressed.margin < 1e-300);
    });
  }

  it('log det = 2·log|tanh a| beside such a hyperplane', () => {
    const pressed = layerOf([1, 0], [-800, 0.5], 0);
    close(forward(pressed, [1e-150, 2]).logDet[0], 2 * Math.log(1e-150), 1e-15, 'log det');
    close(forward(pressed, [0.5, 2]).logDet[0], 2 * Math.log(Math.tanh(0.5)), 1e-14, 'log det');
  });

  it('training’s map has the log det of the layer there, and where κ is small', () => {
    const cases: [Options, number[], number[], number][] = [
      [{}, [1, 0, -800, 0.5, 0], [0, 2], -800],
      [{ leaky: true }, [1, 0, -800, 0.5, 0], [1, 2], -800],
      [{ raw: true }, [1, 0, 1e-12, 0, 0], [0, 0], 1e-12],
      [{ raw: true, leaky: true }, [1, 0, 1e-12, 0, 0], [1, 0], 1e-12],
      [{ raw: true, leaky: true }, [1, 0, 1e-12, 0, 0], [-1, 0], 2e-13],
    ];
    for (const [options, values, point, expected] of cases) {
      const logDet = new Float64Array(1);
      planar.kernel(2, options, Float64Array.from(values)).forward(Float64Array.from(point), new Float64Array(2), logDet);
      const layer = planar.create(2, options, Float64Array.from(values));
      // log(1 + x) = x − x²/2 …
      const exact = Math.abs(expected) < 1 ? expected - expected ** 2 / 2 : expected;
      close(logDet[0], exact, 1e-15, `training’s, ${JSON.stringify(options)}`);
      close(forward(layer, point).logDet[0], exact, 1e-15, `the layer’s, ${JSON.stringify(options)}`);
    }
  });

  it('training’s map has the same û as ever where the square of ‖w‖ is below every number', () => {
    const values = Float64Array.of(3e-170, 4e-170, 0.5, -0.25, 1);
    const point = Float64Array.of(1, 2);
    const [image, gradient] = [new Float64Array(2), new Float64Array(5)];
    const logDet = new Float64Array(1);
    const kernel = planar.kernel(2, {}, values);
    kernel.forward(point, image, logDet);
    const layer = forward(planar.create(2, {}, values), [1, 2]);
    image.forEach((value, i) => close(value, layer.points[i], 1e-13, `y${i + 1}`));
    // û = u + (ln 2 − 1)·w/‖w‖², with wᵀu = 0 but for 1e-170.
    close(image[0], ((Math.LN2 - 1) * 0.6 * Math.tanh(1)) / 5e-170, 1e-13, 'y₁');
    kernel.backward(point, Float64Array.of(1e-200, 0), new Float64Array(1), gradient);
    assert.ok(gradient.every(Number.isFinite), gradient.join(', '));
  });
});

describe('the planar layer at w = 0', () => {
  it('is the translation by u·tanh(b) when constrained', () => {
    const layer = layerOf([0, 0], [0.5, -0.25], 1);
    assert.equal(layer.margin, 1);
    const { points, det } = forward(layer, [1, 2]);
    close(points[0], 1 + 0.5 * Math.tanh(1), 1e-15, 'y₁');
    close(points[1], 2 - 0.25 * Math.tanh(1), 1e-15, 'y₂');
    assert.equal(det[0], 1);
    const back = inverse(layer, Array.from(points));
    assert.deepEqual(Array.from(back.status), [InverseStatus.Ok]);
    close(back.points[0], 1, 1e-15, 'v₁');
  });

  it('stays finite, or says that it is not, as w shrinks', () => {
    for (const size of [1e-3, 1e-30, 1e-150, 1e-200, 1e-308, 5e-324]) {
      const layer = layerOf([size, size], [0.5, -0.25], 1);
      // wᵀu is size/4.
      close(layer.margin, Math.log(2 + Math.expm1(size / 4)), 1e-15, 'margin');
      const { points, residual, status, logDet } = inverse(layer, [1, 2]);
      const said: InverseStatus = status[0];
      const fits = overlayOf(layer, 0.05).uHat.every(Number.isFinite);
      assert.equal(said === InverseStatus.NotFinite, !fits, `w = ${size}: status ${said}`);
      assert.equal(fits, size > 1e-320);
      if (!fits) continue;
      assert.equal(said === InverseStatus.Ok, residual[0] <= inverseTolerance * Math.hypot(1, 2));
      assert.ok(residual[0] <= Math.max(inverseTolerance, roundingAt(layer, points)), `w = ${size}: residual ${residual[0]}`);
      assert.ok(Number.isFinite(logDet[0]));
    }
  });
});

describe('what to be warned of in the values of a planar layer', () => {
  const cautionOf = (options: Options, given: Record<string, number[]>) => planar.caution?.(options, given, (value) => value.toFixed(4));

  it('a raw layer with wᵀu < −1 folds', () => {
    const given = { w: [1, 2], u: [-3, 0.5] };
    assert.equal(cautionOf({ raw: true }, given)?.sentence, 'This layer folds space: wᵀu = -2.0000 is below −1.');
    assert.equal(cautionOf({ raw: true }, { w: [1, 2], u: [-1, 0] }), undefined);
    assert.equal(cautionOf({ raw: true, leaky: true }, given)?.sentence, 'This layer folds space: wᵀu = -2.0000 is between −5 and −1.');
    // From there on it turns all of space over.
    assert.equal(cautionOf({ raw: true, leaky: true }, { w: [1, 2], u: [-7, 0.5] }), undefined);
    assert.equal(cautionOf({ raw: true }, { w: [1, 2] }), undefined);
  });

  it('a u moved along w alone ends the fold, for any w and u', () => {
    const vector = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 });
    const dot3 = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
    /** v, moved along w to where wᵀu = s. */
    const moveTo = (w: number[], v: readonly number[], s: number): number[] => v.map((x, i) => x + ((s - dot3(w, v)) / dot3(w, w)) * w[i]);
    fc.assert(
      fc.property(vector, vector, fc.double({ min: -4.9, max: -1.1, noNaN: true }), fc.boolean(), (w, v, s, leaky) => {
        fc.pre(Math.hypot(...w) > 0.1);
        const u = moveTo(w, v, s);
        const moved = cautionOf({ raw: true, leaky }, { w, u })?.remedies?.find(({ values }) => values)?.values?.u ?? [];
        const nearest = moveTo(w, u, -0.9);
        const largest = Math.max(...nearest.map(Math.abs));
        moved.forEach((value, i) =>
          assert.ok(Math.abs(value - nearest[i]) <= 0.06 * largest, `${moved.join(', ')} near ${nearest.join(', ')}`),
        );
        assert.ok(moved.length === 3 && Math.abs(dot3(w, moved) + 0.9) < 0.01);
        assert.equal(cautionOf({ raw: true, leaky }, { w, u: [...moved] }), undefined);
      }),
    );
  });

  it('a constrained one is singular for a short w', () => {
    assert.equal(cautionOf({}, { w: [6e-4, 8e-4] }), undefined);
    const caution = cautionOf({}, { w: [3e-4, 4e-4] });
    assert.equal(caution?.parameter, 'w');
    assert.match(caution.sentence, /^‖w‖ = 0\.0005 is below 0\.0010:.*Give a longer w\.$/);
    assert.equal(cautionOf({}, { u: [1, 1] }), undefined);
  });
});

describe('the danger strip and the fold', () => {
  /** det at a = wᵀv + b, for a layer whose w is a unit vector and b = 0. */
  const detAt = (layer: Layer, a: number): number => forward(layer, [a, 0.7]).det[0];
  const squeezing = fc.double({ min: -60, max: 3, noNaN: true });

  it('det = ε exactly on the edge of the strip, below inside and above outside', () => {
    fc.assert(
      fc.property(squeezing, fc.double({ min: 1e-6, max: 0.99, noNaN: true }), (wu, epsilon) => {
        const layer = layerOf([1, 0], [wu, 0.3], 0);
        const { danger, fold } = overlayOf(layer, epsilon);
        assert.equal(fold, 0);
        assert.equal(danger > 0, layer.margin < epsilon);
        if (danger > 0) close(detAt(layer, danger), epsilon, 1e-10, 'det on the edge');
        if (danger > 1e-3) {
          assert.ok(detAt(layer, 0.999 * danger) < epsilon);
          assert.ok(detAt(layer, -0.999 * danger) < epsilon);
          assert.ok(detAt(layer, 1.001 * danger) > epsilon);
        }
      }),
    );
  });

  it('det = 0 exactly on the edge of a fold, which lies inside the strip', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: -1.001, noNaN: true }), (kappa) => {
        const layer = layerOf([1, 0], [kappa, 0.3], 0, true);
        const { danger, fold } = overlayOf(layer, 0.05);
        close(1 + detAt(layer, fold), 1, 1e-9, 'det on the edge');
        assert.ok(detAt(layer, 0.99 * fold) < 0 && detAt(layer, 1.01 * fold) > 0);
        assert.ok(danger > fold);
        assert.equal(layer.margin, 1 + kappa);
      }),
    );
  });

  it('an ε outside [0, 1) is refused', () => {
    assert.throws(() => layerOf([1, 0], [0, 0], 0).overlay(1), /ε must be at least 0 and below 1/);
  });
});
