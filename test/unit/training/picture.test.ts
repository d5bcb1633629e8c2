import assert from 'node:assert/strict';
import { buildFlow } from '../../../src/flow/flow';
import { RandomStream } from '../../../src/flow/random';
import type { Picture } from '../../../src/training/messages';
import { drawPicture } from '../../../src/training/picture';
import { finish } from '../../../src/training/work';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';

const draw = (...request: Parameters<typeof drawPicture>): Picture => finish(drawPicture(...request));

describe('a picture', () => {
  const flow = buildFlow(
    specOf(towardsMoons, planarLayers(6)),
    Float64Array.from({ length: 30 }, (_, i) => Math.sin(7.3 * i)),
  );
  const picture = draw(flow, 12, 7, { particles: 40, side: 5, extent: 2 });

  it('shows the grid row by row, x fastest, over [−extent, extent]²', () => {
    const points = Array.from({ length: 25 }, (_, i) => [picture.grid[2 * i], picture.grid[2 * i + 1]]);
    assert.deepEqual(points[0], [-2, -2]);
    assert.deepEqual(points[1], [-1, -2]);
    assert.deepEqual(points[5], [-2, -1]);
    assert.deepEqual(points[24], [2, 2]);
  });

  it('shows every stage, with the determinants of the formulas', () => {
    const z = Float64Array.from(picture.particles.subarray(0, 80));
    const { stages, passes } = flow.trace(z, 0);
    stages.forEach((stage, k) => {
      stage.forEach((value, i) => assert.ok(Math.abs(picture.particles[k * 80 + i] - value) < 1e-5 * (1 + Math.abs(value))));
    });
    passes.forEach(({ det, logDet }, k) => {
      det.forEach((value, i) => assert.ok(Math.abs(picture.particleDets[k * 40 + i] - value) < 1e-4 * (1 + value)));
      const mean = logDet.reduce((sum, log) => sum + log, 0) / 40;
      assert.ok(Math.abs(picture.meanLogDet[k] - mean) < 1e-4);
    });
    assert.deepEqual([picture.step, picture.depth, picture.count, picture.side], [12, 6, 40, 5]);
    assert.equal(picture.gridDets.length, 6 * 25);
  });

  it('shows the same particles for the same seed, whatever else it shows', () => {
    const other = draw(flow, 3, 7, { particles: 40, side: 2, extent: 1 });
    assert.deepEqual(other.particles, picture.particles);
    assert.notDeepEqual(draw(flow, 3, 8, { particles: 40, side: 2, extent: 1 }).particles, picture.particles);
  });

  it('counts the particles whose inverse is doubtful, layer by layer', () => {
    const folding = { type: 'planar', options: { raw: true }, initial: {} };
    const sick = buildFlow(specOf(towardsMoons, [...planarLayers(1), folding]), Float64Array.from([1, 0, 0.1, 0, 0, 1, 0, -4, 0, 0]));
    const { doubtful, residual } = draw(sick, 0, 7, { particles: 100, side: 2, extent: 1 });
    assert.equal(doubtful[0], 0);
    // q(ρ) = ρ − 4·tanh ρ at ρ = arccosh 2: beyond |c| = 2.147 there is one preimage.
    const { stages } = sick.trace(
      Float64Array.from(draw(sick, 0, 7, { particles: 100, side: 2, extent: 1 }).particles.subarray(0, 200)),
      0,
    );
    const within = Array.from({ length: 100 }, (_, p) => Math.abs(stages[1][2 * p])).filter((c) => c < 2.147).length;
    assert.equal(doubtful[1], within);
    assert.ok(within > 0 && within < 100);
    assert.ok(residual.every((value) => value < 1e-12));
  });

  for (const objective of [towardsMoons, towardsU1]) {
    it(`begins from points at x where they are given, under ${objective.type}: the grid stays, and z is where they come from`, () => {
      const either = buildFlow(
        specOf(objective, planarLayers(3)),
        Float64Array.from({ length: 15 }, (_, i) => Math.sin(7.3 * i)),
      );
      const request = { particles: 40, side: 5, extent: 2 };
      const fromBase = draw(either, 12, 7, request);
      const z = either.base.sample(30, new RandomStream(1, 2));
      const x = either.generate(z);
      const fromTarget = draw(either, 12, 7, request, { points: x, stage: 3 });
      assert.deepEqual([fromTarget.grid, fromTarget.gridDets], [fromBase.grid, fromBase.gridDets]);
      assert.equal(fromTarget.count, 30);
      assert.deepEqual(fromTarget.particles.slice(180), Float32Array.from(x));
      z.forEach((value, i) => assert.ok(Math.abs(fromTarget.particles[i] - value) < 1e-5));
      // Of the same particles, whichever end they come from, the layers do the same.
      const there = draw(either, 12, 7, request, { points: z, stage: 0 });
      there.meanLogDet.forEach((value, k) => assert.ok(Math.abs(fromTarget.meanLogDet[k] - value) < 1e-9));
      there.particleDets.forEach((value, i) => assert.ok(Math.abs(fromTarget.particleDets[i] - value) < 1e-5 * (1 + value)));
      for (const { residual, doubtful } of [there, fromTarget]) {
        assert.ok(residual.some((value) => value > 0) && residual.every((value) => value < 1e-12));
        assert.deepEqual(Array.from(doubtful), [0, 0, 0]);
      }
    });
  }

  it('shows the first two of more coordinates, and the line of one', () => {
    const three = specOf(towardsMoons, planarLayers(2), { dim: 3 });
    const deep = buildFlow(
      three,
      Float64Array.from({ length: 14 }, (_, i) => Math.cos(i)),
    );
    assert.equal(draw(deep, 0, 7, { particles: 4, side: 3, extent: 1 }).particles.length, 3 * 4 * 2);
    const line = buildFlow(specOf(towardsMoons, planarLayers(1), { dim: 1 }), Float64Array.from([1, 0.5, 0]));
    const { particles } = draw(line, 0, 7, { particles: 4, side: 3, extent: 1 });
    assert.ok(particles.every((value, i) => i % 2 === 0 || value === 0));
  });
});
