import { parseFlow } from '../../../src/document/parse';

/** A sound flow in which one line, named by its key, is another or is left out. */
export function flowWith(line: string): string {
  const lines = ['nflow: 1', 'dim: 2', 'objective: { type: reverse-kl, energy: U1 }', 'layers: [planar]'];
  const key = line.slice(0, line.indexOf(':'));
  const kept = lines.filter((other) => !other.startsWith(`${key}:`));
  return [...(key === 'nflow' ? [line] : []), ...kept, ...(key === 'nflow' ? [] : [line]), ''].join('\n');
}

/** Each problem as "severity [marked text] message". */
export function mistakes(text: string): string[] {
  return parseFlow(text).problems.map(({ start, end, severity, message }) => `${severity} [${text.slice(start, end)}] ${message}`);
}

/** A sound flow whose layers are those of `entry`, the first one without its dash. */
export const layers = (entry: string): string => flowWith(`layers:\n  - ${entry}`);
