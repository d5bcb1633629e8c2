// Runs the tests in out/host inside a real extension host: that of the served VS Code or, with --desktop, of a downloaded desktop VS Code.
import { runTests } from '@vscode/test-electron';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const desktop = process.argv.includes('--desktop');

// The tests change files, and the desktop's socket needs a short path: both go to a folder of their own.
const own = mkdtempSync(path.join(os.tmpdir(), 'nflow-'));
const workspace = path.join(own, 'workspace');
process.once('exit', () => rmSync(own, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
process.once('SIGTERM', () => process.exit(1));

try {
  cpSync('test/fixtures/workspace', workspace, { recursive: true });
  await runTests({
    ...(desktop ? {} : { vscodeExecutablePath: path.resolve('scripts/vscode/code.mjs') }),
    extensionDevelopmentPath: process.cwd(),
    extensionTestsPath: path.resolve('out/host/index.js'),
    launchArgs: [workspace, `--user-data-dir=${path.join(own, 'user')}`, '--disable-extensions'],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
