import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Flow } from '../../../src/flow/flow';
import { Deformation } from '../../../webview/deformation';
import { instantAt } from '../../../webview/instant';
import { carriedRadius } from '../../../webview/ray';
import { direction, flowOf, layerRow, rawFlow, type LayerRow } from './flows';

function deformationOf(flow: Flow, points: Float64Array): Deformation {
  const { stages, passes } = flow.trace(points, 0);
  const flat = (parts: readonly Float64Array[]): Float32Array => Float32Array.from(parts.flatMap((part) => [...part]));
  const overlays = flow.layers.map((layer) => layer.overlay(0.05));
  return new Deformation(overlays, flat(stages), flat(passes.map((pass) => pass.det)), flow.closedForm);
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

  /** log|det| of the map z → (the instant), from differences of where neighbours are drawn. */
  function slopeAt(flow: Flow, z: readonly number[], cursor: number): number {
    const h = 1e-6;
    const at = (dx: number, dy: number): number[] => {
      const { stages } = flow.trace(Float64Array.of(z[0] + dx, z[1] + dy), 0);
      const [from, to] = [stages[Math.floor(cursor)], stages[Math.ceil(cursor)]];
      return [0, 1].map((i) => from[i] + (to[i] - from[i]) * (cursor - Math.floor(cursor)));
    };
    const [east, west, north, south] = [at(h, 0), at(-h, 0), at(0, h), at(0, -h)];
    const [a, b, c, d] = [east[0] - west[0], north[0] - south[0], east[1] - west[1], north[1] - south[1]];
    return Math.log(Math.abs(a * d - b * c) / (4 * h * h));
  }

  for (const closedForm of ['generate', 'encode'] as const) {
    for (const [type, options] of [
      ['planar', { leaky: true }],
      ['coupling', {}],
      ['coupling', { flip: true }],
      ['radial', {}],
      ['linear', {}],
      ['actnorm', {}],
    ] as const) {
      const name = [type, ...Object.keys(options)].join(' ');
      const between = name === 'radial' || name === 'linear' || name === 'actnorm' ? [] : [0.3, 1.7];
      it(`have the determinant of the map at every stage, and where it is exact also in between: ${name}, ${closedForm}`, () => {
        const flow = flowOf(
          [type, type].map((it) => ({ type: it, options })),
          closedForm,
          1.2,
        );
        for (const z of [
          [0.4, -1.1],
          [-1.3, 0.7],
        ]) {
          const shown = deformationOf(flow, Float64Array.from(z));
          const [logDet, folded] = [new Float32Array(1), new Uint8Array(1)];
          for (const heading of ['generate', 'encode'] as const) {
            for (const cursor of [0, 1, 2, ...between]) {
              shown.logDetAt(instantAt(cursor, 2, heading, closedForm), logDet, folded);
              const expected = slopeAt(flow, z, cursor);
              assert.ok(Math.abs(logDet[0] - expected) < 1e-4, `${logDet[0]} instead of ${expected} at ${cursor}`);
              assert.equal(folded[0], 0);
            }
          }
        }
      });
    }
  }

  it('lie on the circle to which a fraction of a radial layer carries theirs', () => {
    const flow = flowOf([{ type: 'radial', options: {} }], 'generate', 1.2);
    const overlay = flow.layers[0].overlay(0.05);
    assert.ok(overlay.kind === 'centre');
    const { centre } = overlay;
    for (const r of [0.01, 0.6, 2, 7]) {
      const shown = deformationOf(flow, Float64Array.of(centre[0] + r * Math.cos(2), centre[1] + r * Math.sin(2)));
      for (const tau of [0, 0.35, 0.8, 1]) {
        const at = new Float32Array(2);
        shown.pointsAt({ layer: 1, s: tau, tau }, at);
        const distance = Math.hypot(at[0] - centre[0], at[1] - centre[1]);
        assert.ok(Math.abs(distance - carriedRadius(r, overlay, tau)) < 1e-5);
      }
    }
  });

  it('tell how far log|det| spreads at x, but for the few most extreme', () => {
    const dets = Float32Array.from({ length: 100 }, (_, i) => (i === 0 ? 1e9 : Math.exp(-2)));
    const shown = new Deformation([{ kind: 'none' }], new Float32Array(400), dets, 'generate');
    assert.ok(Math.abs(shown.spread(0.1) - 2) < 1e-6);
  });
});
