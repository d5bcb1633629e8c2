import type { Objective, TrainingSpec } from '../flow/spec';
import { energies } from '../flow/targets';
import { flowDefaults, formatVersion } from './format';
import { objectiveText } from './objective-text';

/**
 * How a new flow trains: of the settings tried with 32 planar layers on U1–U4 and two moons, the ones that never lost a mode of U1 in 14
 * seeds. Without annealing, or with half the batch, some did.
 */
const training = { steps: 10_000, batch: 1024, optimizer: 'adam', learningRate: 0.015, schedule: 'cosine', clip: 1 } satisfies TrainingSpec;
const anneal = 2000;

/** How many layers a new flow has, unless it is told. */
export const newFlowDepth = 16;

/** The text of a new flow of `depth` planar layers towards `objective`, in the dimension of its energy, or else in `dim`. */
export function newFlowText(objective: Objective, { dim = flowDefaults.dim, depth = newFlowDepth } = {}): string {
  const { base, seed } = flowDefaults;
  const forward = objective.type === 'forward-kl';
  const d = forward ? dim : (energies.get(objective.energy)?.dim ?? dim);
  const explanation = forward
    ? '# Learns from samples of the target. The layers run x → z in closed form; z → x is solved numerically.'
    : '# Learns from the energy of the target. The layers run z → x in closed form; x → z is solved numerically.';
  const along = (axis: number, length: number): string => Array.from({ length: d }, (_, i) => (i === axis ? length : 0)).join(', ');
  return `# A normalizing flow: layer by layer it bends a Gaussian (z) into the target (x).
nflow: ${formatVersion}
dim: ${d}
base: ${base}
seed: ${seed}
${explanation}
objective: ${objectiveText(forward ? objective : { ...objective, anneal })}
training: ${onOneLine(training)}
# One layer a line, in the order z → x. A layer can be given values: planar: { w: [${along(0, 1)}], u: [${along(d - 1, 0.5)}], b: 0 }
layers:
${'  - planar\n'.repeat(depth)}`;
}

function onOneLine(entries: object): string {
  return `{ ${Object.entries(entries)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')} }`;
}
