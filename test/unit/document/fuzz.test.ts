import assert from 'node:assert/strict';
import { fuzz } from './fuzz';

/** `npm run fuzz` asks for a million. */
const inputs = Number(process.env.NFLOW_FUZZ_INPUTS ?? 20_000);
const seed = Number(process.env.NFLOW_FUZZ_SEED ?? 1);

describe('damaged files', () => {
  it(`are read or refused with a sentence, by every parser: ${inputs} of them`, () => {
    const { slowest } = fuzz(inputs, seed);
    const memory = process.resourceUsage().maxRSS / 1024;
    if (inputs > 20_000)
      console.log(`    slowest: ${slowest.name}, ${slowest.milliseconds.toFixed(0)} ms; at most ${memory.toFixed(0)} MB`);
    assert.ok(slowest.milliseconds < 5000, `${slowest.name} took ${slowest.milliseconds} ms`);
  }).timeout(0);
});
