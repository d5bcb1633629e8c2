import assert from 'node:assert/strict';
import Papa from 'papaparse';
import { lossesCsv, particlesCsv } from '../../../src/session/numbers-csv';
import type { Picture } from '../../../src/training/messages';

describe('numbers as CSV', () => {
  /** One layer v ↦ 2v of two particles. */
  const picture: Picture = {
    step: 0,
    depth: 1,
    count: 2,
    side: 0,
    particles: Float32Array.of(1, 2, 3, 4, 2, 4, 6, 8),
    particleDets: Float32Array.of(4, 4),
    grid: new Float32Array(0),
    gridDets: new Float32Array(0),
    gridLogBase: new Float32Array(0),
    meanLogDet: Float64Array.of(Math.log(4)),
    doubtful: new Uint32Array(1),
    residual: new Float64Array(1),
  };
  const read = (text: string): unknown[] => Papa.parse(text, { dynamicTyping: true, skipEmptyLines: true }).data;

  it('has a record for each particle at each stage, with log|det| z → x of the layer before it', () => {
    assert.deepEqual(read(particlesCsv(picture, ['a,b', 'say "c"'], true)), [
      ['stage', 'particle', 'a,b', 'say "c"', 'log|det| z → x'],
      [0, 0, 1, 2, null],
      [0, 1, 3, 4, null],
      [1, 0, 2, 4, Math.log(4)],
      [1, 1, 6, 8, Math.log(4)],
    ]);
  });

  it('turns the determinants of formulas x → z round', () => {
    assert.deepEqual(read(particlesCsv(picture, ['x'], false)).at(-1), [1, 1, 6, -Math.log(4)]);
  });

  it('has a record for each step', () => {
    assert.deepEqual(read(lossesCsv(['step', 'loss'], Float32Array.of(1, 0.5, 2, 0.25))), [
      ['step', 'loss'],
      [1, 0.5],
      [2, 0.25],
    ]);
  });
});
