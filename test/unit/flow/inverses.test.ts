/** Inverses by the million, and through many wild layers. */

import assert from 'node:assert/strict';
import { buildFlow, initialParameters } from '../../../src/flow/flow';
import { InverseStatus, parameterCount, type Layer } from '../../../src/flow/layer';
import { planar } from '../../../src/flow/planar';
import { RandomStream } from '../../../src/flow/random';
import { layerTypes } from '../../../src/flow/registry';
import { everyOption, forward, inverse, specOf, towardsMoons, towardsU1 } from './batches';

const inverseTolerance = 1e-12;

describe('a million planar inversions', () => {
  it('are all within their tolerance, in no more than 100 iterations', function () {
    this.timeout(60_000);
    const random = new RandomStream(2026, 1);
    const [layers, count] = [1000, 1000];
    const size = (least: number, most: number): number => 10 ** (least + (most - least) * random.uniform());
    const sign = (): number => (random.uniform() < 0.5 ? -1 : 1);
    const y = new Float64Array(2 * count);
    const into = { points: new Float64Array(2 * count), det: new Float64Array(count), logDet: new Float64Array(count) };
    const report = { status: new Uint8Array(count), iterations: new Uint16Array(count), residual: new Float64Array(count) };
    let [most, worst] = [0, 0];
    for (let k = 0; k < layers; k++) {
      const angle = 2 * Math.PI * random.uniform();
      const length = size(-1, 0.5);
      const w = [length * Math.cos(angle), length * Math.sin(angle)];
      // Of every four layers, one has wᵀû within 1e-12 of −1 by the constraint, one as it is given, one is strong, and one is ordinary.
      const raw = k % 4 === 1;
      const wu = [-28 - 8 * random.uniform(), -1 + size(-16, -12), size(0, 2), 2 * random.normal()][k % 4];
      const across = random.normal();
      const u = [(wu * w[0]) / length ** 2 - (across * w[1]) / length, (wu * w[1]) / length ** 2 + (across * w[0]) / length];
      const b = k % 3 === 0 ? 0 : random.normal();
      for (let p = 0; p < count; p++) {
        // On the hyperplane, next to it, in the middle of things, and with |a| up to a million.
        const a = [0, sign() * size(-18, -3), 3 * random.normal(), sign() * size(1, 6)][p % 4];
        const along = random.normal();
        y[2 * p] = ((a - b) * w[0]) / length ** 2 - (along * w[1]) / length;
        y[2 * p + 1] = ((a - b) * w[1]) / length ** 2 + (along * w[0]) / length;
      }
      planar.create(2, { raw }, Float64Array.from([...w, ...u, b])).inverse(y, into, report);
      for (let p = 0; p < count; p++) {
        most = Math.max(most, report.iterations[p]);
        worst = Math.max(worst, report.residual[p] / Math.max(1, Math.hypot(y[2 * p], y[2 * p + 1])));
        if ((report.status[p] as InverseStatus) !== InverseStatus.Ok) {
          assert.fail(`layer ${k}, point ${p}: status ${report.status[p]}, residual ${report.residual[p]}`);
        }
      }
    }
    assert.ok(worst <= inverseTolerance, `residual ${worst}`);
    assert.ok(most <= 100, `${most} iterations`);
  });
});

/**
 * By how much one unit in the last place of one coordinate of v moves its image, at most: no v in float64 can be relied on to come nearer
 * to a given image than that.
 */
function grain(layer: Layer, v: readonly number[]): number {
  const image = forward(layer, v).points;
  const steps = v.map((value, i) => {
    const step = Number.EPSILON * 2 ** Math.floor(Math.log2(Math.max(Math.abs(value), Number.EPSILON)));
    // Many at once, lest the rounding of the image be mistaken for its move.
    const beside = v.map((other, j) => (i === j ? other + 1024 * step : other));
    return Math.hypot(...forward(layer, beside).points.map((moved, j) => moved - image[j])) / 1024;
  });
  return Math.max(...steps);
}

describe('32 layers of parameters with standard deviation 2', () => {
  for (const type of layerTypes.values()) {
    for (const options of everyOption(type)) {
      for (const dim of [1, 2, 3, 8]) {
        it(`${type.name} ${JSON.stringify(options)}, d = ${dim}: every inverse leaves 1e-12 of its input, or the grain of its output`, () => {
          for (let seed = 1; seed <= 3; seed++) {
            const random = new RandomStream(seed, 5);
            let y = Array.from({ length: 30 * dim }, () => random.normal());
            for (let k = 0; k < 32; k++) {
              const values = Float64Array.from({ length: parameterCount(type, dim, options) }, () => 2 * random.normal());
              const layer = type.create(dim, options, values);
              const { points, status, residual } = inverse(layer, y);
              residual.forEach((rest, p) => {
                const given: InverseStatus = status[p];
                if (given === InverseStatus.NoPreimage) {
                  assert.ok(layer.margin <= 0);
                  return;
                }
                const [input, output] = [y, Array.from(points)].map((batch) => batch.slice(p * dim, (p + 1) * dim));
                const within = rest <= inverseTolerance * Math.max(1, Math.hypot(...input));
                assert.equal(given === InverseStatus.Unreliable, !within);
                assert.ok(within || rest <= 2 * dim * grain(layer, output), `layer ${k}: residual ${rest}, grain ${grain(layer, output)}`);
              });
              y = Array.from(points, (value) => (Math.abs(value) < 1e100 ? value : random.normal()));
            }
          }
        });
      }
    }
  }

  for (const objective of [towardsMoons, towardsU1]) {
    it(`a trace, ${objective.type}: every inverse leaves 1e-12 of its input, of every type by turns`, () => {
      const types = [...layerTypes.values()];
      for (let seed = 1; seed <= 10; seed++) {
        const random = new RandomStream(seed, 5);
        const layers = Array.from({ length: 32 }, (_, k) => ({ type: types[k % types.length].name, options: {}, initial: {} }));
        const spec = specOf(objective, layers);
        const flow = buildFlow(
          spec,
          Float64Array.from(initialParameters(spec), () => 2 * random.normal()),
        );
        const { passes } = flow.trace(flow.base.sample(100, random), flow.closedForm === 'generate' ? flow.layers.length : 0);
        passes.forEach((pass) => assert.ok(pass.status.every((status: InverseStatus) => status === InverseStatus.Ok)));
      }
    });
  }
});

describe('planar inverses without a report, as heat maps take them', () => {
  it('are those with one, to seven digits, for points in a row and for points anywhere', () => {
    const random = new RandomStream(2027, 1);
    const side = 64;
    const count = side * side;
    const image = () => ({ points: new Float64Array(2 * count), det: new Float64Array(count), logDet: new Float64Array(count) });
    const report = { status: new Uint8Array(count), iterations: new Uint16Array(count), residual: new Float64Array(count) };
    const lattice = Float64Array.from({ length: 2 * count }, (_, i) => {
      const p = Math.floor(i / 2);
      return 8 * ((i % 2 === 0 ? p % side : Math.floor(p / side)) / (side - 1)) - 4;
    });
    const anywhere = lattice.map(() => random.normal() * 10 ** (6 * random.uniform() - 3));
    anywhere.set([NaN, 0, 1, Infinity], 2000);
    for (let k = 0; k < 60; k++) {
      const [w1, w2, across] = [3 * random.normal(), 3 * random.normal(), random.normal()];
      // From wᵀû next to −1, where a root is nearly triple, to a strong push.
      const slack = 10 ** (4.5 * random.uniform() - 3);
      const along = (slack - 1) / Math.hypot(w1, w2) ** 2;
      const layer = planar.create(
        2,
        { raw: true },
        Float64Array.of(w1, w2, along * w1 - across * w2, along * w2 + across * w1, random.normal()),
      );
      for (const y of [lattice, anywhere]) {
        const [fast, judged] = [image(), image()];
        layer.inverse(y, fast);
        layer.inverse(y, judged, report);
        for (let p = 0; p < count; p++) {
          const finite = Number.isFinite(y[2 * p] + y[2 * p + 1]);
          const size = 1 + Math.hypot(y[2 * p], y[2 * p + 1]);
          const off = Math.hypot(fast.points[2 * p] - judged.points[2 * p], fast.points[2 * p + 1] - judged.points[2 * p + 1]) / size;
          assert.ok(finite ? off < 1e-7 : Number.isNaN(off), `1 + wᵀû = ${slack}, point ${p}: off by ${off}`);
          if (finite) assert.ok(Math.abs(fast.logDet[p] - judged.logDet[p]) < 1e-6, `1 + wᵀû = ${slack}, point ${p}: ${fast.logDet[p]}`);
        }
      }
    }
  });
});
