import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import type { ColumnPreview, DataPreview } from '../document/data/points';
import type { ColumnChoice } from '../flow/spec';
import type { TableProblem } from '../flow/table';
import type { DataAnswer, DataQuestion, SampledPoints } from './data-worker';
import { expectReadable, nameOf, readWhole } from './flow-files';
import { escape, shortNumber, staticPage, table } from './static-page';

/** A data file that was read, before anything is made of it. */
export interface DataSource {
  readonly uri: vscode.Uri;
  readonly content: DataQuestion['content'];
  readonly preview: DataPreview;
}

/** @throws Error with a sentence about what is wrong with the file. */
export async function readSource(uri: vscode.Uri): Promise<DataSource> {
  const content = uri.scheme === 'file' ? uri.fsPath : await readWhole(uri);
  if (uri.scheme === 'file') await expectReadable(uri);
  const preview = await answerTo<DataPreview | TableProblem>({ content, name: nameOf(uri) });
  if ('message' in preview) throw new Error(vscode.l10n.t('{0}, line {1}: {2}', nameOf(uri), preview.line, preview.message));
  return { uri, content, preview };
}

/** What a data file can tell of a column. */
export function describeColumn({ kind, missing, range }: ColumnPreview): string {
  const gaps = missing > 0 ? `, ${vscode.l10n.t('{0} missing', missing.toLocaleString('en-US'))}` : '';
  if (kind === 'empty') return vscode.l10n.t('empty');
  if (kind === 'text' || !range) return vscode.l10n.t('text') + gaps;
  const { least, most, mean, deviation } = range;
  const [low, high, centre, spread] = [least, most, mean, deviation].map(shortNumber);
  return `${vscode.l10n.t('{0} to {1}, mean {2}, deviation {3}', low, high, centre, spread)}${gaps}`;
}

/** "272 rows, 2 columns; the first row names them". */
export function describeSource({ preview: { count, columns, named } }: DataSource): string {
  const size = vscode.l10n.t('{0} rows, {1} columns', count.toLocaleString('en-US'), columns.length);
  if (named === undefined) return size;
  return `${size}; ${named ? vscode.l10n.t('the first row names them') : vscode.l10n.t('no row names them: they are numbered')}`;
}

/** How columns are named in a flow: by name where that is the name of one column alone, else by number. Not at all where they are all. */
export function choiceOf({ columns }: DataPreview, chosen: readonly number[]): readonly ColumnChoice[] | undefined {
  if (chosen.length === columns.length && chosen.every((column, i) => column === i)) return undefined;
  const isOne = (name: string): boolean => columns.filter((column) => column.name === name).length === 1;
  return chosen.map((column) => (isOne(columns[column].name) ? columns[column].name : column + 1));
}

/** What the flow would learn from these columns, or why it cannot. */
export function pointsOf({ content, uri, preview }: DataSource, chosen: readonly number[]): Promise<SampledPoints | TableProblem> {
  return answerTo({ content, name: nameOf(uri), as: { dim: chosen.length, columns: choiceOf(preview, chosen) } });
}

function answerTo<Answer extends DataAnswer>(question: DataQuestion): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, 'data-worker.js'), { workerData: question });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** The page that shows a data file and the chosen columns of it. */
export class DataPage implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private closed = false;
  private chosen: readonly number[] = [];

  constructor(
    private readonly source: DataSource,
    chosen: readonly number[],
  ) {
    const title = vscode.l10n.t('Data: {0}', nameOf(source.uri));
    const column = { viewColumn: vscode.ViewColumn.Active, preserveFocus: true };
    this.panel = vscode.window.createWebviewPanel('nflow.data', title, column, { localResourceRoots: [] });
    this.panel.onDidDispose(() => (this.closed = true));
    void this.show(chosen);
  }

  /** Of choices that follow each other quickly, the last one stays. */
  async show(chosen: readonly number[]): Promise<void> {
    this.chosen = chosen;
    const page = await dataPage(this.source, chosen).catch((error: unknown) =>
      staticPage(nameOf(this.source.uri), `<p class="wrong">${escape(error instanceof Error ? error.message : String(error))}</p>`),
    );
    if (!this.closed && this.chosen === chosen) this.panel.webview.html = page;
  }

  dispose(): void {
    this.panel.dispose();
  }
}

/** Shows a data file alone: its first columns of numbers are drawn. */
export async function showData(uri: vscode.Uri): Promise<void> {
  try {
    const source = await readSource(uri);
    new DataPage(source, numberColumns(source).slice(0, 2));
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

export function numberColumns({ preview }: DataSource): number[] {
  return preview.columns.flatMap(({ kind }, i) => (kind === 'number' ? [i] : []));
}

/** The page as HTML. */
async function dataPage(source: DataSource, chosen: readonly number[]): Promise<string> {
  const { uri, preview } = source;
  const { columns, rows, count } = preview;
  const kinds = { number: vscode.l10n.t('number'), text: vscode.l10n.t('text'), empty: vscode.l10n.t('empty') };
  const about = columns.map(({ name, kind, missing, range }) => [
    name,
    kinds[kind],
    missing,
    ...(range ? [range.least, range.most, range.mean, range.deviation] : ['–', '–', '–', '–']),
  ]);
  const heads = [
    vscode.l10n.t('Column'),
    vscode.l10n.t('Type'),
    vscode.l10n.t('Missing'),
    vscode.l10n.t('Least'),
    vscode.l10n.t('Greatest'),
    vscode.l10n.t('Mean'),
    vscode.l10n.t('Deviation'),
  ];
  const first = vscode.l10n.t('The first {0} of {1} rows', rows.length, count.toLocaleString('en-US'));
  return staticPage(
    nameOf(uri),
    `<p class="lesser">${escape(describeSource(source))}</p>
${chosen.length > 0 ? `<h2>${escape(chosen.map((column) => columns[column].name).join(', '))}</h2>${await picture(source, chosen)}` : ''}
<h2>${escape(vscode.l10n.t('Columns'))}</h2>${table(heads, about, vscode.l10n.t('Columns'))}
<h2>${escape(first)}</h2>${table(
      [vscode.l10n.t('Row'), ...columns.map(({ name }) => name)],
      rows.map((row, i) => [String(i + 1), ...row]),
      first,
    )}`,
  );
}

const [width, height, margin] = [360, 260, 34];

/** The first two of the chosen columns as points, or the only one as a histogram; and how it is standardised. */
async function picture(source: DataSource, chosen: readonly number[]): Promise<string> {
  const points = await pointsOf(source, chosen);
  if ('message' in points) return `<p class="wrong">${escape(points.message)}</p>`;
  const { names, mean, scale, count, leftOut = 0, sample } = points;
  const dim = names.length;
  const drawn = sample.length / dim;
  const values = (c: number): number[] => Array.from({ length: drawn }, (_, i) => mean[c] + scale[c] * sample[i * dim + c]);
  const marks = dim === 1 ? histogram(values(0), names[0]) : scatter(values(0), values(1), [names[0], names[1]]);
  const notes = [
    vscode.l10n.t('{0} points, {1} rows left out for want of a value.', count.toLocaleString('en-US'), leftOut.toLocaleString('en-US')),
    ...(drawn < count ? [vscode.l10n.t('{0} of them are drawn, evenly spread over the file.', drawn.toLocaleString('en-US'))] : []),
    ...(dim > 2 ? [vscode.l10n.t('The first two of {0} columns are drawn.', dim)] : []),
    vscode.l10n.t(
      'For training each column is standardised to mean 0 and deviation 1, and told in its own units again: {0}.',
      names.map((name, i) => `(${name} − ${shortNumber(mean[i])}) / ${shortNumber(scale[i])}`).join(', '),
    ),
  ];
  return `${marks}${notes.map((note) => `<p class="lesser">${escape(note)}</p>`).join('')}`;
}

function scaleOf(
  values: readonly number[],
  from: number,
  to: number,
): { readonly at: (value: number) => number; readonly ends: [number, number] } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { at: (value) => from + ((value - low) / (high - low || 1)) * (to - from), ends: [low, high] };
}

function frame(marks: string, label: string, texts: string): string {
  const line = `<path d="M${margin} 4V${height - margin}H${width - 4}" fill="none" stroke="currentColor" stroke-opacity="0.5"/>`;
  return `<svg role="img" aria-label="${escape(label)}" width="${width}" height="${height}" font-size="11" fill="currentColor">${line}${marks}${texts}</svg>`;
}

function axisTexts(name: string, [low, high]: readonly [number, number]): string {
  const y = height - margin + 14;
  return `<text x="${margin}" y="${y}">${escape(shortNumber(low))}</text><text x="${width - 4}" y="${y}" text-anchor="end">${escape(shortNumber(high))}</text><text x="${(width + margin) / 2}" y="${height - 4}" text-anchor="middle">${escape(name)}</text>`;
}

function scatter(first: readonly number[], second: readonly number[], names: readonly [string, string]): string {
  const [x, y] = [scaleOf(first, margin + 6, width - 8), scaleOf(second, height - margin - 6, 8)];
  const dots = first.map((value, i) => `M${x.at(value).toFixed(1)} ${y.at(second[i]).toFixed(1)}h0`).join('');
  const marks = `<path d="${dots}" fill="none" stroke="var(--vscode-charts-blue, currentColor)" stroke-width="4" stroke-linecap="round" stroke-opacity="0.5"/>`;
  const [low, high] = y.ends.map(shortNumber);
  const side = `<text x="4" y="12">${escape(high)}</text><text x="4" y="${height - margin - 2}">${escape(low)}</text><text transform="translate(14 ${height / 2}) rotate(-90)" text-anchor="middle">${escape(names[1])}</text>`;
  return frame(marks, vscode.l10n.t('{0} against {1}', names[1], names[0]), axisTexts(names[0], x.ends) + side);
}

function histogram(values: readonly number[], name: string): string {
  const bins = 30;
  const x = scaleOf(values, 0, bins);
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor(x.at(value)))]++;
  const y = scaleOf([0, ...counts], 0, height - margin - 12);
  const step = (width - margin - 8) / bins;
  const bars = counts.map((count, i) => {
    const tall = y.at(count);
    return `<rect x="${(margin + 2 + i * step).toFixed(1)}" y="${(height - margin - tall).toFixed(1)}" width="${(step - 1).toFixed(1)}" height="${tall.toFixed(1)}"/>`;
  });
  return frame(
    `<g fill="var(--vscode-charts-blue, currentColor)">${bars.join('')}</g>`,
    vscode.l10n.t('How often which values of {0} come', name),
    axisTexts(name, x.ends),
  );
}
