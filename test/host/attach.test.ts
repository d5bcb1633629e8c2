import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as vscode from 'vscode';
import { name, publisher } from '../../package.json';
import { exists } from '../../src/extension/flow-files';
import { closeAll, eventually, fileUri, openFlow, writeFile } from './flows';

const steps = 40;
const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(`nflow.${command}`, ...args);

/** Starts a process that writes checkpoints of eight planar layers; resolves when it has ended. */
function train(how: string, target: vscode.Uri): Promise<void> {
  const extension = vscode.extensions.getExtension(`${publisher}.${name}`);
  assert.ok(extension);
  const writer = vscode.Uri.joinPath(extension.extensionUri, 'test/fixtures/attach/writer.mjs').fsPath;
  const child = spawn(process.execPath, [writer, how, target.fsPath, String(steps), '100', '2'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`The writer ended with ${code}.`))));
  });
}

const flowText = `nflow: 1
dim: 2
objective: { type: reverse-kl, energy: U1 }
training: { steps: 10, batch: 16 }
layers:
${'  - planar\n'.repeat(8)}`;

describe('attaching to training', () => {
  afterEach(closeAll);

  it('follows a folder by the command: every file is a step, until it is detached, and training goes on from there', async () => {
    await writeFile('runs.nflow', flowText);
    const folder = fileUri('runs');
    await vscode.workspace.fs.createDirectory(folder);
    const { session } = await openFlow('runs.nflow');
    const trained = train('folder-renamed', folder);
    await run('attach', folder);
    assert.equal(session.beginnings.attached?.source, 'runs/');
    await trained;
    await eventually('the last step', () => session.step === steps);
    assert.equal(session.status, 'running');
    assert.ok(session.parameters?.every((value) => value === steps));
    assert.deepEqual([...session.losses.pairs()], Array.from({ length: steps }, (_, i) => [i + 1, Math.fround(1 / (i + 1))]).flat());
    assert.ok(await session.revisit(7));
    assert.ok(session.parameters?.every((value) => value === 7));
    await session.revisit(undefined);
    await run('detach');
    await session.stepTraining(1);
    await eventually('a step of its own', () => session.step === steps + 1 && session.status === 'paused');
  });

  it('follows one file that is written again and again, in place', async () => {
    await writeFile('latest.nflow', flowText);
    const file = fileUri('latest.safetensors');
    const { session } = await openFlow('latest.nflow');
    const trained = train('file-bitwise', file);
    await eventually('a first file', () => exists(file));
    await run('attach', file);
    const { attached } = session.beginnings;
    await trained;
    await eventually('the last step', () => session.step === steps);
    for (const [step, loss] of session.losses
      .pairs()
      .reduce<number[][]>((all, value, i, pairs) => (i % 2 ? all : [...all, [value, pairs[i + 1]]]), [])) {
      assert.equal(loss, Math.fround(1 / step));
    }
    await closeAll();
    await eventually('it is followed no more', () => attached?.isOver === true);
  });
});
