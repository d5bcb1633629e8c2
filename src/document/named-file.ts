import type { Range } from './problem';
import type { Entry, Reader } from './reader';
import { eitherOf } from './sentences';

/** A file that a flow names, relative to its own folder, and where the text names it. */
export interface NamedFile extends Range {
  readonly path: string;
}

/** A file beside the flow, or in a folder reached from there. */
export function readFileName(reader: Reader, entry: Entry, endings: readonly string[]): NamedFile | undefined {
  const path = reader.word(entry, `the name of a file that ends in ${eitherOf(endings)}`);
  if (path === undefined) return undefined;
  const here = `${entry.name} is ${reader.quote(entry)}`;
  if (/^([/\\]|[a-z][a-z+.-]*:)/i.test(path)) return reader.error(entry, `${here}: give the file's path from the folder of this flow.`);
  if (path.includes('\\')) return reader.error(entry, `${here}: separate folders with /.`);
  if (!endings.some((ending) => path.toLowerCase().endsWith(ending)))
    return reader.error(entry, `${here}: name a file that ends in ${eitherOf(endings)}.`);
  return { path, start: entry.start, end: entry.end };
}
