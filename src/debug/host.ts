import type { FlowSession } from '../session/session';

/** A flow that is being debugged, as long as it is. */
export interface Program {
  readonly session: FlowSession;
  /** What a client finds the file by. */
  readonly path: string;
  readonly name: string;
  /** The text of this moment. */
  text(): string;
  /** Reads the text anew, where nobody else does. @throws Error whose message is a sentence for the person */
  refresh(): Promise<void>;
  /** The bytes of a file, relative to the flow's. @throws Error whose message is a sentence for the person */
  readFile(path: string): Promise<Uint8Array>;
  /** The debugger has no more use for it. */
  close(): void;
}

/** What the adapter needs of the world it runs in. */
export interface Host {
  /** Opens a `.nflow` file, or takes up the session that it has. @throws Error whose message is a sentence for the person */
  open(path: string): Promise<Program>;
}
