import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, fileUri, openFlow, writeFile } from './flows';

/** A turn of the loop that works for longer than this blocks the other extensions (ms). */
const limit = 50;

/**
 * A clock (ms) that runs while this thread works: on a busy machine a loop can be late without being blocked. Where Node has none for
 * a single thread, the one on the wall.
 */
const working: () => number = (() => {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  if (!threadCpuUsage) return () => performance.now();
  return () => {
    const { user, system } = threadCpuUsage();
    return (user + system) / 1000;
  };
})();

/** How long each turn of the loop worked (ms). */
async function turnsWhile(holds: () => boolean): Promise<number[]> {
  const turns: number[] = [];
  while (holds()) {
    const before = working();
    await new Promise((resolve) => setTimeout(resolve, 1));
    turns.push(working() - before);
  }
  return turns;
}

describe("the extension host's own loop", () => {
  afterEach(closeAll);

  it('is never blocked while a 32-layer flow trains and is drawn', async function () {
    this.timeout(60_000);
    const flow = await openFlow('deep.nflow');
    await vscode.commands.executeCommand('nflow.openFlowView');
    await flow.session.open();
    await vscode.commands.executeCommand('nflow.train');
    await eventually('some steps', () => flow.session.step > 10);

    const start = flow.session.step;
    const end = performance.now() + 6000;
    const turns = await turnsWhile(() => performance.now() < end);
    assert.ok(flow.session.step > start + 100, `it did train: ${flow.session.step - start} steps`);
    flow.session.pause();
    flow.panel?.dispose();
    const worst = Math.max(...turns);
    assert.ok(turns.length > 500, `the loop turned ${turns.length} times`);
    assert.ok(worst <= limit, `blocked for ${worst.toFixed(1)} ms`);
  });

  it('is never blocked while a table of a million rows is read and shown', async function () {
    this.timeout(90_000);
    const some = Array.from({ length: 1000 }, (_, i) => `${Math.sin(i).toFixed(12)},${Math.cos(3 * i).toFixed(12)}\n`).join('');
    const data = fileUri('million.csv');
    await vscode.workspace.fs.writeFile(data, Buffer.alloc(1000 * some.length, some));
    await writeFile('million.nflow', 'nflow: 1\ndim: 2\nobjective: { type: forward-kl, data: million.csv }\nlayers:\n  - planar\n');

    let isShown = false;
    const show = async (): Promise<void> => {
      const flow = await openFlow('million.nflow');
      await eventually('the table is read', () => flow.session.opened?.table?.count === 1_000_000, 60_000);
      await vscode.commands.executeCommand('nflow.previewData', data);
    };
    const shown = show().finally(() => (isShown = true));
    const turns = await turnsWhile(() => !isShown);
    await shown;
    const worst = Math.max(...turns);
    assert.ok(turns.length > 100, `the loop turned ${turns.length} times`);
    assert.ok(worst <= limit, `blocked for ${worst.toFixed(1)} ms`);
    await vscode.workspace.fs.delete(data);
  });

  it('would be caught if it were', () => {
    const before = working();
    const end = performance.now() + 10_000;
    while (working() - before <= limit) assert.ok(performance.now() < end, 'the clock stands still while this thread works');
  });
});
