import * as vscode from 'vscode';
import { setWeights } from '../document/edit';
import { exists } from './flow-files';
import type { OpenFlow } from './open-flows';
import { editText } from './text-edits';

/**
 * Writes the parameters of now as safetensors beside the flow, and names the file in its text (an edit that can be undone). A file that
 * the text does not name yet is never overwritten unasked.
 */
export async function saveWeights(flow: OpenFlow): Promise<void> {
  const { step } = flow.session;
  const bytes = flow.session.weights();
  if (!bytes) return;
  const uri = await weightsFile(flow);
  if (!uri) return;
  try {
    await vscode.workspace.fs.writeFile(uri, bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t('The weights could not be written to {0}: {1}', uri.fsPath, reason));
    return;
  }
  await nameInText(flow, uri);
  void vscode.window.setStatusBarMessage(vscode.l10n.t('$(save) Weights of step {0} saved to {1}', step, uri.fsPath), 5000);
}

async function weightsFile(flow: OpenFlow): Promise<vscode.Uri | undefined> {
  const beside = (path: string) => vscode.Uri.joinPath(flow.uri, '..', path);
  const named = flow.session.text.parsed.weights?.path;
  if (named !== undefined) return beside(named);
  const proposed = beside(flow.name.replace(/(\.nflow)?$/, '.safetensors'));
  if (flow.uri.scheme !== 'untitled' && !(await exists(proposed))) return proposed;
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Weights'),
    ...(flow.uri.scheme !== 'untitled' && { defaultUri: proposed }),
    filters: { safetensors: ['safetensors'] },
  });
}

/** Only a file in the flow's own folder is named: another place would tie the text to this machine. */
async function nameInText(flow: OpenFlow, weights: vscode.Uri): Promise<void> {
  const folder = vscode.Uri.joinPath(flow.uri, '..').toString();
  if (vscode.Uri.joinPath(weights, '..').toString() !== folder) return;
  const name = weights.path.slice(weights.path.lastIndexOf('/') + 1);
  await editText(flow.uri, (text) => setWeights(text, name));
}
