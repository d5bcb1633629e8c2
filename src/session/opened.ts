import type { NamedFile } from '../document/parse';
import type { Direction, FlowSpec } from '../flow/spec';
import type { TableSummary } from '../training/messages';

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
