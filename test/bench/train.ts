/** A whole training step, its points drawn and its parameters moved, raced against the same flow in other engines. */

import { newFlowText } from '../../src/document/new-flow';
import { parseFlow } from '../../src/document/parse';
import { timeAnswers } from './answers';
import { startTraining, type Training } from './ours';
import { rival, timeRound, type Contestant, type RoundRequest } from './race';
import { median, report, table } from './report';

const sizes = [
  { layers: 16, points: 512 },
  { layers: 32, points: 1024 },
  { layers: 32, points: 8192 },
];
const rounds = 9;
/** The lesser of two times, of which either may be missing. */
const better = (one: number, other: number): number => (Number.isNaN(one) || other < one ? other : one);
/** A round, and the one before all others that warms up. */
const [seconds, warmUp] = [0.3, 1];

function ours(): Contestant {
  const flows = new Map<string, Training>();
  const { spec } = parseFlow(newFlowText({ type: 'reverse-kl', energy: 'U1' }));
  if (!spec) throw new Error('The text of a new flow has mistakes.');
  return {
    name: 'this product',
    race({ layers, points, seconds }: RoundRequest) {
      const size = `${layers}x${points}`;
      const flow = { ...spec, layers: Array.from({ length: layers }, () => spec.layers[0]), training: { ...spec.training, batch: points } };
      const training = flows.get(size) ?? startTraining(flow);
      flows.set(size, training);
      return Promise.resolve(timeRound(() => training.step(), seconds));
    },
    leave: () => flows.forEach((training) => training.dispose()),
  };
}

const tfjs = (backend: string, form: string) => rival(process.execPath, ['out/bench/rivals/tfjs.mjs', backend, form]);
const torch = (form: string) => rival('/usr/bin/python3', ['test/bench/rivals/planar.py', form]);
/** By the name that their figures go by; undefined where it cannot run here. */
const contestants: Record<string, Contestant | undefined> = {
  fused: ours(),
  tfjs_cpu: await tfjs('cpu', 'layers'),
  tfjs_wasm: await tfjs('wasm', 'layers'),
  tfjs_cpu_stacked: await tfjs('cpu', 'stacked'),
  tfjs_wasm_stacked: await tfjs('wasm', 'stacked'),
  torch: await torch('layers'),
  torch_stacked: await torch('stacked'),
};
if (!contestants.torch) console.log('PyTorch cannot be imported by /usr/bin/python3, so it does not race: apt-get install python3-torch.');

console.log(`One whole training step of planar layers in 2 dimensions, reverse KL on U1, one thread: in milliseconds over ${rounds}`);
console.log(`rounds of ${seconds} s in turns. The ratio is to this product's median; the last loss shows that all train the same flow.`);
for (const { layers, points } of sizes) {
  const times: Record<string, number[]> = {};
  const losses: Record<string, number> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [key, contestant] of Object.entries(contestants)) {
      const { ms, loss } = (await contestant?.race({ layers, points, seconds: round === 0 ? warmUp : seconds })) ?? { ms: NaN, loss: NaN };
      if (round > 0) (times[key] ??= []).push(ms);
      losses[key] = loss;
    }
  }
  const medians = Object.fromEntries(Object.entries(times).map(([key, all]) => [key, median(all)]));
  medians.tfjs = better(medians.tfjs_cpu, medians.tfjs_wasm);
  medians.tfjs_stacked = better(medians.tfjs_cpu_stacked, medians.tfjs_wasm_stacked);
  const rows = [['', 'median', 'least', 'ratio', 'last loss']];
  for (const [key, contestant] of Object.entries(contestants)) {
    if (!contestant) continue;
    const [typical, least] = [medians[key], Math.min(...times[key])].map((ms) => ms.toPrecision(3));
    rows.push([contestant.name, typical, least, (medians[key] / medians.fused).toFixed(1), losses[key].toFixed(2)]);
  }
  console.log(`\n${layers} layers, ${points} points\n${table(rows)}`);
  report(Object.fromEntries(Object.entries(medians).map(([key, ms]) => [`train.${layers}x${points}.${key}_ms`, ms])));
}
for (const contestant of Object.values(contestants)) contestant?.leave();

await timeAnswers();
