/** A distribution that a person draws: points sprayed in strokes, the last of which can be taken back. */

import type { Point } from './strip';

/** As many points as anybody draws by hand; what is sprayed beyond them is not kept. */
export const mostPoints = 10_000;

export class Sketch {
  /** x and y in turn, a list a stroke. */
  private readonly strokes: number[][];

  /** @param gauss draws from N(0, 1). */
  constructor(
    strokes: readonly (readonly number[])[],
    private readonly gauss: () => number,
  ) {
    this.strokes = strokes.map((stroke) => [...stroke]);
  }

  get count(): number {
    return this.strokes.reduce((sum, { length }) => sum + length / 2, 0);
  }

  /** n × 2. */
  get points(): Float32Array {
    return Float32Array.from(this.strokes.flat());
  }

  /** To be given to the constructor of another. */
  get kept(): readonly (readonly number[])[] {
    return this.strokes.filter(({ length }) => length > 0);
  }

  /** What is sprayed from now on is one stroke. */
  begin(): void {
    this.strokes.push([]);
  }

  /** `count` points from N(at, spread² I), to three decimals. */
  spray([x, y]: Point, spread: number, count: number): void {
    const stroke = this.strokes.at(-1);
    const room = mostPoints - this.count;
    const round = (value: number): number => Math.round(value * 1000) / 1000;
    for (let i = 0; i < Math.min(count, room); i++) stroke?.push(round(x + spread * this.gauss()), round(y + spread * this.gauss()));
  }

  undo(): void {
    // A stroke for which there was no room left nothing to take back.
    while (this.strokes.pop()?.length === 0);
  }

  clear(): void {
    this.strokes.length = 0;
  }
}
