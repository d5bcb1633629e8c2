import * as vscode from 'vscode';
import type { FlowView } from './flow-view';
import { registerCodeLenses } from './language/code-lenses';
import { completionProvider } from './language/completion';
import { followRenames } from './language/renames';
import { formattingProvider, hoverProvider, outlineProvider, quickFixProvider } from './language/text';
import type { OpenFlows } from './open-flows';

const flowTexts: vscode.DocumentSelector = { language: 'nflow' };

/** What an editor offers in the text of a flow; what there is to offer, `src/document/language` says. */
export function registerLanguage(flows: OpenFlows, view: FlowView): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(flowTexts, completionProvider, ' ', '{', '[', '/'),
    vscode.languages.registerHoverProvider(flowTexts, hoverProvider),
    vscode.languages.registerCodeActionsProvider(flowTexts, quickFixProvider, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.languages.registerDocumentSymbolProvider(flowTexts, outlineProvider),
    vscode.languages.registerDocumentFormattingEditProvider(flowTexts, formattingProvider),
    registerCodeLenses(flowTexts, flows, view),
    followRenames(),
  );
}
