import assert from 'node:assert/strict';
import {
  conditionNumbers,
  effectiveSampleSize,
  estimate,
  float32Trace,
  forwardGap,
  importanceLogWeights,
  integral,
  logDetSpread,
  modeMass,
  quantiles,
  reverseGap,
  roundTrip,
  traceErrors,
} from '../../../src/flow/diagnostics';
import { buildFlow, initialParameters, type Flow } from '../../../src/flow/flow';
import { firstNotFinite } from '../../../src/flow/not-finite';
import { RandomStream } from '../../../src/flow/random';
import type { FlowSpec, LayerSpec } from '../../../src/flow/spec';
import type { Energy } from '../../../src/flow/targets';
import { planarLayers, specOf, towardsMoons, towardsU1 } from './batches';

const flowOf = (spec: FlowSpec): Flow => buildFlow(spec, initialParameters(spec));

/** z → x is x = e^s·z + t: a flow whose density is N(t, e^{2s}). */
const affine = (logScale: number[], shift: number[]): LayerSpec => ({ type: 'actnorm', options: {}, initial: { logScale, shift } });
const line = (logScale: number, shift: number): FlowSpec =>
  specOf({ type: 'reverse-kl', energy: 'two-modes' }, [affine([logScale], [shift])], { dim: 1 });

/** −log of N(0, 1), with another normalisation. */
const normalEnergy: Energy = {
  name: 'normal',
  describe: '',
  dim: 1,
  logZ: Math.log(Math.sqrt(2 * Math.PI)),
  logZFrom: '',
  evaluate: (x, at) => x[at] ** 2 / 2,
};

describe('the diagnostics', () => {
  const z1 = flowOf(line(0, 0)).base.sample(20_000, new RandomStream(6, 6));

  it('the KL gap under reverse KL is that of two normals, within its standard error', () => {
    // KL(N(t, σ²) ‖ N(0, 1)) = ½(σ² + t² − 1) − log σ, with σ = 0.8 and t = 0.5.
    const exact = (0.64 + 0.25 - 1) / 2 - Math.log(0.8);
    const gap = reverseGap(flowOf(line(Math.log(0.8), 0.5)), normalEnergy, z1);
    assert.ok(Math.abs(gap.mean - exact) < 4 * gap.standardError, `${gap.mean} ± ${gap.standardError}, exactly ${exact}`);
    assert.ok(gap.standardError < 0.01);
    const none = reverseGap(flowOf(line(0, 0)), normalEnergy, z1);
    assert.ok(Math.abs(none.mean) < 1e-14 && none.standardError < 1e-14);
  });

  it('the KL gap under forward KL is that of two normals, within its standard error', () => {
    // KL(N(0, 1) ‖ N(t, σ²)) = log σ + (1 + t²)/(2σ²) − ½.
    const exact = Math.log(0.8) + 1.25 / 1.28 - 0.5;
    const gap = forwardGap(flowOf(line(Math.log(0.8), 0.5)), z1, 0.5 * Math.log(2 * Math.PI * Math.E));
    assert.ok(Math.abs(gap.mean - exact) < 4 * gap.standardError, `${gap.mean} ± ${gap.standardError}, exactly ${exact}`);
  });

  it('a standard error is s/√n', () => {
    assert.deepEqual(estimate(Float64Array.from([1, 2, 3, 6])), { mean: 3, standardError: Math.sqrt(14 / 3 / 4) });
  });

  it('importance weights average to Z, and are worth all samples only where the flow is the target', () => {
    assert.ok(Math.abs(effectiveSampleSize(Float64Array.from([700, 700, 700])) - 3) < 1e-12);
    assert.equal(effectiveSampleSize(Float64Array.from([0, -Infinity, -Infinity])), 1);
    for (const none of [[], [-Infinity, -Infinity], [0, NaN], [0, Infinity]])
      assert.equal(effectiveSampleSize(Float64Array.from(none)), NaN);
    const logs = importanceLogWeights(flowOf(line(Math.log(1.3), 0.2)), normalEnergy, z1);
    const mean = estimate(logs.map(Math.exp));
    assert.ok(Math.abs(mean.mean - Math.sqrt(2 * Math.PI)) < 4 * mean.standardError);
    const share = effectiveSampleSize(logs) / z1.length;
    // (E w)²/E w² for N(0.2, 1.3²) against N(0, 1), by quadrature.
    let second = 0;
    for (let x = -15; x < 15; x += 0.001) {
      const p = Math.exp(-(((x - 0.2) / 1.3) ** 2) / 2) / (1.3 * Math.sqrt(2 * Math.PI));
      second += (Math.exp(-x * x) / p) * 0.001;
    }
    assert.ok(Math.abs(share - (2 * Math.PI) / second) < 0.01, `${share}`);
  });

  it('∫ p is 1, in one dimension and two, and a grid that is too large is refused', () => {
    assert.ok(Math.abs(integral(flowOf(line(0.3, 0.5)), 12, 500) - 1) < 1e-9);
    const spec = specOf(towardsU1, planarLayers(6));
    assert.ok(Math.abs(integral(flowOf(spec), 8, 200) - 1) < 1e-3);
    assert.throws(() => integral(flowOf(spec), 8, 3000), /9000000 points: take fewer/);
  });

  it('mode mass counts each point at its nearest centre', () => {
    const points = Float64Array.from([0, 0, 0.1, 0, 5, 5, -4, 0]);
    assert.deepEqual(
      Array.from(
        modeMass(points, [
          [0, 0],
          [5, 4],
          [-5, 0],
        ]),
      ),
      [0.5, 0.25, 0.25],
    );
  });

  it('quantiles go by rank, and what is not a number is the worst', () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => 200 - i);
    assert.deepEqual(quantiles(values), { median: 100, high: 198, maximum: 200 });
    assert.ok(Number.isNaN(quantiles(Float64Array.from([1, NaN, 2])).maximum));
  });

  for (const objective of [towardsMoons, towardsU1]) {
    it(`round trips come back, in both directions (${objective.type})`, () => {
      const flow = flowOf(specOf(objective, planarLayers(8)));
      const z = flow.base.sample(300, new RandomStream(1, 2));
      const fromZ = roundTrip(flow, 'z', z);
      const fromX = roundTrip(flow, 'x', flow.generate(z));
      for (const trip of [fromZ, fromX]) {
        assert.equal(trip.doubtful, 0);
        assert.ok(trip.maximum < 1e-12 && trip.median <= trip.high && trip.high <= trip.maximum && trip.maximum > 0);
      }
    });
  }

  it('log det and condition number of a scaling are the same everywhere', () => {
    const spec = specOf(towardsU1, [affine([1, -1.5], [0, 0])]);
    const flow = flowOf(spec);
    const trace = flow.trace(flow.base.sample(50, new RandomStream(1, 2)), 0);
    assert.deepEqual(logDetSpread(trace), [{ mean: -0.5, least: -0.5, median: -0.5, greatest: -0.5 }]);
    const [condition] = conditionNumbers(flow, trace);
    assert.ok(Math.abs(condition.median - Math.exp(2.5)) < 1e-13 && condition.maximum === condition.median);
  });

  it('a round trip through a fold ends elsewhere, by as much as is said: κ = −2, where 3 ↦ −3 ↤ −5', () => {
    const fold = { type: 'planar', options: { raw: true, leaky: true }, initial: { w: [1], u: [-2], b: [0] } };
    const flow = flowOf(specOf({ type: 'reverse-kl', energy: 'two-modes' }, [fold], { dim: 1 }));
    // 97 points below the fold come back; of 3 above it two go 8 and one goes 16 too far.
    const z = Float64Array.from({ length: 100 }, (_, i) => (i < 97 ? -1 : i < 99 ? 3 : 6));
    assert.deepEqual(roundTrip(flow, 'z', z), { median: 0, high: 8, maximum: 16, doubtful: 100 });
    // Above 0 at x there is nothing to come from: the nearest image is 0.
    const { median, maximum, doubtful } = roundTrip(flow, 'x', Float64Array.of(-3, -0.6, 2));
    assert.ok(median < 1e-15 && maximum === 2 && doubtful === 3);
  });

  it('log det and condition number go layer by layer, here by the side of a kink: κ = 1 doubles one side and stretches the other by 6/5', () => {
    const kink = { type: 'planar', options: { raw: true, leaky: true }, initial: { w: [1, 0], u: [1, 0], b: [0] } };
    for (const objective of [towardsU1, towardsMoons]) {
      const flow = flowOf(specOf(objective, [kink, affine([0, 0], [0, 0])]));
      const trace = flow.trace(Float64Array.of(3, 0, 4, 7, 5, 1, -1, 0, -2, 2), 0);
      // Under forward KL the formula runs x → z, so that z → x divides by the same determinants.
      const sign = flow.closedForm === 'generate' ? 1 : -1;
      const [wide, narrow] = [sign * Math.LN2, sign * Math.log(1.2)];
      const [spread, flat] = logDetSpread(trace);
      const expected = [(3 * wide + 2 * narrow) / 5, Math.min(wide, narrow), wide, Math.max(wide, narrow)];
      [spread.mean, spread.least, spread.median, spread.greatest].forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-15));
      assert.ok([flat.mean, flat.least, flat.median, flat.greatest].every((value) => Math.abs(value) === 0));
      const [bent, straight] = conditionNumbers(flow, trace);
      assert.ok(Math.abs(bent.median - 2) < 1e-15 && Math.abs(bent.maximum - 2) < 1e-15);
      assert.equal(straight.maximum, 1);
    }
  });

  it('float32 costs about 1e-7, stage by stage more', () => {
    const spec = specOf(towardsU1, planarLayers(12));
    const parameters = initialParameters(spec);
    const flow = buildFlow(spec, parameters);
    const z = flow.base.sample(200, new RandomStream(1, 2));
    const errors = traceErrors(flow.trace(z, 0), float32Trace(spec, parameters, z, 0), 2);
    assert.equal(errors.length, 13);
    assert.ok(errors[0].maximum > 0 && errors[0].maximum < 2.5e-7 * 4);
    assert.ok(errors[12].median > errors[0].median && errors[12].maximum < 1e-5);
  });

  it('name the first layer, particle and quantity that is not finite', () => {
    const explode = affine([800, 0], [0, 0]);
    const flow = flowOf(specOf(towardsU1, [...planarLayers(2), explode]));
    const points = Float64Array.from([0, 0, 1, 1]);
    assert.deepEqual(firstNotFinite(flow, 'generate', points), { layer: 2, particle: 0, quantity: 'image' });
    assert.deepEqual(firstNotFinite(flow, 'generate', Float64Array.from([0, 0, NaN, 1])), { layer: -1, particle: 1, quantity: 'point' });
    const sound = flowOf(specOf(towardsU1, planarLayers(2)));
    assert.deepEqual(firstNotFinite(sound, 'generate', points), sound.generate(points));
    assert.deepEqual(
      firstNotFinite(sound, 'generate', Float64Array.from([1e39, 0]), (value) => Number.isFinite(Math.fround(value))),
      {
        layer: -1,
        particle: 0,
        quantity: 'point',
      },
    );
  });
});
