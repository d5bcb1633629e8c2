import assert from 'node:assert/strict';
import { buildFlow, initialParameters } from '../../../src/flow/flow';
import { drawEllipses } from '../../../src/training/ellipses';
import { latticeOf } from '../../../src/training/window';
import { planarLayers, specOf, towardsMoons, towardsU1 } from '../flow/batches';

const layers = [
  ...planarLayers(2),
  { type: 'coupling', options: { hidden: 4 }, initial: {} },
  { type: 'linear', options: { permutation: 1 }, initial: {} },
];
const depth = layers.length;

for (const objective of [towardsMoons, towardsU1]) {
  const spec = specOf(objective, layers);
  const flow = buildFlow(
    spec,
    initialParameters(spec).map((value, i) => 1.2 * value + 0.2 * Math.sin(3 * i)),
  );

  for (const stage of [0, 2, depth]) {
    const request = { stage, side: 3, window: [-1, 1.5, -2, 1] } as const;
    const { centres, jacobians, count } = drawEllipses(flow, request);

    describe(`ellipses under ${objective.type} from stage ${stage}`, () => {
      it('have their centres where the flow takes them', () => {
        assert.equal(count, 9);
        const { stages } = flow.trace(latticeOf(flow, request), stage);
        stages.forEach((points, k) => assert.deepEqual(centres.slice(18 * k, 18 * (k + 1)), Float32Array.from(points)));
      });

      it('have the Jacobians of differences, at every stage', () => {
        const h = 1e-5;
        const lattice = latticeOf(flow, request);
        const beside = (axis: number, step: number): readonly Float64Array[] =>
          flow.trace(
            lattice.map((value, i) => (i % 2 === axis ? value + step : value)),
            stage,
          ).stages;
        for (const axis of [0, 1]) {
          const [above, below] = [beside(axis, h), beside(axis, -h)];
          for (let k = 0; k <= depth; k++) {
            for (let p = 0; p < count; p++) {
              for (const row of [0, 1]) {
                const slope = (above[k][2 * p + row] - below[k][2 * p + row]) / (2 * h);
                const found = jacobians[(k * count + p) * 4 + 2 * row + axis];
                assert.ok(Math.abs(found - slope) < 1e-5 * (1 + Math.abs(slope)), `stage ${k}, point ${p}: ${found}, ${slope}`);
              }
            }
          }
        }
      });
    });
  }
}

describe('ellipses', () => {
  it('are for the plane', () => {
    const line = specOf(towardsMoons, planarLayers(1), { dim: 1 });
    const request = { stage: 0, side: 3, window: [-1, 1, -1, 1] } as const;
    assert.throws(() => drawEllipses(buildFlow(line, initialParameters(line)), request), /flow has 1 dimensions/);
  });
});
