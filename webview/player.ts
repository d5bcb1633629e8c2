/** The cursor as the view shows it: it follows commands by moving, and a hand on the slider at once. Knows no clock; it is told the time. */

import { easeCubicInOut } from 'd3';
import type { Direction } from '../src/protocol/messages';

/** The longest that a move may take, however many layers it crosses. */
const longest = 3000;

export class Player {
  private from = 0;
  private start = 0;
  private duration = 0;
  /** Where the cursor is going, or stands. */
  target = 0;
  /** The direction of the last move. */
  heading: Direction = 'generate';

  /** The cursor at a time in milliseconds. */
  at(now: number): number {
    if (!this.moving(now)) return this.target;
    // A frame's time may lie a little before that of the move which asked for it.
    const progress = Math.max(0, (now - this.start) / this.duration);
    return this.from + (this.target - this.from) * easeCubicInOut(progress);
  }

  moving(now: number): boolean {
    return this.duration > 0 && now < this.start + this.duration;
  }

  /** Sets off for `target` from wherever the cursor is, taking `layerDuration` milliseconds a layer; with 0 it is there at once. */
  moveTo(target: number, now: number, layerDuration: number): void {
    const from = this.at(now);
    if (target !== from) this.heading = target > from ? 'generate' : 'encode';
    this.from = from;
    this.target = target;
    this.start = now;
    this.duration = Math.min(longest, Math.abs(target - from) * layerDuration);
  }
}

/**
 * The session repeats the cursor in every state it sends, also one that this view posted itself. A view that has moved on since must not
 * be pulled back by its own echo, nor by a state that was on its way meanwhile.
 */
export class CursorLink {
  private received: number | undefined;
  private posted: number[] = [];

  /** Remembers what was posted until it comes back. The session may leave out cursors that were overtaken. */
  post(cursor: number): void {
    this.posted.push(cursor);
  }

  /** Whether a cursor in a state is a wish of the session that the view should follow. */
  asksToMove(cursor: number): boolean {
    if (cursor === this.received) return false;
    this.received = cursor;
    const index = this.posted.indexOf(cursor);
    this.posted = this.posted.slice(index + 1);
    return index < 0 || this.posted.length === 0;
  }
}
