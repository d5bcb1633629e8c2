/** log Γ(n/2) for n = 1, 2, 3, …, from Γ(x + 1) = x·Γ(x). */
function logGammaOfHalf(n: number): number {
  let log = n % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let twice = n - 2; twice > 0; twice -= 2) log += Math.log(twice / 2);
  return log;
}

/**
 * The chance that a χ² variable with `degrees` = 1, 2, 3, … of freedom is above `value` ≥ 0: Q(degrees/2, value/2), by the power series of
 * its complement below the mean (DLMF 8.7.1) and by the continued fraction above it (DLMF 8.9.2, in even form and evaluated by Lentz's
 * method). With one degree it is the two-sided tail of a standard normal variable at √value. NaN where value is.
 */
export function chiSquaredTail(value: number, degrees: number): number {
  const [a, x] = [degrees / 2, value / 2];
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  const factor = Math.exp(a * Math.log(x) - x - logGammaOfHalf(degrees));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; term > sum * Number.EPSILON; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - factor * sum;
  }
  let b = x + 1 - a;
  let d = 1 / b;
  let c = Infinity;
  let fraction = d;
  for (let n = 1, change = 0; n < 1000 && Math.abs(change - 1) > Number.EPSILON; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    change = c * d;
    fraction *= change;
  }
  return factor * fraction;
}
