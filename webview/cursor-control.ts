/** The one cursor of a view: moved by the session's commands and by the person's hand, drawn wherever it is at the moment. */

import type { Direction } from '../src/protocol/messages';
import { post } from './host';
import { CursorLink, Player } from './player';

export class CursorControl {
  private readonly player = new Player();
  private readonly link = new CursorLink();
  private readonly still = window.matchMedia('(prefers-reduced-motion: reduce)');
  /** The newest cursor that the session does not know of yet. */
  private untold: number | undefined;

  /** `changed` is called whenever there is something to draw. */
  constructor(private readonly changed: () => void) {}

  get heading(): Direction {
    return this.player.heading;
  }

  /** Where the cursor is going, or stands. */
  get target(): number {
    return this.player.target;
  }

  at(now: number): number {
    return this.player.at(now);
  }

  moving(now: number): boolean {
    return this.player.moving(now);
  }

  /** Follows the session, layer by layer in `layerDuration` milliseconds each; with 0 at once. */
  follow(cursor: number, layerDuration: number): void {
    if (this.link.asksToMove(cursor) && cursor !== this.player.target) this.move(cursor, layerDuration);
  }

  /** The person wants to go to a stage. */
  goTo(stage: number, layerDuration: number): void {
    this.move(stage, layerDuration);
    this.tell(stage);
  }

  /** The person drags the cursor. */
  scrub(cursor: number): void {
    this.move(cursor, 0);
    this.tell(cursor);
  }

  /** Tells the session the newest cursor now; otherwise it hears of it once an animation frame. */
  tellNow(): void {
    if (this.untold === undefined) return;
    this.link.post(this.untold);
    post({ type: 'cursor', cursor: this.untold });
    this.untold = undefined;
  }

  private tell(cursor: number): void {
    if (this.untold === undefined) requestAnimationFrame(() => this.tellNow());
    this.untold = cursor;
  }

  private move(cursor: number, layerDuration: number): void {
    this.player.moveTo(cursor, performance.now(), this.still.matches ? 0 : layerDuration);
    this.changed();
  }
}
