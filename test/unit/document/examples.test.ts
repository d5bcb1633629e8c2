import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { parseFlow } from '../../../src/document/parse';
import {
  baseKeys,
  flowDefaults,
  formatVersion,
  gradientNames,
  objectiveKeys,
  optimizerNames,
  scheduleNames,
  topLevelKeys,
  trainingKeys,
} from '../../../src/document/format';
import { buildFlow, initialParameters, type Flow } from '../../../src/flow/flow';
import { layerTypes } from '../../../src/flow/registry';
import { samplers } from '../../../src/flow/samplers';
import { energies } from '../../../src/flow/targets';

const files = readdirSync('examples').filter((name) => name.endsWith('.nflow'));
const textOf = (file: string): string => readFileSync(`examples/${file}`, 'utf8');

function flowOf(file: string): Flow {
  const { spec } = parseFlow(textOf(file));
  assert.ok(spec, file);
  return buildFlow(spec, initialParameters(spec));
}

describe('the examples', () => {
  it('are sound, but for the one that is to be debugged', () => {
    assert.deepEqual(files, [
      'double-well.nflow',
      'folding.nflow',
      'helix.nflow',
      'old-faithful.nflow',
      'two-gaussians.nflow',
      'two-moons.nflow',
      'u1.nflow',
    ]);
    for (const file of files) {
      const messages = parseFlow(textOf(file)).problems.map(({ message }) => message);
      assert.deepEqual(messages, file === 'folding.nflow' ? ['This layer folds space: wᵀu = −2.4 is below −1.'] : [], file);
    }
  });

  it('tell at the top what to watch', () => {
    for (const file of files) assert.match(textOf(file), new RegExp(`^(# .+\\n){2,3}nflow: ${formatVersion}\\n`), file);
  });

  it('name data that is there', () => {
    for (const file of files) {
      const { data } = parseFlow(textOf(file));
      if (data) assert.ok(readdirSync('examples').includes(data.path), data.path);
    }
  });

  it('have one that folds in layer 3 and nearly does in layer 6, and stays within sight', () => {
    const flow = flowOf('folding.nflow');
    const margins = flow.layers.map(({ margin }) => margin);
    assert.deepEqual(
      margins.map((margin) => margin < 0.05),
      [false, false, true, false, false, true, false, false],
    );
    assert.ok(Math.abs(margins[2] + 1.4) < 1e-12);
    assert.ok(Math.abs(margins[5] - 0.03) < 1e-3);
    const grid = Float64Array.from([-3, 0, 3].flatMap((x) => [-3, 0, 3].flatMap((y) => [x, y])));
    for (const stage of flow.trace(grid, 0).stages) assert.ok(stage.every((value) => Math.abs(value) < 5));
  });
});

describe('the description of the format', () => {
  it('tells the defaults as they are', () => {
    const { training, momentum, holdout, anneal } = flowDefaults;
    const defaults = { schedule: 'constant', clip: 'none', patience: 'none', ...training, momentum, holdout, anneal };
    const rows = readFileSync('README.md', 'utf8').split('\n');
    for (const key of ['optimizer', 'learningRate', 'schedule', 'momentum', 'clip', 'patience', 'holdout', 'anneal'] as const) {
      const row = rows.find((line) => line.startsWith(`| \`${key}\` `)) ?? '';
      assert.equal(row.split('|').at(3)?.replaceAll('`', '').trim(), String(defaults[key]), key);
    }
  });
});

describe('the syntax colours', () => {
  interface Rule {
    match?: string;
    patterns?: Rule[];
  }
  const { repository } = JSON.parse(readFileSync('media/nflow.tmLanguage.json', 'utf8')) as { repository: Record<string, Rule> };
  const patterns = (rule: Rule): RegExp[] => [...(rule.match ? [new RegExp(rule.match)] : []), ...(rule.patterns ?? []).flatMap(patterns)];
  const colours = (part: string, text: string): boolean => patterns(repository[part]).some((pattern) => pattern.test(text));

  it('know every key, layer and target', () => {
    const keys = [...topLevelKeys, ...objectiveKeys, ...trainingKeys, ...Object.values(baseKeys).flat()];
    for (const key of keys) assert.ok(colours('key', `${key}: 1`), key);
    for (const type of layerTypes.values()) {
      assert.ok(colours('layer', `  - ${type.name}`), type.name);
      for (const { name } of [...type.parameters, ...type.options]) assert.ok(colours('key', `{ ${name}: 1 }`), name);
    }
    const words = [...Object.keys(baseKeys), ...optimizerNames, ...scheduleNames, ...gradientNames, 'forward-kl', 'reverse-kl', 'none'];
    for (const name of [...samplers.keys(), ...energies.keys(), ...words]) {
      assert.ok(colours('name', `{ x: ${name} }`), name);
    }
  });

  it('do not take a word for one that it only resembles', () => {
    assert.ok(!colours('layer', '  - planarity'));
    assert.ok(!colours('key', 'dimension: 2'));
    assert.ok(!colours('name', 'data: my-rings'));
  });
});
