import type { Objective, TrainingSpec } from '../flow/spec';
import { energies } from '../flow/targets';
import { flowDefaults, formatVersion } from './format';

/**
 * How a new flow trains: of the settings tried with 32 planar layers on U1–U4 and two moons, the ones that never lost a mode of U1 in 14
 * seeds. Without annealing, or with half the batch, some did.
 */
const training = { steps: 10_000, batch: 1024, optimizer: 'adam', learningRate: 0.015, schedule: 'cosine', clip: 1 } satisfies TrainingSpec;
const anneal = 2000;

/** The text of a new flow towards `objective`. */
export function newFlowText(objective: Objective): string {
  const { base, seed } = flowDefaults;
  const forward = objective.type === 'forward-kl';
  const dim = forward ? flowDefaults.dim : (energies.get(objective.energy)?.dim ?? flowDefaults.dim);
  const target = forward ? { data: objective.data } : { energy: objective.energy, anneal };
  const explanation = forward
    ? '# Learns from samples of the target. The layers run x → z in closed form; z → x is solved numerically.'
    : '# Learns from the energy of the target. The layers run z → x in closed form; x → z is solved numerically.';
  const along = (axis: number, length: number): string => Array.from({ length: dim }, (_, i) => (i === axis ? length : 0)).join(', ');
  return `# A normalizing flow: layer by layer it bends a Gaussian (z) into the target (x).
nflow: ${formatVersion}
dim: ${dim}
base: ${base}
seed: ${seed}
${explanation}
objective: ${onOneLine({ type: objective.type, ...target })}
training: ${onOneLine(training)}
# One layer a line, in the order z → x. A layer can be given values: planar: { w: [${along(0, 1)}], u: [${along(dim - 1, 0.5)}], b: 0 }
layers:
${'  - planar\n'.repeat(16)}`;
}

function onOneLine(entries: object): string {
  return `{ ${Object.entries(entries)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')} }`;
}
