/** What of the view outlives it: written whenever it has changed, and put back where the same flow is shown again. */

import type { FlowState } from '../src/protocol/messages';
import { savedView, saveView, type SavedView } from './host';
import type { Pin } from './pin';
import type { Plane } from './plane';
import { noZoom } from './scales';
import type { Side } from './side';
import type { SketchPad } from './sketch-pad';
import type { TimePanel } from './time-panel';

/** The views that have a state of their own. */
export interface Keepers {
  readonly plane: Plane;
  readonly time: TimePanel;
  readonly pad: SketchPad;
  readonly pin: Pin;
  readonly side: Side;
}

export class Kept {
  private written = '';

  constructor(private readonly of: Keepers) {}

  /** Puts back what was saved of this flow, or nothing. Returns the particles that were taken. */
  restore({ uri, source }: FlowState): Uint32Array | undefined {
    const saved = savedView();
    const before = saved?.uri === uri ? saved : undefined;
    const { plane, time, pad, pin } = this.of;
    plane.setZoom(before?.zoom ?? noZoom);
    if (before?.pace) time.setPace(before.pace);
    pad.restore(before?.sketch ?? []);
    pin.release();
    pin.recall(before?.pinned);
    // A particle's number means another one where they begin elsewhere.
    return before?.brush?.source === source ? Uint32Array.from(before.brush.particles) : undefined;
  }

  save({ uri, source }: FlowState, brushed: Uint32Array | undefined, rest: Pick<SavedView, 'zoom' | 'shown'>): void {
    const { time, pad, pin, side } = this.of;
    const view: SavedView = {
      uri,
      ...rest,
      unfolded: side.unfolded,
      pace: time.pace,
      sketch: pad.strokes,
      ...(brushed && { brush: { particles: [...brushed], source } }),
      ...(pin.step !== undefined && { pinned: pin.step }),
    };
    const text = JSON.stringify(view);
    if (text !== this.written) saveView(view);
    this.written = text;
  }
}
