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

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** The high 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function highProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(((middle & 0xffff) + aLow * bHigh) / 0x10000)) >>> 0;
}

/** Ten rounds of Philox4x32: replaces the four words of `counter` by four random words. */
export function philox(counter: Uint32Array, key0: number, key1: number): void {
  let [c0, c1, c2, c3] = counter;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(multiplier0, c0);
    const high1 = highProduct(multiplier1, c2);
    const low0 = Math.imul(multiplier0, c0) >>> 0;
    const low1 = Math.imul(multiplier1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  counter[0] = c0;
  counter[1] = c1;
  counter[2] = c2;
  counter[3] = c3;
}

/** One stream of random numbers; see {@link streams} for the numbers that are taken. */
export class RandomStream {
  private readonly words = new Uint32Array(4);
  private used = 4;
  private block = 0;
  private spare: number | undefined;

  /** @param seed and @param stream are integers in [0, 2⁵³). */
  constructor(
    private readonly seed: number,
    private readonly stream: number,
  ) {}

  private word(): number {
    if (this.used === 4) {
      this.words[0] = this.block;
      this.words[1] = Math.floor(this.block / 2 ** 32);
      this.words[2] = this.stream;
      this.words[3] = Math.floor(this.stream / 2 ** 32);
      philox(this.words, this.seed >>> 0, Math.floor(this.seed / 2 ** 32) >>> 0);
      this.block++;
      this.used = 0;
    }
    return this.words[this.used++];
  }

  /** Uniform on [0, 1), with 53 random bits. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Uniform on 0 … count − 1. */
  index(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Standard normal: the pair √(−2·ln U₁)·(cos 2πU₂, sin 2πU₂) of Box and Muller (Ann. Math. Statist. 29, 1958). */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
