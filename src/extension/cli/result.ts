/** What a command answers, and the two ways in which it does not. */

/** What a command has to say: lines for a person, and the same as JSON. */
export interface Result {
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
  /** The command did its work, and found something wrong. */
  readonly found?: boolean;
}

/** Something is wrong with a file: exit status 1. */
export class Finding extends Error {}

/** The command cannot be meant so: exit status 2. */
export class UsageError extends Error {}
