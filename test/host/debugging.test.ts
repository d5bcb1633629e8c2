import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, openFlow } from './flows';

interface Frame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
}

describe('debugging', () => {
  afterEach(async () => {
    await vscode.debug.stopDebugging();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await closeAll();
  });

  async function stack(): Promise<readonly Frame[]> {
    const session = vscode.debug.activeDebugSession;
    if (!session) return [];
    const { stackFrames } = (await session.customRequest('stackTrace', { threadId: 1 })) as { stackFrames: Frame[] };
    return stackFrames;
  }
  /** VS Code knows that the pass stopped there, so its commands act on it. */
  const stoppedIn = (name: string) =>
    eventually(`the pass is in ${name}`, async () => {
      const [top] = await stack();
      const item = vscode.debug.activeStackItem;
      return top?.name === name && item instanceof vscode.DebugStackFrame && item.frameId === top.id;
    });

  it('F5 in a flow needs no launch.json, and the Flow View’s cursor goes along, either way', async () => {
    const { session } = await openFlow('flow.nflow');
    await vscode.commands.executeCommand('workbench.action.debug.start');
    await stoppedIn('z');
    assert.equal(session.cursor, 0);
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    await stoppedIn('layer 1 · planar');
    assert.equal(session.cursor, 1);
    session.moveTo(session.depth);
    await stoppedIn(`layer ${session.depth} · planar`);
    await vscode.commands.executeCommand('workbench.action.debug.stepBack');
    await stoppedIn(`layer ${session.depth - 1} · planar`);
    assert.equal(session.cursor, session.depth - 1);
  });

  it('a breakpoint stops the pass at the line of its layer', async () => {
    const { session, uri } = await openFlow('flow.nflow');
    await session.open();
    const line = session.opened?.layerLines[1] ?? 0;
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line, 0)))]);
    const configuration = { type: 'nflow', request: 'launch', name: 'Flow', program: uri.fsPath, stopOnEntry: false };
    assert.ok(await vscode.debug.startDebugging(undefined, configuration));
    await stoppedIn('layer 2 · planar');
    assert.equal((await stack())[0].line, line + 1);
  });

  it('a flow is debugged by one session at a time, which can be restarted, and by another one after that', async () => {
    const { uri } = await openFlow('flow.nflow');
    const configuration = { type: 'nflow', request: 'launch', program: uri.fsPath, stopOnEntry: true };
    assert.ok(await vscode.debug.startDebugging(undefined, { ...configuration, name: 'First' }));
    await stoppedIn('z');
    const first = vscode.debug.activeDebugSession;
    // The dialog that says so cannot be shown in tests.
    await assert.rejects(
      async () => vscode.debug.startDebugging(undefined, { ...configuration, name: 'Second' }),
      /flow\.nflow is being debugged already, as “First” in the Call Stack: go on there, or stop that first\./,
    );
    assert.equal(vscode.debug.activeDebugSession, first);
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    await stoppedIn('layer 1 · planar');
    await vscode.commands.executeCommand('workbench.action.debug.restart');
    await stoppedIn('z');
    await vscode.debug.stopDebugging(first);
    assert.ok(await vscode.debug.startDebugging(undefined, { ...configuration, name: 'Third' }));
    await stoppedIn('z');
  });

  it('figures stand after the layers that the pass has come through, and none where it is still inside', async () => {
    const { session, uri } = await openFlow('flow.nflow');
    await session.open();
    const lines = session.opened?.layerLines ?? [];
    const figures = async (): Promise<string[]> => {
      const item = vscode.debug.activeStackItem;
      const [top] = await stack();
      assert.ok(item instanceof vscode.DebugStackFrame && item.frameId === top.id);
      const stopped = new vscode.Range(top.line - 1, 0, top.line - 1, 0);
      const context = { frameId: top.id, stoppedLocation: stopped };
      const all = new vscode.Range(0, 0, lines.length + lines[0], 0);
      const values = await vscode.commands.executeCommand<vscode.InlineValueText[]>('vscode.executeInlineValueProvider', uri, all, context);
      return values.map(({ range, text }) => `${lines.indexOf(range.start.line) + 1}: ${text.replace(/-?[\d.]+$/, '…')}`);
    };
    const ofFirst = ['1: margin[1] = …', '1: mean(logdet[1]) = …'];
    const configuration = { type: 'nflow', request: 'launch', name: 'Flow', program: uri.fsPath, stopOnEntry: true };
    assert.ok(await vscode.debug.startDebugging(undefined, configuration));
    await stoppedIn('z');
    assert.deepEqual(await figures(), []);
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    await stoppedIn('layer 1 · planar');
    assert.deepEqual(await figures(), ofFirst);
    await vscode.commands.executeCommand('workbench.action.debug.stepInto');
    await stoppedIn('layer 2 · planar: a = wᵀv + b');
    assert.deepEqual(await figures(), [...ofFirst, '2: margin[2] = …']);
    for (const moment of ['h = tanh(a)', 'y = v + û·h', 'log|det|']) {
      await vscode.commands.executeCommand('workbench.action.debug.stepOver');
      await stoppedIn(`layer 2 · planar: ${moment}`);
    }
    assert.deepEqual(await figures(), [...ofFirst, '2: margin[2] = …']);
  });
});
