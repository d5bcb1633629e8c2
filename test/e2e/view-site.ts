// The files of a page that shows one of the built webviews outside VS Code.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { themes, themeSheet, type ThemeName } from './themes';

const built = path.resolve('dist/webview');

export interface ViewSite {
  readonly view: 'flow-view' | 'sidebar';
  readonly theme: ThemeName;
  /** A script that defines acquireVsCodeApi. */
  readonly stub: string;
}

/** The content security policy of the real webview, for a page at this origin. */
export const policyAt = (origin: string): string =>
  `default-src 'none'; img-src blob: data:; style-src ${origin} 'nonce-n0nce'; script-src 'nonce-n0nce'`;

/** A file by its name, the page itself being ''; undefined where there is no such file. */
export function siteFile(
  { view, theme, stub }: ViewSite,
  name: string,
): { readonly body: string; readonly contentType: string } | undefined {
  const body = ownFile(view, theme, stub, name) ?? (name.startsWith(view) && !name.endsWith('.map') ? builtFile(name) : undefined);
  const type = name.endsWith('.js') ? 'text/javascript' : name.endsWith('.css') ? 'text/css' : 'text/html';
  return body === undefined ? undefined : { body, contentType: `${type}; charset=utf-8` };
}

const builtFile = (name: string): string => readFileSync(path.join(built, name), 'utf8');

function ownFile(view: string, theme: ThemeName, stub: string, name: string): string | undefined {
  const kind = themes[theme].kind;
  const classes = kind === 'vscode-high-contrast-light' ? `${kind} vscode-high-contrast` : kind;
  switch (name) {
    case '':
      return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${view}</title>
        <link rel="stylesheet" href="theme.css"><link rel="stylesheet" href="${view}.css"></head>
        <body class="${classes}" data-vscode-theme-kind="${kind}" data-view="${view}">
        <script nonce="n0nce" src="stub.js"></script><script nonce="n0nce" src="${view}.js"></script></body></html>`;
    case 'theme.css':
      return themeSheet(theme);
    case 'stub.js':
      return stub;
    default:
      return undefined;
  }
}
