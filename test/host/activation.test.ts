import assert from 'node:assert/strict';
import { name, publisher } from '../../package.json';
import * as vscode from 'vscode';

describe('activation', () => {
  it('the extension is present and activates', async () => {
    const extension = vscode.extensions.getExtension(`${publisher}.${name}`);
    assert.ok(extension, `VS Code does not know ${publisher}.${name}`);
    await extension.activate();
    assert.ok(extension.isActive);
  });
});
