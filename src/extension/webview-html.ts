import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export function webviewRoot(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

/** The page of a view: nothing may be loaded but its own script and style sheet, and nothing may leave it. */
export function webviewHtml(webview: vscode.Webview, extensionUri: vscode.Uri, view: 'flow-view' | 'sidebar', title: string): string {
  const nonce = randomBytes(16).toString('base64url');
  const resource = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(webviewRoot(extensionUri), file)).toString();
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src blob: data:; style-src ${webview.cspSource} 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${resource(`${view}.css`)}">
</head>
<body data-view="${view}">
<script nonce="${nonce}" src="${resource(`${view}.js`)}"></script>
</body>
</html>`;
}
