import { norm } from './stable';

/**
 * The singular values of a square matrix, largest first, by one-sided Jacobi rotations (Demmel & Veselić, "Jacobi's method is more
 * accurate than QR", SIAM J. Matrix Anal. Appl. 13, 1992): columns are turned in pairs until all are orthogonal; their lengths are the
 * singular values, small ones to high relative accuracy too.
 * @param matrix d × d, row by row; not changed.
 */
export function singularValuesOf(matrix: Float64Array, dim: number): Float64Array {
  const columns = Array.from({ length: dim }, (_, j) => Float64Array.from({ length: dim }, (_, i) => matrix[i * dim + j]));
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < dim; p++) for (let q = p + 1; q < dim; q++) turned = orthogonalise(columns[p], columns[q]) || turned;
    if (!turned) break;
  }
  return Float64Array.from(columns, (column) => norm(column, 0, dim)).sort((a, b) => b - a);
}

/**
 * Turns two columns in their plane until they are orthogonal; false where they were, or one is 0. It is done on columns of length 1, lest a
 * square leave float64: with the columns λa·â and λb·b̂, λa ≤ λb, and the tangent of the angle T·λa/λb, they become λa·cos·(â − T·b̂) and
 * λb·cos·(b̂ + T·(λa/λb)²·â).
 */
function orthogonalise(one: Float64Array, other: Float64Array): boolean {
  const dim = one.length;
  const lengths = [norm(one, 0, dim), norm(other, 0, dim)];
  const [a, b] = lengths[0] > lengths[1] ? [other, one] : [one, other];
  const [shorter, longer] = [Math.min(...lengths), Math.max(...lengths)];
  let product = 0;
  for (let i = 0; i < dim; i++) product += (a[i] / shorter) * (b[i] / longer);
  if (!(Math.abs(product) > Number.EPSILON)) return false;
  const ratio = shorter / longer;
  const zeta = (1 - ratio * ratio) / (2 * product);
  const tangent = (product < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(ratio, zeta));
  const cosine = 1 / Math.hypot(1, tangent * ratio);
  for (let i = 0; i < dim; i++) {
    const [x, y] = [a[i] / shorter, b[i] / longer];
    a[i] = shorter * cosine * (x - tangent * y);
    b[i] = longer * cosine * (y + tangent * ratio * ratio * x);
  }
  return true;
}
