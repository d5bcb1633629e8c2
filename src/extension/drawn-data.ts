import * as vscode from 'vscode';
import { setDataFile } from '../document/edit';
import { pointsCsv } from '../session/numbers-csv';
import { exists } from './flow-files';
import type { OpenFlow } from './open-flows';
import { editText } from './text-edits';

/**
 * Writes points that a person has drawn (n × 2) to a CSV file of a new name beside the flow, and makes them what the flow learns from: an
 * edit of its text that can be undone. Nothing where that is done, else a sentence on why it is not.
 */
export async function learnFromDrawing(
  { uri, name }: Pick<OpenFlow, 'uri' | 'name'>,
  points: Float32Array,
): Promise<{ readonly refused: string } | undefined> {
  if (uri.scheme === 'untitled')
    return { refused: vscode.l10n.t('The points are written to a file beside the flow: save the flow to a file first.') };
  try {
    const file = await newFile(uri);
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(uri, '..', file), new TextEncoder().encode(pointsCsv(points)));
    if (await editText(uri, (text) => setDataFile(text, file))) return undefined;
    return {
      refused: vscode.l10n.t('The points are in {0}, but {1} cannot be read as a flow: correct its text, and name them there.', file, name),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { refused: vscode.l10n.t('The points could not be written beside {0}: {1}', name, reason) };
  }
}

/** A name beside the flow that no file has yet. */
async function newFile(flow: vscode.Uri): Promise<string> {
  for (let i = 1; ; i++) {
    const file = i === 1 ? 'drawn.csv' : `drawn-${i}.csv`;
    if (!(await exists(vscode.Uri.joinPath(flow, '..', file)))) return file;
  }
}
