import type { FlowSession } from '../session/session';
import type { OpenFlow } from './open-flows';
import { editText } from './text-edits';

export interface Drag {
  /** 1 … K. */
  readonly layer: number;
  readonly handle: string;
  /** d. */
  readonly to: readonly number[];
  /** The person lets go there. */
  readonly done: boolean;
}

/** A layer's handle follows the hand: one change at a time, and of those that came meanwhile the latest. The text is told at the end. */
export class Dragging {
  private next: Drag | undefined;
  private following = false;

  constructor(private readonly flow: OpenFlow) {}

  async follow(drag: Drag): Promise<void> {
    this.next = drag;
    if (this.following) return;
    this.following = true;
    try {
      for (let now = this.take(); now; now = this.take()) await this.move(this.flow.session, now);
    } finally {
      this.following = false;
    }
  }

  private take(): Drag | undefined {
    const { next } = this;
    this.next = undefined;
    return next;
  }

  private async move(session: FlowSession, { layer, handle, to, done }: Drag): Promise<void> {
    await session.byHand.drag(layer - 1, handle, to);
    if (done) await editText(this.flow.uri, (text) => session.byHand.letGo(text));
  }
}
