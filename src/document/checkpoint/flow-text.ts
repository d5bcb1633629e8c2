import { typeOf } from '../../flow/flow';
import type { Direction, LayerSpec, Objective } from '../../flow/spec';
import { energyNames } from '../../flow/targets';
import { flowDefaults, formatVersion } from '../format';
import type { ImportedFlow } from './import';

/**
 * The text of a `.nflow` file for an imported flow, which says in comments what was assumed.
 * @param source the name of the checkpoint.
 * @param weights the name of a weights file beside it that holds the values; without one they are written out, with every digit.
 * @param objective what it is to be trained towards; the target of a checkpoint is not known, and without one the flow is not trained.
 */
export function importedFlowText(
  imported: ImportedFlow,
  source: string,
  { weights, objective }: { readonly weights?: string; readonly objective?: Objective } = {},
): string {
  const { library, dim, base, direction, layers, assumed, agreed } = imported;
  const arrow = direction === 'generate' ? 'z → x' : 'x → z';
  const comments = [
    `Imported from the ${library} checkpoint ${source.replace(/\s+/g, ' ')}. Its layers' formulas run ${arrow}.`,
    ...assumed,
    agreed > 0
      ? `Checked on ${agreed} golden point${agreed === 1 ? '' : 's'} of the checkpoint.`
      : 'Not checked: the checkpoint has no golden points.',
  ];
  const { training, seed } = flowDefaults;
  return `${comments.map((comment) => `# ${comment}\n`).join('')}nflow: ${formatVersion}
dim: ${dim}
base: ${inline(base)}
seed: ${seed}
direction: ${arrow.replace(' → ', '->')}
${objective ? `objective: ${inline(objective)}` : `# A target is not a part of a checkpoint. To train this flow, give it one${suggestion(dim, direction)}.`}
training: ${inline(training)}
layers:
${layers.map((layer) => `  - ${layerText(layer, dim, weights === undefined)}\n`).join('')}${weights === undefined ? '' : `weights: ${inline(weights)}\n`}`;
}

/** `, for instance objective: { … }`: one that the direction of the formulas fits. */
function suggestion(dim: number, direction: Direction): string {
  const [energy] = energyNames(dim) as (string | undefined)[];
  const objective: Objective | undefined =
    direction === 'encode'
      ? { type: 'forward-kl', data: dim === 2 ? 'two-moons' : 'points.csv' }
      : energy === undefined
        ? undefined
        : { type: 'reverse-kl', energy };
  return objective ? `, for instance objective: ${inline(objective)}` : '';
}

/** Plain data in YAML's flow style, on one line. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, entry]) => `${key}: ${inline(entry)}`)
      .join(', ')} }`;
  return typeof value === 'string' && /^[\w.-]+$/.test(value) ? value : JSON.stringify(value);
}

/** `planar: { raw: true, w: [1, 0], u: [0, 1], b: 0 }`, as far as it is not at its defaults. */
function layerText({ type, options, initial }: LayerSpec, dim: number, values: boolean): string {
  const known = typeOf({ type, options, initial });
  const settings = [
    ...known.options
      .filter(({ name, default: usual }) => (options[name] ?? usual) !== usual)
      .map(({ name }) => `${name}: ${options[name]}`),
    ...(values ? known.parameters.map(({ name, shape }) => `${name}: ${nested(initial[name], shape(dim, options))}`) : []),
  ];
  return settings.length === 0 ? type : `${type}: { ${settings.join(', ')} }`;
}

function nested(values: readonly number[], [count, ...inner]: readonly number[]): string {
  if (count === undefined) return String(values[0]);
  const size = values.length / count;
  return `[${Array.from({ length: count }, (_, i) => nested(values.slice(i * size, (i + 1) * size), inner)).join(', ')}]`;
}
