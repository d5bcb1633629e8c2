import * as vscode from 'vscode';
import type { TextEdit } from '../document/edit';
import { writtenInto } from '../session/write-values';
import type { OpenFlow } from './open-flows';
import { saveWeights } from './save-weights';
import { editText } from './text-edits';

/**
 * Writes what was set and trained into the flow's text, as one edit that can be undone: the training settings, and the parameters that the
 * layers begin from. A flow that names a weights file has its parameters there.
 */
export async function writeValues(flow: OpenFlow): Promise<void> {
  const document = await vscode.workspace.openTextDocument(flow.uri);
  const before = document.getText();
  try {
    const after = await writtenInto(before, flow.session);
    await editText(flow.uri, (now) => (now === before ? difference(before, after) : []));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    void vscode.window.showErrorMessage(vscode.l10n.t('The values could not be written into {0}: {1}', flow.name, error.message));
    return;
  }
  if (flow.session.text.parsed.weights) await saveWeights(flow);
}

/** Only what differs is replaced, so that the selection and the layout stay. */
function difference(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  let start = 0;
  while (before[start] === after[start]) start++;
  let kept = 0;
  while (kept < Math.min(before.length, after.length) - start && before.at(-1 - kept) === after.at(-1 - kept)) kept++;
  return [{ start, end: before.length - kept, text: after.slice(start, after.length - kept) }];
}
