import * as vscode from 'vscode';
import { isFlowDocument, type OpenFlow, type OpenFlows } from './open-flows';

/** Shows the problems of every open flow where its text, or a file that its text names, has them. */
export function showDiagnostics(flows: OpenFlows): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('nflow');
  const show = (flow: OpenFlow) => {
    const document = vscode.workspace.textDocuments.find((d) => isFlowDocument(d) && d.uri.toString() === flow.uri.toString());
    if (!document) return;
    collection.set(
      flow.uri,
      flow.session.problems.map(({ start, end, severity, message }) => {
        const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
        const level = severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
        const diagnostic = new vscode.Diagnostic(range, message, level);
        diagnostic.source = 'nflow';
        return diagnostic;
      }),
    );
  };
  return vscode.Disposable.from(
    collection,
    flows.onDidAdd((flow) => {
      flow.session.subscribe((event) => {
        if (event === 'problems') show(flow);
      });
    }),
    flows.onDidRename(({ flow, from }) => {
      collection.delete(from);
      show(flow);
    }),
    flows.onDidRemove((flow) => collection.delete(flow.uri)),
  );
}
