import * as vscode from 'vscode';
import { choiceOf, DataPage, describeColumn, describeSource, numberColumns, pointsOf, type DataSource } from './data-preview';
import { nameOf } from './flow-files';
import { ask } from './steps';
import { thumbnail } from './thumbnail';
import type { ColumnChoice } from '../flow/spec';

/** Columns that are the coordinates: none are named where they are all of the file's. */
export interface ChosenColumns {
  readonly dim: number;
  readonly columns?: readonly ColumnChoice[];
}

interface ColumnItem extends vscode.QuickPickItem {
  readonly column: number;
}

/**
 * Asks which columns of a data file are the coordinates, with the file beside the question; `back` for the question before, undefined where
 * the person gave up.
 * @param wanted exactly so many; any number where it is left out.
 */
export async function chooseColumns(
  source: DataSource,
  { title, step, total, wanted }: { readonly title: string; readonly step: number; readonly total: number; readonly wanted?: number },
): Promise<ChosenColumns | 'back' | undefined> {
  const { columns } = source.preview;
  const numbers = numberColumns(source);
  const needed = wanted ?? 1;
  if (numbers.length < needed) {
    const message = vscode.l10n.t(
      '{0} has {1} columns of numbers, and {2} are needed: every cell of a coordinate is a number or missing.',
      nameOf(source.uri),
      numbers.length,
      needed,
    );
    void vscode.window.showErrorMessage(message);
    return step > 1 ? 'back' : undefined;
  }
  const items = columns.map((column, i): ColumnItem => {
    if (column.kind !== 'number') {
      // VS Code has no item that cannot be picked but this.
      return { label: `${column.name}: ${describeColumn(column)}`, kind: vscode.QuickPickItemKind.Separator, column: i };
    }
    return { label: column.name, description: describeColumn(column), iconPath: columnIcon(column.sample), column: i };
  });
  const first = items.filter(({ column }) => numbers.slice(0, wanted ?? 2).includes(column));
  const page = new DataPage(
    source,
    first.map(({ column }) => column),
  );
  const chosen = (picked: readonly ColumnItem[]): number[] => picked.map(({ column }) => column).sort((a, b) => a - b);
  try {
    const picked = await ask({
      title: `${title}: ${nameOf(source.uri)}`,
      step,
      total,
      placeholder:
        wanted === undefined
          ? vscode.l10n.t('Which columns are the coordinates? {0}', describeSource(source))
          : vscode.l10n.t('Which {0} columns are the coordinates? {1}', wanted, describeSource(source)),
      items: [...items.filter(({ kind }) => kind === undefined), ...items.filter(({ kind }) => kind !== undefined)],
      picked: first,
      changed: (now) => void page.show(chosen(now)),
      accept: (now) => canLearnFrom(source, chosen(now), wanted),
    });
    if (picked === undefined || picked === 'back') return picked;
    const choice = choiceOf(source.preview, chosen(picked));
    return { dim: picked.length, ...(choice && { columns: choice }) };
  } finally {
    page.dispose();
  }
}

/** Says why not. */
async function canLearnFrom(source: DataSource, chosen: readonly number[], wanted: number | undefined): Promise<boolean> {
  if (wanted === undefined ? chosen.length === 0 : chosen.length !== wanted) {
    const message =
      wanted === undefined
        ? vscode.l10n.t('Choose at least one column: each is a dimension of the flow.')
        : vscode.l10n.t('The flow has {0} dimensions: choose as many columns, not {1}.', wanted, chosen.length);
    void vscode.window.showWarningMessage(message);
    return false;
  }
  const points = await pointsOf(source, chosen);
  if ('message' in points) void vscode.window.showErrorMessage(points.message);
  return !('message' in points);
}

/** How its values are distributed. */
function columnIcon(sample: readonly number[]): { light: vscode.Uri; dark: vscode.Uri } {
  const values = sample.filter(Number.isFinite);
  const drawn = (colour: string): vscode.Uri =>
    vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(thumbnail(values, 1, colour)).toString('base64')}`);
  return { light: drawn('#005fb8'), dark: drawn('#4daafc') };
}
