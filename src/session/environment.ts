import type { FromEngine, Port, ToEngine } from '../training/messages';

/** What a session needs of the world it runs in. */
export interface Environment {
  /** Starts a training engine of its own for a session. */
  openEngine(): EnginePort;
  /**
   * The bytes of a file named in the flow, relative to the `.nflow` file.
   * @throws Error whose message is a sentence for the person.
   */
  readFile(path: string): Promise<Uint8Array>;
}

export interface EnginePort extends Port<ToEngine, FromEngine> {
  /** Ends the engine, whatever it is doing. */
  close(): void;
}

export interface SessionSettings {
  /** A layer is near-singular where its determinant falls below this. */
  readonly epsilon: number;
  /** How many particles are carried through the layers. */
  readonly particles: number;
  /** The grid's lines in each direction. */
  readonly gridLines: number;
  /** Milliseconds for one layer when a step is animated. */
  readonly layerDuration: number;
}
