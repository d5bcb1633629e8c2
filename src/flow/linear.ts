import { rounded } from './float32';
import {
  noHandle,
  perCoordinate,
  type CreateFloat32Map,
  type CreateKernel,
  type Handle,
  type InverseReport,
  type Layer,
  type LayerImage,
  type LayerType,
  type Overlay,
} from './layer';
import { judgeInverse, solePreimage } from './residual';
import { singularValuesOf } from './singular-values';

/** What {@link permutationOf} names: output i is ±input `from[i]`, the sign −1 for the last output of an odd permutation only. */
export interface SignedPermutation {
  readonly from: readonly number[];
  readonly lastSign: number;
}

/**
 * The permutation of this rank among the d! of d coordinates in lexicographic order: 0 leaves them in order, d! − 1 reverses them, and
 * from d! on they begin again. An odd one turns the last output over, so that orientation is kept: in two dimensions rank 1 is a
 * quarter turn.
 */
export function permutationOf(rank: number, dim: number): SignedPermutation {
  const digits = Array.from({ length: dim }, () => 0);
  for (let base = 1, rest = rank; base <= dim; base++) {
    digits[dim - base] = rest % base;
    rest = Math.floor(rest / base);
  }
  const left = Array.from({ length: dim }, (_, i) => i);
  const inversions = digits.reduce((sum, digit) => sum + digit, 0);
  return { from: digits.flatMap((digit) => left.splice(digit, 1)), lastSign: inversions % 2 === 0 ? 1 : -1 };
}

/** The number of entries strictly below the diagonal of a d × d matrix. */
const triangle = (dim: number): readonly number[] => [(dim * (dim - 1)) / 2];

/** y = P·L·U·v, with values [lower: L below its diagonal of ones, row by row; upper: U above its diagonal, row by row; logScale: of U's diagonal]. */
class LinearLayer implements Layer {
  readonly margin: number;
  readonly folds = false;
  private readonly lower: Float64Array;
  private readonly upper: Float64Array;
  private readonly scale: Float64Array;
  private readonly logDet: number;
  private readonly permutation: SignedPermutation;

  constructor(
    readonly type: LayerType,
    readonly dim: number,
    rank: number,
    values: Float64Array,
  ) {
    const [entries] = triangle(dim);
    this.lower = values.subarray(0, entries);
    this.upper = values.subarray(entries, 2 * entries);
    const logScale = values.subarray(2 * entries);
    this.scale = logScale.map(Math.exp);
    this.logDet = logScale.reduce((sum, s) => sum + s, 0);
    this.margin = Math.exp(this.logDet);
    this.permutation = permutationOf(rank, dim);
  }

  forward(v: Float64Array, into: LayerImage): void {
    for (let at = 0; at < v.length; at += this.dim) this.map(v, into.points, at);
    into.det.fill(this.margin);
    into.logDet.fill(this.logDet);
  }

  /** Two substitutions, and once more for what they left of y, so that the residual is the rounding of v alone. */
  inverse(y: Float64Array, into: LayerImage, report?: InverseReport): void {
    const { dim } = this;
    for (let at = 0; at < y.length; at += dim) this.solve(y, into.points, at);
    const rest = new Float64Array(y.length);
    for (let at = 0; at < y.length; at += dim) this.map(into.points, rest, at);
    for (let i = 0; i < y.length; i++) rest[i] = y[i] - rest[i];
    const correction = new Float64Array(y.length);
    for (let at = 0; at < y.length; at += dim) this.solve(rest, correction, at);
    for (let i = 0; i < y.length; i++) into.points[i] += correction[i];
    if (report) {
      report.iterations.fill(0);
      judgeInverse(this, y, into, report);
    } else {
      into.det.fill(this.margin);
      into.logDet.fill(this.logDet);
    }
  }

  preimages(y: Float64Array): Float64Array {
    return solePreimage(this, y);
  }

  /** Its columns are the images of the unit vectors. */
  jacobian(): Float64Array {
    const { dim } = this;
    const jacobian = new Float64Array(dim * dim);
    const column = new Float64Array(dim);
    for (let j = 0; j < dim; j++) {
      const unit = new Float64Array(dim);
      unit[j] = 1;
      this.map(unit, column, 0);
      column.forEach((value, i) => (jacobian[i * dim + j] = value));
    }
    return jacobian;
  }

  singularValues(): Float64Array {
    return singularValuesOf(this.jacobian(), this.dim);
  }

  overlay(): Overlay {
    return { kind: 'none' };
  }

  handles(): Handle[] {
    return [];
  }

  drag(handle: string): Float64Array {
    throw noHandle(this, handle);
  }

  private map(v: Float64Array, y: Float64Array, at: number): void {
    const { dim, lower, upper, scale, permutation } = this;
    const middle = new Float64Array(dim);
    for (let i = 0, entry = 0; i < dim; i++) {
      middle[i] = scale[i] * v[at + i];
      for (let j = i + 1; j < dim; j++) middle[i] += upper[entry++] * v[at + j];
    }
    // From the last row up, so that each row still finds the others unchanged.
    for (let i = dim - 1; i > 0; i--) for (let j = 0; j < i; j++) middle[i] += lower[(i * (i - 1)) / 2 + j] * middle[j];
    permutation.from.forEach((from, i) => (y[at + i] = (i === dim - 1 ? permutation.lastSign : 1) * middle[from]));
  }

  private solve(y: Float64Array, v: Float64Array, at: number): void {
    const { dim, lower, upper, scale, permutation } = this;
    const middle = new Float64Array(dim);
    permutation.from.forEach((from, i) => (middle[from] = (i === dim - 1 ? permutation.lastSign : 1) * y[at + i]));
    for (let i = 1; i < dim; i++) for (let j = 0; j < i; j++) middle[i] -= lower[(i * (i - 1)) / 2 + j] * middle[j];
    for (let i = dim - 1, entry = upper.length; i >= 0; i--) {
      for (let j = dim - 1; j > i; j--) middle[i] -= upper[--entry] * v[at + j];
      v[at + i] = middle[i] / scale[i];
    }
  }
}

/** The rank of the permutation that a linear layer's options name. */
export const permutationRank = (permutation: unknown): number => (typeof permutation === 'number' ? permutation : 0);

/** What training runs: y = P·L·U·v, values [lower, upper, logScale (d)]. */
const linearKernel: CreateKernel = (dim, { permutation }, values) => {
  const { from, lastSign } = permutationOf(permutationRank(permutation), dim);
  const entries = (dim * (dim - 1)) / 2;
  const lower = values.subarray(0, entries);
  const upper = values.subarray(entries, 2 * entries);
  const logScale = values.subarray(2 * entries);
  const scale = logScale.map(Math.exp);
  const change = logScale.reduce((sum, s) => sum + s, 0);
  const sign = (i: number): number => (i === dim - 1 ? lastSign : 1);
  const inner = new Float64Array(dim);

  /** Writes U·v of the point at `at` into `inner`. */
  const applyUpper = (v: Float64Array, at: number): void => {
    for (let i = 0, entry = 0; i < dim; i++) {
      inner[i] = scale[i] * v[at + i];
      for (let j = i + 1; j < dim; j++) inner[i] += upper[entry++] * v[at + j];
    }
  };

  return {
    forward(v, y, logDet) {
      for (let p = 0, at = 0; p < logDet.length; p++, at += dim) {
        applyUpper(v, at);
        for (let i = dim - 1, entry = entries; i > 0; i--) for (let j = i - 1; j >= 0; j--) inner[i] += lower[--entry] * inner[j];
        for (let i = 0; i < dim; i++) y[at + i] = sign(i) * inner[from[i]];
        logDet[p] += change;
      }
    },

    /** P·L⁻ᵀ·U⁻ᵀ of the score, by two substitutions. */
    carryScore(_, score) {
      for (let at = 0; at < score.length; at += dim) {
        for (let i = 0, entry = 0; i < dim; i++) {
          inner[i] = score[at + i] / scale[i];
          for (let j = i + 1; j < dim; j++) score[at + j] -= upper[entry++] * inner[i];
        }
        for (let i = dim - 1; i > 0; i--) for (let j = 0; j < i; j++) inner[j] -= lower[(i * (i - 1)) / 2 + j] * inner[i];
        for (let i = 0; i < dim; i++) score[at + i] = sign(i) * inner[from[i]];
      }
    },

    backward(v, points, logDet, gradient) {
      gradient.fill(0);
      gradient.fill(
        logDet.reduce((sum, share) => sum + share, 0),
        2 * entries,
      );
      const outer = new Float64Array(dim);
      for (let at = 0; at < v.length; at += dim) {
        applyUpper(v, at);
        for (let i = 0; i < dim; i++) outer[from[i]] = sign(i) * points[at + i];
        // Through L, from the first column on: `outer` turns from the cotangent of L·inner into that of inner.
        for (let j = 0; j < dim; j++) {
          for (let i = j + 1; i < dim; i++) {
            const entry = (i * (i - 1)) / 2 + j;
            gradient[entry] += outer[i] * inner[j];
            outer[j] += lower[entry] * outer[i];
          }
        }
        points.fill(0, at, at + dim);
        for (let i = 0, entry = 0; i < dim; i++) {
          gradient[2 * entries + i] += outer[i] * scale[i] * v[at + i];
          points[at + i] += outer[i] * scale[i];
          for (let j = i + 1; j < dim; j++, entry++) {
            gradient[entries + entry] += outer[i] * v[at + j];
            points[at + j] += outer[i] * upper[entry];
          }
        }
      }
    },
  };
};

const linearFloat32: CreateFloat32Map = (dim, { permutation }, values) => {
  const { from, lastSign } = permutationOf(permutationRank(permutation), dim);
  const [entries] = triangle(dim);
  const logScale = values.subarray(2 * entries);
  const scale = logScale.map(Math.exp);
  const logDet = logScale.reduce((sum, s) => rounded(sum + s), 0);
  const det = rounded(Math.exp(logDet));
  const inner = new Float32Array(dim);
  return (v, y) => {
    for (let i = 0, entry = entries; i < dim; i++) {
      inner[i] = scale[i] * v[i];
      for (let j = i + 1; j < dim; j++) inner[i] += rounded(values[entry++] * v[j]);
    }
    for (let i = dim - 1; i > 0; i--) for (let j = 0; j < i; j++) inner[i] += rounded(values[(i * (i - 1)) / 2 + j] * inner[j]);
    for (let i = 0; i < dim; i++) y[i] = (i === dim - 1 ? lastSign : 1) * inner[from[i]];
    return [det, logDet];
  };
};

/** Kingma & Dhariwal 2018 (arXiv 1807.03039), eq. 10–11: the invertible 1 × 1 convolution of a single pixel. */
export const linear: LayerType = {
  name: 'linear',
  formula: 'y = P·L·U·v, L with ones and U with exp(s) on its diagonal; log det = Σ s',
  source: 'Kingma & Dhariwal 2018, arXiv 1807.03039, section 3.2',
  marginIs: 'exact',
  closedFormInverse: () => true,
  parameters: [
    { name: 'lower', shape: triangle, meaning: 'L below its diagonal, row by row.' },
    { name: 'upper', shape: triangle, meaning: 'U above its diagonal, row by row.' },
    { name: 'logScale', shape: perCoordinate, meaning: 's: the diagonal of U is exp(s).' },
  ],
  options: [
    {
      name: 'permutation',
      default: 0,
      least: 0,
      most: 2 ** 32,
      meaning:
        'The number of P among the permutations in lexicographic order: 0 keeps the coordinates in order. In 2-D, 1 is a quarter turn.',
    },
  ],
  initialise(dim, _, random) {
    return Float64Array.from({ length: dim * dim }, () => (0.1 / Math.sqrt(dim)) * random.normal());
  },
  create: (dim, { permutation }, values) => new LinearLayer(linear, dim, permutationRank(permutation), values),
  kernel: linearKernel,
  float32: linearFloat32,
};
