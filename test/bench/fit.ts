/** How well a flow fits, and how soon: trained by the product from the text of a new flow, judged in float64 by src/flow. */

import { newFlowText } from '../../src/document/new-flow';
import { parseFlow } from '../../src/document/parse';
import { buildFlow, type Flow } from '../../src/flow/flow';
import { RandomStream } from '../../src/flow/random';
import { samplers } from '../../src/flow/samplers';
import type { FlowSpec, Objective } from '../../src/flow/spec';
import { energies } from '../../src/flow/targets';
import { startTraining } from './ours';
import { median, report, table, type Figures } from './report';

const depth = 32;
const seeds = [0, 1, 2];
/** Seconds of training a run. */
const limit = 30;
const [batches, batch] = [40, 5000];

const targets: Record<string, Objective> = {
  U1: { type: 'reverse-kl', energy: 'U1' },
  U2: { type: 'reverse-kl', energy: 'U2' },
  U3: { type: 'reverse-kl', energy: 'U3' },
  U4: { type: 'reverse-kl', energy: 'U4' },
  moons: { type: 'forward-kl', data: 'two-moons' },
};

/** What New Flow writes, but for the depth and the seed. */
function newFlow(objective: Objective, seed: number): FlowSpec {
  const { spec } = parseFlow(newFlowText(objective));
  if (!spec) throw new Error('The text of a new flow has mistakes.');
  return { ...spec, seed, layers: Array.from({ length: depth }, () => spec.layers[0]) };
}

/**
 * Points whose mean is the divergence of flow and target, in nats: log q(x) + u(x) + log Z at x ∼ q under reverse KL, −log q(x) − H(π) at
 * x ∼ π under forward KL.
 */
function divergences(flow: Flow, objective: Objective, random: RandomStream): Float64Array {
  if (objective.type === 'reverse-kl') {
    const energy = energies.get(objective.energy);
    if (!energy) throw new RangeError(`There is no energy "${objective.energy}".`);
    const trace = flow.trace(flow.base.sample(batch, random), 0);
    const x = trace.stages[flow.layers.length];
    const slope = new Float64Array(flow.dim);
    return flow.logProbOf(trace).map((log, p) => log + energy.evaluate(x, p * flow.dim, slope) + energy.logZ);
  }
  const sampler = samplers.get(objective.data);
  if (!sampler) throw new RangeError(`There are no samples called "${objective.data}".`);
  return flow.logProb(sampler.sample(batch, random)).map((log) => -log - sampler.entropy);
}

/** The mean with its standard error. */
function judge(flow: Flow, objective: Objective): { gap: number; error: number } {
  const random = new RandomStream(1, 2 ** 40);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < batches; i++) {
    for (const value of divergences(flow, objective, random)) {
      sum += value;
      squares += value * value;
    }
  }
  const count = batches * batch;
  const gap = sum / count;
  return { gap, error: Math.sqrt((squares / count - gap * gap) / count) };
}

function train(spec: FlowSpec): { steps: number; seconds: number; parameters: Float32Array } {
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const training = startTraining(spec);
  let steps = 0;
  while (steps < spec.training.steps && elapsed() < limit) {
    training.step();
    steps++;
  }
  const seconds = elapsed();
  const parameters = training.parameters();
  training.dispose();
  return { steps, seconds, parameters };
}

console.log(`${depth} planar layers, trained from what New Flow writes, at most ${limit} s a run: nats above the best possible, over`);
console.log(`${batches * batch} points in float64, with the standard error.`);
for (const [name, objective] of Object.entries(targets)) {
  const rows = [[name, 'nats', '', 'steps', 'seconds']];
  const runs = seeds.map((seed) => {
    const spec = newFlow(objective, seed);
    const { steps, seconds, parameters } = train(spec);
    const { gap, error } = judge(buildFlow(spec, parameters), objective);
    rows.push([`seed ${seed}`, gap.toFixed(4), `± ${error.toFixed(4)}`, `${steps}`, seconds.toFixed(1)]);
    return { seed, gap, seconds };
  });
  const gap = median(runs.map((run) => run.gap));
  const seconds = median(runs.map((run) => run.seconds));
  rows.push(['median', gap.toFixed(4), '', '', seconds.toFixed(1)]);
  const figures: Figures = { [`fit.${name}.gap_nats`]: gap, [`fit.${name}.seconds`]: seconds };
  for (const run of runs) figures[`fit.${name}.seed${run.seed}.gap_nats`] = run.gap;
  report(figures);
  console.log(`\n${table(rows)}`);
}
