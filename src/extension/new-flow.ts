import * as vscode from 'vscode';
import { flowDefaults } from '../document/format';
import { newFlowDepth, newFlowText } from '../document/new-flow';
import { dataEndings } from '../document/data/points';
import { samplers } from '../flow/samplers';
import type { Objective } from '../flow/spec';
import { energies } from '../flow/targets';
import type { Autosave } from './autosave';
import { chooseColumns } from './choose-columns';
import { readSource, type DataSource } from './data-preview';
import { nameOf } from './flow-files';
import type { FlowView } from './flow-view';
import type { OpenFlows } from './open-flows';
import { relativePath } from './relative-path';
import { ask } from './steps';

/** What a flow is to become. */
type Target =
  | { readonly kind: 'sampler' | 'energy'; readonly name: string; readonly dim: number }
  | { readonly kind: 'file'; readonly name: string; readonly source: DataSource };

/** What was answered so far; the objective of a data file names it once it is known where the flow is saved. */
interface Draft {
  target?: Target;
  dim: number;
  objective?: Objective;
  depth: number;
}

type Question = 'target' | 'columns' | 'objective' | 'depth';
type Answered = 'answered' | 'back' | undefined;

/** Where new flows are made and shown. */
export interface Workshop {
  readonly extensionUri: vscode.Uri;
  readonly flows: OpenFlows;
  readonly view: FlowView;
  readonly autosave: Autosave;
}

/** Asks what the flow should become, how it learns and how deep it is, writes the file and shows it; from a data file, where that is given. */
export async function newFlow(workshop: Workshop, data?: vscode.Uri): Promise<void> {
  const draft: Draft = { dim: flowDefaults.dim, depth: newFlowDepth };
  if (data) {
    const target = await fileTarget(data);
    if (!target) return;
    draft.target = target;
  }
  const questions = (): Question[] => [...(data ? [] : ['target' as const]), ...furtherQuestions(draft.target)];
  for (let at = 0; at < questions().length;) {
    const step = { title: vscode.l10n.t('New Flow'), step: at + 1, total: questions().length };
    const answered = await answers[questions()[at]](draft, step, workshop);
    if (!answered) return;
    at += answered === 'back' ? -1 : 1;
  }
  await write(draft, workshop);
}

/** As many for what is not chosen yet as there mostly are. */
function furtherQuestions(target: Target | undefined): Question[] {
  if (target?.kind === 'sampler') return ['depth'];
  return [target?.kind === 'file' ? 'columns' : 'objective', 'depth'];
}

interface StepTitle {
  readonly title: string;
  readonly step: number;
  readonly total: number;
}

const answers: Readonly<Record<Question, (draft: Draft, step: StepTitle, workshop: Workshop) => Promise<Answered>>> = {
  target: askTarget,
  columns: askColumns,
  objective: askObjective,
  depth: askDepth,
};

interface TargetItem extends vscode.QuickPickItem {
  /** Absent for a file that is yet to be named. */
  readonly target?: Target;
}

async function askTarget(draft: Draft, step: StepTitle, { extensionUri }: Workshop): Promise<Answered> {
  const separator = (label: string): TargetItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const icon = (name: string, theme: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'dist', 'targets', `${name}-${theme}.svg`);
  const item = (kind: 'sampler' | 'energy', { name, describe }: { name: string; describe: string }, dim: number): TargetItem => ({
    label: name,
    description: describe,
    iconPath: { light: icon(name, 'light'), dark: icon(name, 'dark') },
    target: { kind, name, dim },
  });
  const ofDim = (dim: number): TargetItem[] =>
    [...energies.values()].filter((energy) => energy.dim === dim).map((energy) => item('energy', energy, dim));
  const file: TargetItem = {
    label: vscode.l10n.t('A data file…'),
    description: dataEndings.join(' '),
    iconPath: new vscode.ThemeIcon('table'),
  };
  const items = [
    separator(vscode.l10n.t('Your own points: forward KL, the layers run x → z')),
    file,
    separator(vscode.l10n.t('Points to learn from: forward KL, the layers run x → z')),
    ...[...samplers.values()].map((sampler) => item('sampler', sampler, flowDefaults.dim)),
    separator(vscode.l10n.t('An energy to sample from: reverse KL, the layers run z → x')),
    ...ofDim(2),
    separator(vscode.l10n.t('An energy on the line: reverse KL, the layers run z → x')),
    ...ofDim(1),
  ];
  const active = items.find(({ target, label }) => target && label === draft.target?.name);
  const picked = await ask({
    ...step,
    placeholder: vscode.l10n.t('What should the Gaussian become?'),
    items,
    ...(active && { active }),
    accept: async ([chosen]) => {
      const target = chosen.target ?? (await pickFile());
      if (!target) return false;
      draft.target = target;
      return true;
    },
  });
  if (!picked || picked === 'back' || !draft.target) return undefined;
  const { target } = draft;
  if (target.kind !== 'file') draft.dim = target.dim;
  if (target.kind === 'sampler') draft.objective = { type: 'forward-kl', data: target.name };
  return 'answered';
}

async function pickFile(): Promise<Target | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('The points that the flow learns from'),
    openLabel: vscode.l10n.t('Look At It'),
    filters: { [vscode.l10n.t('Data')]: dataEndings.map((ending) => ending.slice(1)) },
  });
  return picked?.[0] && fileTarget(picked[0]);
}

async function fileTarget(uri: vscode.Uri): Promise<Target | undefined> {
  try {
    return { kind: 'file', name: nameOf(uri), source: await readSource(uri) };
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function askColumns(draft: Draft, step: StepTitle): Promise<Answered> {
  if (draft.target?.kind !== 'file') return undefined;
  const chosen = await chooseColumns(draft.target.source, step);
  if (!chosen || chosen === 'back') return chosen;
  const { dim, columns } = chosen;
  draft.dim = dim;
  draft.objective = { type: 'forward-kl', data: draft.target.name, ...(columns && { columns }) };
  return 'answered';
}

async function askObjective(draft: Draft, step: StepTitle): Promise<Answered> {
  const energy = draft.target?.name ?? '';
  const items = [
    {
      label: vscode.l10n.t('Reverse KL'),
      description: vscode.l10n.t('E[log p_z(z) − log|det| + u(g(z))], by its whole gradient'),
      objective: { type: 'reverse-kl' as const, energy },
    },
    {
      label: vscode.l10n.t('Reverse KL by the path gradient'),
      description: vscode.l10n.t('the same, without the part whose mean is 0: less noise near the optimum'),
      objective: { type: 'reverse-kl' as const, energy, gradient: 'path' as const },
    },
  ];
  const placeholder = vscode.l10n.t('{0} is an energy, which only reverse KL learns from: by which gradient?', energy);
  const picked = await ask({ ...step, placeholder, items });
  if (!picked || picked === 'back') return picked;
  draft.objective = picked[0].objective;
  return 'answered';
}

const depths = [4, 8, 16, 32, 64];

async function askDepth(draft: Draft, step: StepTitle): Promise<Answered> {
  const items = depths.map((depth) => ({
    label: vscode.l10n.t('{0} layers', depth),
    description: vscode.l10n.t('{0} parameters', depth * (2 * draft.dim + 1)),
    detail:
      depth === newFlowDepth
        ? vscode.l10n.t('Usual')
        : vscode.l10n.t('Time and memory grow with the layers: {0} times those of {1} layers', depth / newFlowDepth, newFlowDepth),
    depth,
  }));
  const active = items.find(({ depth }) => depth === draft.depth);
  const placeholder = vscode.l10n.t('How many planar layers?');
  const picked = await ask({ ...step, placeholder, items, ...(active && { active }) });
  if (!picked || picked === 'back') return picked;
  draft.depth = picked[0].depth;
  return 'answered';
}

/** Nothing was written before; where the person gives up the dialog, nothing is. */
async function write({ target, objective, dim, depth }: Draft, { flows, view, autosave }: Workshop): Promise<void> {
  if (!target || !objective) return;
  const folder =
    target.kind === 'file' ? vscode.Uri.joinPath(target.source.uri, '..') : vscode.workspace.workspaceFolders?.map(({ uri }) => uri)[0];
  const name = `${target.name.toLowerCase().replace(/\.[^.]*$/, '')}.nflow`;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('New Flow'),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
    filters: { [vscode.l10n.t('Normalizing flow')]: ['nflow'] },
  });
  if (!uri) return;
  const data = target.kind === 'file' ? relativePath(uri, target.source.uri) : undefined;
  if (target.kind === 'file' && data === undefined) {
    const message = vscode.l10n.t('{0} cannot be named from there: save the flow where the data is, or copy the data to it.', target.name);
    void vscode.window.showErrorMessage(message);
    return;
  }
  const named = data !== undefined && objective.type === 'forward-kl' ? { ...objective, data } : objective;
  // A flow that had this name before must not lend its training to this one.
  autosave.forget(uri);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(newFlowText(named, { dim, depth })));
  await vscode.window.showTextDocument(uri, { preview: false });
  view.open(await flows.open(uri));
}
