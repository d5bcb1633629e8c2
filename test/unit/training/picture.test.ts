import assert from 'node:assert/strict';
import { buildFlow } from '../../../src/flow/flow';
import type { Picture } from '../../../src/training/messages';
import { drawPicture } from '../../../src/training/picture';
import { finish } from '../../../src/training/work';
import { planarLayers, specOf, towardsMoons } from '../flow/batches';

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
