import assert from 'node:assert/strict';
import { buildFlow, initialParameters, type Flow } from '../../../src/flow/flow';
import type { FlowSpec, Objective } from '../../../src/flow/spec';
import { energies } from '../../../src/flow/targets';
import { drawDensity, type Density } from '../../../src/training/density';
import { latticeOf } from '../../../src/training/window';
import { finish } from '../../../src/training/work';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';

const draw = (...request: Parameters<typeof drawDensity>): Density => finish(drawDensity(...request));

const bent = (spec: FlowSpec): Flow =>
  buildFlow(
    spec,
    initialParameters(spec).map((value, i) => 1.3 * value + 0.3 * Math.sin(5 * i)),
  );

describe('the lattice of a window', () => {
  it('goes row by row, x fastest and y rising, from edge to edge', () => {
    const flow = bent(specOf(towardsMoons, planarLayers(2)));
    assert.deepEqual(
      Array.from(latticeOf(flow, { stage: 0, side: 3, window: [-1, 1, 0, 4] })),
      [-1, 0, 0, 0, 1, 0, -1, 2, 0, 2, 1, 2, -1, 4, 0, 4, 1, 4],
    );
    assert.deepEqual(Array.from(latticeOf(flow, { stage: 0, side: 1, window: [-1, 3, 0, 4] })), [1, 2]);
  });

  it('is a row of points on the line, and is refused in three dimensions and at a stage that is not there', () => {
    const line = bent(specOf(towardsMoons, planarLayers(2), { dim: 1 }));
    assert.deepEqual(Array.from(latticeOf(line, { stage: 2, side: 3, window: [-1, 1, 0, 0] })), [-1, 0, 1]);
    assert.throws(() => latticeOf(line, { stage: 3, side: 3, window: [-1, 1, 0, 0] }), /stages 0 to 2, but 3/);
    const deep = bent(specOf(towardsMoons, planarLayers(2), { dim: 3 }));
    assert.throws(() => latticeOf(deep, { stage: 0, side: 3, window: [-1, 1, 0, 0] }), /has 3 dimensions/);
  });
});

const plain = (type: string) => ({ type, options: {}, initial: {} });

for (const objective of [towardsMoons, towardsU1]) {
  const spec = specOf(objective, [
    ...planarLayers(2),
    { ...plain('planar'), options: { leaky: true } },
    plain('radial'),
    plain('actnorm'),
    plain('linear'),
  ]);
  const flow = bent(spec);

  describe(`the density under ${objective.type}`, () => {
    for (const stage of [0, 1, 2, 3, 4, 5, 6, 0.3, 1.5, 2.75, 3.4, 4.6]) {
      it(`has the mass 1 at stage ${stage}, and there the moments of the flow's own particles`, () => {
        const [side, extent] = [161, 9];
        const { logDensity } = draw(flow, objective, { stage, side, window: [-extent, extent, -extent, extent] });
        const step = (2 * extent) / (side - 1);
        const mean = (f: (x: number, y: number) => number): number =>
          logDensity.reduce(
            (sum, log, p) => sum + step * step * Math.exp(log) * f(-extent + step * (p % side), -extent + step * Math.floor(p / side)),
            0,
          );
        assert.ok(Math.abs(mean(() => 1) - 1) < 2e-3, `mass ${mean(() => 1)}`);
        // Expectations at this stage are those of the base, carried there: by quadrature at z.
        const lattice = latticeOf(flow, { stage: 0, side, window: [-6, 6, -6, 6] });
        const weights = flow.base.logDensity(lattice).map((log) => Math.exp(log) * (12 / (side - 1)) ** 2);
        const { stages } = flow.trace(lattice, 0);
        // Between two stages the particles go straight.
        const [from, to] = [stages[Math.floor(stage)], stages[Math.ceil(stage)]];
        const carried = from.map((value, i) => value + (stage % 1) * (to[i] - value));
        for (const f of [(x: number) => x, (_: number, y: number) => y, (x: number, y: number) => Math.cos(x - 2 * y)]) {
          const expected = weights.reduce((sum, weight, p) => sum + weight * f(carried[2 * p], carried[2 * p + 1]), 0);
          assert.ok(Math.abs(mean(f) - expected) < 5e-3, `${mean(f)}, is ${expected}`);
        }
      });
    }

    it('is the one that the trace has at x', () => {
      const request = { stage: 6, side: 9, window: [-2, 3, -1, 2] } as const;
      const logs = flow.logProbOf(flow.trace(latticeOf(flow, request), 6));
      draw(flow, objective, request).logDensity.forEach((value, p) =>
        assert.ok(Math.abs(value - logs[p]) < 1e-6 * (1 + Math.abs(logs[p]))),
      );
    });
  });
}

describe('the density between two stages', () => {
  it('is none where a fraction of the layer is no layer', () => {
    for (const type of ['linear', 'coupling']) {
      const flow = bent(specOf(towardsU1, [plain(type)]));
      const { logDensity } = draw(flow, towardsU1, { stage: 0.5, side: 3, window: [-1, 1, -1, 1] });
      assert.ok(logDensity.every(Number.isNaN), type);
    }
  });

  it('is known while a layer that folds has not folded yet, and not after', () => {
    // κ = −4: the fraction τ folds from τ = ¼ on.
    const flow = buildFlow(specOf(towardsU1, planarLayers(1, true)), Float64Array.from([0, 1, 0, -4, 0]));
    const at = (stage: number) => draw(flow, towardsU1, { stage, side: 3, window: [-2, 2, -2, 2] }).logDensity;
    assert.ok(at(0.2).every(Number.isFinite));
    assert.ok(at(0.3).every(Number.isNaN));
  });
});

describe('the target beside the density', () => {
  const request = { stage: 2, side: 5, window: [-3, 3, -2, 2] } as const;
  const drawn = (objective: Objective, stage: number, dim = 2) =>
    draw(bent(specOf(objective, planarLayers(2), { dim })), objective, { ...request, stage });

  it('is −u − log Z at x', () => {
    const { target } = drawn(towardsU1, 2);
    const u1 = energies.get('U1');
    assert.ok(target !== undefined && u1 !== undefined);
    // Row 2 of 5 has y = −1, its last point x = 3.
    assert.equal(target[9], Math.fround(-u1.evaluate([3, -1], 0, new Float64Array(2)) - u1.logZ));
  });

  it('is left out where it is not known: elsewhere than at x, for samples, and for another dimension', () => {
    for (const density of [drawn(towardsU1, 1), drawn(towardsMoons, 2), drawn(towardsU1, 2, 1)]) {
      assert.equal(density.target, undefined);
    }
    assert.equal(drawn({ type: 'reverse-kl', energy: 'two-modes' }, 2, 1).target?.length, 5);
  });
});

describe('the density of a flow that folds', () => {
  it('is not a number from the folding layer on, and known before it', () => {
    const layers = [...planarLayers(1), ...planarLayers(1, true)];
    const flow = buildFlow(specOf(towardsU1, layers), Float64Array.from([1, 0, 0.1, 0, 0, 1, 0, -4, 0, 0]));
    const window = [-2, 2, -2, 2] as const;
    const at = (stage: number) => draw(flow, towardsU1, { stage, side: 3, window }).logDensity;
    assert.ok(at(2).every(Number.isNaN));
    assert.ok(at(1).every(Number.isFinite));
  });
});
