import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Flow } from '../../../src/flow/flow';
import { Deformation } from '../../../webview/deformation';
import { instantAt } from '../../../webview/instant';
import { direction, layerRow, rawFlow, type LayerRow } from './flows';

function deformationOf(flow: Flow, points: Float64Array): Deformation {
  const { stages, passes } = flow.trace(points, 0);
  const flat = (parts: readonly Float64Array[]): Float32Array => Float32Array.from(parts.flatMap((part) => [...part]));
  return new Deformation(flow.layers.length, flat(stages), flat(passes.map((pass) => pass.det)), flow.closedForm);
}

/** The layers up to an instant as a flow of its own: the last one is the layer's formula with τ·û in place of û. */
function upTo(rows: readonly LayerRow[], flow: Flow, layer: number, tau: number, z: Float64Array): { point: Float64Array; det: number } {
  const fraction = rawFlow([{ ...rows[layer - 1], u: [rows[layer - 1].u[0] * tau, rows[layer - 1].u[1] * tau] }], 'generate');
  const whole = flow.closedForm === 'generate' ? layer - 1 : layer;
  const { stages, passes } = flow.trace(z, 0);
  const step = fraction.pass(0, 'generate', stages[whole]);
  const sign = flow.closedForm === 'generate' ? 1 : -1;
  const before = passes.slice(0, whole).reduce((product, { det }) => product * det[0] ** sign, 1);
  return { point: step.points, det: before * step.det[0] };
}

describe('points between two stages', () => {
  it('are exactly where a fraction of the layer puts them, with its determinant, in either declared direction', () => {
    fc.assert(
      fc.property(
        fc.array(layerRow, { minLength: 1, maxLength: 4 }),
        direction,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })),
        (rows, closedForm, share, point) => {
          const flow = rawFlow(rows, closedForm);
          // A point that a fold hides from x → z has no way back; its neighbours are seen to elsewhere.
          const z = Float64Array.from(point);
          const { passes } = flow.trace(z, 0);
          fc.pre(passes.every(({ status, det }) => status[0] === 0 && Math.abs(det[0]) > 1e-3));
          const { layer, s, tau } = instantAt(share * rows.length, rows.length, 'generate', closedForm);
          const expected = upTo(rows, flow, layer, tau, z);
          fc.pre(Math.abs(expected.det) > 1e-3);

          const shown = deformationOf(flow, z);
          const [at, logDet, folded] = [new Float32Array(2), new Float32Array(1), new Uint8Array(1)];
          shown.pointsAt({ layer, s, tau }, at);
          shown.logDetAt({ layer, s, tau }, logDet, folded);
          assert.ok(Math.hypot(at[0] - expected.point[0], at[1] - expected.point[1]) < 1e-4);
          assert.ok(Math.abs(logDet[0] - Math.log(Math.abs(expected.det))) < 1e-2);
          assert.equal(folded[0] === 1, expected.det < 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('have the determinant 1 at z, where nothing has happened yet', () => {
    const flow = rawFlow([{ w: [1, 0.5], u: [-1.5, -1], b: 0 }], 'encode');
    const shown = deformationOf(flow, Float64Array.of(2.5, 2.5, -2.5, 3));
    const [logDet, folded] = [new Float32Array(2), new Uint8Array(2)];
    shown.logDetAt(instantAt(0, 1, 'generate', 'encode'), logDet, folded);
    for (const value of logDet) assert.ok(Math.abs(value) < 1e-6);
    assert.deepEqual([...folded], [0, 0]);
  });

  it('tell how far log|det| spreads at x, but for the few most extreme', () => {
    const dets = Float32Array.from({ length: 100 }, (_, i) => (i === 0 ? 1e9 : Math.exp(-2)));
    const shown = new Deformation(1, new Float32Array(400), dets, 'generate');
    assert.ok(Math.abs(shown.spread(0.1) - 2) < 1e-6);
  });
});
