import { chiSquaredTail } from './chi-squared';

/** A statistic that is χ² with so many degrees of freedom where the points come from N(0, I), as n → ∞. */
export interface NormalityTest {
  readonly statistic: number;
  readonly degrees: number;
  /** The chance of a statistic above this one, were the points from N(0, I); NaN where no point is finite. */
  readonly p: number;
}

/** How nearly n points in R^d come from N(0, I), moment by moment. */
export interface Normality {
  /** The points whose coordinates are all finite; the others are left out. */
  readonly count: number;
  /** d: the sample's mean. */
  readonly mean: Float64Array;
  /** d × d: the sample's covariance about that mean, divided by n. */
  readonly covariance: Float64Array;
  /** Of the mean: n·‖E z‖², d degrees. */
  readonly location: NormalityTest;
  /** Of the second moments: n/2·‖E zzᵀ − I‖², d(d+1)/2 degrees. */
  readonly spread: NormalityTest;
  /** Of the third: n/6·‖E H₃(z)‖², d(d+1)(d+2)/6 degrees. */
  readonly skewness: NormalityTest;
  /** Of the fourth, along the radius: n·(E[‖z‖⁴ − 2(d+2)‖z‖² + d(d+2)])²/(8d(d+2)), one degree. */
  readonly kurtosis: NormalityTest;
  /** All of them, which are independent of each other in the limit: the sum of the statistics. */
  readonly overall: NormalityTest;
}

/**
 * Tests n × d points against N(0, I) with this very mean and covariance, nothing estimated: what the points at z should be.
 *
 * Skewness and kurtosis are those of Mardia (Biometrika 57, 1970), n·b₁/6 and (b₂ − d(d+2))/√(8d(d+2)/n), in the form for a mean and
 * covariance that are known: there, the third and fourth moments are replaced by the Hermite polynomials H₃ᵢⱼₖ = zᵢzⱼzₖ − zᵢδⱼₖ − zⱼδᵢₖ −
 * zₖδᵢⱼ and ‖z‖⁴ − 2(d+2)‖z‖² + d(d+2), which owe nothing to the first and second moments; those are tested by themselves. Together they
 * are Neyman's smooth test (Koziol, Metrika 34, 1987). n of a few hundred are enough for the p-values. The cost grows as n·d³.
 */
export function normality(points: Float64Array, dim: number): Normality {
  const mean = new Float64Array(dim);
  const second = new Float64Array(dim * dim);
  const third = new Float64Array(dim ** 3);
  let [count, fourth] = [0, 0];
  for (let at = 0; at < points.length; at += dim) {
    const z = points.subarray(at, at + dim);
    if (!z.every(Number.isFinite)) continue;
    count++;
    let square = 0;
    for (let i = 0; i < dim; i++) {
      square += z[i] * z[i];
      mean[i] += z[i];
      for (let j = 0; j <= i; j++) {
        const product = z[i] * z[j];
        second[i * dim + j] += product;
        for (let k = 0; k <= j; k++) third[(i * dim + j) * dim + k] += product * z[k];
      }
    }
    fourth += square * square - 2 * (dim + 2) * square + dim * (dim + 2);
  }
  for (const sums of [mean, second, third]) for (let i = 0; i < sums.length; i++) sums[i] /= count;
  fourth /= count;

  // Of the entries that are the same by symmetry one is kept: it counts as often as it stands in the tensor.
  let [firstSquares, secondSquares, thirdSquares] = [0, 0, 0];
  for (let i = 0; i < dim; i++) {
    firstSquares += mean[i] ** 2;
    for (let j = 0; j <= i; j++) {
      secondSquares += (i === j ? 1 : 2) * (second[i * dim + j] - (i === j ? 1 : 0)) ** 2;
      for (let k = 0; k <= j; k++) {
        const lower = (j === k ? mean[i] : 0) + (i === k ? mean[j] : 0) + (i === j ? mean[k] : 0);
        const times = i === k ? 1 : i === j || j === k ? 3 : 6;
        thirdSquares += times * (third[(i * dim + j) * dim + k] - lower) ** 2;
      }
    }
  }
  const tests = {
    location: testOf(count * firstSquares, dim),
    spread: testOf((count / 2) * secondSquares, (dim * (dim + 1)) / 2),
    skewness: testOf((count / 6) * thirdSquares, (dim * (dim + 1) * (dim + 2)) / 6),
    kurtosis: testOf((count * fourth ** 2) / (8 * dim * (dim + 2)), 1),
  };
  const all = Object.values(tests);
  const sum = (of: (test: NormalityTest) => number): number => all.reduce((total, test) => total + of(test), 0);
  const covariance = second.map((_, at) => {
    const [i, j] = [Math.floor(at / dim), at % dim];
    return second[Math.max(i, j) * dim + Math.min(i, j)] - mean[i] * mean[j];
  });
  return {
    count,
    mean,
    covariance,
    ...tests,
    overall: testOf(
      sum((test) => test.statistic),
      sum((test) => test.degrees),
    ),
  };
}

function testOf(statistic: number, degrees: number): NormalityTest {
  return { statistic, degrees, p: chiSquaredTail(statistic, degrees) };
}
