import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

const style = `
body { font: var(--vscode-font-size, 13px) var(--vscode-font-family, sans-serif); color: var(--vscode-editor-foreground); padding: 12px 20px; line-height: 1.5; }
h1 { font-size: 1.3em; margin: 0 0 4px; } h2 { font-size: 1.05em; margin: 20px 0 6px; }
p { margin: 4px 0; max-width: 90ch; } .lesser { color: var(--vscode-descriptionForeground); } .wrong { color: var(--vscode-errorForeground); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 12px 2px 0; text-align: start; vertical-align: top; white-space: nowrap; border-block-end: 1px solid var(--vscode-widget-border, #8884); }
td.number, th.number { text-align: end; } td.why { white-space: normal; min-width: 24ch; }
svg { display: block; } a { color: var(--vscode-textLink-foreground); } a:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
a.button { display: inline-block; margin: 8px 0; padding: 4px 12px; text-decoration: none; border-radius: 2px; color: var(--vscode-button-foreground); background: var(--vscode-button-background); border: 1px solid var(--vscode-button-border, transparent); }
a.button:hover { background: var(--vscode-button-hoverBackground); }`;

/** A page without scripts, which may load nothing; commands are links. `body` is HTML. */
export function staticPage(title: string, body: string): string {
  const nonce = randomBytes(16).toString('base64url');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body><main><h1>${escape(title)}</h1>
${body}
</main></body>
</html>`;
}

/** Text as HTML shows it. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A cell: text, or a number, which is set to the right. */
export type TableCell = string | number | { readonly why: string };

/** A table of text: the first cell of a row names it. */
export function table(heads: readonly string[], rows: readonly (readonly TableCell[])[], caption: string): string {
  const isNumber = heads.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const head = heads.map((name, i) => `<th scope="col"${isNumber[i] ? ' class="number"' : ''}>${escape(name)}</th>`);
  const cell = (value: TableCell, i: number): string => {
    if (typeof value === 'object') return `<td class="why wrong">${escape(value.why)}</td>`;
    const text = typeof value === 'number' ? shortNumber(value) : escape(value);
    if (i === 0) return `<th scope="row">${text}</th>`;
    return `<td${typeof value === 'number' ? ' class="number"' : ''}>${text}</td>`;
  };
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`);
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escape(caption)}"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/** Five digits, with a real minus sign. */
export function shortNumber(value: number): string {
  const text = Number.isInteger(value) && Math.abs(value) < 1e9 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(5)));
  return text.replace('-', '−').replace('e-', 'e−').replace('e+', 'e');
}
