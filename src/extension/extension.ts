import * as vscode from 'vscode';
import { Autosave } from './autosave';
import { registerCommands } from './commands';
import { followContextKeys } from './context-keys';
import { registerDebugging } from './debugging';
import { showDiagnostics } from './diagnostics';
import { FlowView } from './flow-view';
import { showNotices } from './notices';
import { registerLanguage } from './language';
import { OpenFlows } from './open-flows';
import { Sidebar } from './sidebar';
import { showStatusBar } from './status-bar';
import { DropIntoText } from './take-in';
import { TensorList } from './tensor-list';
import { openWorkerEngine } from './worker-engine';

/** What other extensions, and the tests inside the extension host, get of this one. */
export interface Api {
  readonly flows: OpenFlows;
}

export function activate(context: vscode.ExtensionContext): Api {
  const workerScript = vscode.Uri.joinPath(context.extensionUri, 'dist', 'training-worker.js').fsPath;
  const log = vscode.window.createOutputChannel(vscode.l10n.t('Normalizing Flow Debugger'), { log: true });
  const autosave = new Autosave(vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'training'), log);
  const flows = new OpenFlows(() => openWorkerEngine(workerScript), autosave, log);
  const view = new FlowView(context.extensionUri, flows);
  // Saved first, while the sessions are still there.
  context.subscriptions.push(
    log,
    autosave,
    flows,
    showDiagnostics(flows),
    showStatusBar(flows),
    showNotices(flows),
    followContextKeys(flows),
    view.register(),
    new Sidebar(context.extensionUri, flows).register(),
    registerCommands({ extensionUri: context.extensionUri, flows, view, autosave }),
    TensorList.register(),
    DropIntoText.register(),
    registerDebugging(context.extensionUri, flows),
    registerLanguage(flows, view),
  );
  flows.start();
  return { flows };
}
