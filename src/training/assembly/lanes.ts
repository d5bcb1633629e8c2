/** Four float32 numbers at once: the instructions that a formula is made of, under short names. */

export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** The number at this address in all four lanes. */
export function loadSplat(at: usize): v128 {
  return v128.load_splat<f32>(at);
}

export function load(at: usize): v128 {
  return v128.load(at);
}

export function store(at: usize, a: v128): void {
  v128.store(at, a);
}

export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

export function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

export function div(a: v128, b: v128): v128 {
  return f32x4.div(a, b);
}

/** a·b + c, rounded twice. */
export function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c − a·b, rounded twice. */
export function subMul(c: v128, a: v128, b: v128): v128 {
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** a where the mask's bits are set, b elsewhere. */
export function select(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask);
}

/** The same 32 bits in all four lanes. */
export function bits(word: i32): v128 {
  return i32x4.splat(word);
}

/** The sum of the four lanes, in float64. */
export function total(a: v128): f64 {
  const halves = f64x2.add(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 0)));
  return f64x2.extract_lane(halves, 0) + f64x2.extract_lane(halves, 1);
}

/** Adds the sum of the four lanes to the float64 at this address. */
export function accumulate(at: usize, a: v128): void {
  f64.store(at, f64.load(at) + total(a));
}
