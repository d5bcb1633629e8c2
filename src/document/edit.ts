/** Changes to a flow's text that leave everything else as it was written, comments and layout included. */

import { isMap } from 'yaml';
import type { ParsedNode, YAMLMap } from 'yaml';
import type { Objective } from '../flow/spec';
import { flowDefaults, formatVersion } from './format';
import { readYaml } from './yaml';

/** Replace the characters `start` up to but not including `end` by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The edits after which the flow's `weights` are the file `path`, relative to the flow's folder. None where the text is not a mapping that
 * can be read.
 */
export function setWeights(text: string, path: string): TextEdit[] {
  const { root, problems } = readYaml(text);
  if (!isMap<ParsedNode, ParsedNode | null>(root) || root.items.length === 0 || problems.some(({ severity }) => severity === 'error'))
    return [];
  const value = /^[\w.-]+(?:\/[\w.-]+)*$/.test(path) ? path : JSON.stringify(path);
  const pair = root.items.find(({ key }) => text.slice(key.range[0], key.range[1]) === 'weights');
  if (!pair) return [addWeights(text, root, value)];
  if (!pair.value) return [];
  const [start, end] = pair.value.range;
  if (start < end) return [{ start, end, text: value }];
  const before = /\s/.test(text[start - 1]) ? '' : ' ';
  const after = text[start] === '#' ? ' ' : '';
  return [{ start, end, text: before + value + after }];
}

function addWeights(text: string, root: YAMLMap<ParsedNode, ParsedNode | null> & ParsedNode, value: string): TextEdit {
  const insert = (at: number, inserted: string): TextEdit => ({ start: at, end: at, text: inserted });
  const last = root.items[root.items.length - 1];
  if (root.flow) return insert((last.value ?? last.key).range[1], `, weights: ${value}`);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const margin = text.slice(text.lastIndexOf('\n', root.range[0] - 1) + 1, root.range[0]);
  const line = `${/^ *$/.test(margin) ? margin : ''}weights: ${value}`;
  const documentEnd = text.slice(root.range[0]).search(/^\.\.\./m);
  if (documentEnd >= 0) return insert(root.range[0] + documentEnd, line + lineEnd);
  return insert(text.length, text.endsWith('\n') ? line + lineEnd : lineEnd + line);
}

/** The text of a new flow towards `objective`. */
export function newFlowText(objective: Objective): string {
  const { dim, base, seed, training } = flowDefaults;
  const forward = objective.type === 'forward-kl';
  const target = forward ? `data: ${objective.data}` : `energy: ${objective.energy}`;
  const explanation = forward
    ? '# Learns from samples of the target. The layers run x → z in closed form; z → x is solved numerically.'
    : '# Learns from the energy of the target. The layers run z → x in closed form; x → z is solved numerically.';
  return `# A normalizing flow: layer by layer it bends a Gaussian (z) into the target (x).
nflow: ${formatVersion}
dim: ${dim}
base: ${base}
seed: ${seed}
${explanation}
objective: { type: ${objective.type}, ${target} }
training: { steps: ${training.steps}, batch: ${training.batch}, optimizer: ${training.optimizer}, learningRate: ${training.learningRate} }
# One layer a line, in the order z → x. A layer can be given values: planar: { w: [1, 0], u: [0, 0.5], b: 0 }
layers:
${'  - planar\n'.repeat(16)}`;
}
