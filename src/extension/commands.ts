import * as vscode from 'vscode';
import type { ViewCommand } from '../protocol/messages';
import { attachToTraining } from './attach/attach-training';
import { exportFlow } from './export';
import { exportToPyTorch } from './export-pytorch';
import { importCheckpointFile } from './import-checkpoint';
import { showData } from './data-preview';
import { newFlow, type Workshop } from './new-flow';
import type { OpenFlow } from './open-flows';
import { saveWeights } from './save-weights';
import { takeIn, type Dropped } from './take-in';
import { writeValues } from './write-values';

/** The commands on a flow. Each is enabled only when it makes sense (see package.json), so what it finds missing is not an error. */
const onFlow: Readonly<
  Record<
    Exclude<ViewCommand, 'openFlowView' | 'newFlow' | 'export'> | 'goToLayer' | 'exportPyTorch' | 'writeValues' | 'detach',
    (flow: OpenFlow) => unknown
  >
> = {
  train: ({ session }) => session.train(),
  pause: ({ session }) => session.pause(),
  reset,
  stepZToX: ({ session }) => session.stepThrough('generate'),
  stepXToZ: ({ session }) => session.stepThrough('encode'),
  runToX: ({ session }) => session.moveTo(session.depth),
  runToZ: ({ session }) => session.moveTo(0),
  goToLayer,
  detach: ({ session }) => session.beginnings.detach(),
  saveWeights,
  exportPyTorch: exportToPyTorch,
  writeValues,
};

/** Registers every command; a webview's buttons run them by the same ids. */
export function registerCommands(workshop: Workshop): vscode.Disposable {
  const { flows, view } = workshop;
  const registered = Object.entries({ ...onFlow, export: (flow: OpenFlow) => exportFlow(flow, view) }).map(([name, run]) =>
    vscode.commands.registerCommand(`nflow.${name}`, async (uri?: unknown) => {
      const flow = (uri instanceof vscode.Uri && flows.find(uri)) || flows.active;
      if (!flow) return;
      await flow.session.open();
      await run(flow);
    }),
  );
  return vscode.Disposable.from(
    ...registered,
    vscode.commands.registerCommand('nflow.takeIn', (dropped: Dropped, uri?: vscode.Uri) =>
      takeIn(dropped, uri && flows.find(uri), workshop),
    ),
    vscode.commands.registerCommand('nflow.newFlow', () => newFlow(workshop)),
    vscode.commands.registerCommand('nflow.newFlowFromData', (uri?: vscode.Uri) => newFlow(workshop, uri)),
    vscode.commands.registerCommand('nflow.previewData', (uri?: vscode.Uri) => uri && showData(uri)),
    vscode.commands.registerCommand('nflow.importCheckpoint', (uri?: vscode.Uri) => importCheckpointFile(flows, view, uri)),
    vscode.commands.registerCommand('nflow.attach', (uri?: vscode.Uri) => attachToTraining(flows, view, uri)),
    vscode.commands.registerCommand('nflow.openFlowView', async (uri?: vscode.Uri) => {
      const file = uri ?? vscode.window.activeTextEditor?.document.uri;
      const named = file?.path.endsWith('.nflow') ? file : (flows.active?.uri ?? (await pickFlow()));
      if (named) view.open(await flows.open(named));
    }),
  );
}

async function reset(flow: OpenFlow): Promise<void> {
  const { step } = flow.session;
  await flow.session.reset();
  if (step === 0) return;
  const undo = vscode.l10n.t('Undo');
  const message = vscode.l10n.t('{0} is back at its initial values; {1} training steps were set aside.', flow.name, step);
  if ((await vscode.window.showInformationMessage(message, undo)) === undo) await flow.session.undoReset();
}

/** Starts at where the cursor is. */
function goToLayer({ session }: OpenFlow): void {
  const { flow, opened } = session;
  if (!flow || !opened) return;
  const places = [
    { label: 'z', description: vscode.l10n.t('the base'), stage: 0 },
    ...flow.layers.map((layer, k) => ({
      label: vscode.l10n.t('Layer {0}: {1}', k + 1, layer.type.name),
      description: vscode.l10n.t('line {0}, margin {1}', opened.layerLines[k] + 1, layer.margin.toPrecision(3)),
      stage: k + 1,
    })),
  ];
  const picker = vscode.window.createQuickPick<(typeof places)[number]>();
  picker.title = vscode.l10n.t('Go to Layer');
  picker.placeholder = vscode.l10n.t('The stage after this layer, z → x');
  picker.matchOnDescription = true;
  picker.items = places;
  picker.activeItems = [places[Math.ceil(session.cursor)]];
  picker.onDidAccept(() => {
    const [picked] = picker.selectedItems;
    session.moveTo(picked.stage);
    picker.hide();
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
}

/** With no flow open: one of those in the workspace. */
async function pickFlow(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles('**/*.nflow', '**/node_modules/**', 200);
  if (files.length === 0) {
    const create = vscode.l10n.t('New Flow…');
    const message = vscode.l10n.t('There is no .nflow file in this workspace.');
    if ((await vscode.window.showInformationMessage(message, create)) === create) await vscode.commands.executeCommand('nflow.newFlow');
    return undefined;
  }
  const items = files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri })).sort((a, b) => a.label.localeCompare(b.label));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Open Flow View') }))?.uri;
}
