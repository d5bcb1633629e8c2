import * as vscode from 'vscode';
import { newFlowText } from '../document/new-flow';
import { flowDefaults } from '../document/format';
import { energies } from '../flow/targets';
import { samplers } from '../flow/samplers';
import type { Objective } from '../flow/spec';
import type { Autosave } from './autosave';
import type { FlowView } from './flow-view';
import type { OpenFlows } from './open-flows';

interface TargetItem extends vscode.QuickPickItem {
  readonly objective?: Objective;
}

/** Asks what the flow should become and where to save it, writes the file and shows it with its Flow View. */
export async function newFlow(flows: OpenFlows, view: FlowView, autosave: Autosave): Promise<void> {
  const separator = (label: string): TargetItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: TargetItem[] = [
    separator(vscode.l10n.t('Points to learn from: forward KL, the layers run x → z')),
    ...[...samplers.values()].map(({ name, describe }) => ({
      label: name,
      detail: describe,
      objective: { type: 'forward-kl' as const, data: name },
    })),
    separator(vscode.l10n.t('An energy to sample from: reverse KL, the layers run z → x')),
    ...[...energies.values()]
      .filter(({ dim }) => dim === flowDefaults.dim)
      .map(({ name, describe }) => ({
        label: name,
        detail: describe,
        objective: { type: 'reverse-kl' as const, energy: name },
      })),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('New Flow'),
    placeHolder: vscode.l10n.t('What should the Gaussian become?'),
    matchOnDetail: true,
  });
  if (!picked?.objective) return;
  const name = `${picked.label.toLowerCase()}.nflow`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('New Flow'),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
    filters: { [vscode.l10n.t('Normalizing flow')]: ['nflow'] },
  });
  if (!uri) return;
  // A flow that had this name before must not lend its training to this one.
  autosave.forget(uri);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(newFlowText(picked.objective)));
  await vscode.window.showTextDocument(uri, { preview: false });
  view.open(await flows.open(uri));
}
