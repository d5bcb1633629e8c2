/** Arithmetic as a float32 program does it: every result is rounded, that of an elementary function once. */

/** To the nearest float32. */
export const rounded = Math.fround;

/** aᵀb, summed up from the first term on. */
export function roundedDot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => rounded(sum + rounded(value * b[i])), 0);
}
