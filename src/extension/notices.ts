import * as vscode from 'vscode';
import type { OpenFlows } from './open-flows';

/** Says once when training stopped for a reason that the person did not give: a loss that is not finite, or an engine that failed. */
export function showNotices(flows: OpenFlows): vscode.Disposable {
  return flows.onDidAdd((flow) => {
    let said: string | undefined;
    flow.session.subscribe(() => {
      const { status, note } = flow.session;
      const stopped = status === 'not-finite' || status === 'failed' ? note : undefined;
      if (stopped !== undefined && stopped !== said) void vscode.window.showErrorMessage(`${flow.name}: ${stopped}`);
      said = stopped;
    });
  });
}
