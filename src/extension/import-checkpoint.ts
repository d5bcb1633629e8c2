import * as vscode from 'vscode';
import { importedFlowText } from '../document/checkpoint/flow-text';
import { importCheckpoint, type Answers, type ImportedFlow } from '../document/checkpoint/import';
import { readSafetensors, type Safetensors } from '../document/checkpoint/safetensors';
import { mostCharacters } from '../document/format';
import { exists, nameOf, readWhole } from './flow-files';
import type { FlowView } from './flow-view';
import type { OpenFlows } from './open-flows';

/** Turns a checkpoint of another library into a `.nflow` file beside it, which is shown with its Flow View. */
export async function importCheckpointFile(flows: OpenFlows, view: FlowView, given?: vscode.Uri): Promise<void> {
  // A link in a page gives no more than the parts of it.
  const checkpoint = given ? vscode.Uri.from(given) : await pickCheckpoint();
  if (!checkpoint) return;
  try {
    const flow = await importBeside(checkpoint);
    if (!flow) return;
    await vscode.window.showTextDocument(flow, { preview: false });
    view.open(await flows.open(flow));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} was not imported: {1}', nameOf(checkpoint), reason));
  }
}

async function pickCheckpoint(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import Checkpoint'),
    openLabel: vscode.l10n.t('Import'),
    filters: { safetensors: ['safetensors'] },
  });
  return picked?.[0];
}

/** The file that was written; none where the person gave up. @throws Error with a sentence about why the checkpoint cannot be imported. */
async function importBeside(checkpoint: vscode.Uri): Promise<vscode.Uri | undefined> {
  const file = readSafetensors(await readWhole(checkpoint));
  if ('message' in file) throw new Error(file.message);
  const imported = await askAndImport(file, await readGolden(checkpoint));
  return (
    imported && writeFlow(imported, nameOf(checkpoint), checkpoint.with({ path: checkpoint.path.replace(/(\.safetensors)?$/i, '.nflow') }))
  );
}

/** The flow in a checkpoint, by the person's answers; none where they gave up. @throws Error with a sentence about why there is none. */
export async function askAndImport(file: Safetensors, golden?: string): Promise<ImportedFlow | undefined> {
  let answers: Answers = {};
  for (;;) {
    const imported = importCheckpoint(file, answers, golden);
    if ('message' in imported) {
      const notes = imported.tensors.flatMap(({ name, problem }) => (problem ? [`${name}: ${problem}`] : []));
      throw new Error([imported.message, ...notes.slice(0, 5)].join(' '));
    }
    if (imported.open.length === 0) return imported;
    const answer = await ask(imported);
    if (!answer) return undefined;
    answers = { ...answers, ...answer };
  }
}

/** Golden points in `NAME.golden.json`, beside the checkpoint. */
async function readGolden(checkpoint: vscode.Uri): Promise<string | undefined> {
  const beside = checkpoint.with({ path: checkpoint.path.replace(/(\.safetensors)?$/i, '.golden.json') });
  return (await exists(beside)) ? new TextDecoder().decode(await readWhole(beside)) : undefined;
}

/** The answer to the first open question; the one that the library would give comes first. */
async function ask({ library, open: [{ key, question, choices }] }: ImportedFlow): Promise<Answers | undefined> {
  const items = choices.map(({ value, meaning }, i) => ({
    label: meaning,
    value,
    ...(i === 0 && { description: vscode.l10n.t('as {0} has it', library) }),
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Import Checkpoint'),
    placeHolder: question,
    ignoreFocusOut: true,
  });
  return picked && { [key]: picked.value };
}

/** Writes the flow to `proposed`; where there is a file already, only if the person says so. `source` is the name of the checkpoint. */
export async function writeFlow(imported: ImportedFlow, source: string, proposed: vscode.Uri): Promise<vscode.Uri | undefined> {
  const text = importedFlowText(imported, source);
  if (text.length > mostCharacters) throw new Error(vscode.l10n.t('it has more parameters than a flow file has room for.'));
  const uri = (await exists(proposed))
    ? await vscode.window.showSaveDialog({
        title: vscode.l10n.t('Import Checkpoint'),
        defaultUri: proposed,
        filters: { [vscode.l10n.t('Normalizing flow')]: ['nflow'] },
      })
    : proposed;
  if (uri) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}
