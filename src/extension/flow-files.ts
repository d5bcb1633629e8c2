import * as vscode from 'vscode';

/** Larger data files are refused: they are held in memory whole. Two million rows of two columns with all their digits are 80 MB. */
const largestFile = 128 * 2 ** 20;

/**
 * The bytes of a file that the flow at `flow` names, relative to it.
 * @throws Error with a sentence for the person: the file is missing, too large, or cannot be read.
 */
export async function readBeside(flow: vscode.Uri, path: string): Promise<Uint8Array> {
  if (flow.scheme === 'untitled') throw new Error(vscode.l10n.t('{0} is looked for beside the flow: save the flow to a file first.', path));
  const uri = vscode.Uri.joinPath(flow, '..', path);
  return readWhole(uri, path);
}

/**
 * The bytes of a file; `name` is what the person calls it.
 * @throws Error with a sentence for the person: the file is missing, too large, or cannot be read.
 */
export async function readWhole(uri: vscode.Uri, name = nameOf(uri)): Promise<Uint8Array> {
  await expectReadable(uri, name);
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    throw new Error(vscode.l10n.t('{0} could not be read: {1}', name, error instanceof Error ? error.message : String(error)));
  }
}

/** @throws Error with a sentence for the person: the file is missing, or too large. */
export async function expectReadable(uri: vscode.Uri, name = nameOf(uri)): Promise<void> {
  let size: number;
  try {
    ({ size } = await vscode.workspace.fs.stat(uri));
  } catch {
    throw new Error(vscode.l10n.t('{0} was not found: put it at {1}, or correct the name.', name, uri.fsPath));
  }
  if (size > largestFile) {
    const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20).toString();
    throw new Error(
      vscode.l10n.t(
        '{0} is {1} MB and at most {2} MB can be read: of a data file keep a sample of the rows, every tenth say.',
        name,
        megabytes(size),
        megabytes(largestFile),
      ),
    );
  }
}

/** The last part of a path. */
export function nameOf({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
