/** Answers the host's wish for a file of what is on screen. */

import type { PictureFormat } from '../src/protocol/messages';
import { animationAsGif, animationAsWebm } from './animation-export';
import { post } from './host';
import { pictureAsSvg, svgAsPng } from './picture-export';

export interface Exported {
  /** How deep the flow is; undefined while there is no picture. */
  depth(): number | undefined;
  /** Draws the plane as it is at a cursor, without moving there; undefined ends that. */
  pose(cursor: number | undefined): Promise<void>;
  box(): Element;
  background(): string;
}

/** Pictures for each layer, and at most in all. */
const perLayer = 10;
const most = 200;

export class Exporter {
  private cancelled = false;

  constructor(
    private readonly from: Exported,
    private readonly definitions: SVGSVGElement,
  ) {}

  cancel(): void {
    this.cancelled = true;
  }

  async export(as: PictureFormat): Promise<void> {
    const depth = this.from.depth();
    // The host asks again once there is a picture.
    if (depth === undefined) return;
    this.cancelled = false;
    post({ type: 'exporting', share: 0 });
    try {
      const bytes = as === 'svg' || as === 'png' ? await this.picture(as) : await this.animation(as, depth);
      if (bytes) post({ type: 'exported', bytes });
    } catch (error) {
      post({ type: 'notExported', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  private svg(): string {
    return pictureAsSvg(this.from.box(), this.definitions, this.from.background());
  }

  private async picture(as: 'svg' | 'png'): Promise<Uint8Array> {
    return as === 'svg' ? new TextEncoder().encode(this.svg()) : svgAsPng(this.svg());
  }

  private async animation(as: 'gif' | 'webm', depth: number): Promise<Uint8Array | undefined> {
    const moving = Math.min(depth * perLayer, most);
    const count = moving + 1;
    try {
      return await (as === 'gif' ? animationAsGif : animationAsWebm)({
        count,
        pictureAt: async (i) => {
          await this.from.pose((i / moving) * depth);
          return this.svg();
        },
        goOn: (done) => {
          if (done > 0) post({ type: 'exporting', share: 1 / count });
          return !this.cancelled;
        },
      });
    } finally {
      await this.from.pose(undefined);
    }
  }
}
