/** The four-lane elementary functions of the fused kernels against Math.*, over the whole range of float32. */

import assert from 'node:assert/strict';
import { RandomStream } from '../../../src/flow/random';
import { sech2 } from '../../../src/flow/stable';
import bytes from './assembly/elementary.wasm';

type OverMemory = (at: number, bytes: number, ...rest: number[]) => void;
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {});
const compiled = exports as { memory: WebAssembly.Memory; allocate(bytes: number): number } & Record<string, OverMemory>;
const most = 1 << 16;
/** Room for a function's arguments, and as much again. */
const room = compiled.allocate(8 * most);

function applied(name: string, x: readonly number[], ...rest: number[]): number[] {
  const found: number[] = [];
  for (let from = 0; from < x.length; from += most) {
    const part = x.slice(from, from + most);
    const padded = 8 * Math.ceil(part.length / 8);
    const view = new Float32Array(compiled.memory.buffer, room, padded).fill(0.5);
    view.set(part);
    compiled[name](room, 4 * padded, ...rest);
    found.push(...view.subarray(0, part.length));
  }
  return found;
}

/** Every 3989th of all float32 numbers, and the edges. */
function floats(): number[] {
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  const all = [0, -0, Infinity, -Infinity, 1, -1, 2 ** -149, -(2 ** -149), 2 ** -126, 3.4028234663852886e38, 88];
  for (let bits = 0; bits < 2 ** 32; bits += 3989) {
    word[0] = bits;
    if (!Number.isNaN(float[0])) all.push(float[0]);
  }
  return all;
}

const even = (low: number, high: number): number[] =>
  Array.from({ length: 200_003 }, (_, i) => Math.fround(low + ((high - low) * i) / 200_002));

const ulp = (x: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x)))) - 23);

/** The greatest error, in units of the last place of the exact value; below `tiny`, of `tiny` instead. */
function worst(name: string, x: readonly number[], exact: (x: number) => number, tiny = 2 ** -126): number {
  const found = applied(name, x);
  let most = 0;
  x.forEach((each, i) => {
    const value = exact(each);
    if (found[i] === value || Math.fround(value) === found[i]) return;
    const error = Math.abs(found[i] - value) / ulp(Math.max(Math.abs(value), tiny));
    assert.ok(error <= 1e3, `${name}(${each}) = ${found[i]}, not ${value}`);
    most = Math.max(most, error);
  });
  return most;
}

const halfLogTwo = Math.LN2 / 2;
const quarterTurns = (x: number): number => (Math.PI / 2) * (x % 4);

describe('the four-lane functions', () => {
  const everywhere = floats();
  const positive = everywhere.map(Math.abs);
  const finite = everywhere.filter(Number.isFinite);

  const cases: [name: string, x: number[], exact: (x: number) => number, ulps: number, tiny?: number][] = [
    ['tanh', [...everywhere, ...even(-9, 9)], (t) => Math.tanh(halfLogTwo * t), 4],
    ['sech2', [...everywhere, ...even(-9, 9), ...even(-125, 125)].filter((t) => !(Math.abs(t) > 125)), (t) => sech2(halfLogTwo * t), 5],
    ['exp', [...even(0, 3), ...even(0, 87.3), ...positive.filter((t) => t < 87.3)], (t) => Math.exp(-t), 1],
    ['log', [...positive.filter((x) => x >= 2 ** -126 && x < Infinity), ...even(0.5, 2)], Math.log, 1],
    ['log1p', even(0, 1), Math.log1p, 1, 1],
    ['minusLog1m', even(0, 1 - 2 ** -24), (u) => -Math.log1p(-u), 2.5],
    ['sine', [...even(-4, 4), ...finite], (x) => Math.sin(quarterTurns(x)), 2, 2 ** -22],
    ['cosine', [...even(-4, 4), ...finite], (x) => Math.cos(quarterTurns(x)), 2, 2 ** -22],
  ];
  for (const [name, x, exact, ulps, tiny] of cases) {
    it(`${name} is within ${ulps} ulp`, () => {
      const error = worst(name, x, exact, tiny);
      assert.ok(error < ulps, `${error} ulp`);
    });
  }

  it('give the limits at the ends, and NaN for NaN', () => {
    assert.deepEqual(applied('tanh', [Infinity, -Infinity, 0, -0, NaN]), [1, -1, 0, -0, NaN]);
    assert.deepEqual(applied('sech2', [Infinity, -Infinity, 0, -0, NaN]), [0, 0, 1, 1, NaN]);
    assert.deepEqual(applied('exp', [0, Infinity, NaN]), [1, 0, NaN]);
    for (const name of ['sine', 'cosine']) assert.deepEqual(applied(name, [Infinity, -Infinity, NaN]), [NaN, NaN, NaN]);
  });

  it('are off by less than the smallest normal number where the result is below it', () => {
    const smallest = 2 ** -126;
    const large = even(43, 60);
    // sech² a = 4·2^(−t) there.
    const powers = even(124, 173);
    applied('sech2', powers).forEach((found, i) => {
      const exact = sech2(halfLogTwo * powers[i]);
      assert.ok(Math.abs(found - exact) < 4 * smallest + 1e-6 * exact);
    });
    applied(
      'exp',
      large.map((t) => 2 * t),
    ).forEach((found, i) => {
      const exact = Math.exp(-2 * large[i]);
      assert.ok(Math.abs(found - exact) < smallest + 1e-6 * exact);
    });
  });
});

describe('the normal numbers of the fused kernels', () => {
  const count = 1 << 16;

  for (const [seed, stream] of [
    [0, 1],
    [7, 123],
    [2 ** 53 - 1, 2 ** 33 + 1],
  ]) {
    it(`are those of RandomStream(${seed}, ${stream}), in their order`, () => {
      const halves = (value: number): [number, number] => [value | 0, Math.floor(value / 2 ** 32) | 0];
      const found = applied('normal', Array<number>(count).fill(0), ...halves(seed), ...halves(stream));
      const random = new RandomStream(seed, stream);
      found.forEach((value, n) => {
        const exact = random.normal();
        assert.ok(Math.abs(value - exact) < 4e-7 * Math.max(1, Math.abs(exact)), `number ${n}: ${value}, not ${exact}`);
      });
    });
  }
});
