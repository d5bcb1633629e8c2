import * as vscode from 'vscode';
import type { OpenFlow, OpenFlows } from './open-flows';
import { ViewChannel } from './view-channel';
import { webviewHtml, webviewRoot } from './webview-html';

const viewType = 'nflow.flowView';

/** The Flow View: one panel a flow, which comes back with the window. */
export class FlowView implements vscode.WebviewPanelSerializer<{ readonly uri: string } | undefined> {
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly flows: OpenFlows,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** Shows the Flow View of this flow: the one it has, or a new one beside its text. */
  open(flow: OpenFlow): void {
    this.flows.activate(flow);
    if (flow.panel) {
      flow.panel.reveal(undefined, false);
      return;
    }
    const text = vscode.window.activeTextEditor?.document.uri.toString() === flow.uri.toString();
    const neighbour = this.flows.all.find(({ panel }) => panel?.viewColumn !== undefined)?.panel;
    const column = neighbour?.viewColumn ?? (text ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active);
    this.attach(vscode.window.createWebviewPanel(viewType, '', column), flow);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: { readonly uri: string } | undefined): Promise<void> {
    if (!state) {
      panel.dispose();
      return;
    }
    const uri = vscode.Uri.parse(state.uri);
    try {
      this.attach(panel, await this.flows.open(uri));
    } catch {
      // VS Code says no more than that it cannot resolve the file. An empty panel would say less than none.
      panel.dispose();
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          '{0} is not there any more, so its Flow View was closed. What was trained is kept for when the file is back.',
          uri.fsPath,
        ),
      );
    }
  }

  private attach(panel: vscode.WebviewPanel, flow: OpenFlow): void {
    flow.panel?.dispose();
    flow.panel = panel;
    panel.title = vscode.l10n.t('Flow: {0}', flow.name);
    panel.iconPath = {
      light: vscode.Uri.joinPath(this.extensionUri, 'media', 'nflow-file-light.svg'),
      dark: vscode.Uri.joinPath(this.extensionUri, 'media', 'nflow-file-dark.svg'),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(this.extensionUri)] };
    const channel = new ViewChannel(panel.webview, () => panel.visible, 'tensors', this.flows);
    channel.show(flow);
    panel.onDidChangeViewState(() => {
      if (panel.active) this.flows.activate(flow);
    });
    panel.onDidDispose(() => {
      channel.dispose();
      if (flow.panel === panel) this.flows.panelClosed(flow);
    });
    panel.webview.html = webviewHtml(panel.webview, this.extensionUri, 'flow-view', panel.title);
    if (panel.active) this.flows.activate(flow);
  }
}
