import * as vscode from 'vscode';
import { format } from '../../document/language/formatting';
import { hover } from '../../document/language/hover';
import { outline, type OutlineEntry } from '../../document/language/outline';
import { parseFlow } from '../../document/parse';
import type { Range } from '../../document/problem';
import type { TextEdit } from '../../document/text-edit';

/** A stretch of a document in VS Code's own terms. */
export function rangeIn(document: vscode.TextDocument, { start, end }: Range): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

const editsIn = (document: vscode.TextDocument, edits: readonly TextEdit[]): vscode.TextEdit[] =>
  edits.map((edit) => vscode.TextEdit.replace(rangeIn(document, edit), edit.text));

export const hoverProvider: vscode.HoverProvider = {
  provideHover(document, position) {
    const meant = hover(document.getText(), document.offsetAt(position));
    return meant && new vscode.Hover(new vscode.MarkdownString(meant.markdown), rangeIn(document, meant));
  },
};

export const formattingProvider: vscode.DocumentFormattingEditProvider = {
  provideDocumentFormattingEdits: (document) => editsIn(document, format(document.getText())),
};

/** The changes that would mend the mistakes where the person is. */
export const quickFixProvider: vscode.CodeActionProvider = {
  provideCodeActions(document, here, { diagnostics }) {
    return parseFlow(document.getText()).problems.flatMap((problem) => {
      const range = rangeIn(document, problem);
      if (!range.intersection(here)) return [];
      return (problem.fixes ?? []).map(({ title, edits, preferred }) => {
        const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        action.edit = new vscode.WorkspaceEdit();
        action.edit.set(document.uri, editsIn(document, edits));
        action.diagnostics = diagnostics.filter((shown) => shown.message === problem.message && shown.range.isEqual(range));
        action.isPreferred = preferred ?? false;
        return action;
      });
    });
  },
};

const symbolKinds: Readonly<Record<OutlineEntry['kind'], vscode.SymbolKind>> = {
  section: vscode.SymbolKind.Namespace,
  value: vscode.SymbolKind.Property,
  layer: vscode.SymbolKind.Function,
};

export const outlineProvider: vscode.DocumentSymbolProvider = {
  provideDocumentSymbols(document) {
    const symbolOf = ({ name, detail, kind, at, children, ...range }: OutlineEntry): vscode.DocumentSymbol => {
      const symbol = new vscode.DocumentSymbol(name, detail, symbolKinds[kind], rangeIn(document, range), rangeIn(document, at));
      symbol.children = children.map(symbolOf);
      return symbol;
    };
    return outline(document.getText()).map(symbolOf);
  },
};
