import type { ParticleSource, Picture } from '../training/messages';
import type { EngineClient } from './engine-client';

/** What a picture is to show; see the engine's `trace`. */
export interface PictureSize {
  readonly particles: number;
  readonly side: number;
  readonly extent: number;
  readonly coordinates: readonly [number, number];
  readonly source: ParticleSource;
}

/** The picture of the parameters of now, computed by the engine when it is asked for and kept until they change. */
export class LatestPicture {
  private picture: Picture | undefined;
  private current = false;
  private pending: Promise<Picture | undefined> | undefined;

  constructor(private readonly engine: EngineClient) {}

  /** The last one that was computed; it may be of earlier parameters. */
  get last(): Picture | undefined {
    return this.picture;
  }

  /** The parameters changed. */
  outdate(): void {
    this.current = false;
  }

  /** The same promise for all who ask at once; undefined where the engine has no flow of this depth. */
  request(depth: number, size: PictureSize): Promise<Picture | undefined> {
    if (this.pending) return this.pending;
    if (this.current) return Promise.resolve(this.picture);
    // After a failure the engine comes back when somebody asks for the flow anew, not by itself, only to fail again.
    if (depth === 0 || !this.engine.isOpen) return Promise.resolve(undefined);
    this.pending = this.compute(depth, size).finally(() => (this.pending = undefined));
    return this.pending;
  }

  private async compute(depth: number, size: PictureSize): Promise<Picture | undefined> {
    this.current = true;
    const answer = await this.engine.ask({ type: 'trace', ...size });
    if (answer.type !== 'traced' || answer.picture.depth !== depth) {
      this.current = false;
      return undefined;
    }
    this.picture = answer.picture;
    return answer.picture;
  }
}
