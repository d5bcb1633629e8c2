import assert from 'node:assert/strict';
import { RandomStream, streams } from '../../../src/flow/random';
import { samplers } from '../../../src/flow/samplers';
import { targetPoints } from '../../../src/training/target-points';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';

describe('the points that particles begin from at x', () => {
  const layers = planarLayers(1);

  it('are draws of the sampler, always the same ones', () => {
    const points = targetPoints(specOf(towardsMoons, layers))?.(10);
    assert.deepEqual(points, samplers.get('two-moons')?.sample(10, new RandomStream(7, streams.target)));
  });

  it('are draws of the energy: those of U1 lie around a ring of radius 2', () => {
    const draw = targetPoints(specOf(towardsU1, layers));
    const points = draw?.(500);
    assert.ok(points !== undefined);
    assert.deepEqual(draw?.(500), points);
    const radii = Array.from({ length: 500 }, (_, p) => Math.hypot(points[2 * p], points[2 * p + 1]));
    const mean = radii.reduce((sum, radius) => sum + radius, 0) / 500;
    assert.ok(Math.abs(mean - 2) < 0.3, `${mean}`);
  });

  it('are rows of the table, at most as many as there are', () => {
    const table = { names: ['a', 'b'], count: 4, mean: [0, 0], scale: [1, 1], points: Float64Array.from([0, 1, 2, 3, 4, 5, 6, 7]) };
    const draw = targetPoints(specOf({ type: 'forward-kl', data: 'points.csv' }, layers), table);
    assert.deepEqual(Array.from(draw?.(2) ?? []), [0, 1, 4, 5]);
    assert.equal(draw?.(9).length, 8);
  });

  it('are not there without a target of the same dimension', () => {
    assert.equal(targetPoints(specOf(towardsU1, layers, { dim: 1 })), undefined);
    assert.equal(targetPoints(specOf(towardsMoons, layers, { dim: 3 })), undefined);
    assert.equal(targetPoints(specOf({ type: 'forward-kl', data: 'points.csv' }, layers)), undefined);
  });
});
