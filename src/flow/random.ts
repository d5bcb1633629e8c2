/**
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * The n-th number of a stream is a function of (seed, stream, n) alone, so whatever draws from its own stream does not depend on what
 * else was drawn, in which order, or in how many slices.
 */

/** The streams of a run. The parameters of a layer and the batch of a step each have their own. */
export const streams = {
  /** The batch of training step n, n ≥ 1. */
  batch: (step: number): number => step,
  /** The initial parameters of layer k. */
  parameters: (layer: number): number => 2 ** 32 + layer,
  /** The particles of a picture. */
  particles: 2 ** 33,
  /** Points of the target that a picture shows. */
  target: 2 ** 33 + 1,
  /** Which rows of a data file are held out. */
  holdout: 2 ** 33 + 2,
} as const;

/** The two multipliers, each as its high and its low 16 bits: products of 16 bits by 16 are whole 32-bit numbers, which engines are fast at. */
const multiplier0 = 0xd2511f53 | 0;
const high0 = 0xd251;
const low0 = 0x1f53;
const multiplier1 = 0xcd9e8d57 | 0;
const high1 = 0xcd9e;
const low1 = 0x8d57;
const weyl0 = 0x9e3779b9 | 0;
const weyl1 = 0xbb67ae85 | 0;

/** Ten rounds of Philox4x32: replaces each four words of `counters` by four random words. */
export function philox(counters: Uint32Array, key0: number, key1: number): void {
  for (let at = 0; at < counters.length; at += 4) {
    let c0 = counters[at] | 0;
    let c1 = counters[at + 1] | 0;
    let c2 = counters[at + 2] | 0;
    let c3 = counters[at + 3] | 0;
    let k0 = key0 | 0;
    let k1 = key1 | 0;
    for (let round = 0; round < 10; round++) {
      // The high 32 bits of multiplier0·c0 and multiplier1·c2, by long multiplication.
      const a = c0 & 0xffff;
      const b = c0 >>> 16;
      const ab = (Math.imul(high0, a) + (Math.imul(low0, a) >>> 16)) | 0;
      const ba = (Math.imul(low0, b) + (ab & 0xffff)) | 0;
      const c = c2 & 0xffff;
      const d = c2 >>> 16;
      const cd = (Math.imul(high1, c) + (Math.imul(low1, c) >>> 16)) | 0;
      const dc = (Math.imul(low1, d) + (cd & 0xffff)) | 0;
      const next0 = (Math.imul(high1, d) + (cd >>> 16) + (dc >>> 16)) ^ c1 ^ k0;
      const next2 = (Math.imul(high0, b) + (ab >>> 16) + (ba >>> 16)) ^ c3 ^ k1;
      c1 = Math.imul(multiplier1, c2);
      c3 = Math.imul(multiplier0, c0);
      c0 = next0;
      c2 = next2;
      k0 = (k0 + weyl0) | 0;
      k1 = (k1 + weyl1) | 0;
    }
    counters[at] = c0;
    counters[at + 1] = c1;
    counters[at + 2] = c2;
    counters[at + 3] = c3;
  }
}

const blocksAtOnce = 16;

/** One stream of random numbers; see {@link streams} for the numbers that are taken. */
export class RandomStream {
  private words = new Uint32Array(4);
  private used = 4;
  private block = 0;
  /** The second number of a pair whose first one was given last. */
  private spare = NaN;
  private paired = false;

  /** @param seed and @param stream are integers in [0, 2⁵³). */
  constructor(
    private readonly seed: number,
    private readonly stream: number,
  ) {}

  /** The next blocks of words: one at first, since many a stream is asked for a few numbers only, then many at once. */
  private refill(): void {
    if (this.block === 1) this.words = new Uint32Array(4 * blocksAtOnce);
    const { words, stream } = this;
    for (let at = 0; at < words.length; at += 4, this.block++) {
      words[at] = this.block;
      words[at + 1] = Math.floor(this.block / 2 ** 32);
      words[at + 2] = stream;
      words[at + 3] = Math.floor(stream / 2 ** 32);
    }
    philox(words, this.seed >>> 0, Math.floor(this.seed / 2 ** 32) >>> 0);
    this.used = 0;
  }

  /** Uniform on [0, 1), with 53 random bits. */
  uniform(): number {
    // Two words at a time never straddle a refill.
    if (this.used === this.words.length) this.refill();
    const high = this.words[this.used++] >>> 5;
    const low = this.words[this.used++] >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Uniform on 0 … count − 1. */
  index(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Standard normal: the pair √(−2·ln U₁)·(cos 2πU₂, sin 2πU₂) of Box and Muller (Ann. Math. Statist. 29, 1958). */
  normal(): number {
    this.paired = !this.paired;
    if (!this.paired) return this.spare;
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
