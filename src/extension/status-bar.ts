import * as vscode from 'vscode';
import type { Attached } from '../session/attached';
import type { OpenFlow, OpenFlows } from './open-flows';

/** Training in the status bar: of a flow that trains, where a click pauses it, else of the active flow, where a click goes on. */
export function showStatusBar(flows: OpenFlows): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('nflow.training', vscode.StatusBarAlignment.Left);
  item.name = vscode.l10n.t('Flow Training');
  let clicked: vscode.Uri | undefined;
  const show = () => {
    const flow = flows.all.find(({ session }) => session.status === 'running') ?? flows.active;
    if (!flow?.session.opened) {
      item.hide();
      return;
    }
    const { text, tooltip } = describe(flow);
    item.text = flows.all.length > 1 ? `${text} · ${flow.name}` : text;
    item.tooltip = `${tooltip}\n${flow.session.engineName}`;
    // Every command that is set gets an id of its own, and a click that comes before it is known finds nothing: one serves every click.
    if (clicked !== flow.uri) {
      clicked = flow.uri;
      item.command = { command: 'nflow.statusBarClick', title: item.name ?? '', arguments: [flow.uri] };
    }
    item.show();
  };
  return vscode.Disposable.from(
    item,
    vscode.commands.registerCommand('nflow.statusBarClick', async (uri: vscode.Uri) => {
      const flow = flows.find(uri);
      if (flow) await vscode.commands.executeCommand(commandFor(flow), flow.uri);
    }),
    flows.onDidAdd((flow) => flow.session.subscribe(show)),
    flows.onDidRemove(show),
    flows.onDidActivate(show),
  );
}

function describe({ session, name }: OpenFlow): { readonly text: string; readonly tooltip: string } {
  const latest = session.losses.latest?.[1] ?? NaN;
  const loss = Number.isFinite(latest) ? latest.toFixed(3).replace('-', '−') : undefined;
  const { attached } = session.beginnings;
  const steps = attached ? vscode.l10n.t('step {0}', session.step) : `${session.step}/${session.until}`;
  const progress = loss === undefined ? steps : vscode.l10n.t('{0} · loss {1}', steps, loss);
  switch (session.status) {
    case 'running':
      if (attached) return { text: `$(radio-tower) ${progress}`, tooltip: attachedTo(name, attached) };
      return { text: `$(sync~spin) ${progress}`, tooltip: vscode.l10n.t('{0} is training: pause it', name) };
    case 'not-finite':
    case 'failed':
      return { text: `$(warning) ${progress}`, tooltip: session.note ?? '' };
    default:
      return { text: `$(play) ${progress}`, tooltip: vscode.l10n.t('Train {0}', name) };
  }
}

function attachedTo(name: string, { source, lastSeen }: Attached): string {
  const seen = new Date(lastSeen).toLocaleTimeString();
  return vscode.l10n.t('{0} is attached to {1}, last file at {2}: pause it', name, source, seen);
}

function commandFor({ session: { status } }: OpenFlow): string {
  if (status === 'running') return 'nflow.pause';
  return status === 'not-finite' || status === 'failed' ? 'nflow.openFlowView' : 'nflow.train';
}
