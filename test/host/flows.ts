import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { name, publisher } from '../../package.json';
import type { Api } from '../../src/extension/extension';
import type { OpenFlow } from '../../src/extension/open-flows';

/** The running extension's flows. */
export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>(`${publisher}.${name}`);
  assert.ok(extension, `VS Code does not know ${publisher}.${name}`);
  return extension.activate();
}

export function fileUri(file: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the tests run in a workspace');
  return vscode.Uri.joinPath(folder.uri, file);
}

export async function writeFile(file: string, text: string): Promise<vscode.Uri> {
  const uri = fileUri(file);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

/** Opens the file in an editor; its flow becomes the active one. */
export async function openFlow(file: string): Promise<OpenFlow> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(fileUri(file)));
  const { flows } = await api();
  await eventually('the flow is active', () => flows.active?.uri.toString() === fileUri(file).toString());
  const flow = flows.active;
  assert.ok(flow);
  return flow;
}

export async function eventually(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `not within ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Replaces the whole text of an open document, as typing would. */
export async function setText(uri: vscode.Uri, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length)), text);
  await vscode.workspace.applyEdit(edit);
}

/** Leaves no editor, dirty or not, to the next test. */
export async function closeAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty) continue;
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
