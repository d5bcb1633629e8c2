import type { NamedFile, Problem } from '../document/parse';
import type { Direction, FlowSpec } from '../flow/spec';
import type { TableSummary } from '../training/messages';

/** What is wrong with a file that the text names. It is shown wherever the text names that file now. */
export interface FileProblem extends Pick<Problem, 'severity' | 'message'> {
  readonly of: 'data' | 'weights';
}

/** An attempt to start over with another flow, and what it found wrong with its files. */
export interface Attempt {
  readonly problems: FileProblem[];
}

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
