/** Elementary functions that neither overflow nor cancel. */

/** log(1 + eˢ). */
export function softplus(s: number): number {
  return Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
}

/** The s with log(1 + eˢ) = value, for a value above 0: log(e^value − 1). */
export function inverseSoftplus(value: number): number {
  return value + Math.log(-Math.expm1(-value));
}

/** log(log(1 + eˢ)), also where log(1 + eˢ) is below every number: e^{−37} is lost beside 1, so there it is s itself. */
export function logSoftplus(s: number): number {
  return s < -37 ? s : Math.log(softplus(s));
}

/** log|x| of an x that is 1 + change, of which the smaller one is known better. */
export function logOf(x: number, change: number): number {
  return Math.abs(change) < 0.5 ? Math.log1p(change) : Math.log(Math.abs(x));
}

/** 1 / (1 + e⁻ˢ). */
export function sigmoid(s: number): number {
  const e = Math.exp(-Math.abs(s));
  return (s < 0 ? e : 1) / (1 + e);
}

/** log(eᵃ + eᵇ). */
export function logAddExp(a: number, b: number): number {
  const greater = Math.max(a, b);
  return greater === -Infinity ? -Infinity : greater + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** ‖x‖₂ of the `length` numbers of `x` that begin at `at`. The squares are of a part of the greatest where they would leave float64. */
export function norm(x: Float64Array, at: number, length: number): number {
  let square = 0;
  for (let i = at; i < at + length; i++) square += x[i] * x[i];
  if (square > 1e-280 && square < 1e280) return Math.sqrt(square);
  let greatest = 0;
  for (let i = at; i < at + length; i++) greatest = Math.max(greatest, Math.abs(x[i]));
  if (greatest === 0 || !Number.isFinite(greatest)) return greatest;
  let parts = 0;
  for (let i = at; i < at + length; i++) parts += (x[i] / greatest) ** 2;
  return greatest * Math.sqrt(parts);
}

/** tanh′(a) = 1 − tanh²(a) = sech²(a), to full relative accuracy also where tanh rounds to ±1. */
export function sech2(a: number): number {
  const e = Math.exp(-2 * Math.abs(a));
  return (4 * e) / ((1 + e) * (1 + e));
}

/**
 * r − tanh(r), to full relative accuracy: below 1 by Lambert's continued fraction tanh r = r/(1 + r²/(3 + r²/(5 + …))), whose terms are
 * all positive. It is folded up from its end as a quotient n/d, so that there is one division.
 */
export function excessOverTanh(r: number): number {
  const square = r * r;
  if (square > 1) return r - Math.tanh(r);
  let n = 21;
  let d = 1;
  for (let odd = 19; odd >= 3; odd -= 2) {
    const next = odd * n + square * d;
    d = n;
    n = next;
  }
  return (r * square * d) / (n + square * d);
}
