/** One of the two axes of time, played: the layers from z to x, or the training steps. Knows no clock; it is told the time. */

export type TimeAxis = 'layers' | 'training';

/** How time is played. */
export interface Pace {
  readonly speed: number;
  readonly loop: boolean;
}

/** What is played: from `begin` to `end`, by `rate` a millisecond, and from the beginning again with `loop`. */
export interface Course {
  readonly begin: number;
  readonly end: number;
  readonly rate: number;
  readonly loop: boolean;
}

export class Playback {
  private position = 0;
  private before = 0;
  /** What is played, if anything. */
  axis: TimeAxis | undefined;

  /** Sets off from `position`. */
  start(axis: TimeAxis, position: number, now: number): void {
    this.axis = axis;
    this.position = position;
    this.before = now;
  }

  pause(): void {
    this.axis = undefined;
  }

  /** Where it has got to at a time in milliseconds; it pauses at the end. */
  advance(now: number, { begin, end, rate, loop }: Course): number {
    // A frame's time may lie a little before that of the start which asked for it.
    this.position += Math.max(0, now - this.before) * rate;
    this.before = now;
    if (this.position < end) return this.position;
    if (loop && end > begin) {
      this.position = begin + ((this.position - end) % (end - begin));
      return this.position;
    }
    this.pause();
    return end;
  }
}
