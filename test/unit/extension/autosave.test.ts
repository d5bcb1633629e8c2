import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type * as vscode from 'vscode';
import { Autosave } from '../../../src/extension/autosave';
import type { FlowSession } from '../../../src/session/session';
import type { Snapshot } from '../../../src/session/snapshot';

describe('what is kept of a training', () => {
  let folder: string;
  let logged: string[];
  let autosave: Autosave;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'nflow-autosave-'));
    logged = [];
    const log = { error: (message: string) => logged.push(message) } as unknown as vscode.LogOutputChannel;
    autosave = new Autosave({ fsPath: folder } as vscode.Uri, log);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const uri = { toString: () => 'file:///flow.nflow' } as vscode.Uri;
  const snapshot: Snapshot = {
    shape: 'a flow',
    checkpoint: { step: 7, parameters: Float32Array.of(1, 2), moments: [Float32Array.of(3, 4), Float32Array.of(5, 6)] },
    rows: Float32Array.of(7, 0.5, 0, 0, 0, 1),
    heldOut: Float32Array.of(7, -1, 0.1),
    cursor: 2,
  };
  const session = { snapshots: () => [snapshot] } as unknown as FlowSession;

  it('is the same when it is read again', () => {
    autosave.save({ uri, session });
    assert.deepEqual(autosave.load(uri), [snapshot]);
    assert.deepEqual(logged, []);
  });

  it('in a form of before is said once to be unreadable, and replaced by what is trained next', () => {
    autosave.save({ uri, session });
    const [file] = readdirSync(folder);
    writeFileSync(path.join(folder, file), JSON.stringify([{ shape: 'a flow', step: 7, parameters: [1, 2], m: [3, 4], v: [5, 6] }]));
    assert.deepEqual(autosave.load(uri), []);
    assert.equal(logged.length, 1);
    assert.match(logged[0], /flow\.nflow could not be read/);
    autosave.save({ uri, session });
    assert.deepEqual(autosave.load(uri), [snapshot]);
    assert.equal(logged.length, 1);
  });
});
