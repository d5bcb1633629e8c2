/** The entry of a worker thread that reads a data file once, for its preview: a million rows would stop the extension host for seconds. */

import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { previewData, readPoints, type DataPreview } from '../document/data/points';
import type { ColumnChoice } from '../flow/spec';
import { thinned, type PointTable, type TableProblem } from '../flow/table';

export interface DataQuestion {
  /** The file's bytes, or its path where it lies on this machine: what is read here is not copied. */
  readonly content: Uint8Array | string;
  readonly name: string;
  /** These columns as points; a preview of all where it is left out. */
  readonly as?: { readonly dim: number; readonly columns: readonly ColumnChoice[] | undefined };
}

/** The points of some columns, of which only `sample` (m × d, standardised, evenly spread over the file) is told. */
export type SampledPoints = Omit<PointTable, 'points'> & { readonly sample: Float64Array };

export type DataAnswer = DataPreview | SampledPoints | TableProblem;

const most = 1000;

function answer({ content, name, as }: DataQuestion): DataAnswer {
  const bytes = typeof content === 'string' ? readFileSync(content) : content;
  if (!as) return previewData(bytes, name);
  const read = readPoints(bytes, name, as.dim, as.columns);
  if ('message' in read) return read;
  const { names, count, mean, scale, leftOut = 0 } = read;
  return { names, count, mean, scale, leftOut, sample: thinned(read, most) };
}

parentPort?.postMessage(answer(workerData as DataQuestion));
