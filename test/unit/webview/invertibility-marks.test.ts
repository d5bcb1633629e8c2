import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { LayerState } from '../../../src/protocol/messages';
import { drawPicture } from '../../../src/training/picture';
import { finish } from '../../../src/training/work';
import { Deformation } from '../../../webview/deformation';
import { barAt, determinantCurve, kappaBars, kappaScale, kappaTicks, type KappaBar } from '../../../webview/invertibility-marks';
import { direction, layerRow, rawFlow } from './flows';

const bar = (kappa: number): KappaBar => ({ layer: 1, kappa, reach: undefined, least: undefined, slopes: undefined });

function layersOf(overlays: readonly LayerState['overlay'][]): LayerState[] {
  return overlays.map((overlay, i) => ({
    number: i + 1,
    label: '',
    margin: 1,
    status: 'ok',
    doubtful: 0,
    residual: 0,
    overlay,
    handles: [],
  }));
}

describe('the bar of a planar layer', () => {
  it('stands at wᵀû, over the slopes sech²(wᵀv + b) of the particles where the formula takes them from', () => {
    fc.assert(
      fc.property(fc.array(layerRow, { minLength: 1, maxLength: 3 }), direction, (rows, closedForm) => {
        const flow = rawFlow(rows, closedForm);
        const { particles, particleDets } = finish(drawPicture(flow, 0, 7, { particles: 30, side: 2, extent: 3 }));
        const overlays = flow.layers.map((layer) => layer.overlay(0.05));
        const bars = kappaBars(layersOf(overlays), new Deformation(overlays, particles, particleDets, closedForm));
        rows.forEach(({ w, u, b }, k) => {
          const kappa = w[0] * u[0] + w[1] * u[1];
          assert.ok(Math.abs(bars[k].kappa - kappa) < 1e-9);
          if (Math.abs(kappa) < 0.05) return;
          const input = (closedForm === 'generate' ? k : k + 1) * 60;
          const slopes = Array.from(
            { length: 30 },
            (_, i) => Math.cosh(w[0] * particles[input + 2 * i] + w[1] * particles[input + 2 * i + 1] + b) ** -2,
          );
          const { reach, least } = bars[k];
          assert.ok(reach && least !== undefined);
          assert.ok(Math.abs(reach.low - Math.min(...slopes)) < 1e-3 && Math.abs(reach.high - Math.max(...slopes)) < 1e-3);
          assert.ok(Math.abs(least - Math.min(...slopes.map((h) => 1 + h * kappa))) < 1e-3);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('is two dots where the activation has a kink', () => {
    const overlay = { kind: 'half-spaces', w: [1, 1], b: 0, uHat: [0.5, 0.5], detBelow: 1.2, detAbove: 2 } as const;
    const [{ kappa, slopes }] = kappaBars(layersOf([overlay]), undefined);
    assert.equal(kappa, 1);
    assert.ok(slopes && Math.abs(slopes[0] - 0.2) < 1e-12 && slopes[1] === 1);
  });

  it('is absent for layers of other kinds, which keep their numbers', () => {
    const plane = { kind: 'hyperplane', w: [1, 0], b: 0, uHat: [0.5, 0], kappa: 0.5, danger: 0, fold: 0 } as const;
    assert.deepEqual(
      kappaBars(layersOf([{ kind: 'none' }, plane, { kind: 'coupling', passes: [true, false] }]), undefined).map(({ layer }) => layer),
      [2],
    );
  });

  it('ignores particles that are not finite any more', () => {
    const overlay = { kind: 'hyperplane', w: [1, 0], b: 0, uHat: [2, 0], kappa: 2, danger: 0, fold: 0 } as const;
    const particles = new Deformation([overlay], new Float32Array(12), Float32Array.of(NaN, 2, Infinity), 'generate');
    const [{ reach, least }] = kappaBars(layersOf([overlay]), particles);
    assert.deepEqual([reach, least], [{ low: 0.5, high: 0.5, mean: 0.5 }, 2]);
  });
});

describe('the axis of κ', () => {
  it('shows every κ and keeps room for what is forbidden, however wide they spread', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -500, max: 500, noNaN: true }), { maxLength: 64 }), (kappas) => {
        const scale = kappaScale(kappas.map(bar), [30, 330]);
        for (const kappa of kappas) assert.ok(scale(kappa) >= 30 - 1e-6 && scale(kappa) <= 330 + 1e-6, `${kappa}`);
        assert.ok(scale(-1) - 30 >= 0.25 * 300, `${scale(-1)}`);
        const ticks = kappaTicks(scale, 5);
        assert.ok(ticks.length >= 2);
        for (const tick of ticks) assert.ok(scale(tick) >= 30 - 1e-6 && scale(tick) <= 330 + 1e-6);
      }),
    );
  });
});

describe('the curve of a determinant', () => {
  it('is where 1 + h′·κ has it, from h′ = 1 to the end of the axis', () => {
    for (const det of [0, 0.05]) {
      const curve = determinantCurve(det, -6);
      for (const [kappa, slope] of curve) assert.ok(Math.abs(1 + slope * kappa - det) < 1e-12);
      assert.deepEqual(curve[0], [det - 1, 1]);
      assert.ok(Math.abs(curve[curve.length - 1][0] + 6) < 1e-9);
    }
  });

  it('is not there where the axis ends before it', () => {
    assert.deepEqual(determinantCurve(0, -0.5), []);
  });
});

describe('the bar under the pointer', () => {
  const bars = [
    { layer: 1, x: 50, top: 10, bottom: 60 },
    { layer: 2, x: 60, top: 40, bottom: 100 },
  ];
  it('is the nearest, along its whole length, within reach', () => {
    assert.equal(barAt(bars, [52, 30], 10), 1);
    assert.equal(barAt(bars, [57, 50], 10), 2);
    assert.equal(barAt(bars, [60, 105], 10), 2);
    assert.equal(barAt(bars, [80, 50], 10), undefined);
  });
});
