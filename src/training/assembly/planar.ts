/**
 * y = v + û·h(a), a = wᵀv + b, det = 1 + h′(a)·κ, κ = wᵀû (Rezende & Mohamed 2015, arXiv 1505.05770, eq. 10–12 and appendix A.1), with h = tanh
 * or the leaky ReLU max(a, a/5); parameters [w (d), u (d), b]. Constrained, û = u + (softplus(−wᵀu) − 1)·w/‖w‖²; raw, or at w = 0, û = u.
 *
 * Up to three coordinates are in registers, any others in memory. `d` is handed in, so that each of the first dimensions has its own code.
 */

import { log2 } from './callbacks';
import { accumulate, add, div, load, loadSplat, mul, mulAdd, select, splat, store, sub, subMul } from './lanes';
import { cotangent, dim, Kind, logDetCotangent, row, score, stride, Layer } from './layer';
import { makeRoom, multiplyWide, product } from './determinant';
import { sigmoid, softplus, Tanh, twoPerLogTwo } from './math';

const leakiness: f32 = 0.2;

/**
 * Constants: [w (d), û (d), b, 1 + κ, the factor of −h in h″/h′·κ: 2κ for tanh, 0 for the leaky ReLU; then w (d) and b in the units that h takes
 * its argument in: those of {@link Tanh.of}, or 1].
 */
export function derivePlanar(layer: Layer): void {
  const d = <usize>dim;
  const from = layer.parameters;
  const into = layer.constants;
  let wu: f64 = 0;
  let square: f64 = 0;
  for (let i: usize = 0; i < d; i++) {
    const w = <f64>f32.load(from + 4 * i);
    wu += w * <f64>f32.load(from + 4 * (d + i));
    square += w * w;
  }
  const pushed = !layer.raw && square > 0;
  const push = pushed ? softplus(-wu) - 1 : 0;
  const slack = pushed ? softplus(wu) : 1 + wu;
  for (let i: usize = 0; i < d; i++) {
    const w = f32.load(from + 4 * i);
    f32.store(into + 4 * i, w);
    f32.store(into + 4 * (d + i), <f32>(<f64>f32.load(from + 4 * (d + i)) + (pushed ? (push * <f64>w) / square : 0)));
  }
  const rest = into + 8 * d;
  f32.store(rest, f32.load(from + 8 * d));
  f32.store(rest + 4, <f32>slack);
  const isTanh = layer.kind === Kind.Planar;
  f32.store(rest + 8, isTanh ? <f32>(2 * (slack - 1)) : 0);
  const unit: f64 = isTanh ? twoPerLogTwo : 1;
  for (let i: usize = 0; i < d; i++) f32.store(rest + 12 + 4 * i, <f32>(unit * <f64>f32.load(from + 4 * i)));
  f32.store(rest + 12 + 4 * d, <f32>(unit * <f64>f32.load(from + 8 * d)));
  // det lies between 1 and 1 + κ.
  layer.range = slack > 0 ? abs(log2(slack)) : Infinity;
}

/** The rows of h, h′ and det among a layer's block. */
function heights(at: usize): usize {
  return at + <usize>dim * row;
}
function slopes(at: usize): usize {
  return at + <usize>(dim + 1) * row;
}
function determinants(at: usize): usize {
  return at + <usize>(dim + 2) * row;
}

export function planarForward(layer: Layer, at: usize, bytes: usize): void {
  const within = makeRoom(bytes, layer.range);
  if (layer.kind === Kind.LeakyPlanar) Passes.forward(<usize>dim, true, within, layer, at, bytes);
  else if (dim === 1) Passes.forward(1, false, within, layer, at, bytes);
  else if (dim === 2) Passes.forward(2, false, within, layer, at, bytes);
  else if (dim === 3) Passes.forward(3, false, within, layer, at, bytes);
  else Passes.forward(<usize>dim, false, within, layer, at, bytes);
  if (!within) multiplyWide(determinants(at), bytes);
}

/** Replaces the cotangent of y by that of v, and adds to the layer's sums: [w (d), û (d), b, κ]. */
export function planarBackward(layer: Layer, at: usize, bytes: usize): void {
  if (dim === 1) Passes.backward(1, layer, at, bytes);
  else if (dim === 2) Passes.backward(2, layer, at, bytes);
  else if (dim === 3) Passes.backward(3, layer, at, bytes);
  else Passes.backward(<usize>dim, layer, at, bytes);
}

/**
 * Carries the score along: G_y = J⁻ᵀ(G_v − ∇_v log|det|), which with the lemma of Sherman and Morrison is
 * G_v + w·(h′/det)·(2hκ/det − ûᵀG_v); the leaky ReLU is straight, so its first term is 0.
 */
export function planarScore(layer: Layer, at: usize, bytes: usize): void {
  const d = <usize>dim;
  const w = layer.constants;
  const uHat = w + 4 * d;
  const bend = loadSplat(uHat + 4 * d + 8);
  for (let p: usize = 0; p < bytes; p += 16) {
    const inverse = div(splat(1), load(determinants(at) + p));
    let change = mul(mul(bend, load(heights(at) + p)), inverse);
    for (let i: usize = 0; i < d; i++) change = subMul(change, loadSplat(uHat + 4 * i), load(score + i * row + p));
    change = mul(change, mul(load(slopes(at) + p), inverse));
    for (let i: usize = 0; i < d; i++) {
      const own = score + i * row + p;
      store(own, mulAdd(loadSplat(w + 4 * i), change, load(own)));
    }
  }
}

/** From the sums over û and κ back to u and w. At w = 0 the constraint has no derivative, and the division says so. */
export function planarPullback(layer: Layer): void {
  const d = <usize>dim;
  const from = layer.parameters;
  const wSum = layer.sums;
  const uHatSum = wSum + 8 * d;
  const kappaSum = f64.load(uHatSum + 8 * d + 8);
  let wu: f64 = 0;
  let square: f64 = 0;
  let along: f64 = 0;
  for (let i: usize = 0; i < d; i++) {
    const w = <f64>f32.load(from + 4 * i);
    wu += w * <f64>f32.load(from + 4 * (d + i));
    square += w * w;
    along += w * f64.load(uHatSum + 8 * i);
  }
  along /= square;
  const push = softplus(-wu) - 1;
  const wuSum = layer.raw ? kappaSum : kappaSum * sigmoid(wu) - along * sigmoid(-wu);
  for (let i: usize = 0; i < d; i++) {
    const w = <f64>f32.load(from + 4 * i);
    const u = <f64>f32.load(from + 4 * (d + i));
    const byUHat = f64.load(uHatSum + 8 * i);
    const straightened = layer.raw ? 0 : (push * (byUHat - 2 * along * w)) / square;
    f64.store(layer.gradient + 8 * i, f64.load(wSum + 8 * i) + straightened + wuSum * u);
    f64.store(layer.gradient + 8 * (d + i), byUHat + wuSum * w);
  }
  f64.store(layer.gradient + 16 * d, f64.load(uHatSum + 8 * d));
}

abstract class Passes {
  /** y = v + û·h, and det, for tanh as h² + h′·(1 + κ): there 1 − h′ is h², and nothing cancels where 1 + κ > 0. */
  @inline
  static forward(d: usize, leaky: bool, within: bool, layer: Layer, at: usize, bytes: usize): void {
    const w = layer.constants;
    const uHat = w + 4 * d;
    const slack = loadSplat(uHat + 4 * d + 4);
    const scaled = uHat + 4 * d + 12;
    const w0 = loadSplat(scaled);
    const w1 = d > 1 ? loadSplat(scaled + 4) : splat(0);
    const w2 = d > 2 ? loadSplat(scaled + 8) : splat(0);
    const b = loadSplat(scaled + 4 * d);
    const u0 = loadSplat(uHat);
    const u1 = d > 1 ? loadSplat(uHat + 4) : splat(0);
    const u2 = d > 2 ? loadSplat(uHat + 8) : splat(0);
    for (let p: usize = 0; p < bytes; p += 16) {
      const v = at + p;
      const kept = v + d * row;
      const y = v + stride;
      let a = mulAdd(w0, v128.load(v), b);
      if (d > 1) a = mulAdd(w1, v128.load(v, row), a);
      if (d > 2) a = mulAdd(w2, v128.load(v, 2 * row), a);
      if (d > 3) for (let i: usize = 3; i < d; i++) a = mulAdd(loadSplat(scaled + 4 * i), load(v + i * row), a);
      let h: v128;
      let det: v128;
      if (leaky) {
        const slope = select(f32x4.gt(a, splat(0)), splat(1), splat(leakiness));
        h = mul(a, slope);
        v128.store(kept, slope, row);
        det = mulAdd(slope, slack, sub(splat(1), slope));
      } else {
        h = Tanh.of(a, kept + row);
        det = mulAdd(v128.load(kept, row), slack, mul(h, h));
      }
      v128.store(kept, h);
      v128.store(kept, det, 2 * row);
      if (within) store(product + p, mul(load(product + p), det));
      v128.store(y, mulAdd(u0, h, v128.load(v)));
      if (d > 1) v128.store(y, mulAdd(u1, h, v128.load(v, row)), row);
      if (d > 2) v128.store(y, mulAdd(u2, h, v128.load(v, 2 * row)), 2 * row);
      if (d > 3) for (let i: usize = 3; i < d; i++) store(y + i * row, mulAdd(loadSplat(uHat + 4 * i), h, load(v + i * row)));
    }
  }

  /** With A = ∂/∂a = h′·(ûᵀ∂/∂y − (h″/h′)·κ/det·∂/∂log det): ∂/∂v = ∂/∂y + w·A, and ∂/∂κ = h′/det·∂/∂log det. */
  @inline
  static backward(d: usize, layer: Layer, at: usize, bytes: usize): void {
    const w = layer.constants;
    const uHat = w + 4 * d;
    const bend = loadSplat(uHat + 4 * d + 8);
    const w0 = loadSplat(w);
    const w1 = d > 1 ? loadSplat(w + 4) : splat(0);
    const w2 = d > 2 ? loadSplat(w + 8) : splat(0);
    const u0 = loadSplat(uHat);
    const u1 = d > 1 ? loadSplat(uHat + 4) : splat(0);
    const u2 = d > 2 ? loadSplat(uHat + 8) : splat(0);
    let wSum0 = splat(0);
    let wSum1 = splat(0);
    let wSum2 = splat(0);
    let uSum0 = splat(0);
    let uSum1 = splat(0);
    let uSum2 = splat(0);
    let bSum = splat(0);
    let kappaSum = splat(0);
    for (let p: usize = 0; p < bytes; p += 16) {
      const v = at + p;
      const kept = v + d * row;
      const g = cotangent + p;
      const h = v128.load(kept);
      const slope = v128.load(kept, row);
      const share = div(load(logDetCotangent + p), v128.load(kept, 2 * row));
      kappaSum = mulAdd(slope, share, kappaSum);
      const g0 = v128.load(g);
      const g1 = d > 1 ? v128.load(g, row) : splat(0);
      const g2 = d > 2 ? v128.load(g, 2 * row) : splat(0);
      let a = mul(u0, g0);
      if (d > 1) a = mulAdd(u1, g1, a);
      if (d > 2) a = mulAdd(u2, g2, a);
      if (d > 3) for (let i: usize = 3; i < d; i++) a = mulAdd(loadSplat(uHat + 4 * i), load(g + i * row), a);
      a = mul(slope, subMul(a, mul(bend, h), share));
      bSum = add(bSum, a);
      wSum0 = mulAdd(a, v128.load(v), wSum0);
      uSum0 = mulAdd(h, g0, uSum0);
      v128.store(g, mulAdd(w0, a, g0));
      if (d > 1) {
        wSum1 = mulAdd(a, v128.load(v, row), wSum1);
        uSum1 = mulAdd(h, g1, uSum1);
        v128.store(g, mulAdd(w1, a, g1), row);
      }
      if (d > 2) {
        wSum2 = mulAdd(a, v128.load(v, 2 * row), wSum2);
        uSum2 = mulAdd(h, g2, uSum2);
        v128.store(g, mulAdd(w2, a, g2), 2 * row);
      }
      if (d > 3) v128.store(kept, a, row);
    }
    const sums = layer.sums;
    accumulate(sums, wSum0);
    if (d > 1) accumulate(sums + 8, wSum1);
    if (d > 2) accumulate(sums + 16, wSum2);
    accumulate(sums + 8 * d, uSum0);
    if (d > 1) accumulate(sums + 8 * d + 8, uSum1);
    if (d > 2) accumulate(sums + 8 * d + 16, uSum2);
    accumulate(sums + 16 * d, bSum);
    accumulate(sums + 16 * d + 8, kappaSum);
    if (d > 3)
      for (let i: usize = 3; i < d; i++) {
        const wi = loadSplat(w + 4 * i);
        let wSum = splat(0);
        let uSum = splat(0);
        for (let p: usize = 0; p < bytes; p += 16) {
          const g = cotangent + i * row + p;
          const a = load(slopes(at) + p);
          wSum = mulAdd(a, load(at + i * row + p), wSum);
          uSum = mulAdd(load(heights(at) + p), load(g), uSum);
          store(g, mulAdd(wi, a, load(g)));
        }
        accumulate(sums + 8 * i, wSum);
        accumulate(sums + 8 * (d + i), uSum);
      }
  }
}
