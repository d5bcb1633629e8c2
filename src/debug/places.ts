/** Lines of a `.nflow` text that are not layers, from 0. */

/** The line of a key at the left edge; the first line where there is none. */
function lineOfKey(text: string, key: string): number | undefined {
  const line = text.split('\n').findIndex((each) => each.startsWith(`${key}:`));
  return line < 0 ? undefined : line;
}

export interface Places {
  /** Where z is described. */
  readonly z: number;
  /** Where x is. */
  readonly x: number;
  readonly training: number;
}

export function placesIn(text: string): Places {
  const objective = lineOfKey(text, 'objective') ?? 0;
  return { z: lineOfKey(text, 'base') ?? lineOfKey(text, 'layers') ?? 0, x: objective, training: lineOfKey(text, 'training') ?? objective };
}
