import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { contributes } from '../../package.json';
import { api } from './flows';

describe('activation', () => {
  it('the extension is present and activates', async () => {
    assert.ok((await api()).flows);
  });

  it('every command that it declares is there', async () => {
    await api();
    const known = await vscode.commands.getCommands(true);
    for (const { command } of contributes.commands) assert.ok(known.includes(command), command);
  });

  it('none of its default keys is taken by a command of VS Code', async () => {
    await vscode.commands.executeCommand('workbench.action.openDefaultKeybindingsFile');
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const bindings = [...text.matchAll(/"key": "([^"]+)",\s*"command": "([^"]+)"/g)].map(([, key, command]) => ({ key, command }));
    assert.ok(bindings.length > 500, `${bindings.length} default key bindings`);
    const ours = bindings.filter(({ command }) => command.startsWith('nflow.'));
    assert.equal(ours.length, contributes.keybindings.length);
    const taken = ours.flatMap(({ key }) => bindings.filter((b) => !b.command.startsWith('nflow.') && b.key === key));
    assert.deepEqual(taken, []);
  });
});
