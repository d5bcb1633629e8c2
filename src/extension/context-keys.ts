import * as vscode from 'vscode';
import type { OpenFlows } from './open-flows';

/** The context keys by which commands are enabled (`enablement` and `when` in package.json), set only when they change. */
export function followContextKeys(flows: OpenFlows): vscode.Disposable {
  const known = new Map<string, boolean>();
  const set = (key: string, value: boolean) => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', `nflow.${key}`, value);
  };
  const update = () => {
    const session = flows.active?.session;
    const opened = session?.opened !== undefined;
    set('hasFlow', session?.canOpen ?? false);
    set('training', session?.status === 'running');
    set('attached', session?.beginnings.attached?.isOver === false);
    set('canReset', (session?.step ?? 0) > 0);
    // A flow opens at x.
    set('atZ', opened && session.cursor === 0);
    set('atX', !opened || session.cursor === session.depth);
  };
  update();
  return vscode.Disposable.from(
    flows.onDidActivate(update),
    flows.onDidAdd((flow) => flow.session.subscribe(update)),
    flows.onDidRemove(update),
  );
}
