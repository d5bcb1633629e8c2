import type { InverseReport, Layer, LayerImage, LayerType } from '../../../src/flow/layer';
import type { FlowSpec, LayerSpec, Objective, Options } from '../../../src/flow/spec';

/** What a layer makes of a batch of points. */
export function forward(layer: Layer, v: readonly number[]): LayerImage {
  const image = imageOf(layer, v.length);
  layer.forward(Float64Array.from(v), image);
  return image;
}

/** What a layer's inverse makes of a batch of points. */
export function inverse(layer: Layer, y: readonly number[]): LayerImage & InverseReport {
  const count = y.length / layer.dim;
  const report = { status: new Uint8Array(count), iterations: new Uint16Array(count), residual: new Float64Array(count) };
  const image = imageOf(layer, y.length);
  layer.inverse(Float64Array.from(y), image, report);
  return { ...image, ...report };
}

/**
 * What rounding alone may leave of φ(v) − y where φ(v) = y was to be solved: v is given to within ε·‖v‖, by which its image moves σ₁ times
 * as much, and φ adds up terms that are rounded.
 */
export function roundingAt(layer: Layer, v: Float64Array): number {
  const overlay = layer.overlay(0.05);
  let terms = layer.singularValues(v)[0] * Math.hypot(...v);
  if ('uHat' in overlay) {
    const length = Math.hypot(...overlay.w);
    // û is what the constraint leaves of u along w, which is −wᵀu/‖w‖ long; wᵀu is log(1 + κ) where that is small.
    const lost = layer.margin > 0 && layer.margin < 1 ? -Math.log(layer.margin) / length : 0;
    terms += (Math.hypot(...overlay.uHat) + lost) * (1 + length * Math.hypot(...v) + Math.abs(overlay.b));
  }
  if (overlay.kind === 'centre') terms += Math.hypot(...overlay.centre) * layer.singularValues(v)[0];
  return 4 * layer.dim * Number.EPSILON * terms;
}

function imageOf(layer: Layer, length: number): LayerImage {
  const count = length / layer.dim;
  return { points: new Float64Array(length), det: new Float64Array(count), logDet: new Float64Array(count) };
}

/** Every combination of a type's options: both values of a flag, and of a number the least, the default, and 5 above the least. */
export function everyOption(type: LayerType): Options[] {
  return type.options.reduce<Options[]>(
    (all, option) => {
      const values: (boolean | number)[] = 'least' in option ? [option.least, option.default, option.least + 5] : [false, true];
      return all.flatMap((options) => [...new Set(values)].map((value) => ({ ...options, [option.name]: value })));
    },
    [{}],
  );
}

/** By Gaussian elimination with pivots. */
export function determinant(matrix: number[][]): number {
  const rows = matrix.map((row) => [...row]);
  let det = 1;
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.reduce((best, row, i) => (i >= k && Math.abs(row[k]) > Math.abs(rows[best][k]) ? i : best), k);
    if (pivot !== k) [rows[k], rows[pivot], det] = [rows[pivot], rows[k], -det];
    det *= rows[k][k];
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j < rows.length; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return det;
}

export const planarLayers = (depth: number, raw = false): LayerSpec[] =>
  Array.from({ length: depth }, () => ({ type: 'planar', options: { raw }, initial: {} }));

export function specOf(objective: Objective, layers: readonly LayerSpec[], changes: Partial<FlowSpec> = {}): FlowSpec {
  return {
    dim: 2,
    base: 'standard-normal',
    seed: 7,
    objective,
    training: { steps: 100, batch: 64, optimizer: 'adam', learningRate: 5e-3 },
    layers,
    ...changes,
  };
}

export const towardsMoons: Objective = { type: 'forward-kl', data: 'two-moons' };
export const towardsU1: Objective = { type: 'reverse-kl', energy: 'U1' };
