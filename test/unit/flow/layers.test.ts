/** What the contract of src/flow/layer promises, held for every registered type of layer. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InverseStatus, parameterCount, type Layer, type LayerType } from '../../../src/flow/layer';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import type { Options } from '../../../src/flow/spec';
import { determinant, forward, inverse, roundingAt } from './batches';

/** From −size to size in steps of a thousandth, 0 included. */
const number = (size: number): fc.Arbitrary<number> => fc.integer({ min: -1000, max: 1000 }).map((n) => (n * size) / 1000);

interface Case {
  readonly layer: Layer;
  readonly point: number[];
}

/** Layers of any dimension with parameters up to `size`, with a point up to `reach`. */
function cases(type: LayerType, size: number, reach: number): fc.Arbitrary<Case> {
  const options: fc.Arbitrary<Options> = fc.record(
    Object.fromEntries(
      type.options.map((option): [string, fc.Arbitrary<boolean | number>] => [
        option.name,
        'least' in option ? fc.integer({ min: option.least, max: Math.min(option.most, 8) }) : fc.boolean(),
      ]),
    ),
  );
  return fc.tuple(fc.integer({ min: 1, max: 5 }), options).chain(([dim, chosen]) =>
    fc.record({
      layer: fc
        .array(number(size), { minLength: parameterCount(type, dim, chosen), maxLength: parameterCount(type, dim, chosen) })
        .map((values) => type.create(dim, chosen, Float64Array.from(values))),
      point: fc.array(number(reach), { minLength: dim, maxLength: dim }),
    }),
  );
}

const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => norm(Array.from(a, (value, i) => value - b[i]));

/** The Jacobian of a map by central differences: columns ∂y/∂vⱼ. */
function differences(map: (v: number[]) => Float64Array, v: number[], h = 1e-5): number[][] {
  return v.map((_, j) => {
    const beside = (step: number): number[] => v.map((value, i) => (i === j ? value + step : value));
    const above = map(beside(h));
    const below = map(beside(-h));
    return Array.from(above, (value, i) => (value - below[i]) / (2 * h));
  });
}

/** Whether the point is so near a kink of the layer that differences would reach across it. */
function atKink(layer: Layer, point: number[]): boolean {
  const overlay = layer.overlay(0.05);
  if (overlay.kind === 'centre') return distance(overlay.centre, point) < 1e-3;
  return overlay.kind === 'half-spaces' && Math.abs(overlay.w.reduce((sum, w, i) => sum + w * point[i], overlay.b)) < 1e-3;
}

/** The size of the terms that the layer adds up. */
function sizeAt(layer: Layer, ...points: ArrayLike<number>[]): number {
  const overlay = layer.overlay(0.05);
  return 1 + points.reduce((sum, point) => sum + norm(point), 'uHat' in overlay ? norm(overlay.uHat) : 0);
}

const conditionAt = (layer: Layer, point: ArrayLike<number>): number => {
  const values = layer.singularValues(Float64Array.from(Array.from(point)));
  return values[0] / values[values.length - 1];
};

for (const type of layerTypes.values()) {
  describe(`every ${type.name} layer`, () => {
    it('has fractions that go a fraction of its way, where it has them', () => {
      fc.assert(
        fc.property(cases(type, 3, 5), fc.integer({ min: 0, max: 100 }), ({ layer, point }, percent) => {
          const tau = percent / 100;
          const part = layer.fraction?.(tau);
          if (!part) return;
          const [went, whole] = [forward(part, point), forward(layer, point)];
          const straight = point.map((value, i) => value + tau * (whole.points[i] - value));
          assert.ok(
            distance(went.points, straight) <= 1e-12 * sizeAt(layer, point, whole.points),
            `${went.points.join()} is not ${straight.join()}`,
          );
          const jacobian = layer.jacobian(Float64Array.from(point));
          const mixed = point.map((_, i) => point.map((_value, j) => (i === j ? 1 - tau : 0) + tau * jacobian[i * point.length + j]));
          const det = determinant(mixed);
          assert.ok(
            Math.abs(went.det[0] - det) <= 1e-9 * (1 + Math.abs(det) + norm(jacobian) ** point.length),
            `${went.det[0]} is not ${det}`,
          );
        }),
      );
    });

    it('goes there and back: φ(φ⁻¹(y)) = y to 1e-12 wherever it claims so', () => {
      fc.assert(
        fc.property(cases(type, 5, 20), ({ layer, point }) => {
          const back = inverse(layer, point);
          const status: InverseStatus = back.status[0];
          const image = forward(layer, Array.from(back.points));
          const error = distance(image.points, point);
          const folded = status === InverseStatus.SeveralPreimages || status === InverseStatus.NoPreimage;
          if (status === InverseStatus.Unreliable) {
            // No v in float64 need do better than condition × rounding.
            const rounding = 2e-15 * conditionAt(layer, back.points) * sizeAt(layer, point, back.points);
            assert.ok(1e-12 * (1 + norm(point)) < rounding, `‖φ(v) − y‖ = ${error}, rounding ${rounding}`);
          } else assert.ok(status === InverseStatus.Ok || (layer.margin <= 0 && folded), `status ${status}`);
          const claimed = status === InverseStatus.Ok || status === InverseStatus.SeveralPreimages;
          assert.ok(!claimed || error <= 1e-12 * (1 + norm(point)), `‖φ(v) − y‖ = ${error}`);
          assert.ok(Math.abs(back.residual[0] - error) <= 1e-15 * (1 + error), `reported ${back.residual[0]}, is ${error}`);
          assert.deepEqual([back.det[0], back.logDet[0]], [image.det[0], image.logDet[0]]);
        }),
        { numRuns: 1000 },
      );
    });

    it('names every preimage: each of them is mapped to y, and the point that y came from is among them', () => {
      fc.assert(
        fc.property(cases(type, 2, 3), ({ layer, point }) => {
          const { points: image, det } = forward(layer, point);
          fc.pre(Math.abs(det[0]) > 1e-3);
          const all = Array.from(layer.preimages(image));
          const found = Array.from({ length: all.length / layer.dim }, (_, m) => all.slice(m * layer.dim, (m + 1) * layer.dim));
          for (const v of found) {
            const error = distance(forward(layer, v).points, image);
            assert.ok(error <= 1e-13 * (1 + conditionAt(layer, v)) * sizeAt(layer, image, v), `‖φ(v) − y‖ = ${error}`);
          }
          const nearest = Math.min(...found.map((v) => distance(v, point)));
          const size = sizeAt(layer, point, image) * (1 + conditionAt(layer, point));
          // At a fold det is small, and the preimage moves by the root of what its image moves.
          assert.ok(nearest <= (1e-11 * size) / Math.min(1, det[0] ** 2), `${found.length} preimages, the nearest ${nearest} away`);
          assert.ok(found.length === 1 || layer.margin < 0);
        }),
        { numRuns: 500 },
      );
    });

    it('has no preimage of what is not finite', () => {
      for (const wrong of [NaN, Infinity]) {
        const layer = type.create(2, {}, type.initialise(2, {}, new RandomStream(1, 1)));
        assert.equal(layer.preimages(Float64Array.of(wrong, 0)).length, 0);
      }
    });

    it('refuses an ε at which its region would have no edge, or draws no region', () => {
      const layer = type.create(2, {}, type.initialise(2, {}, new RandomStream(1, 1)));
      const { kind } = layer.overlay(0.5);
      for (const epsilon of [1, -0.1, NaN]) {
        if (kind === 'hyperplane' || kind === 'centre') assert.throws(() => layer.overlay(epsilon), /ε must be at least 0 and below 1/);
        else assert.equal(layer.overlay(epsilon).kind, kind);
      }
    });

    it('comes back to where it began: φ⁻¹(φ(v)) = v, within condition × rounding', () => {
      fc.assert(
        fc.property(cases(type, 3, 5), ({ layer, point }) => {
          fc.pre(layer.margin > 1e-6);
          const image = forward(layer, point).points;
          const back = inverse(layer, Array.from(image));
          // The layer is contracted most at its margin, which the segment between the two points may cross.
          const error = distance(back.points, point);
          const size = sizeAt(layer, point, image) * (1 + conditionAt(layer, point));
          assert.ok(error <= (1e-12 * size) / Math.min(1, layer.margin), `‖v′ − v‖ = ${error}`);
        }),
        { numRuns: 1000 },
      );
    });

    it('says so or holds with parameters, and points, of any size', () => {
      const tiny = fc.constantFrom(1e-12, 1e-6, 1);
      fc.assert(
        fc.property(
          fc.tuple(fc.constantFrom(1e-12, 1e-3, 40, 1e6), tiny).chain(([size, reach]) => cases(type, size, reach * 1e6)),
          ({ layer, point }) => {
            const { points, status, residual } = inverse(layer, point);
            const given: InverseStatus = status[0];
            const said = `status ${given}, residual ${residual[0]}`;
            if (given === InverseStatus.NotFinite) {
              const lengths = [layer.margin, ...layer.singularValues(new Float64Array(layer.dim))];
              assert.ok(!lengths.every((length) => length > 1e-290 && length < 1e290), said);
              return;
            }
            assert.ok(layer.margin <= 0 || given === InverseStatus.Ok || given === InverseStatus.Unreliable, said);
            if (given === InverseStatus.NoPreimage) return;
            const tolerance = 1e-12 * Math.max(1, norm(point));
            assert.equal(residual[0] > tolerance, given === InverseStatus.Unreliable, said);
            const rounding = roundingAt(layer, points);
            // Where a layer stretches beyond float64's range, as at a centre without reach, no rounding can be named.
            const isNamed = layer.singularValues(points).every(Number.isFinite) && Number.isFinite(rounding);
            assert.ok(!isNamed || residual[0] <= Math.max(tolerance, rounding), `${said}, rounding ${rounding}`);
          },
        ),
        { numRuns: 1000 },
      );
    });

    it('says which points are not finite', () => {
      fc.assert(
        fc.property(cases(type, 2, 2), fc.constantFrom(NaN, Infinity, -Infinity), fc.nat(4), ({ layer, point }, wrong, at) => {
          const broken = point.map((value, i) => (i === at % layer.dim ? wrong : value));
          assert.deepEqual(Array.from(inverse(layer, broken).status), [InverseStatus.NotFinite]);
        }),
      );
    });

    it('det and log|det| are those of the Jacobian by finite differences', () => {
      fc.assert(
        fc.property(cases(type, 2, 2), ({ layer, point }) => {
          fc.pre(!atKink(layer, point));
          const { det, logDet } = forward(layer, point);
          const jacobian = differences((v) => forward(layer, v).points, point);
          const error = Math.abs(det[0] - determinant(jacobian));
          const scale = 1 + jacobian.reduce((product, column) => product * (1 + norm(column)), 1);
          assert.ok(error <= 1e-7 * scale, `det ${det[0]}, by differences ${determinant(jacobian)}`);
          assert.ok(Math.abs(Math.exp(logDet[0]) - Math.abs(det[0])) <= 1e-12 * (1 + Math.abs(det[0])));
        }),
        { numRuns: 500 },
      );
    });

    it('log det of the inverse is minus that of the map: by differences of φ⁻¹', () => {
      fc.assert(
        fc.property(cases(type, 1, 2), ({ layer, point }) => {
          fc.pre(layer.margin > 0.05 && !atKink(layer, point));
          const { points, logDet } = forward(layer, point);
          const back = differences((y) => inverse(layer, y).points, Array.from(points));
          const error = Math.log(Math.abs(determinant(back))) + logDet[0];
          assert.ok(Math.abs(error) < 1e-5 * conditionAt(layer, point) ** 2, `log det ${logDet[0]}, off by ${error}`);
        }),
        { numRuns: 300 },
      );
    });

    it('singular values, largest first, multiply to |det| and their squares add up to ‖J‖²', () => {
      fc.assert(
        fc.property(cases(type, 2, 2), ({ layer, point }) => {
          fc.pre(!atKink(layer, point));
          const values = Array.from(layer.singularValues(Float64Array.from(point)));
          const jacobian = differences((v) => forward(layer, v).points, point).flat();
          const product = values.reduce((all, value) => all * value, 1);
          const det = Math.abs(forward(layer, point).det[0]);
          assert.equal(values.length, layer.dim);
          assert.deepEqual(
            values,
            [...values].sort((a, b) => b - a),
          );
          assert.ok(Math.abs(product - det) <= 1e-12 * (1 + det) * (1 + values[0]));
          assert.ok(Math.abs(norm(values) - norm(jacobian)) <= 1e-6 * (1 + norm(jacobian)));
        }),
        { numRuns: 500 },
      );
    });

    it('is nowhere below its margin', () => {
      fc.assert(
        fc.property(cases(type, 3, 3), ({ layer, point }) => {
          const det = forward(layer, point).det[0];
          assert.ok(det >= layer.margin - 1e-12 * (1 + Math.abs(layer.margin)), `det ${det}, margin ${layer.margin}`);
        }),
        { numRuns: 500 },
      );
    });

    it('starts near the identity, the same for the same seed and another for another', () => {
      for (const name of ['', ...type.options.filter((option) => !('least' in option)).map((option) => option.name)]) {
        const options = name === '' ? {} : { [name]: true };
        for (const dim of [1, 2, 10]) {
          const start = (seed: number): Float64Array => type.initialise(dim, options, new RandomStream(seed, 1));
          assert.equal(start(5).length, parameterCount(type, dim, options));
          assert.deepEqual(start(5), start(5));
          assert.notDeepEqual(start(5), start(6));
          const layer = type.create(dim, options, start(5));
          const point = Array.from({ length: dim }, (_, i) => Math.sin(i + 1));
          assert.ok(distance(forward(layer, point).points, point) < 0.2 * dim, `${name} in ${dim} dimensions`);
        }
      }
    });
  });
}
