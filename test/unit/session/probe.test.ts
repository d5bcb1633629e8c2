import assert from 'node:assert/strict';
import { buildFlow, initialParameters } from '../../../src/flow/flow';
import type { FlowSpec, Objective } from '../../../src/flow/spec';
import { Probe } from '../../../src/session/probe';

const spec = (objective: Objective): FlowSpec => ({
  dim: 2,
  base: 'standard-normal',
  seed: 3,
  objective,
  training: { steps: 1, batch: 1, optimizer: 'adam', learningRate: 0.01 },
  layers: [
    { type: 'planar', options: { raw: false }, initial: { w: [1, 0.2], u: [0.3, -0.8], b: [0.1] } },
    { type: 'planar', options: { raw: false }, initial: { w: [-0.5, 1.4], u: [-1.1, 0.4], b: [-0.3] } },
    { type: 'planar', options: { raw: false }, initial: { w: [2, 1], u: [0.5, 0.5], b: [0] } },
  ],
});

const objectives: Objective[] = [
  { type: 'reverse-kl', energy: 'U1' },
  { type: 'forward-kl', data: 'two-moons' },
];

for (const objective of objectives) {
  const flow = buildFlow(spec(objective), initialParameters(spec(objective)));

  describe(`a probe under ${objective.type}`, () => {
    const origin = Float64Array.of(0.7, -0.4);

    it('has a route through every stage, passing where it was placed', () => {
      const probe = new Probe(flow, 1, origin);
      assert.equal(probe.route.length, 4);
      assert.deepEqual(probe.route[1], origin);
      const x = flow.generate(probe.route[0]);
      assert.ok(Math.hypot(x[0] - probe.route[3][0], x[1] - probe.route[3][1]) < 1e-12);
    });

    it('knows log p(x) of the point that it leads to', () => {
      const probe = new Probe(flow, 1, origin);
      assert.ok(Math.abs(probe.logProb - flow.logProb(probe.route[3])[0]) < 1e-12);
    });

    it('walks one layer at a time and says how it went', () => {
      const probe = new Probe(flow, 0, origin);
      const before = probe.lastStep;
      assert.equal(before, undefined);
      probe.walkTo(2);
      assert.equal(probe.lastStep?.layer, 2);
      assert.equal(probe.lastStep.direction, 'generate');
      assert.equal(probe.lastStep.pass.iterations[0] > 0, objective.type === 'forward-kl');
      assert.deepEqual(probe.walked.point, probe.route[2]);
    });

    it('comes back to where it was placed, and has an error to show only once it has turned', () => {
      const probe = new Probe(flow, 0, origin);
      probe.walkTo(3);
      assert.equal(probe.roundTrip, undefined);
      probe.walkTo(0);
      assert.ok(probe.roundTrip !== undefined && probe.roundTrip < 1e-14, `round trip ${probe.roundTrip}`);
      const { point } = probe.walked;
      assert.equal(probe.roundTrip, Math.hypot(point[0] - origin[0], point[1] - origin[1]));
    });
  });
}
