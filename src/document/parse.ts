import { isScalar } from 'yaml';
import type { ParsedNode } from 'yaml';
import { samplers } from '../flow/samplers';
import type { FlowSpec, Objective, TrainingSpec } from '../flow/spec';
import { energyNames } from '../flow/targets';
import {
  batchRule,
  flowDefaults,
  formatVersion,
  learningRateRule,
  objectiveKeys,
  seedRule,
  stepsRule,
  topLevelKeys,
  trainingKeys,
} from './format';
import { readLayers } from './layers';
import { firstLineEnd, type Problem, type Range } from './problem';
import { Reader, type Entry } from './reader';
import { eitherOf } from './sentences';
import { readYaml } from './yaml';

export type { Problem } from './problem';

/** A file that a flow names, relative to its own folder, and where the text names it. */
export interface NamedFile extends Range {
  readonly path: string;
}

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
    reader.error(top, `There is no flow in this file: begin with "nflow: ${formatVersion}".`);
    return nothing;
  }
  const entries = reader.mapping(root, 'A flow', topLevelKeys, `keys and values, beginning with "nflow: ${formatVersion}"`);
  if (!entries) return nothing;

  const version = entries.get('nflow');
  readVersion(reader, version, top);
  const missing = (key: string, remedy: string): undefined =>
    reader.error(version ? { start: version.key.start, end: version.end } : top, `${key} is missing: ${remedy}.`);

  const dim = readDim(reader, entries.get('dim'));
  const baseEntry = entries.get('base');
  const base = baseEntry ? reader.choice(baseEntry, [flowDefaults.base]) : flowDefaults.base;
  const seedEntry = entries.get('seed');
  const seed = seedEntry ? reader.number(seedEntry, seedRule) : flowDefaults.seed;
  const objectiveEntry = entries.get('objective');
  const objective = objectiveEntry
    ? readObjective(reader, objectiveEntry)
    : missing('objective', 'add "objective: { type: forward-kl, data: two-moons }"');
  const training = readTraining(reader, entries.get('training'));
  const layersEntry = entries.get('layers');
  const { places, layers } = layersEntry
    ? readLayers(reader, layersEntry, dim)
    : { places: [], layers: missing('layers', 'add "layers:" and one "- planar" per line') };
  const weightsEntry = entries.get('weights');
  const weights = weightsEntry && readFileName(reader, weightsEntry, ['.safetensors']);

  const whole = base !== undefined && seed !== undefined && objective !== undefined && training !== undefined && layers !== undefined;
  const spec = whole ? { dim, base, seed, objective: objective.objective, training, layers } : undefined;
  return { spec, places, weights, data: objective?.file };
}

function readVersion(reader: Reader, entry: Entry | undefined, top: Range): void {
  if (!entry) reader.error(top, `The version is missing: begin with "nflow: ${formatVersion}".`);
  else if (!isScalar(entry.node) || entry.node.value !== formatVersion) {
    reader.error(
      entry,
      `nflow is ${entry.node ? reader.quote(entry) : 'empty'}: this release reads version ${formatVersion}, so write "nflow: ${formatVersion}".`,
    );
  }
}

/** The dimension that the file means, right or wrong, so that vectors are measured against it. */
function readDim(reader: Reader, entry: Entry | undefined): number {
  if (!entry) return flowDefaults.dim;
  const dim = isScalar(entry.node) ? entry.node.value : undefined;
  if (dim === flowDefaults.dim) return dim;
  reader.error(
    entry,
    `dim is ${entry.node ? reader.quote(entry) : 'empty'}: this release draws and trains two dimensions, so write "dim: ${flowDefaults.dim}".`,
  );
  return typeof dim === 'number' && Number.isInteger(dim) && dim >= 1 && dim <= 16 ? dim : flowDefaults.dim;
}

const objectiveForm = '{ type: forward-kl, data: two-moons } or { type: reverse-kl, energy: U1 }';

function readObjective(reader: Reader, entry: Entry): { objective: Objective; file: NamedFile | undefined } | undefined {
  if (entry.node === null) return reader.error(entry, `objective is empty: write ${objectiveForm}.`);
  const entries = reader.mapping(entry.node, 'objective', objectiveKeys, objectiveForm);
  if (!entries) return undefined;
  const typeEntry = entries.get('type');
  if (!typeEntry)
    return reader.error(reader.firstLine(entry), 'The type of objective is missing: give type: forward-kl or type: reverse-kl.');
  const type = reader.choice(typeEntry, ['forward-kl', 'reverse-kl']);
  const [dataEntry, energyEntry] = [entries.get('data'), entries.get('energy')];
  if (type === 'forward-kl') {
    if (energyEntry)
      reader.error(energyEntry.key, 'forward-kl has no use for an energy: it learns from samples. Give data, or write type: reverse-kl.');
    if (!dataEntry)
      return reader.error(
        typeEntry,
        `forward-kl learns from samples: give data, ${eitherOf([...samplers.keys()])}, or a file such as points.csv.`,
      );
    return readData(reader, dataEntry);
  }
  if (type === 'reverse-kl') {
    if (dataEntry)
      reader.error(dataEntry.key, 'reverse-kl has no use for data: it learns from an energy. Give energy, or write type: forward-kl.');
    if (!energyEntry)
      return reader.error(
        typeEntry,
        `reverse-kl learns from the energy of the target: give energy, ${eitherOf(energyNames(flowDefaults.dim))}.`,
      );
    const energy = reader.choice(energyEntry, energyNames(flowDefaults.dim));
    return energy === undefined ? undefined : { objective: { type, energy }, file: undefined };
  }
  return undefined;
}

const dataEndings = ['.csv', '.tsv', '.txt'];

/** `data` names a built-in sampler, or else a file by its ending. */
function readData(reader: Reader, entry: Entry): { objective: Objective; file: NamedFile | undefined } | undefined {
  const names = [...samplers.keys()];
  const form = `${eitherOf(names)}, or a file such as points.csv`;
  const data = reader.word(entry, form);
  if (data === undefined) return undefined;
  const objective = { type: 'forward-kl', data } as const;
  if (samplers.has(data)) return { objective, file: undefined };
  if (!/[./\\]/.test(data))
    return reader.error(
      entry,
      `There are no samples called ${reader.quote(entry)}: ${reader.suggestion(data, names)} A file of points ends in .csv or .tsv.`,
    );
  const file = readFileName(reader, entry, dataEndings);
  return file && { objective, file };
}

function readTraining(reader: Reader, entry: Entry | undefined): TrainingSpec | undefined {
  const { training } = flowDefaults;
  if (!entry || entry.node === null) return training;
  const form = '{ steps: 4000, batch: 512, optimizer: adam, learningRate: 5e-3 }';
  const entries = reader.mapping(entry.node, 'training', trainingKeys, form);
  if (!entries) return undefined;
  const read = <Value>(
    key: (typeof trainingKeys)[number],
    fallback: Value,
    value: (entry: Entry) => Value | undefined,
  ): Value | undefined => {
    const given = entries.get(key);
    return given ? value(given) : fallback;
  };
  const steps = read('steps', training.steps, (given) => reader.number(given, stepsRule));
  const batch = read('batch', training.batch, (given) => reader.number(given, batchRule));
  const optimizer = read('optimizer', training.optimizer, (given) => reader.choice(given, [training.optimizer]));
  const learningRate = read('learningRate', training.learningRate, (given) => reader.number(given, learningRateRule));
  if (steps === undefined || batch === undefined || optimizer === undefined || learningRate === undefined) return undefined;
  return { steps, batch, optimizer, learningRate };
}

/** A file beside the flow, or in a folder reached from there. */
function readFileName(reader: Reader, entry: Entry, endings: readonly string[]): NamedFile | undefined {
  const path = reader.word(entry, `the name of a file that ends in ${eitherOf(endings)}`);
  if (path === undefined) return undefined;
  const here = `${entry.name} is ${reader.quote(entry)}`;
  if (/^([/\\]|[a-z][a-z+.-]*:)/i.test(path)) return reader.error(entry, `${here}: give the file's path from the folder of this flow.`);
  if (path.includes('\\')) return reader.error(entry, `${here}: separate folders with /.`);
  if (!endings.some((ending) => path.toLowerCase().endsWith(ending)))
    return reader.error(entry, `${here}: name a file that ends in ${eitherOf(endings)}.`);
  return { path, start: entry.start, end: entry.end };
}
