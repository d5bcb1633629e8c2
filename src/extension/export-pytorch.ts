import * as vscode from 'vscode';
import { exportPyTorch } from '../document/checkpoint/pytorch';
import type { OpenFlow } from './open-flows';

/** Writes a Python file that gives log_prob and samples of the flow as it is now, and its weights beside it. */
export async function exportToPyTorch(flow: OpenFlow): Promise<void> {
  const { opened } = flow.session;
  const weights = flow.session.exactWeights();
  if (!opened || !weights) return;
  const python = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export to PyTorch'),
    ...(flow.uri.scheme !== 'untitled' && { defaultUri: vscode.Uri.joinPath(flow.uri, '..', flow.name.replace(/(\.nflow)?$/, '.py')) }),
    filters: { Python: ['py'] },
  });
  if (!python) return;
  // Not the name of saved weights, which the flow's own text may name.
  const name = python.path.slice(python.path.lastIndexOf('/') + 1).replace(/(\.py)?$/, '.pytorch.safetensors');
  try {
    const code = exportPyTorch(opened.spec, name, opened.table);
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(python, '..', name), weights);
    await vscode.workspace.fs.writeFile(python, new TextEncoder().encode(code));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} was not exported: {1}', flow.name, reason));
    return;
  }
  await vscode.window.showTextDocument(python, { preview: false });
}
