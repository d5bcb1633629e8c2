/**
 * y = v + β̂h·(v − v₀), h = 1/(α + r), r = ‖v − v₀‖ (Rezende & Mohamed 2015, arXiv 1505.05770, eq. 13–14); parameters [v₀ (d), alpha, beta],
 * α = softplus(alpha), s = softplus(beta), β̂ = s − α. Lengths are multiplied by 1 + β̂h across the ray and by 1 + αβ̂h² along it, both computed
 * as sums of positive terms.
 */

import { log2 } from './callbacks';
import { accumulate, add, div, load, loadSplat, mul, mulAdd, splat, store, sub } from './lanes';
import { cotangent, dim, logDetCotangent, row, score, scratch, stride, Layer } from './layer';
import { multiply } from './determinant';
import { sigmoid, softplus } from './math';

/** Constants: [v₀ (d), α, s, β̂]. */
export function deriveRadial(layer: Layer): void {
  const d = <usize>dim;
  const from = layer.parameters;
  memory.copy(layer.constants, from, 4 * d);
  const alpha = softplus(<f64>f32.load(from + 4 * d));
  const slack = softplus(<f64>f32.load(from + 4 * d + 4));
  const rest = layer.constants + 4 * d;
  f32.store(rest, <f32>alpha);
  f32.store(rest + 4, <f32>slack);
  f32.store(rest + 8, <f32>(slack - alpha));
  // Either factor lies between 1 and s/α.
  layer.range = abs(log2(slack / alpha));
}

/** The rows that a layer's block keeps: r, h, and the factor along the ray; the one across it is cheap. */
function radii(at: usize): usize {
  return at + <usize>dim * row;
}
function inverses(at: usize): usize {
  return at + <usize>(dim + 1) * row;
}
function alongs(at: usize): usize {
  return at + <usize>(dim + 2) * row;
}

export function radialForward(layer: Layer, at: usize, bytes: usize): void {
  const d = <usize>dim;
  const centre = layer.constants;
  const alpha = loadSplat(centre + 4 * d);
  const slack = loadSplat(centre + 4 * d + 4);
  const betaHat = loadSplat(centre + 4 * d + 8);
  for (let p: usize = 0; p < bytes; p += 16) {
    let square = splat(0);
    for (let i: usize = 0; i < d; i++) {
      const ray = sub(load(at + i * row + p), loadSplat(centre + 4 * i));
      square = mulAdd(ray, ray, square);
    }
    const r = f32x4.sqrt(square);
    const h = div(splat(1), add(alpha, r));
    const far = mul(r, h);
    const near = mul(alpha, h);
    const squeeze = mul(slack, h);
    store(radii(at) + p, r);
    store(inverses(at) + p, h);
    store(alongs(at) + p, mulAdd(far, add(far, add(near, near)), mul(near, squeeze)));
    store(scratch + p, add(far, squeeze));
    const stretch = mul(betaHat, h);
    for (let i: usize = 0; i < d; i++) {
      const v = load(at + i * row + p);
      store(at + stride + i * row + p, mulAdd(stretch, sub(v, loadSplat(centre + 4 * i)), v));
    }
  }
  multiply(alongs(at), bytes, layer.range);
  for (let i: usize = 1; i < d; i++) multiply(scratch, bytes, layer.range);
}

/** Replaces the cotangent of y by that of v, and adds to the layer's sums: [v₀ (d), α, β̂]. */
export function radialBackward(layer: Layer, at: usize, bytes: usize): void {
  const d = <usize>dim;
  const centre = layer.constants;
  const alpha = loadSplat(centre + 4 * d);
  const slack = loadSplat(centre + 4 * d + 4);
  const betaHat = loadSplat(centre + 4 * d + 8);
  const others = splat(<f32>(dim - 1));
  let alphaSum = splat(0);
  let betaHatSum = splat(0);
  for (let p: usize = 0; p < bytes; p += 16) {
    const r = load(radii(at) + p);
    const h = load(inverses(at) + p);
    const logDet = load(logDetCotangent + p);
    // β̂h is the relative push, by which both the image and the factor across depend on the parameters.
    let push = div(mul(others, logDet), mul(add(r, slack), h));
    for (let i: usize = 0; i < d; i++) {
      push = mulAdd(load(cotangent + i * row + p), sub(load(at + i * row + p), loadSplat(centre + 4 * i)), push);
    }
    const byAlong = div(logDet, load(alongs(at) + p));
    const near = mul(alpha, h);
    const byH = mul(betaHat, mulAdd(add(near, near), byAlong, push));
    const square = mul(h, h);
    betaHatSum = add(betaHatSum, mul(h, mulAdd(near, byAlong, push)));
    alphaSum = mulAdd(square, sub(mul(betaHat, byAlong), byH), alphaSum);
    const outwards = div(mul(square, byH), r);
    // At the centre itself there is no direction outwards.
    store(radii(at) + p, v128.andnot(f32x4.neg(outwards), f32x4.eq(r, splat(0))));
  }
  const sums = layer.sums;
  for (let i: usize = 0; i < d; i++) {
    const c = loadSplat(centre + 4 * i);
    let sum = splat(0);
    for (let p: usize = 0; p < bytes; p += 16) {
      const own = cotangent + i * row + p;
      const g = load(own);
      const ray = sub(load(at + i * row + p), c);
      const change = mulAdd(mul(betaHat, load(inverses(at) + p)), g, mul(load(radii(at) + p), ray));
      sum = sub(sum, change);
      store(own, add(g, change));
    }
    accumulate(sums + 8 * i, sum);
  }
  accumulate(sums + 8 * d, alphaSum);
  accumulate(sums + 8 * d + 8, betaHatSum);
}

/**
 * Carries the score along: G_y = J⁻ᵀ(G_v − γ·n), n the direction outwards and γ = −(d − 1)·β̂h²/across − 2αβ̂h³/along the slope of log|det|. J
 * multiplies n by `along` and what is across it by `across`, so G_y = G_v/across + n·(nᵀG_v·(1/along − 1/across) − γ/along).
 */
export function radialScore(layer: Layer, at: usize, bytes: usize): void {
  const d = <usize>dim;
  const centre = layer.constants;
  const alpha = loadSplat(centre + 4 * d);
  const slack = loadSplat(centre + 4 * d + 4);
  const betaHat = loadSplat(centre + 4 * d + 8);
  const others = splat(<f32>(dim - 1));
  for (let p: usize = 0; p < bytes; p += 16) {
    const r = load(radii(at) + p);
    const h = load(inverses(at) + p);
    const perAcross = div(splat(1), mul(add(r, slack), h));
    const perAlong = div(splat(1), load(alongs(at) + p));
    const atCentre = f32x4.eq(r, splat(0));
    const perRadius = v128.andnot(div(splat(1), r), atCentre);
    let outwards = splat(0);
    for (let i: usize = 0; i < d; i++) {
      const ray = sub(load(at + i * row + p), loadSplat(centre + 4 * i));
      outwards = mulAdd(load(score + i * row + p), ray, outwards);
    }
    outwards = mul(outwards, perRadius);
    const near = mul(alpha, h);
    const fall = mul(mul(betaHat, mul(h, h)), mulAdd(others, perAcross, mul(add(near, near), perAlong)));
    const along = mul(mulAdd(outwards, sub(perAlong, perAcross), mul(fall, perAlong)), perRadius);
    for (let i: usize = 0; i < d; i++) {
      const own = score + i * row + p;
      const ray = sub(load(at + i * row + p), loadSplat(centre + 4 * i));
      store(own, mulAdd(along, ray, mul(load(own), perAcross)));
    }
  }
}

/** From the sums over α and β̂ back to alpha and beta. */
export function radialPullback(layer: Layer): void {
  const d = <usize>dim;
  const from = layer.parameters + 4 * d;
  memory.copy(layer.gradient, layer.sums, 8 * d);
  const alphaSum = f64.load(layer.sums + 8 * d);
  const betaHatSum = f64.load(layer.sums + 8 * d + 8);
  f64.store(layer.gradient + 8 * d, (alphaSum - betaHatSum) * sigmoid(<f64>f32.load(from)));
  f64.store(layer.gradient + 8 * d + 8, betaHatSum * sigmoid(<f64>f32.load(from + 4)));
}
