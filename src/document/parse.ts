import { isMap, isScalar } from 'yaml';
import type { ParsedNode } from 'yaml';
import { trainedDirection, type Direction, type FlowSpec, type Objective } from '../flow/spec';
import { readBase } from './base';
import { addKey, writeInstead } from './fixes';
import { dimRule, directionNames, flowDefaults, formatVersion, seedRule, topLevelKeys } from './format';
import { readLayers } from './layers';
import { readFileName, type NamedFile } from './named-file';
import { objectiveForms, readObjective } from './objective';
import { firstLineEnd, type Fix, type Problem, type Range } from './problem';
import { Reader, type Entry } from './reader';
import { readTraining } from './training';
import { readYaml } from './yaml';

export type { NamedFile } from './named-file';
export type { Problem } from './problem';

export interface ParsedFlow {
  /** The flow, every default filled in; absent where the text has an error. */
  readonly spec?: FlowSpec;
  /** In the order of the text. */
  readonly problems: readonly Problem[];
  /** The line of each layer, from 0, in the order z → x. */
  readonly layerLines: readonly number[];
  readonly weights?: NamedFile;
  /** The data file of the objective; absent where the data is a built-in sampler. */
  readonly data?: NamedFile;
}

/** More than this many problems are not worth listing. */
const mostProblems = 100;

/** The flow that `text` describes, or every mistake in it, each on its own range. Never throws. */
export function parseFlow(text: string): ParsedFlow {
  const { root, problems: syntax, lineOf } = readYaml(text);
  const reader = new Reader(text);
  const { spec, places, weights, data } = readFlow(reader, root);
  const layerLines = places.map(({ start }) => lineOf(start));
  const broken = syntax.some(({ severity }) => severity === 'error');
  const problems = (broken ? syntax : [...syntax, ...reader.problems].sort((a, b) => a.start - b.start)).slice(0, mostProblems);
  const sound = spec && !broken && !reader.problems.some(({ severity }) => severity === 'error');
  return { problems, layerLines, ...(sound && { spec }), ...(weights && { weights }), ...(data && { data }) };
}

interface ReadFlow {
  readonly spec: FlowSpec | undefined;
  readonly places: readonly Range[];
  readonly weights: NamedFile | undefined;
  readonly data: NamedFile | undefined;
}

function readFlow(reader: Reader, root: ParsedNode | null): ReadFlow {
  const nothing: ReadFlow = { spec: undefined, places: [], weights: undefined, data: undefined };
  const start = root?.range[0] ?? 0;
  const top = { start, end: firstLineEnd(reader.text, start) };
  if (root === null || root.range[1] === start) {
    const fixes = addKey(reader.text, null, 'nflow', `nflow: ${formatVersion}`);
    reader.error(top, `There is no flow in this file: begin with "nflow: ${formatVersion}".`, fixes);
    return nothing;
  }
  const entries = reader.mapping(root, 'A flow', topLevelKeys, `keys and values, beginning with "nflow: ${formatVersion}"`);
  if (!entries) return nothing;

  const version = entries.get('nflow');
  readVersion(reader, version, top, addKey(reader.text, root, 'nflow', `nflow: ${formatVersion}`));
  const missing = (key: 'objective' | 'layers', remedy: string, ...entries: readonly string[]): undefined => {
    const at = version ? { start: version.key.start, end: version.end } : top;
    const fixes = entries.flatMap((entry) => addKey(reader.text, root, key, entry));
    reader.error(at, `${key} is missing: ${remedy}.`, fixes);
  };

  const dimEntry = entries.get('dim');
  const dim = (dimEntry && reader.number(dimEntry, dimRule)) ?? flowDefaults.dim;
  const baseEntry = entries.get('base');
  const base = baseEntry ? readBase(reader, baseEntry, dim) : flowDefaults.base;
  const seedEntry = entries.get('seed');
  const seed = seedEntry ? reader.number(seedEntry, seedRule) : flowDefaults.seed;
  const training = readTraining(reader, entries.get('training'));
  const [objectiveEntry, directionEntry] = [entries.get('objective'), entries.get('direction')];
  const objective = objectiveEntry
    ? readObjective(reader, objectiveEntry, dim, training?.steps)
    : directionEntry
      ? undefined
      : missing('objective', `add "objective: ${objectiveForms(dim)[0]}"`, ...objectiveForms(dim).map((form) => `objective: ${form}`));
  if (baseEntry && typeof base === 'object' && base.type === 'uniform' && objective?.objective.type === 'forward-kl')
    reader.warn(baseEntry, 'A uniform base has no density outside its box, where forward-kl will take points: use a normal one.');
  const direction = directionEntry && readDirection(reader, directionEntry, objective?.objective);
  const layersEntry = entries.get('layers');
  const { places, layers } = layersEntry
    ? readLayers(reader, layersEntry, dim)
    : {
        places: [],
        layers: missing(
          'layers',
          'add "layers:" and one "- planar" per line',
          isMap(root) && root.flow ? 'layers: [planar]' : 'layers:\n  - planar',
        ),
      };
  const weightsEntry = entries.get('weights');
  const weights = weightsEntry && readFileName(reader, weightsEntry, ['.safetensors']);

  const whole =
    base !== undefined &&
    seed !== undefined &&
    (objective ?? direction) !== undefined &&
    !(objectiveEntry && !objective) &&
    training !== undefined &&
    layers !== undefined &&
    !(directionEntry && !direction);
  const target = objective && { objective: objective.objective };
  const spec = whole ? { dim, base, seed, ...(direction && { direction }), ...target, training, layers } : undefined;
  return { spec, places, weights, data: objective?.file };
}

/** A flow may run against its objective, which then has no use but to be drawn. */
function readDirection(reader: Reader, entry: Entry, objective: Objective | undefined): Direction | undefined {
  const written = reader.choice(entry, ['z->x', 'x->z']);
  const direction = written && directionNames[written];
  if (direction && objective && trainedDirection(objective) !== direction) {
    const arrow = written.replace('->', ' → ');
    reader.warn(entry, `The formulas run ${arrow}, which ${objective.type} cannot train: this flow can be looked at alone.`);
  }
  return direction;
}

function readVersion(reader: Reader, entry: Entry | undefined, top: Range, fixes: readonly Fix[]): void {
  if (!entry) reader.error(top, `The version is missing: begin with "nflow: ${formatVersion}".`, fixes);
  else if (!isScalar(entry.node) || entry.node.value !== formatVersion) {
    reader.error(
      entry,
      `nflow is ${entry.node ? reader.quote(entry) : 'empty'}: this release reads version ${formatVersion}, so write "nflow: ${formatVersion}".`,
      entry.node ? [writeInstead(entry, String(formatVersion))] : [],
    );
  }
}
