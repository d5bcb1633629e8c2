import * as vscode from 'vscode';
import type { OpenFlows } from './open-flows';
import { ViewChannel } from './view-channel';
import { webviewHtml, webviewRoot } from './webview-html';

/** The sidebar: the flow last looked at, its training, its layers and its cursor. */
export class Sidebar implements vscode.WebviewViewProvider {
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly flows: OpenFlows,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerWebviewViewProvider('nflow.flow', this);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    view.webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(this.extensionUri)] };
    const channel = new ViewChannel(view.webview, () => view.visible, 'figures', this.flows);
    channel.show(this.flows.active);
    const subscription = this.flows.onDidActivate((flow) => channel.show(flow));
    view.onDidDispose(() => {
      subscription.dispose();
      channel.dispose();
    });
    view.webview.html = webviewHtml(view.webview, this.extensionUri, 'sidebar', vscode.l10n.t('Flow'));
  }
}
