import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Conversation } from './transcript';

const fixtures = path.resolve('test/fixtures/debug');
const folder = path.join(fixtures, 'transcripts');
const adapter = path.resolve('dist/debug-adapter.js');

/** `NFLOW_RECORD=1` writes the recordings anew, for a person to read before they are kept. */
const record = process.env.NFLOW_RECORD === '1';

describe('the debug adapter over stdio', () => {
  let copy: string;

  beforeEach(() => {
    copy = mkdtempSync(path.join(os.tmpdir(), 'nflow-debug-'));
    cpSync(fixtures, copy, { recursive: true, filter: (file) => !file.startsWith(folder) });
  });

  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  for (const name of readdirSync(folder).sort()) {
    it(name.replace('.txt', '').replaceAll('-', ' '), async () => {
      const file = path.join(folder, name);
      const expected = readFileSync(file, 'utf8');
      const found = await new Conversation(copy, adapter).run(expected);
      if (record) writeFileSync(file, found);
      else assert.equal(found, expected);
    });
  }
});
