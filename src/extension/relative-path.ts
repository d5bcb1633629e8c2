import { posix } from 'node:path';
import type { Uri } from 'vscode';

/** How the flow at `flow` names a file: by its path from the flow's folder; undefined where there is none. */
export function relativePath(flow: Uri, file: Uri): string | undefined {
  if (flow.scheme !== file.scheme || flow.authority !== file.authority) return undefined;
  const path = posix.relative(posix.dirname(flow.path), file.path);
  // On Windows, another drive is another root.
  return /^(?:\.\.\/)*[a-z]:/i.test(path) ? undefined : path;
}
