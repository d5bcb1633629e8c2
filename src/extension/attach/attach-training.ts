import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { readingsOf, storesBase, withBaseAsLayer, type Reading } from '../../document/checkpoint/elsewhere';
import { StepReader } from '../../session/step-reader';
import type { Attached } from '../../session/attached';
import type { RecordedStep } from '../../training/messages';
import { exists } from '../flow-files';
import type { FlowView } from '../flow-view';
import { askAndImport, writeFlow } from '../import-checkpoint';
import type { OpenFlow, OpenFlows } from '../open-flows';
import { Follower } from './follower';
import type { WholeFile } from './settled-file';

/** A flow, and how the checkpoints are its parameters. */
interface Match {
  readonly flow: OpenFlow;
  readonly readings: readonly Reading[];
}

/**
 * Follows the training that writes to a safetensors file, or to a folder of them, in a flow: one that is open or lies beside it and has
 * the same layers, or one that is imported from the first checkpoint. Files are looked for where the extension runs.
 */
export async function attachToTraining(flows: OpenFlows, view: FlowView, given?: vscode.Uri): Promise<void> {
  const source = given ?? (await pickSource());
  if (!source) return;
  const name = basename(source.fsPath);
  try {
    if (source.scheme !== 'file') throw new Error(vscode.l10n.t('only files of the machine on which the extension runs can be followed.'));
    const isFolder = (await stat(source.fsPath)).isDirectory();
    const first = await firstFiles(source, isFolder);
    if (!first) return;
    const match = await matchFor(flows, source, first[0]);
    const reading = match && (await pickReading(match.readings));
    if (!match || !reading || !(await mayReplace(match.flow))) return;
    await follow(flows, match.flow, reading, source, isFolder);
    view.open(match.flow);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} cannot be attached to: {1}', name, reason));
  }
}

async function pickSource(): Promise<vscode.Uri | undefined> {
  const title = vscode.l10n.t('Attach to Training');
  const kinds = [
    { label: vscode.l10n.t('A folder, to which every checkpoint is written as a file of its own'), isFolder: true },
    { label: vscode.l10n.t('One safetensors file, which is written again and again'), isFolder: false },
  ];
  const kind = await vscode.window.showQuickPick(kinds, { title });
  if (!kind) return undefined;
  const { isFolder } = kind;
  const picked = await vscode.window.showOpenDialog({
    title,
    openLabel: vscode.l10n.t('Attach'),
    canSelectFiles: !isFolder,
    canSelectFolders: isFolder,
    ...(!isFolder && { filters: { safetensors: ['safetensors'] } }),
  });
  return picked?.[0];
}

/** The first files that are whole; waited for, until the person gives up. */
function firstFiles(source: vscode.Uri, isFolder: boolean): Thenable<readonly WholeFile[] | undefined> {
  const title = vscode.l10n.t('Waiting for the first whole checkpoint in {0}', basename(source.fsPath));
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      let found: readonly WholeFile[] | undefined;
      const follower = new Follower(
        source.fsPath,
        isFolder,
        (files) => {
          found = files;
          follower.stop();
          return Promise.resolve();
        },
        (waiting) => progress.report({ message: waiting ? `${waiting.name}: ${waiting.why}` : '' }),
      );
      token.onCancellationRequested(() => follower.stop());
      await follower.run();
      return found;
    },
  );
}

/** The flow that the checkpoint is of; none where the person gave up. @throws Error with a sentence about why there can be none. */
async function matchFor(flows: OpenFlows, source: vscode.Uri, file: WholeFile): Promise<Match | undefined> {
  const beside = source.with({ path: source.path.replace(/(\.safetensors|\/)?$/i, '.nflow') });
  const known = (await exists(beside)) ? await matchOf(await flows.open(beside), file) : undefined;
  if (known && 'readings' in known) return known;
  const open = (await Promise.all(flows.all.map((flow) => matchOf(flow, file)))).flatMap((match) => ('readings' in match ? [match] : []));
  const create = { label: vscode.l10n.t('A new flow, imported from {0}', basename(file.path)), match: undefined };
  const picked =
    open.length === 0
      ? create
      : await vscode.window.showQuickPick([...open.map((match) => ({ label: match.flow.name, match })), create], {
          title: vscode.l10n.t('Attach to Training'),
          placeHolder: vscode.l10n.t('Which flow is being trained?'),
        });
  if (!picked) return undefined;
  if (picked.match) return picked.match;
  if (file.content.metadata.get('format') === 'nflow')
    throw new Error(vscode.l10n.t('these are the weights of a flow: open its .nflow file first. {0}', known?.message ?? ''));
  const imported = await askAndImport(file.content);
  const uri = imported && (await writeFlow(storesBase(file.content) ? withBaseAsLayer(imported) : imported, basename(file.path), beside));
  if (!uri) return undefined;
  await vscode.window.showTextDocument(uri, { preview: false });
  const match = await matchOf(await flows.open(uri), file);
  if ('message' in match) throw new Error(match.message);
  return match;
}

async function matchOf(flow: OpenFlow, { content, bytes }: WholeFile): Promise<Match | { readonly message: string }> {
  await flow.session.open();
  const spec = flow.session.opened?.spec;
  if (!spec) {
    const problem = flow.session.problems.find(({ severity }) => severity === 'error');
    return { message: vscode.l10n.t('{0} cannot be shown. {1}', flow.name, problem?.message ?? '') };
  }
  const readings = readingsOf(spec, content, bytes);
  return 'message' in readings ? readings : { flow, readings };
}

async function pickReading(readings: readonly Reading[]): Promise<Reading | undefined> {
  if (readings.length === 1) return readings[0];
  const items = readings.map((reading) => ({ label: reading.meaning, reading }));
  const title = vscode.l10n.t('Attach to Training');
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('What is so in these checkpoints?') }))?.reading;
}

/** What was trained here makes room only if the person says so. */
async function mayReplace({ name, session }: OpenFlow): Promise<boolean> {
  if (session.step === 0 || session.beginnings.attached) return true;
  const go = vscode.l10n.t('Attach');
  const message = vscode.l10n.t('{0} was trained here for {1} steps. Attached, it shows what others train instead.', name, session.step);
  return (await vscode.window.showWarningMessage(message, { modal: true }, go)) === go;
}

/** Resolves once the first steps are shown; goes on for as long as the flow is attached. */
function follow(flows: OpenFlows, flow: OpenFlow, reading: Reading, source: vscode.Uri, isFolder: boolean): Promise<void> {
  const { session } = flow;
  const spec = session.opened?.spec;
  if (!spec) return Promise.resolve();
  const reader = new StepReader(spec, reading, !isFolder);
  const name = isFolder ? `${basename(source.fsPath)}/` : basename(source.fsPath);
  let attached: Attached | undefined;
  let skipped: string | undefined;
  return new Promise((resolve, reject) => {
    const onFiles = async (files: readonly WholeFile[]): Promise<void> => {
      const steps: RecordedStep[] = [];
      for (const { path, content, bytes } of files) {
        const step = reader.read(basename(path), content, bytes);
        if ('message' in step) skipped = vscode.l10n.t('{0} was left out: {1}', basename(path), step.message);
        else steps.push(step);
        // Other extensions share this loop.
        await new Promise((next) => setImmediate(next));
      }
      if (attached) attached.follow(steps, Date.now());
      else if (steps.some(({ parameters }) => parameters)) {
        attached = await session.beginnings.attach(name, steps, Date.now());
        if (attached) resolve();
        else {
          follower.stop();
          reject(new Error(session.problems[0]?.message ?? vscode.l10n.t('{0} cannot be shown.', flow.name)));
        }
      }
      if (attached?.isOver) follower.stop();
    };
    const follower = new Follower(source.fsPath, isFolder, onFiles, (waiting) => {
      if (attached?.isOver || flows.find(flow.uri) !== flow) follower.stop();
      attached?.say(waiting ? vscode.l10n.t('{0} is not whole yet, and is waited for: {1}', waiting.name, waiting.why) : skipped);
    });
    void follower.run().catch(reject);
  });
}
