/** A `.nflow` file with the files that it names, ready to be evaluated in float64. */

import { dirname, join } from 'node:path';
import { readPoints, readRawPoints } from '../../document/data/points';
import { parseFlow, type NamedFile, type ParsedFlow } from '../../document/parse';
import { counted } from '../../document/sentences';
import { decodeWeights } from '../../document/weights';
import { buildFlow, initialParameters, type Flow } from '../../flow/flow';
import type { ColumnChoice, FlowSpec } from '../../flow/spec';
import type { PointTable } from '../../flow/table';
import { read } from './files';
import { Finding } from './result';

/** Something about a file; `line` counts from 1. */
export interface Note {
  readonly severity: 'error' | 'warning';
  readonly line: number;
  readonly message: string;
}

export interface FlowFile {
  readonly text: string;
  readonly parsed: ParsedFlow;
  readonly notes: readonly Note[];
  /** Absent where there is an error. */
  readonly loaded?: Loaded;
}

export interface Loaded {
  readonly spec: FlowSpec;
  /** With the weights that the file names, or else its initial values. */
  readonly flow: Flow;
  /** The flow's own data, where it learns from a file: then points are given and told in the units of that. */
  readonly table?: PointTable;
}

/** The flow at `path`, or what is wrong with it. With `ownUnits` its data file is not looked at. */
export async function readFlowFile(path: string, ownUnits = false): Promise<FlowFile> {
  const text = new TextDecoder().decode(await read(path));
  const parsed = parseFlow(text);
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length;
  const notes: Note[] = parsed.problems.map(({ severity, start, message }) => ({ severity, line: lineOf(start), message }));
  const { spec, data, weights } = parsed;
  if (!spec) return { text, parsed, notes };

  const beside = async ({ path: name, start }: NamedFile): Promise<Uint8Array | undefined> => {
    try {
      return await read(join(dirname(path), name));
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      notes.push({ severity: 'error', line: lineOf(start), message: error.message });
      return undefined;
    }
  };
  let [table, parameters]: [PointTable | undefined, Float32Array | undefined] = [undefined, undefined];
  if (data && !ownUnits && spec.objective?.type === 'forward-kl') {
    const bytes = await beside(data);
    const read = bytes && readPoints(bytes, data.path, spec.dim, spec.objective.columns);
    if (read && 'message' in read)
      notes.push({ severity: 'error', line: lineOf(data.start), message: `${data.path}, line ${read.line}: ${read.message}` });
    else table = read;
  }
  if (weights) {
    const bytes = await beside(weights);
    const decoded = bytes && decodeWeights(spec, bytes);
    if (decoded && 'message' in decoded) notes.push({ severity: 'error', line: lineOf(weights.start), message: decoded.message });
    else parameters = decoded;
  }
  if (notes.some(({ severity }) => severity === 'error')) return { text, parsed, notes };
  const flow = buildFlow(spec, parameters ?? initialParameters(spec));
  return { text, parsed, notes, loaded: { spec, flow, ...(table && { table }) } };
}

/** The flow at `path`. @throws Finding that lists what is wrong with it. */
export async function loadFlow(path: string, ownUnits = false): Promise<Loaded> {
  const { loaded, notes } = await readFlowFile(path, ownUnits);
  if (loaded) return loaded;
  throw new Finding(
    notes
      .filter(({ severity }) => severity === 'error')
      .map((note) => describe(path, note))
      .join('\n'),
  );
}

export const describe = (path: string, { line, severity, message }: Note): string => `${path}:${line}: ${severity}: ${message}`;

/** Points of a file in the units of the flow's data, and a sentence about rows that are left out. */
export async function readInput(
  path: string,
  { spec }: Loaded,
  columns: readonly ColumnChoice[] | undefined,
): Promise<{ readonly points: Float64Array; readonly notes: readonly string[] }> {
  const { objective } = spec;
  const chosen = columns ?? (objective?.type === 'forward-kl' ? objective.columns : undefined);
  const found = readRawPoints(await read(path), path, spec.dim, chosen);
  if ('message' in found) throw new Finding(`${path}:${found.line}: error: ${found.message}`);
  const { values, leftOut } = found;
  return { points: values, notes: leftOut > 0 ? [`${path}: ${counted(leftOut, 'row')} without a value in every column left out.`] : [] };
}

/** The units of the flow's data: x = mean + scale · the flow's own x. Both are the same where it has no data file. */
export class Units {
  readonly names: readonly string[];
  /** Σ log scale: the log|det| from the flow's own units to these. */
  readonly logDet: number;
  private readonly mean: readonly number[];
  private readonly scale: readonly number[];

  constructor({ spec: { dim }, table }: Loaded) {
    this.names = table?.names ?? Array.from({ length: dim }, (_, i) => `x${i + 1}`);
    this.mean = table?.mean ?? new Array<number>(dim).fill(0);
    this.scale = table?.scale ?? new Array<number>(dim).fill(1);
    this.logDet = this.scale.reduce((sum, scale) => sum + Math.log(scale), 0);
  }

  toFlow(points: Float64Array): Float64Array {
    const dim = this.names.length;
    return points.map((value, i) => (value - this.mean[i % dim]) / this.scale[i % dim]);
  }

  fromFlow(points: Float64Array): Float64Array {
    const dim = this.names.length;
    return points.map((value, i) => this.mean[i % dim] + this.scale[i % dim] * value);
  }
}
