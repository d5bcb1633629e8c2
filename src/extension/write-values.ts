import * as vscode from 'vscode';
import { writtenInto } from '../session/write-values';
import type { OpenFlow } from './open-flows';
import { saveWeights } from './save-weights';

/**
 * Writes what was set and trained into the flow's text, as one edit that can be undone: the training settings, and the parameters that the
 * layers begin from. A flow that names a weights file has its parameters there.
 */
export async function writeValues(flow: OpenFlow): Promise<void> {
  const document = await vscode.workspace.openTextDocument(flow.uri);
  const before = document.getText();
  try {
    const after = await writtenInto(before, flow.session);
    await replace(document, before, after);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    void vscode.window.showErrorMessage(vscode.l10n.t('The values could not be written into {0}: {1}', flow.name, error.message));
    return;
  }
  if (flow.session.text.parsed.weights) await saveWeights(flow);
}

/** Only what differs is replaced, so that the selection and the layout stay. */
async function replace(document: vscode.TextDocument, before: string, after: string): Promise<void> {
  if (before === after) return;
  let start = 0;
  while (before[start] === after[start]) start++;
  let kept = 0;
  while (kept < Math.min(before.length, after.length) - start && before.at(-1 - kept) === after.at(-1 - kept)) kept++;
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(start), document.positionAt(before.length - kept));
  edit.replace(document.uri, range, after.slice(start, after.length - kept));
  await vscode.workspace.applyEdit(edit);
}
