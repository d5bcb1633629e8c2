// What package.json tells a person about launching, held against what a launch reads.
import assert from 'node:assert/strict';
import { contributes } from '../../../package.json';
import descriptions from '../../../package.nls.json';
import { Arguments, RequestError } from '../../../src/debug/arguments';
import { readLaunch, mostParticles } from '../../../src/debug/launch';

const [debuggers] = contributes.debuggers;
const { properties, required } = debuggers.configurationAttributes.launch;
const launch = (given: object) => readLaunch(new Arguments('launch', given));

function refusal(given: object): string {
  try {
    launch({ program: 'flow.nflow', ...given });
  } catch (error) {
    assert.ok(error instanceof RequestError);
    return error.message;
  }
  throw new Error(`${JSON.stringify(given)} was accepted`);
}

describe('launch attributes', () => {
  it('are those that a launch reads, each with a description', () => {
    const { noDebug, ...read } = launch({ program: 'flow.nflow' });
    assert.equal(noDebug, false, 'VS Code sets this one itself');
    assert.deepEqual(Object.keys(properties).sort(), Object.keys(read).sort());
    for (const [name, schema] of Object.entries(properties)) {
      const key = 'description' in schema ? schema.description : schema.markdownDescription;
      assert.ok(key.replaceAll('%', '') in descriptions, `${name} is described by ${key}`);
    }
  });

  it('are by default what the launch takes them to be', () => {
    const read: Record<string, unknown> = { ...launch({ program: '${file}' }) };
    for (const [name, schema] of Object.entries(properties)) if ('default' in schema) assert.equal(read[name], schema.default, name);
    assert.equal(properties.particles.maximum, mostParticles);
  });

  it('are refused by name, with what would be right, wherever the schema refuses them', () => {
    const wrong: Record<keyof typeof properties, readonly unknown[]> = {
      program: [7],
      direction: ['forward', 1],
      train: [-1, 1.5, 'long'],
      weights: [true],
      particles: [0, mostParticles + 1, 2.5],
      seed: [-1, 'seven'],
      probe: [3, ['a'], [NaN]],
      stopOnEntry: ['yes'],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        const sentence = refusal({ [name]: value });
        assert.ok(sentence.startsWith(name), sentence);
        assert.match(sentence, /must be|take|write/);
      }
    }
    assert.throws(() => launch({}), { message: /program/ });
    assert.deepEqual(required, ['program']);
  });

  it('are all known in the snippets, which launch as they stand', () => {
    for (const { label, body } of debuggers.configurationSnippets) {
      const { type, request, name, ...given } = body;
      assert.deepEqual([type, request], [debuggers.type, 'launch']);
      assert.ok(name && label.replaceAll('%', '') in descriptions);
      for (const attribute of Object.keys(given)) assert.ok(attribute in properties, attribute);
      assert.equal(launch(given).stopOnEntry, true);
    }
  });
});
