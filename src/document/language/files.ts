/** The files that a flow names, when they are moved. */

import { pathAsValue } from '../node-edits';
import { parseFlow } from '../parse';
import type { TextEdit } from '../text-edit';

/**
 * The edits after which the flow names its data and its weights where they then are; `moved` says where a path, relative to the flow's folder,
 * leads from there after the move.
 */
export function followFiles(text: string, moved: (path: string) => string): TextEdit[] {
  const { data, weights } = parseFlow(text);
  return [data, weights]
    .flatMap((file) => {
      if (!file) return [];
      const to = moved(file.path);
      return to === file.path ? [] : [{ start: file.start, end: file.end, text: pathAsValue(to) }];
    })
    .sort((a, b) => a.start - b.start);
}

/** The way from one folder to a file, both given by their parts from the same root. */
export function relativePath(folder: readonly string[], file: readonly string[]): string {
  let shared = 0;
  while (shared < folder.length && shared < file.length - 1 && folder[shared] === file[shared]) shared++;
  return [...folder.slice(shared).map(() => '..'), ...file.slice(shared)].join('/');
}
