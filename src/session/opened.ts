import type { NamedFile, ParsedFlow } from '../document/parse';
import type { Direction, FlowSpec } from '../flow/spec';
import type { TableSummary } from '../training/messages';
import { shapeOf } from './snapshot';

/** The flow that is shown and trained: the last one whose text, data and weights could all be used. */
export interface Opened {
  readonly spec: FlowSpec;
  /** 0-based line of each layer in the text that it was read from. */
  readonly layerLines: readonly number[];
  readonly closedForm: Direction;
  /** The data file that it is trained on, if it is. */
  readonly data?: NamedFile;
  readonly table?: TableSummary;
}

/** The text describes another flow than the one that is wanted. */
export function isAnother({ spec, data, weights }: ParsedFlow, wanted: ParsedFlow | undefined, trained: boolean): boolean {
  if (!wanted) return true;
  if (JSON.stringify(spec) !== JSON.stringify(wanted.spec) || data?.path !== wanted.data?.path) return true;
  // Once trained, the flow's own parameters count: saving them names a weights file, and must not start over.
  return !trained && weights?.path !== wanted.weights?.path;
}

/** The flow that is shown is the wanted one, and the text changes nothing but how it is trained. */
export function onlySettingsDiffer(
  { spec, data, weights }: ParsedFlow,
  wanted: ParsedFlow | undefined,
  current: Opened | undefined,
): boolean {
  if (!current || !wanted?.spec || !spec || current.spec !== wanted.spec) return false;
  return shapeOf(spec) === shapeOf(current.spec) && data?.path === current.data?.path && weights?.path === wanted.weights?.path;
}
