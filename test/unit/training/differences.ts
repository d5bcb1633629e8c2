/** Derivatives by finite differences where no one step is right. */

export interface Slope {
  readonly slope: number;
  readonly error: number;
}

/**
 * f′(0) by Ridders' method: central differences at ever smaller steps, extrapolated to the step 0, where truncation and rounding together
 * are least (Ridders 1982, Advances in Engineering Software 4, 75–76). Complex steps, which know no rounding, would need layers in complex
 * numbers.
 */
function ridders(f: (step: number) => number, first: number): Slope {
  let best: Slope = { slope: NaN, error: Infinity };
  let before: number[] = [];
  for (let row = 0, h = first; row < 8; row++, h /= 1.6) {
    const [above, below] = [f(h), f(-h)];
    const extrapolated = [(above - below) / (2 * h)];
    // What float64 leaves of either value.
    const rounding = (Number.EPSILON * (Math.abs(above) + Math.abs(below))) / h;
    for (let order = 1; order <= row; order++) {
      const factor = 1.6 ** (2 * order);
      const slope = (factor * extrapolated[order - 1] - before[order - 1]) / (factor - 1);
      const error = rounding + Math.max(Math.abs(slope - extrapolated[order - 1]), Math.abs(slope - before[order - 1]));
      if (error < best.error) best = { slope, error };
      extrapolated.push(slope);
    }
    before = extrapolated;
  }
  return best;
}

/**
 * f′(0), from the values of f at ±step in float64; `scale` is the size of what is stepped from. It goes from steps far below any scale on
 * which a loss bends here, which rounding spoils, to large ones, each believed only where it agrees with the smaller ones: beside a margin
 * of 1e-6, large steps alone would see a loss that is flat.
 */
export function differentiate(f: (step: number) => number, scale: number): Slope {
  const [smallest, ...larger] = [1e-7, 1e-6, 1e-5, 1e-4, 1e-2, 0.2].map((first) => ridders(f, first * scale));
  return larger.reduce(
    (best, next) => (next.error < best.error && Math.abs(next.slope - best.slope) <= 4 * best.error ? next : best),
    smallest,
  );
}
