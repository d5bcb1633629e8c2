import * as vscode from 'vscode';
import { contentsOf, type Contents } from '../document/checkpoint/contents';
import { escape, staticPage, table, type TableCell } from './static-page';
import { nameOf, readWhole } from './flow-files';

/** What a `.safetensors` file opens as: its tensors, what they are recognised as, and a way to import them. */
export class TensorList implements vscode.CustomReadonlyEditorProvider {
  static register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider('nflow.tensors', new TensorList());
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, { webview }: vscode.WebviewPanel): Promise<void> {
    webview.options = { enableScripts: false, enableCommandUris: ['nflow.importCheckpoint'], localResourceRoots: [] };
    webview.html = tensorPage(uri, await read(uri));
  }
}

async function read(uri: vscode.Uri): Promise<Contents | { readonly message: string }> {
  try {
    return contentsOf(await readWhole(uri));
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

/** The page about a file's contents. */
export function tensorPage(uri: vscode.Uri, contents: Contents | { readonly message: string }): string {
  const name = nameOf(uri);
  if ('message' in contents) return staticPage(name, `<p class="wrong">${escape(contents.message)}</p>`);
  const { verdict, kind, assumed, tensors, metadata } = contents;
  const command = `command:nflow.importCheckpoint?${encodeURIComponent(JSON.stringify([uri]))}`;
  const button = `<a class="button" role="button" href="${command}">${escape(vscode.l10n.t('Import Checkpoint…'))}</a>`;
  const count = tensors.reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0);
  const lacks = tensors.some(({ problem }) => problem !== undefined);
  const none = vscode.l10n.t('none');
  const rows = tensors.map(({ name: tensor, dtype, shape, statistics: it, problem }): TableCell[] => [
    tensor,
    dtype,
    `[${shape.join(', ')}]`,
    ...(it ? [it.least, it.most, it.mean, it.deviation] : ['–', '–', '–', '–']),
    it && it.notFinite > 0 ? { why: vscode.l10n.t('{0} not finite', it.notFinite) } : it ? none : '–',
    ...(lacks ? [problem ? { why: problem } : ''] : []),
  ]);
  const heads = [
    vscode.l10n.t('Tensor'),
    vscode.l10n.t('Type'),
    vscode.l10n.t('Shape'),
    vscode.l10n.t('Least'),
    vscode.l10n.t('Greatest'),
    vscode.l10n.t('Mean'),
    vscode.l10n.t('Deviation'),
    vscode.l10n.t('NaN or ∞'),
    ...(lacks ? [vscode.l10n.t('What is missing')] : []),
  ];
  const title = vscode.l10n.t('Tensors');
  const total = vscode.l10n.t('{0} tensors, {1} numbers in all.', tensors.length, count.toLocaleString('en-US'));
  return staticPage(
    name,
    `<p${kind === 'unknown' ? ' class="wrong"' : ''}>${escape(verdict)}</p>
${assumed.map((sentence) => `<p class="lesser">${escape(sentence)}</p>`).join('\n')}
${kind === 'checkpoint' ? button : ''}
<h2>${escape(title)}</h2>
<p class="lesser">${escape(total)}</p>
${table(heads, rows, title)}
${metadata.length > 0 ? `<h2>${escape(vscode.l10n.t('Metadata'))}</h2>${table([vscode.l10n.t('Key'), vscode.l10n.t('Value')], metadata, vscode.l10n.t('Metadata'))}` : ''}`,
  );
}
