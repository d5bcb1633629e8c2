import * as vscode from 'vscode';
import type { TextEdit } from '../document/edit';

/** Changes a text in one step that can be undone; `edits` are made from the text as it stands. Returns whether there was one to make. */
export async function editText(uri: vscode.Uri, edits: (text: string) => readonly TextEdit[]): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of edits(document.getText())) {
    edit.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
  return edit.size > 0 && vscode.workspace.applyEdit(edit);
}
