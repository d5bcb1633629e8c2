import { typeOf } from '../../flow/flow';
import { trainedDirection, type LayerSpec, type Objective } from '../../flow/spec';
import { flowDefaults, formatVersion } from '../format';
import { placeholderObjective, type ImportedFlow } from './import';

/**
 * The text of a `.nflow` file for an imported flow, which says in comments what was assumed.
 * @param source the name of the checkpoint.
 * @param weights the name of a weights file beside it that holds the values; without one they are written out, with every digit.
 * @param objective what it is to be trained towards; the target of a checkpoint is not known.
 */
export function importedFlowText(
  imported: ImportedFlow,
  source: string,
  { weights, objective }: { readonly weights?: string; readonly objective?: Objective } = {},
): string {
  const { library, dim, base, direction, layers, assumed, agreed } = imported;
  const arrow = direction === 'generate' ? 'z → x' : 'x → z';
  const target = objective ?? placeholderObjective(dim, direction);
  const trainable = trainedDirection(target) === direction;
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
${objective ? '' : `# A target is not a part of a checkpoint: this one stands for any${trainable ? '' : ', and trains the other direction'}.\n`}objective: ${inline(target)}
training: ${inline(training)}
layers:
${layers.map((layer) => `  - ${layerText(layer, dim, weights === undefined)}\n`).join('')}${weights === undefined ? '' : `weights: ${inline(weights)}\n`}`;
}

/** Plain data in YAML's flow style, on one line. */
function inline(value: unknown): string {
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
