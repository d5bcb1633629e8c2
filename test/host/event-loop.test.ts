import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, openFlow } from './flows';

/** A loop that is late by more than this blocks the other extensions (ms). */
const limit = 50;

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
    const late: number[] = [];
    for (const end = performance.now() + 6000; performance.now() < end;) {
      const before = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1));
      late.push(performance.now() - before - 1);
    }
    assert.ok(flow.session.step > start + 100, `it did train: ${flow.session.step - start} steps`);
    flow.session.pause();
    flow.panel?.dispose();
    const worst = Math.max(...late);
    assert.ok(late.length > 1000, `the loop turned ${late.length} times`);
    assert.ok(worst <= limit, `blocked for ${worst.toFixed(1)} ms`);
  });
});
