import assert from 'node:assert/strict';
import { layerTypes } from '../../../src/flow/registry';
import reference from '../../fixtures/flow/layers-reference.json';
import { forward, inverse } from './batches';

describe('the layers against PyTorch', () => {
  reference.forEach(({ type: name, options, dim, values, v, y, sign, logDet, singularValues }, i) => {
    it(`case ${i + 1}: ${name} ${JSON.stringify(options)} in ${dim} dimensions`, () => {
      const type = layerTypes.get(name);
      assert.ok(type !== undefined);
      const chosen = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
      const layer = type.create(dim, chosen, Float64Array.from(values));
      const image = forward(layer, v);
      // PyTorch's log det comes from the Jacobian, and loses with its condition.
      const condition = singularValues[0] / singularValues[dim - 1];
      const size = 1 + Math.hypot(...v, ...y);
      y.forEach((value, j) => assert.ok(Math.abs(image.points[j] - value) < 1e-14 * size, `y${j + 1}: ${image.points[j]}, ${value}`));
      assert.equal(Math.sign(image.det[0]), sign);
      const tolerance = Math.min(1e-14 * (10 + condition), 1e-9 * Math.abs(logDet) + 1e-15);
      assert.ok(Math.abs(image.logDet[0] - logDet) <= tolerance, `log det ${image.logDet[0]}, PyTorch ${logDet}`);
      const found = layer.singularValues(Float64Array.from(v));
      singularValues.forEach((value, j) =>
        assert.ok(Math.abs(found[j] - value) <= 1e-12 * singularValues[0], `σ${j + 1}: ${found[j]}, ${value}`),
      );
      // Where the layer folds, v is one of several.
      const back = layer.margin < 0 ? layer.preimages(Float64Array.from(y)) : inverse(layer, y).points;
      const errors = Array.from({ length: back.length / dim }, (_, m) => Math.hypot(...v.map((value, j) => value - back[m * dim + j])));
      const error = Math.min(...errors);
      assert.ok(error <= 1e-15 * size * (1 + 10 * condition), `v off by ${error}`);
    });
  });
});
