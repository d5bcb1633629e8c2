import * as vscode from 'vscode';
import { dataEndings } from '../../document/data/points';
import { complete, type Completion } from '../../document/language/complete';
import { rangeIn } from './text';

/** More files than this are not worth listing. */
const mostFiles = 200;

export const completionProvider: vscode.CompletionItemProvider = {
  async provideCompletionItems(document, position) {
    const line = document.lineAt(position).text.slice(0, position.character);
    const files = /\b(?:data|weights)["']?\s*:/.test(line) ? await filesBeside(document.uri) : [];
    return complete(document.getText(), document.offsetAt(position), files).map((offered, i) => itemOf(document, offered, i));
  },
};

/** The data and weights files in the flow's folder and those in it, relative to it. */
async function filesBeside(flow: vscode.Uri): Promise<string[]> {
  if (flow.scheme === 'untitled') return [];
  const folder = vscode.Uri.joinPath(flow, '..');
  const endings = [...dataEndings, '.safetensors'].map((ending) => ending.slice(1));
  const pattern = new vscode.RelativePattern(folder, `**/*.{${endings.join(',')}}`);
  const found = await vscode.workspace.findFiles(pattern, '**/node_modules/**', mostFiles);
  return found.map(({ path }) => path.slice(folder.path.length).replace(/^\//, '')).sort();
}

const kinds: Readonly<Record<Completion['kind'], vscode.CompletionItemKind>> = {
  key: vscode.CompletionItemKind.Property,
  word: vscode.CompletionItemKind.EnumMember,
  layer: vscode.CompletionItemKind.Class,
  form: vscode.CompletionItemKind.Snippet,
  file: vscode.CompletionItemKind.File,
};

/** Items keep the order of the format. */
function itemOf(document: vscode.TextDocument, offered: Completion, order: number): vscode.CompletionItem {
  const item = new vscode.CompletionItem(offered.label, kinds[offered.kind]);
  item.insertText = new vscode.SnippetString(offered.snippet);
  item.range = rangeIn(document, offered);
  item.sortText = String(order).padStart(3, '0');
  if (offered.detail !== undefined) item.detail = offered.detail;
  if (offered.documentation !== undefined) item.documentation = new vscode.MarkdownString(offered.documentation);
  if (offered.goesOn) item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}
