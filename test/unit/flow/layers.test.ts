/** What the contract of src/flow/layer promises, held for every registered type of layer. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InverseStatus, parameterCount, type Layer, type LayerType } from '../../../src/flow/layer';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import { forward, inverse } from './batches';

/** From −size to size in steps of a thousandth, 0 included. */
const number = (size: number): fc.Arbitrary<number> => fc.integer({ min: -1000, max: 1000 }).map((n) => (n * size) / 1000);

interface Case {
  readonly layer: Layer;
  readonly point: number[];
}

/** Layers of any dimension with parameters up to `size`, with a point up to `reach`. */
function cases(type: LayerType, size: number, reach: number): fc.Arbitrary<Case> {
  const options = fc.record(Object.fromEntries(type.options.map(({ name }) => [name, fc.boolean()])));
  return fc.tuple(fc.integer({ min: 1, max: 5 }), options).chain(([dim, chosen]) =>
    fc.record({
      layer: fc
        .array(number(size), { minLength: parameterCount(type, dim), maxLength: parameterCount(type, dim) })
        .map((values) => type.create(dim, chosen, Float64Array.from(values))),
      point: fc.array(number(reach), { minLength: dim, maxLength: dim }),
    }),
  );
}

const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => norm(Array.from(a, (value, i) => value - b[i]));

/** The Jacobian by central differences: columns ∂y/∂vⱼ. */
function differences(layer: Layer, v: number[], h = 1e-5): number[][] {
  return v.map((_, j) => {
    const beside = (step: number): number[] => v.map((value, i) => (i === j ? value + step : value));
    const above = forward(layer, beside(h)).points;
    const below = forward(layer, beside(-h)).points;
    return Array.from(above, (value, i) => (value - below[i]) / (2 * h));
  });
}

function determinant(matrix: number[][]): number {
  const rows = matrix.map((row) => [...row]);
  let det = 1;
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.reduce((best, row, i) => (i >= k && Math.abs(row[k]) > Math.abs(rows[best][k]) ? i : best), k);
    if (pivot !== k) [rows[k], rows[pivot], det] = [rows[pivot], rows[k], -det];
    det *= rows[k][k];
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j < rows.length; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return det;
}

for (const type of layerTypes.values()) {
  describe(`every ${type.name} layer`, () => {
    it('goes there and back: φ(φ⁻¹(y)) = y wherever it claims so', () => {
      fc.assert(
        fc.property(cases(type, 5, 20), ({ layer, point }) => {
          const back = inverse(layer, point);
          const status: InverseStatus = back.status[0];
          assert.ok(status === InverseStatus.Ok || (layer.margin <= 0 && status === InverseStatus.SeveralPreimages));
          const image = forward(layer, Array.from(back.points));
          const error = distance(image.points, point);
          assert.ok(error <= 1e-9 * (1 + norm(point)), `‖φ(v) − y‖ = ${error}`);
          assert.ok(Math.abs(back.residual[0] - error) <= 1e-12 * (1 + norm(point)), `reported ${back.residual[0]}, is ${error}`);
          assert.deepEqual([back.det[0], back.logDet[0]], [image.det[0], image.logDet[0]]);
        }),
        { numRuns: 1000 },
      );
    });

    it('comes back to where it began: φ⁻¹(φ(v)) = v, within condition × rounding', () => {
      fc.assert(
        fc.property(cases(type, 3, 5), ({ layer, point }) => {
          fc.pre(layer.margin > 1e-6);
          const back = inverse(layer, Array.from(forward(layer, point).points));
          const values = layer.singularValues(Float64Array.from(point));
          const condition = values[0] / values[values.length - 1];
          const size = 1 + norm(point) + norm(layer.overlay(0).uHat);
          // The layer is contracted most at its margin, which the segment between the two points may cross.
          const error = distance(back.points, point);
          assert.ok(error <= (1e-12 * size * (1 + condition)) / layer.margin, `‖v′ − v‖ = ${error}, condition ${condition}`);
        }),
        { numRuns: 1000 },
      );
    });

    it('keeps |a| of a million: far away it is nearly a translation', () => {
      fc.assert(
        fc.property(cases(type, 3, 1e6), ({ layer, point }) => {
          const there = forward(layer, point);
          const back = inverse(layer, Array.from(there.points));
          assert.ok(Number.isFinite(there.logDet[0]) || there.det[0] === 0);
          assert.ok(back.residual[0] <= 1e-9 * (1 + norm(point)), `residual ${back.residual[0]}`);
        }),
      );
    });

    it('det and log|det| are those of the Jacobian by finite differences', () => {
      fc.assert(
        fc.property(cases(type, 2, 2), ({ layer, point }) => {
          const { det, logDet } = forward(layer, point);
          const jacobian = differences(layer, point);
          const error = Math.abs(det[0] - determinant(jacobian));
          const scale = 1 + jacobian.reduce((product, column) => product * (1 + norm(column)), 1);
          assert.ok(error <= 1e-7 * scale, `det ${det[0]}, by differences ${determinant(jacobian)}`);
          assert.ok(Math.abs(Math.exp(logDet[0]) - Math.abs(det[0])) <= 1e-12 * (1 + Math.abs(det[0])));
        }),
        { numRuns: 500 },
      );
    });

    it('singular values, largest first, multiply to |det| and their squares add up to ‖J‖²', () => {
      fc.assert(
        fc.property(cases(type, 2, 2), ({ layer, point }) => {
          const values = Array.from(layer.singularValues(Float64Array.from(point)));
          const jacobian = differences(layer, point).flat();
          const product = values.reduce((all, value) => all * value, 1);
          const det = Math.abs(forward(layer, point).det[0]);
          assert.equal(values.length, layer.dim);
          assert.deepEqual(
            values,
            [...values].sort((a, b) => b - a),
          );
          assert.ok(Math.abs(product - det) <= 1e-12 * (1 + det));
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
      for (const { name } of [{ name: '' }, ...type.options]) {
        const options = name === '' ? {} : { [name]: true };
        for (const dim of [1, 2, 10]) {
          const start = (seed: number): Float64Array => type.initialise(dim, options, new RandomStream(seed, 1));
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
