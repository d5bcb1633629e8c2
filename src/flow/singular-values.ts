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
  return Float64Array.from(columns, (column) => Math.hypot(...column)).sort((a, b) => b - a);
}

/** Turns two columns in their plane until they are orthogonal; false where they were. */
function orthogonalise(a: Float64Array, b: Float64Array): boolean {
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    ab += a[i] * b[i];
  }
  if (!(Math.abs(ab) > Number.EPSILON * Math.sqrt(aa) * Math.sqrt(bb))) return false;
  const zeta = (bb - aa) / (2 * ab);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = cosine * tangent;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]];
    a[i] = cosine * x - sine * y;
    b[i] = sine * x + cosine * y;
  }
  return true;
}
