/** What an adapter knows of its client. */
export interface Client {
  /** The number of the first line, and of the first column. */
  readonly lineBase: 0 | 1;
  readonly columnBase: 0 | 1;
  readonly canInvalidate: boolean;
  readonly canReportProgress: boolean;
  event(name: string, body?: object): void;
}
