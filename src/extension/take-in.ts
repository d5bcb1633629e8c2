import * as vscode from 'vscode';
import { dataEndings } from '../document/data/points';
import { setDataFile, setWeights, type TextEdit } from '../document/edit';
import { decodeWeights } from '../document/weights';
import { chooseColumns, type ChosenColumns } from './choose-columns';
import { numberColumns, readSource } from './data-preview';
import { nameOf, readWhole } from './flow-files';
import { importCheckpointFile } from './import-checkpoint';
import { newFlow, type Workshop } from './new-flow';
import type { OpenFlow } from './open-flows';
import { relativePath } from './relative-path';
import { editText } from './text-edits';

/** A file that was dropped onto a view: where it is, or what is in it; no bytes where they are too many. */
export interface Dropped {
  readonly uri?: string;
  readonly file?: { readonly name: string; readonly bytes?: Uint8Array };
}

export function isData(uri: vscode.Uri): boolean {
  return dataEndings.some((ending) => uri.path.toLowerCase().endsWith(ending));
}

/** A dropped file becomes what its name says: the points that the flow learns from, its weights, a flow to open, or one to be made. */
export async function takeIn(dropped: Dropped, flow: OpenFlow | undefined, workshop: Workshop): Promise<void> {
  try {
    const uri = dropped.uri === undefined ? await keep(dropped, flow) : vscode.Uri.parse(dropped.uri, true);
    if (!uri) return;
    const path = uri.path.toLowerCase();
    if (path.endsWith('.nflow')) workshop.view.open(await workshop.flows.open(uri));
    else if (path.endsWith('.safetensors')) await takeWeights(uri, flow, workshop);
    else if (!isData(uri)) {
      throw new Error(vscode.l10n.t('give a file that ends in {0}.', ['.nflow', '.safetensors', ...dataEndings].join(', ')));
    } else await (flow ? learnFrom(flow, uri) : newFlow(workshop, uri));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const name = dropped.file?.name ?? decodeURIComponent(dropped.uri?.replace(/.*\//, '') ?? '');
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} was not taken: {1}', name, reason));
  }
}

/** A file from outside is copied to where the flow can name it. */
async function keep({ file }: Dropped, flow: OpenFlow | undefined): Promise<vscode.Uri | undefined> {
  if (!file) return undefined;
  if (!file.bytes) throw new Error(vscode.l10n.t('it is larger than 32 MB; of a data file keep a sample of the rows.'));
  const folder = flow && flow.uri.scheme !== 'untitled' ? vscode.Uri.joinPath(flow.uri, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Where a Copy of {0} Is Kept', file.name),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, file.name) }),
  });
  if (uri) await vscode.workspace.fs.writeFile(uri, file.bytes);
  return uri;
}

/** The flow's objective becomes forward KL on this file: one edit, which can be undone. */
export async function learnFrom(flow: OpenFlow, uri: vscode.Uri): Promise<void> {
  const data = pathFrom(flow.uri, uri);
  const dim = flow.session.text.parsed.spec?.dim ?? flow.session.opened?.spec.dim ?? 2;
  const source = await readSource(uri);
  const isWhole = source.preview.columns.length === dim && numberColumns(source).length === dim;
  const title = { title: vscode.l10n.t('Learn from'), step: 1, total: 1, wanted: dim };
  const chosen: ChosenColumns | 'back' | undefined = isWhole ? { dim } : await chooseColumns(source, title);
  if (!chosen || chosen === 'back') return;
  if (!(await editText(flow.uri, (text) => setDataFile(text, data, chosen.columns))))
    throw new Error(vscode.l10n.t('{0} cannot be changed as it stands: correct its mistakes first.', flow.name));
  void vscode.window.setStatusBarMessage(vscode.l10n.t('$(table) {0} learns from {1}', flow.name, data), 5000);
}

/** Weights of this very flow are named in its text; any other checkpoint is imported. */
async function takeWeights(uri: vscode.Uri, flow: OpenFlow | undefined, { flows, view }: Workshop): Promise<void> {
  const spec = flow?.session.text.parsed.spec;
  const isOwn = spec !== undefined && !('message' in decodeWeights(spec, await readWhole(uri)));
  if (!flow || !isOwn) return importCheckpointFile(flows, view, uri);
  const path = pathFrom(flow.uri, uri);
  await editText(flow.uri, (text) => setWeights(text, path));
  const begun = vscode.l10n.t('$(save) {0} begins from {1}', flow.name, path);
  const later = vscode.l10n.t('$(save) {0} names {1}: what it has learned goes on until it is reset', flow.name, path);
  void vscode.window.setStatusBarMessage(flow.session.step === 0 ? begun : later, 5000);
}

function pathFrom(flow: vscode.Uri, uri: vscode.Uri): string {
  const path = flow.scheme === 'untitled' ? undefined : relativePath(flow, uri);
  if (path !== undefined) return path;
  throw new Error(vscode.l10n.t('a flow names files by their path from its own folder: save {0} where {1} is.', nameOf(flow), nameOf(uri)));
}

/** Dropped into a flow's text, a data file becomes what it learns from, and a safetensors file its weights. */
export class DropIntoText implements vscode.DocumentDropEditProvider {
  static register(): vscode.Disposable {
    return vscode.languages.registerDocumentDropEditProvider('nflow', new DropIntoText());
  }

  async provideDocumentDropEdits(
    document: vscode.TextDocument,
    _position: vscode.Position,
    transfer: vscode.DataTransfer,
  ): Promise<vscode.DocumentDropEdit | undefined> {
    const list = (await transfer.get('text/uri-list')?.asString()) ?? '';
    const [first] = list.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#')) as (string | undefined)[];
    if (first === undefined || document.isUntitled) return undefined;
    const edits = editsFor(document, vscode.Uri.parse(first));
    if (edits.length === 0) return undefined;
    const drop = new vscode.DocumentDropEdit('');
    drop.additionalEdit = new vscode.WorkspaceEdit();
    for (const { start, end, text } of edits)
      drop.additionalEdit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    return drop;
  }
}

function editsFor(document: vscode.TextDocument, uri: vscode.Uri): TextEdit[] {
  const path = relativePath(document.uri, uri);
  if (path === undefined) return [];
  if (isData(uri)) return setDataFile(document.getText(), path);
  return path.toLowerCase().endsWith('.safetensors') ? setWeights(document.getText(), path) : [];
}
