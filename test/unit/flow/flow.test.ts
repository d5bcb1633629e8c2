import assert from 'node:assert/strict';
import { standardNormal } from '../../../src/flow/base';
import { buildFlow, initialParameters, parameterSlots, type Flow } from '../../../src/flow/flow';
import { InverseStatus } from '../../../src/flow/layer';
import { RandomStream } from '../../../src/flow/random';
import type { FlowSpec, Objective } from '../../../src/flow/spec';
import { forward, planarLayers, specOf, towardsMoons, towardsU1 } from './batches';

/** A flow that bends: the initial one, moved by parameters of order 1. */
function bentFlow(spec: FlowSpec): Flow {
  return buildFlow(
    spec,
    initialParameters(spec).map((value, i) => value + 0.8 * Math.sin(7.3 * i)),
  );
}

function greatest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** ∫ p·f(log p) by the midpoint rule over [−8, 8]², which is all but exact for a smooth density that vanishes at the border. */
function integral(flow: Flow, f: (log: number) => number): number {
  const side = 240;
  const h = 16 / side;
  const at = (i: number): number => -8 + h * (i + 0.5);
  const grid = Float64Array.from({ length: 2 * side * side }, (_, i) => at(i % 2 === 0 ? (i / 2) % side : Math.floor(i / 2 / side)));
  return flow.logProb(grid).reduce((sum, log) => sum + Math.exp(log) * f(log), 0) * h * h;
}

const directions = [
  { name: 'x → z in closed form (forward KL)', objective: towardsMoons },
  { name: 'z → x in closed form (reverse KL)', objective: towardsU1 },
];

for (const { name, objective } of directions) {
  describe(`a flow with ${name}`, () => {
    const spec = specOf(objective, planarLayers(8));
    const flow = bentFlow(spec);
    const z = standardNormal(2).sample(200, new RandomStream(1, 1));

    it('encodes what it generated back to where it began', () => {
      const back = flow.encode(flow.generate(z));
      assert.ok(greatest(back.map((value, i) => value - z[i])) < 1e-10);
    });

    it('goes through the layers in the order of the file, z → x', () => {
      const first = flow.pass(0, 'generate', z).points;
      const second = flow.pass(1, 'generate', first).points;
      const { stages } = flow.trace(z, 0);
      assert.deepEqual(stages[1], first);
      assert.deepEqual(stages[2], second);
      assert.equal(stages.length, 9);
    });

    it('runs a layer’s formula in its closed-form direction', () => {
      const { points, iterations } = flow.pass(3, flow.closedForm, z);
      assert.deepEqual(points, forward(flow.layers[3], Array.from(z)).points);
      assert.equal(greatest(iterations), 0);
      const solved = flow.pass(3, flow.closedForm === 'encode' ? 'generate' : 'encode', points);
      assert.ok(greatest(solved.iterations) > 0);
      assert.ok(greatest(solved.points.map((value, i) => value - z[i])) < 1e-12);
    });

    it('traces from any stage outwards, and meets the same points from another one', () => {
      const whole = flow.trace(z, 0);
      const middle = flow.trace(whole.stages[5], 5);
      middle.stages.forEach((stage, k) => assert.ok(greatest(stage.map((value, i) => value - whole.stages[k][i])) < 1e-10, `stage ${k}`));
      middle.passes.forEach((pass, k) => {
        assert.ok(greatest(pass.logDet.map((value, i) => value - whole.passes[k].logDet[i])) < 1e-9, `log det of layer ${k + 1}`);
      });
    });

    it('log det counts z → x: it is that of the generated points by finite differences', () => {
      const h = 1e-5;
      const at = [0.4, -0.7];
      const corners = Float64Array.from([at[0] + h, at[1], at[0] - h, at[1], at[0], at[1] + h, at[0], at[1] - h]);
      const x = flow.generate(corners);
      const column = (i: number): [number, number] => [(x[i] - x[i + 2]) / (2 * h), (x[i + 1] - x[i + 3]) / (2 * h)];
      const [a, b] = column(0);
      const [c, d] = column(4);
      const sum = flow.trace(Float64Array.from(at), 0).passes.reduce((total, { logDet }) => total + logDet[0], 0);
      assert.ok(Math.abs(sum - Math.log(a * d - b * c)) < 1e-6);
    });

    it('its density integrates to 1', () => {
      const total = integral(flow, () => 1);
      assert.ok(Math.abs(total - 1) < 1e-3, `∫ p = ${total}`);
    });

    it('its samples lie where its density says', () => {
      // E over samples of log p is −entropy, and so is ∫ p·log p by quadrature.
      const n = 20_000;
      const logs = flow.logProb(flow.sample(n, new RandomStream(9, 9)));
      const mean = logs.reduce((sum, log) => sum + log, 0) / n;
      const error = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0)) / n;
      const expected = integral(flow, (log) => log);
      assert.ok(Math.abs(mean - expected) < 5 * error + 1e-3, `${mean} instead of ${expected} ± ${error}`);
    });

    it('says which particles are not finite', () => {
      const { status } = flow.pass(0, flow.closedForm, Float64Array.from([0, 0, Infinity, 0]));
      assert.deepEqual(Array.from(status), [InverseStatus.Ok, InverseStatus.NotFinite]);
    });
  });
}

describe('the base', () => {
  it('log density of the standard normal', () => {
    const logs = standardNormal(2).logDensity(Float64Array.from([0, 0, 3, 4]));
    assert.deepEqual(Array.from(logs), [-Math.log(2 * Math.PI), -Math.log(2 * Math.PI) - 12.5]);
  });
});

describe('the parameters of a flow', () => {
  it('start from what the file gives, the rest from the seed', () => {
    const given = { type: 'planar', options: {}, initial: { w: [3, 4], b: [0.5] } };
    const spec = specOf(towardsMoons, [...planarLayers(1), given]);
    const free = initialParameters(specOf(towardsMoons, planarLayers(2)));
    const values = initialParameters(spec);
    assert.deepEqual(values.slice(0, 5), free.slice(0, 5));
    assert.deepEqual(Array.from(values.slice(5)), [3, 4, free[7], free[8], 0.5]);
  });

  it('of one layer do not depend on the others', () => {
    const long = initialParameters(specOf(towardsMoons, planarLayers(6)));
    const short = initialParameters(specOf(towardsMoons, planarLayers(2)));
    assert.deepEqual(long.slice(0, short.length), short);
  });

  it('lie one layer after the other, in the order that the layer declares', () => {
    const slots = parameterSlots(specOf(towardsMoons, planarLayers(2), { dim: 3 }));
    assert.deepEqual(slots, [
      { layer: 0, name: 'w', shape: [3], offset: 0, length: 3 },
      { layer: 0, name: 'u', shape: [3], offset: 3, length: 3 },
      { layer: 0, name: 'b', shape: [], offset: 6, length: 1 },
      { layer: 1, name: 'w', shape: [3], offset: 7, length: 3 },
      { layer: 1, name: 'u', shape: [3], offset: 10, length: 3 },
      { layer: 1, name: 'b', shape: [], offset: 13, length: 1 },
    ]);
  });

  it('of the wrong number, or for an unknown layer, are refused', () => {
    const spec = specOf(towardsMoons, planarLayers(2));
    assert.throws(() => buildFlow(spec, new Float64Array(9)), /has 10 parameters, but 9 were given/);
    const unknown = specOf(towardsMoons, [{ type: 'spiral', options: {}, initial: {} }]);
    assert.throws(() => initialParameters(unknown), /no layer type "spiral"; there are: planar/);
    const short = specOf(towardsMoons, [{ type: 'planar', options: {}, initial: { w: [1] } }]);
    assert.throws(() => initialParameters(short), /Layer 1: w has 1 values and needs 2/);
  });

  it('are copied: a flow does not change with the vector it was built from', () => {
    const spec = specOf(towardsMoons, planarLayers(1));
    const values = initialParameters(spec);
    const flow = buildFlow(spec, values);
    const point = Float64Array.from([0.3, 0.4]);
    const before = flow.encode(point);
    values.fill(1);
    assert.deepEqual(flow.encode(point), before);
  });
});

describe('a trace', () => {
  it('is refused for what are no points, or no stage', () => {
    const spec = specOf(towardsU1, planarLayers(3));
    const flow = buildFlow(spec, initialParameters(spec));
    assert.throws(() => flow.trace(new Float64Array(3), 0), new RangeError('3 numbers are no points in 2 dimensions.'));
    for (const stage of [-1, 4, 0.5, NaN]) {
      const sentence = `A flow of 3 layers has the stages 0 to 3, and not ${stage}.`;
      assert.throws(() => flow.trace(new Float64Array(2), stage), new RangeError(sentence));
    }
    assert.equal(flow.trace(new Float64Array(0), 3).stages.length, 4);
  });
});

describe('a flow on the line with a raw leaky layer', () => {
  const flowOf = (objective: Objective, kappa: number): Flow => {
    const leaky = { type: 'planar', options: { raw: true, leaky: true }, initial: { w: [1], u: [kappa], b: [0] } };
    const identity = { type: 'planar', options: { raw: true }, initial: { w: [1], u: [0], b: [0] } };
    const spec = specOf(objective, [identity, leaky, identity], { dim: 1 });
    return buildFlow(spec, initialParameters(spec));
  };
  const logNormal = (z: number): number => -(z * z) / 2 - Math.log(2 * Math.PI) / 2;
  const close = (actual: ArrayLike<number>, expected: number[]): void =>
    expected.forEach((value, i) => assert.ok(actual[i] === value || Math.abs(actual[i] - value) < 1e-14, `${actual[i]}, not ${value}`));

  it('that turns everything over, κ = −6, has a density: x = −5z above 0 and −z/5 below, or z so of x', () => {
    close(flowOf(towardsU1, -6).logProb(Float64Array.of(1, -1)), [logNormal(5) + Math.log(5), logNormal(0.2) - Math.log(5)]);
    close(flowOf(towardsMoons, -6).logProb(Float64Array.of(1, -1)), [logNormal(5) + Math.log(5), logNormal(0.2) - Math.log(5)]);
  });

  it('that presses one side flat, κ = −1, has the density 0 where nothing is mapped, and none on the edge or at what is not finite', () => {
    const flow = flowOf(towardsU1, -1);
    close(flow.logProb(Float64Array.of(1, 2, -0.8)), [-Infinity, -Infinity, logNormal(1) - Math.log(0.8)]);
    assert.deepEqual(Array.from(flow.logProb(Float64Array.of(0, NaN, Infinity))), [NaN, NaN, NaN]);
  });

  it('that maps x → z so, has no z that says more of x than that there is none', () => {
    const flow = flowOf(towardsMoons, -1);
    close(flow.logProb(Float64Array.of(-1, 1)), [logNormal(0.8) + Math.log(0.8), -Infinity]);
    assert.ok(Number.isNaN(flow.logProbOf(flow.trace(Float64Array.of(1), 0))[0]));
  });
});

describe('a flow that folds', () => {
  it('has no density to give, in either direction', () => {
    for (const { objective } of directions) {
      const folding = { type: 'planar', options: { raw: true }, initial: { w: [1, 0], u: [-3, 0], b: [0] } };
      const spec = specOf(objective, [folding]);
      assert.ok(Number.isNaN(buildFlow(spec, initialParameters(spec)).logProb(Float64Array.of(3, 0))[0]));
    }
  });
});
