/** Replace the characters `start` up to but not including `end` by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text after edits that do not overlap, in their order. */
export function applied(text: string, edits: readonly TextEdit[]): string {
  return edits.reduceRight((result, { start, end, text: written }) => result.slice(0, start) + written + result.slice(end), text);
}
