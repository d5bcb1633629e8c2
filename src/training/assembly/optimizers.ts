/** A step along the gradient, in float64, stored in float32. The formulas are those of src/training/optimizer. */

/** P float32 each: the parameters and the two moments, now and after the step that is being taken. */
let now: usize = 0;
let next: usize = 0;
let count: usize = 0;

export enum Optimizer {
  Adam,
  RmsProp,
  Sgd,
}

const beta1: f64 = 0.9;
const beta2: f64 = 0.999;
const decay: f64 = 0.9;
const epsilon: f64 = 1e-8;

export function allocateState(parameters: i32): void {
  count = <usize>parameters;
  now = heap.alloc(12 * count);
  next = heap.alloc(12 * count);
  memory.fill(now, 0, 12 * count);
}

/** Where the parameters lie, and behind them the first and the second moments. */
export function stateAt(): usize {
  return now;
}

/** Takes the step that is number `age` since the moments began, scaling the gradient by `scale`; where a result is not finite, the state stays as it was. */
export function update(optimizer: i32, gradient: usize, scale: f64, age: i32, learningRate: f64, momentum: f64): bool {
  const correction1 = 1 - power(beta1, age);
  const correction2 = 1 - power(beta2, age);
  for (let i: usize = 0; i < count; i++) {
    const p = now + 4 * i;
    const g = scale * f64.load(gradient + 8 * i);
    let first = <f64>f32.load(p + 4 * count);
    let second = <f64>f32.load(p + 8 * count);
    let move: f64;
    if (optimizer === Optimizer.Adam) {
      first = <f64>(<f32>(beta1 * first + (1 - beta1) * g));
      second = <f64>(<f32>(beta2 * second + (1 - beta2) * g * g));
      move = first / correction1 / (sqrt(second / correction2) + epsilon);
    } else if (optimizer === Optimizer.RmsProp) {
      second = <f64>(<f32>(decay * second + (1 - decay) * g * g));
      move = g / (sqrt(second) + epsilon);
    } else {
      first = <f64>(<f32>(momentum * first + g));
      move = first;
    }
    const into = next + 4 * i;
    f32.store(into, <f32>(<f64>f32.load(p) - learningRate * move));
    f32.store(into + 4 * count, <f32>first);
    f32.store(into + 8 * count, <f32>second);
  }
  for (let at = next; at < next + 12 * count; at += 4) {
    if (!isFinite(f32.load(at))) return false;
  }
  memory.copy(now, next, 12 * count);
  return true;
}

/** By repeated squaring, so that it is the same to the bit wherever it runs. */
function power(base: f64, exponent: i32): f64 {
  let result: f64 = 1;
  for (; exponent > 0; exponent >>= 1, base *= base) if (exponent & 1) result *= base;
  return result;
}
