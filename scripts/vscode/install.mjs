// A real VS Code without the desktop: the VS Code server that code-server ships, on a Node of its own, both from npm.
// It is no devDependency, because its own install script refuses every Node but 24.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../processes.mjs';

const codeServer = '4.139.1';
const node = '24.21.0';
const nodePackage = `node-linux-${process.arch}`;

const home = path.resolve('.vscode-test', `host-${codeServer}`);
export const nodeBinary = path.join(home, 'node_modules', nodePackage, 'bin', 'node');
export const serverMain = path.join(home, 'node_modules/code-server/lib/vscode/out/server-main.js');

/** Whether npm has a Node for this machine on which the served VS Code runs. */
export const canBeServed = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

/** Installs the served VS Code into `.vscode-test` unless it is there. Needs neither a compiler nor install scripts. */
export async function ensureServedVSCode() {
  if (existsSync(home)) return;
  if (!canBeServed) throw new Error(`The served VS Code runs on Linux (x64 or arm64), not on ${process.platform} ${process.arch}.`);
  console.log(
    `Installing VS Code's server (code-server ${codeServer}) and Node ${node} into ${path.relative('.', home)}: about half a minute.`,
  );

  // Made beside its place and moved there when complete, so what stands in its place is always whole.
  mkdirSync('.vscode-test', { recursive: true });
  const draft = mkdtempSync(`${home}-`);
  try {
    const dependencies = { 'code-server': codeServer, [nodePackage]: node };
    writeFileSync(path.join(draft, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await npmInstall(draft);
    const vscode = path.join(draft, 'node_modules/code-server/lib/vscode');
    await npmInstall(vscode);
    replaceNativeModules(path.join(vscode, 'node_modules'));
    // Chat would put its own views, badges and sign-in notices into the window.
    rmSync(path.join(vscode, 'extensions/copilot'), { recursive: true });
    if (!existsSync(home)) renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function npmInstall(folder) {
  // Not `npm ci`: the lock file that code-server ships for its VS Code is incomplete.
  const args = ['install', '--ignore-scripts', '--omit=dev', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  if ((await run('npm', args, { cwd: folder })) !== 0) throw new Error(`npm install failed in ${folder}; its message is above.`);
}

/**
 * Two of VS Code's native modules would have to be compiled. Without a logger its output channels stay empty;
 * without the watchdog an extension host would outlive a server that was killed.
 *
 * @param {string} modules
 */
function replaceNativeModules(modules) {
  cpSync('scripts/vscode/spdlog.cjs', path.join(modules, '@vscode/spdlog/index.js'));
  cpSync('scripts/vscode/native-watchdog.cjs', path.join(modules, '@vscode/native-watchdog/index.js'));
}
