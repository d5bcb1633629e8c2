import * as vscode from 'vscode';
import { followFiles, relativePath } from '../../document/language/files';
import { isFlowDocument, isWithin } from '../open-flows';

/** In a workspace with more flows than this, the first ones found are looked through. */
const mostFlows = 1000;

type Renames = readonly { readonly oldUri: vscode.Uri; readonly newUri: vscode.Uri }[];

/** When a file that flows name is moved, or a flow, or a folder with some of them, the flows go on naming it. */
export function followRenames(): vscode.Disposable {
  return vscode.workspace.onWillRenameFiles((event) => event.waitUntil(editsFor(event.files, event.token)));
}

async function editsFor(renames: Renames, token: vscode.CancellationToken): Promise<vscode.WorkspaceEdit> {
  const edit = new vscode.WorkspaceEdit();
  for (const [flow, text] of await flowTexts(token)) {
    for (const { start, end, text: written } of followFiles(text, (path) => pathAfter(flow, path, renames))) {
      edit.replace(flow, new vscode.Range(positionAt(text, start), positionAt(text, end)), written);
    }
  }
  return edit;
}

/** Every flow of the workspace, and those that are open besides, as they are in the editor. */
async function flowTexts(token: vscode.CancellationToken): Promise<[vscode.Uri, string][]> {
  const open = vscode.workspace.textDocuments.filter((document) => isFlowDocument(document) && document.uri.scheme !== 'untitled');
  const texts = open.map((document): [vscode.Uri, string] => [document.uri, document.getText()]);
  const known = new Set(open.map(({ uri }) => uri.toString()));
  for (const uri of await vscode.workspace.findFiles('**/*.nflow', '**/node_modules/**', mostFlows, token)) {
    if (!known.has(uri.toString())) texts.push([uri, new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))]);
  }
  return texts;
}

/** What leads from the flow, where it then is, to the file that `path` names now, where that then is. */
function pathAfter(flow: vscode.Uri, path: string, renames: Renames): string {
  const file = vscode.Uri.joinPath(flow, '..', path);
  const [newFlow, newFile] = [flow, file].map((uri) => movedBy(renames, uri));
  const stays = newFlow.toString() === flow.toString() && newFile.toString() === file.toString();
  if (stays || newFlow.scheme !== newFile.scheme || newFlow.authority !== newFile.authority) return path;
  const after = relativePath(newFlow.path.split('/').slice(0, -1), newFile.path.split('/'));
  return vscode.Uri.joinPath(newFlow, '..', path).toString() === newFile.toString() ? path : after;
}

function movedBy(renames: Renames, uri: vscode.Uri): vscode.Uri {
  const rename = renames.find(({ oldUri }) => isWithin(uri, oldUri));
  return rename ? rename.newUri.with({ path: rename.newUri.path + uri.path.slice(rename.oldUri.path.length) }) : uri;
}

function positionAt(text: string, offset: number): vscode.Position {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return new vscode.Position(lines.length - 1, lines[lines.length - 1].length);
}
