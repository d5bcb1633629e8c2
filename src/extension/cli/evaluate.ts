/** The commands that evaluate a flow at points, in float64. */

import { counted, formatNumber } from '../../document/sentences';
import { RandomStream, streams } from '../../flow/random';
import type { ColumnChoice } from '../../flow/spec';
import type { Trace } from '../../flow/flow';
import { checkTableName, mostNumbers, writeTable, type Table } from './files';
import { loadFlow, readInput, Units, type Loaded } from './flow-file';
import { Finding, type Result } from './result';

/** Points that go through all layers at once: what they leave at every stage is held in memory. */
const pointsAtOnce = 4096;

export interface PointsIn {
  readonly flow: string;
  readonly in: string;
  readonly out: string;
  readonly columns?: readonly ColumnChoice[];
  /** Points are in the flow's own units, whatever it learns from. */
  readonly ownUnits: boolean;
}

/** The point, log p, and log|det| of z → x at each point. */
export async function logprob(command: PointsIn): Promise<Result> {
  return mapped(command, ({ flow }, units) => ({
    names: [...units.names, 'log_prob', 'log_det'],
    rows: (trace, points) => {
      const logs = flow.logProbOf(trace);
      return Array.from(logs, (log, i) => [
        ...points.subarray(i * flow.dim, (i + 1) * flow.dim),
        log - units.logDet,
        trace.passes.reduce((sum, { logDet }) => sum + logDet[i], units.logDet),
      ]);
    },
    isSound: (row) => !Number.isNaN(row[flow.dim]),
    unsound: 'have no log_prob, for a layer folds there or a point on the way is not finite',
  }));
}

/** z of each point. */
export async function encode(command: PointsIn): Promise<Result> {
  return mapped(command, ({ flow: { dim } }) => ({
    names: numbered('z', dim),
    rows: ({ stages: [z] }) => Array.from({ length: z.length / dim }, (_, i) => Array.from(z.subarray(i * dim, (i + 1) * dim))),
    isSound: (row) => row.every(Number.isFinite),
    unsound: 'have no z, for a point on the way is not finite',
  }));
}

/** Each point at every stage, from x = stage K down to z = stage 0, and log|det| of z → x of the layer that leads up to that stage. */
export async function trace(command: PointsIn): Promise<Result> {
  let before = 0;
  return mapped(command, ({ flow: { dim, layers } }) => ({
    names: ['point', 'stage', ...numbered('y', dim), 'log_det'],
    rowsOfPoint: layers.length + 1,
    rows: ({ stages, passes }) => {
      const count = stages[0].length / dim;
      const rows = Array.from({ length: count }, (_, i) =>
        Array.from({ length: layers.length + 1 }, (__, up) => {
          const k = layers.length - up;
          return [before + i, k, ...stages[k].subarray(i * dim, (i + 1) * dim), k === 0 ? 0 : passes[k - 1].logDet[i]];
        }),
      ).flat();
      before += count;
      return rows;
    },
    isSound: (row) => row.every(Number.isFinite),
    unsound: 'are not finite',
  }));
}

/** Draws of p_x: the first ones of the flow's own seed, or of another. */
export async function sample(command: { flow: string; count: number; seed?: number; out: string; ownUnits: boolean }): Promise<Result> {
  checkTableName(command.out);
  const loaded = await loadFlow(command.flow, command.ownUnits);
  const units = new Units(loaded);
  const { flow, spec } = loaded;
  checkSize(command.count * flow.dim, 'Give a smaller --count.');
  const random = new RandomStream(command.seed ?? spec.seed, streams.particles);
  const values = new Float64Array(command.count * flow.dim);
  for (let at = 0; at < command.count; at += pointsAtOnce) {
    const drawn = flow.sample(Math.min(pointsAtOnce, command.count - at), random);
    values.set(units.fromFlow(drawn), at * flow.dim);
  }
  return written(command.out, { names: units.names, values }, []);
}

const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}${i + 1}`);

/** The rows that come of a trace, and which of them are as they should be. */
interface Rows {
  readonly names: readonly string[];
  /** @param points in the units of the file. */
  readonly rows: (trace: Trace, points: Float64Array) => number[][];
  /** How many rows a point has, where it is not one. */
  readonly rowsOfPoint?: number;
  readonly isSound: (row: readonly number[]) => boolean;
  /** What is said of the others, after their number. */
  readonly unsound: string;
}

async function mapped(
  { flow: path, in: from, out, columns, ownUnits }: PointsIn,
  describe: (loaded: Loaded, units: Units) => Rows,
): Promise<Result> {
  checkTableName(out);
  const loaded = await loadFlow(path, ownUnits);
  const { flow } = loaded;
  const units = new Units(loaded);
  const { points, notes } = await readInput(from, loaded, columns);
  const { names, rows, rowsOfPoint = 1, isSound, unsound } = describe(loaded, units);
  checkSize((points.length / flow.dim) * rowsOfPoint * names.length, 'Keep a sample of the points.');
  const blocks: Float64Array[] = [];
  let wrong = 0;
  for (let at = 0; at < points.length; at += pointsAtOnce * flow.dim) {
    const block = points.subarray(at, at + pointsAtOnce * flow.dim);
    const found = rows(flow.trace(units.toFlow(block), flow.layers.length), block);
    wrong += found.filter((row) => !isSound(row)).length;
    blocks.push(Float64Array.from(found.flat()));
  }
  const said = wrong > 0 ? [...notes, `${formatNumber(wrong)} of the rows ${unsound}.`] : notes;
  return { ...(await written(out, { names, values: joined(blocks) }, said)), found: wrong > 0 };
}

/** @throws Finding before anything is evaluated that could not be written. */
function checkSize(numbers: number, remedy: string): void {
  if (numbers <= mostNumbers) return;
  throw new Finding(`The result would have ${counted(numbers, 'number')}: at most ${formatNumber(mostNumbers)} are written. ${remedy}`);
}

function joined(blocks: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(blocks.reduce((length, block) => length + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

async function written(out: string, table: Table, notes: readonly string[]): Promise<Result> {
  const count = table.values.length / table.names.length;
  if (count === 0) throw new Finding('There are no points.');
  await writeTable(out, table);
  return {
    lines: [...notes, `${formatNumber(count)} rows (${table.names.join(', ')}) written to ${out}.`],
    json: { out, rows: count, columns: table.names, notes },
  };
}
