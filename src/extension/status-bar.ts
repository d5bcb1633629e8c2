import * as vscode from 'vscode';
import type { OpenFlow, OpenFlows } from './open-flows';

/** Training in the status bar, for every flow that trains: a click pauses it. The active flow's stays, and a click goes on. */
export function showStatusBar(flows: OpenFlows): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('nflow.training', vscode.StatusBarAlignment.Left);
  item.name = vscode.l10n.t('Flow Training');
  const show = () => {
    const flow = flows.all.find(({ session }) => session.status === 'running') ?? flows.active;
    if (!flow?.session.opened) {
      item.hide();
      return;
    }
    const { text, tooltip, command } = describe(flow);
    item.text = text;
    item.tooltip = tooltip;
    item.command = { command, title: tooltip, arguments: [flow.uri] };
    item.show();
  };
  return vscode.Disposable.from(
    item,
    flows.onDidAdd((flow) => flow.session.subscribe(show)),
    flows.onDidRemove(show),
    flows.onDidActivate(show),
  );
}

function describe({ session, name }: OpenFlow): { readonly text: string; readonly tooltip: string; readonly command: string } {
  const loss = session.losses.latest?.[1].toFixed(3);
  const progress =
    loss === undefined ? `${session.step}/${session.until}` : vscode.l10n.t('{0}/{1} · loss {2}', session.step, session.until, loss);
  switch (session.status) {
    case 'running':
      return { text: `$(sync~spin) ${progress}`, tooltip: vscode.l10n.t('{0} is training: pause it', name), command: 'nflow.pause' };
    case 'not-finite':
      return { text: `$(warning) ${progress}`, tooltip: session.note ?? '', command: 'nflow.openFlowView' };
    default:
      return { text: `$(play) ${progress}`, tooltip: vscode.l10n.t('Train {0}', name), command: 'nflow.train' };
  }
}
