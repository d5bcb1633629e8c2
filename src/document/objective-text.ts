/** Objectives as they are written in a flow's text. */

import type { ColumnChoice, Objective } from '../flow/spec';

/** `{ type: forward-kl, data: points.csv, columns: [a, b] }`, on one line. */
export function objectiveText(objective: Objective): string {
  const entries = Object.entries<string | number | readonly ColumnChoice[]>(objective);
  return `{ ${entries.map(([key, value]) => `${key}: ${typeof value === 'object' ? `${columnsText(value)}` : plainOrQuoted(value)}`).join(', ')} }`;
}

/** `[a, "petal length", 3]`. */
export function columnsText(columns: readonly ColumnChoice[]): string {
  return `[${columns.map(plainOrQuoted).join(', ')}]`;
}

/** A name of a file or column, without quotes where YAML reads it as the same text. */
function plainOrQuoted(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const plain = /^[A-Za-z_][\w.-]*(?:\/[\w.-]+)*$/.test(value) && !/^(?:true|false|null)$/i.test(value);
  return plain ? value : JSON.stringify(value);
}
