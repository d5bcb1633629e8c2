/** What src/flow costs: nanoseconds per point and layer, and the trace that a picture needs. */

import { buildFlow, initialParameters, type Flow } from '../../src/flow/flow';
import { RandomStream } from '../../src/flow/random';
import { layerTypes } from '../../src/flow/registry';
import type { FlowSpec, LayerSpec, Objective } from '../../src/flow/spec';
import { median, report, table } from './report';

const depth = 32;
const [particles, side] = [2000, 41];
const towards = {
  generate: { type: 'reverse-kl', energy: 'U1' },
  encode: { type: 'forward-kl', data: 'two-moons' },
} as const satisfies Record<string, Objective>;

function flowOf(type: string, objective: Objective): Flow {
  const layers = Array.from({ length: depth }, (_, k): LayerSpec => ({
    type,
    options: type === 'coupling' ? { flip: k % 2 === 1 } : {},
    initial: {},
  }));
  const training = { steps: 1, batch: 1, optimizer: 'adam', learningRate: 1 } as const;
  const spec: FlowSpec = { dim: 2, base: 'standard-normal', seed: 7, objective, training, layers };
  const random = new RandomStream(7, 1);
  return buildFlow(
    spec,
    initialParameters(spec).map((value) => value + 0.3 * random.normal()),
  );
}

/** Milliseconds of one call: the median and the least of several, once it is warm. */
function time(run: () => void): { typical: number; least: number } {
  const times = Array.from({ length: 25 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  const warm = times.slice(5);
  return { typical: median(warm), least: Math.min(...warm) };
}

const count = particles + side * side;
const kinds = ['forward', 'inverse', 'trace'] as const;

console.log(`${count} points in 2 dimensions, ${depth} layers; nanoseconds per point and layer, median of 20 runs`);
const rows = [['layer', ...kinds]];
for (const type of layerTypes.keys()) {
  const flow = flowOf(type, towards.generate);
  const z = flow.base.sample(count, new RandomStream(1, 1));
  const { stages } = flow.trace(z, 0);
  const runs = {
    forward: () => flow.layers.forEach((_, k) => flow.pass(k, 'generate', stages[k])),
    inverse: () => flow.layers.forEach((_, k) => flow.pass(k, 'encode', stages[k + 1])),
    trace: () => flow.trace(z, 0),
  };
  const costs = kinds.map((kind) => (time(runs[kind]).typical * 1e6) / count / depth);
  rows.push([type, ...costs.map((ns) => ns.toFixed(0))]);
  report(Object.fromEntries(kinds.map((kind, i) => [`flow.${type}.${kind}_ns`, costs[i]])));
}
console.log(table(rows));

for (const [direction, objective] of Object.entries(towards)) {
  const flow = flowOf('planar', objective);
  const z = flow.base.sample(count, new RandomStream(1, 1));
  const { typical, least } = time(() => flow.trace(z, 0));
  const [way, name] = direction === 'generate' ? ['in closed form', 'trace'] : ['solved', 'solved_trace'];
  console.log(
    `z → x ${way}: a trace of ${particles} particles and a ${side} × ${side} grid through ${depth} planar layers takes ${typical.toFixed(1)} ms (least ${least.toFixed(1)} ms)`,
  );
  report({ [`flow.${name}_ms`]: typical });
}
