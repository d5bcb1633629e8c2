/** What can be dragged of a layer, and its Jacobian: held for every registered type, and by hand. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parameterCount, type Handle, type Layer, type LayerType } from '../../../src/flow/layer';
import { planar } from '../../../src/flow/planar';
import { radial } from '../../../src/flow/radial';
import { layerTypes } from '../../../src/flow/registry';
import type { Options } from '../../../src/flow/spec';
import { everyOption, forward } from './batches';

const number = (size: number): fc.Arbitrary<number> => fc.integer({ min: -1000, max: 1000 }).map((n) => (n * size) / 1000);

interface Case {
  readonly values: number[];
  readonly options: Options;
  readonly dim: number;
  readonly to: number[];
  readonly point: number[];
}

function cases(type: LayerType): fc.Arbitrary<Case> {
  const small = everyOption(type).filter(({ hidden = 0, permutation = 0 }) => Number(hidden) < 10 && Number(permutation) < 10);
  return fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(...small)).chain(([dim, options]) => {
    const count = parameterCount(type, dim, options);
    const point = fc.array(number(5), { minLength: dim, maxLength: dim });
    const values = fc.array(number(2), { minLength: count, maxLength: count });
    return fc.record({ dim: fc.constant(dim), options: fc.constant(options), values, to: point, point });
  });
}

const made = (type: LayerType, { dim, options, values }: Pick<Case, 'dim' | 'options'> & { values: ArrayLike<number> }): Layer =>
  type.create(dim, options, Float64Array.from(Array.from(values)));

function handleOf(layer: Layer, name: string): Handle {
  const handle = layer.handles().find((one) => one.name === name);
  assert.ok(handle !== undefined, name);
  return handle;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((value, i) => value - b[i]));
const nonZero = ({ values, dim }: Case): boolean => Math.hypot(...values.slice(0, dim)) > 0.01;

for (const type of layerTypes.values()) {
  describe(`a ${type.name} layer in a person's hands`, () => {
    it('does not change where a handle is dragged to where it is', () => {
      fc.assert(
        fc.property(cases(type), (one) => {
          fc.pre(type !== planar || nonZero(one));
          const layer = made(type, one);
          const before = forward(layer, one.point);
          for (const { name, at } of layer.handles()) {
            const after = forward(made(type, { ...one, values: layer.drag(name, at) }), one.point);
            const size = 1 + Math.max(...layer.handles().flatMap((handle) => handle.at.map(Math.abs)));
            after.points.forEach((value, i) => assert.ok(Math.abs(value - before.points[i]) < 1e-11 * size * size, `${name}: ${value}`));
            assert.ok(Math.abs(after.det[0] - before.det[0]) < 1e-11 * size * size * (1 + Math.abs(before.det[0])), `${name}: det`);
          }
        }),
        { numRuns: 300 },
      );
    });

    it('is finite, and as invertible as before, wherever a handle is dragged', () => {
      fc.assert(
        fc.property(cases(type), fc.constantFrom(1, 0, 1e-9, 1e9), (one, scale) => {
          const layer = made(type, one);
          for (const { name, at } of layer.handles()) {
            assert.ok(at.length === one.dim && at.every(Number.isFinite));
            const values = layer.drag(
              name,
              one.to.map((value) => scale * value),
            );
            assert.equal(values.length, one.values.length);
            assert.ok(values.every(Number.isFinite), `${name}: ${Array.from(values).join(', ')}`);
            if (one.options.raw !== true) assert.ok(made(type, { ...one, values }).margin > 0, name);
          }
        }),
        { numRuns: 300 },
      );
    });

    it('leaves its own values alone, and says what it cannot be held by', () => {
      fc.assert(
        fc.property(cases(type), (one) => {
          const layer = made(type, one);
          const map = Array.from(forward(layer, one.point).points);
          for (const { name } of layer.handles()) layer.drag(name, one.to);
          assert.deepEqual(Array.from(forward(layer, one.point).points), map);
          assert.throws(() => layer.drag('nose', one.to), /has no handle "nose" here: it has/);
        }),
        { numRuns: 20 },
      );
    });

    it('has the Jacobian of its differences, and of its singular values and determinant', () => {
      fc.assert(
        fc.property(cases(type), (one) => {
          const layer = made(type, one);
          const { dim, point } = one;
          const overlay = layer.overlay(0.05);
          // Differences must not reach across a kink.
          if (overlay.kind === 'half-spaces') fc.pre(Math.abs(dot(overlay.w, point) + overlay.b) > 1e-2);
          if (overlay.kind === 'centre') fc.pre(distance(overlay.centre, point) > 1e-2);
          const jacobian = layer.jacobian(Float64Array.from(point));
          const h = 1e-6;
          for (let j = 0; j < dim; j++) {
            const beside = (step: number): Float64Array =>
              forward(
                layer,
                point.map((value, i) => (i === j ? value + step : value)),
              ).points;
            const [above, below] = [beside(h), beside(-h)];
            for (let i = 0; i < dim; i++) {
              const slope = (above[i] - below[i]) / (2 * h);
              assert.ok(Math.abs(jacobian[i * dim + j] - slope) < 1e-6 * (1 + Math.hypot(...above)), `∂y${i}/∂v${j}`);
            }
          }
          const squares = layer.singularValues(Float64Array.from(point)).reduce((sum, value) => sum + value * value, 0);
          const frobenius = jacobian.reduce((sum, value) => sum + value * value, 0);
          assert.ok(Math.abs(squares - frobenius) < 1e-12 * (1 + frobenius), `${squares}, ${frobenius}`);
        }),
        { numRuns: 200 },
      );
    });

    it('inverts without a report to the same points and determinants', () => {
      fc.assert(
        fc.property(cases(type), (one) => {
          const layer = made(type, one);
          fc.pre(layer.margin > 1e-3);
          const { points, logDet, det } = forward(layer, one.point);
          const back = { points: new Float64Array(one.dim), det: new Float64Array(1), logDet: new Float64Array(1) };
          layer.inverse(points, back);
          const size = (1 + Math.hypot(...one.point, ...points)) / Math.min(1, layer.margin) ** 2;
          // At the kink of a leaky layer the two sides meet, and rounding chooses.
          const overlay = layer.overlay(0.05);
          if (overlay.kind === 'half-spaces') fc.pre(Math.abs(dot(overlay.w, one.point) + overlay.b) > 1e-6);
          assert.ok(distance(Array.from(back.points), one.point) < 1e-10 * size, Array.from(back.points).join(', '));
          assert.ok(Math.abs(back.logDet[0] - logDet[0]) < 1e-9 * size);
          assert.ok(Math.abs(back.det[0] - det[0]) < 1e-9 * size * (1 + det[0]));
        }),
        { numRuns: 200 },
      );
    });
  });
}

describe('a planar layer', () => {
  const layer = planar.create(2, {}, Float64Array.from([2, 0, 0.5, -1, 3]));

  it('is held by the foot of its hyperplane, by its normal and by û', () => {
    // 2x + 3 = 0 is nearest to 0 at (−1.5, 0); away from 0 lies 2x + 3 = −1.
    const [foot, normal, tip] = layer.handles();
    assert.deepEqual([foot.name, normal.name, tip.name], ['b', 'w', 'u']);
    assert.deepEqual([foot.kind, normal.kind, tip.kind], ['line', 'tip', 'tip']);
    assert.ok(distance(foot.at, [-1.5, 0]) < 1e-15 && distance(normal.at, [-2, 0]) < 1e-15);
    const overlay = layer.overlay(0.05);
    assert.ok(overlay.kind === 'hyperplane');
    assert.ok(distance(tip.at, [-1.5 + overlay.uHat[0], overlay.uHat[1]]) < 1e-15);
  });

  it('is shifted by its foot: the hyperplane goes through the point, and keeps its direction', () => {
    assert.deepEqual(Array.from(layer.drag('b', [0.25, 7])), [2, 0, 0.5, -1, -0.5]);
  });

  it('is turned by its normal, which ends where it was dragged', () => {
    fc.assert(
      fc.property(cases(planar), (one) => {
        const before = made(planar, one);
        const radius = Math.hypot(...one.to);
        fc.pre(nonZero(one) && radius > 0.01);
        const values = before.drag('w', one.to);
        assert.deepEqual(Array.from(values.subarray(one.dim)), one.values.slice(one.dim));
        assert.ok(distance(handleOf(made(planar, { ...one, values }), 'w').at, one.to) < 1e-12 * radius);
      }),
    );
  });

  it('has û where its tip was dragged, or just above wᵀû = −1, straight towards the hyperplane', () => {
    fc.assert(
      fc.property(cases(planar), (one) => {
        fc.pre(nonZero(one));
        const values = made(planar, one).drag('u', one.to);
        const { at, from } = handleOf(made(planar, { ...one, values }), 'u');
        assert.ok(from !== undefined);
        const w = one.values.slice(0, one.dim);
        const uHat = at.map((value, i) => value - from[i]);
        const asked = one.to.map((value, i) => value - from[i]);
        const size = 1 + Math.hypot(...one.to, ...from);
        const excess = one.options.raw === true ? 0 : Math.max(0, -1 + 1e-3 - dot(w, asked));
        if (excess === 0) assert.ok(distance(at, one.to) < 1e-11 * size * (1 + Math.hypot(...w)) ** 2, at.join(', '));
        else {
          const kappa = dot(w, uHat);
          assert.ok(kappa > -1 - 1e-12 * size && kappa < -1 + 1.001e-3, `wᵀû = ${kappa}`);
          // What is across w is as asked.
          const moved = uHat.map((value, i) => value - asked[i]);
          assert.ok(Math.abs(dot(moved, w) ** 2 - dot(moved, moved) * dot(w, w)) < 1e-8 * size ** 2 * (1 + dot(w, w)) ** 2);
        }
        assert.deepEqual(Array.from(values.subarray(0, one.dim)), w);
      }),
    );
  });

  it('without a hyperplane is held by û alone', () => {
    const still = planar.create(2, {}, Float64Array.from([0, 0, 1, 2, 0.5]));
    assert.deepEqual(still.handles(), [{ name: 'u', kind: 'tip', at: [1, 2], from: [0, 0] }]);
    assert.deepEqual(Array.from(still.drag('u', [3, 4])), [0, 0, 3, 4, 0.5]);
    assert.throws(() => still.drag('b', [0, 0]), /has no handle "b" here: it has u\./);
  });
});

describe('a radial layer', () => {
  it('goes where its centre is dragged, and reaches as far as its rim', () => {
    fc.assert(
      fc.property(cases(radial), (one) => {
        const layer = made(radial, one);
        const moved = made(radial, { ...one, values: layer.drag('centre', one.to) });
        assert.deepEqual(handleOf(moved, 'centre').at, one.to);
        const before = layer.overlay(0.05);
        const reach = distance(handleOf(layer, 'centre').at, one.to);
        fc.pre(reach > 0.01);
        const after = made(radial, { ...one, values: layer.drag('alpha', one.to) }).overlay(0.05);
        assert.ok(before.kind === 'centre' && after.kind === 'centre');
        assert.ok(Math.abs(after.reach - reach) < 1e-12 * (1 + reach));
        assert.ok(Math.abs(after.push - before.push) < 1e-11 * (1 + Math.abs(before.push)), 'the relative push stays');
      }),
    );
  });

  it('shows its reach along the coordinate that is asked for', () => {
    const [, rim] = radial.create(3, {}, Float64Array.from([1, 2, 3, 0, 0])).handles(2);
    assert.ok(distance(rim.at, [1, 2, 3 + Math.LN2]) < 1e-15);
  });
});
