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
});
