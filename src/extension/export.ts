import * as vscode from 'vscode';
import type { FromView, PictureFormat, ToView } from '../protocol/messages';
import { lossColumns } from '../session/loss-history';
import { lossesCsv, particlesCsv } from '../session/numbers-csv';
import type { FlowView } from './flow-view';
import type { OpenFlow } from './open-flows';

interface Choice extends vscode.QuickPickItem {
  readonly extension: string;
  /** Added to the flow's name. */
  readonly suffix?: string;
  /** Undefined where the person has cancelled, or there is nothing to export. */
  readonly bytes: (flow: OpenFlow) => Promise<Uint8Array | undefined>;
}

/** Asks what to export of a flow and where to, and writes it. */
export async function exportFlow(flow: OpenFlow, view: FlowView): Promise<void> {
  const drawn = (as: PictureFormat) => (of: OpenFlow) => fromView(of, view, as);
  const choices: Choice[] = [
    { label: vscode.l10n.t('Picture as SVG'), extension: 'svg', bytes: drawn('svg') },
    { label: vscode.l10n.t('Picture as PNG'), extension: 'png', bytes: drawn('png') },
    { label: vscode.l10n.t('Animation z → x as GIF'), extension: 'gif', bytes: drawn('gif') },
    { label: vscode.l10n.t('Animation z → x as WebM'), extension: 'webm', bytes: drawn('webm') },
    { label: vscode.l10n.t('Particles at every stage as CSV'), extension: 'csv', suffix: '-particles', bytes: particles },
    { label: vscode.l10n.t('Losses as CSV'), extension: 'csv', suffix: '-losses', bytes: losses },
  ];
  const title = vscode.l10n.t('Export');
  const choice = await vscode.window.showQuickPick(choices, { title });
  if (!choice) return;
  try {
    const bytes = await choice.bytes(flow);
    if (!bytes) return;
    const file = flow.name.replace(/(\.nflow)?$/, `${choice.suffix ?? ''}.${choice.extension}`);
    const uri = await vscode.window.showSaveDialog({
      title,
      ...(flow.uri.scheme !== 'untitled' && { defaultUri: vscode.Uri.joinPath(flow.uri, '..', file) }),
      filters: { [choice.extension.toUpperCase()]: [choice.extension] },
    });
    if (!uri) return;
    await vscode.workspace.fs.writeFile(uri, bytes);
    void vscode.window.setStatusBarMessage(vscode.l10n.t('$(save) Exported to {0}', uri.fsPath), 5000);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} could not be exported: {1}', flow.name, reason));
  }
}

async function particles({ session }: OpenFlow): Promise<Uint8Array | undefined> {
  const { opened, coordinates } = session;
  const picture = await session.trace();
  if (!picture || !opened) return undefined;
  const shown = opened.spec.dim === 1 ? coordinates.slice(0, 1) : coordinates;
  const names = shown.map((i) => opened.table?.names[i] ?? `coordinate ${i + 1}`);
  return new TextEncoder().encode(particlesCsv(picture, names, opened.closedForm === 'generate'));
}

function losses({ session }: OpenFlow): Promise<Uint8Array> {
  return Promise.resolve(new TextEncoder().encode(lossesCsv(lossColumns, session.losses.rows())));
}

/** The Flow View draws it: it is brought to the front, as a hidden one draws nothing. */
async function fromView(flow: OpenFlow, view: FlowView, as: PictureFormat): Promise<Uint8Array | undefined> {
  view.open(flow);
  const { panel } = flow;
  if (!panel) return undefined;
  const post = (message: ToView): void => void panel.webview.postMessage(message);
  const options = {
    location: vscode.ProgressLocation.Notification,
    cancellable: true,
    title: vscode.l10n.t('Drawing {0} for export', flow.name),
  };
  return vscode.window.withProgress(options, (progress, token) => {
    const answers: vscode.Disposable[] = [];
    return new Promise<Uint8Array | undefined>((resolve, reject) => {
      const start = (): void => post({ type: 'export', as });
      answers.push(
        panel.webview.onDidReceiveMessage((message: FromView) => {
          // A view that was only just opened has nothing to draw before its first picture.
          if (message.type === 'drawn' && waiting) start();
          if (message.type === 'exporting') {
            waiting = false;
            progress.report({ increment: 100 * message.share });
          }
          if (message.type === 'exported') resolve(message.bytes);
          if (message.type === 'notExported') reject(new Error(message.reason));
        }),
        token.onCancellationRequested(() => {
          post({ type: 'cancelExport' });
          resolve(undefined);
        }),
        panel.onDidDispose(() => reject(new Error(vscode.l10n.t('its Flow View was closed.')))),
      );
      let waiting = true;
      start();
    }).finally(() => {
      for (const answer of answers) answer.dispose();
    });
  });
}
