import fc from 'fast-check';
import assert from 'node:assert/strict';
import { Probe } from '../../../src/session/probe';
import { columnAt, journeyRange, logTarget, waterfall } from '../../../webview/journey-marks';
import { direction, layerRow, rawFlow } from './flows';

describe("the probe's waterfall", () => {
  it('falls from log p_z(z) to log p(x), without a gap', () => {
    fc.assert(
      fc.property(fc.array(layerRow, { minLength: 1, maxLength: 5 }), direction, (rows, closedForm) => {
        // Halved, so that no layer folds and there is a density.
        const tame = rows.map(({ w, u, b }) => ({ w, u: u.map((value) => value / 8) as [number, number], b }));
        const probe = new Probe(rawFlow(tame, closedForm), 0, Float64Array.of(0.3, -0.8));
        const falls = waterfall(probe, closedForm);
        assert.equal(falls[0].from, probe.logBase);
        for (let i = 1; i < falls.length; i++) assert.equal(falls[i].from, falls[i - 1].to);
        assert.ok(Math.abs(falls[falls.length - 1].to - probe.logProb) < 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it('says where a layer folds', () => {
    assert.deepEqual(
      waterfall({ logBase: 0, dets: [1, -2] }, 'generate').map(({ folds }) => folds),
      [false, true],
    );
  });

  it('is compared with log π(x) = −u(x) − log Z where both are known', () => {
    assert.equal(logTarget({ energy: 1.5 }, -2), -3.5);
    assert.equal(logTarget({}, -2), undefined);
    assert.equal(logTarget({ energy: 1.5 }, undefined), undefined);
  });
});

describe('the range of the journey', () => {
  it('holds every level that is finite, with at least a nat', () => {
    const [low, high] = journeyRange([-2, -2.1, Infinity, NaN]);
    assert.ok(low < -2.1 && high > -2 && high - low > 0.999);
    assert.deepEqual(journeyRange([NaN]), [-1, 0]);
  });
});

describe('the column under the pointer', () => {
  it('is that of a layer, between those of z and x', () => {
    // Five columns of 20 pixels: z, three layers, x.
    assert.deepEqual(
      [45, 65, 85, 105, 125].map((px) => columnAt(px, 40, 140, 3)),
      [undefined, 1, 2, 3, undefined],
    );
  });
});
