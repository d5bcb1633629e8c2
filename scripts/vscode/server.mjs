import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeBinary, serverMain } from './install.mjs';

/**
 * @typedef {{
 *   authority: string,
 *   address(folder: string): string,
 *   stop(): Promise<void>,
 * }} Server
 *   A running server: its host and port, the address that opens a folder in a browser, and its end
 */

const startLimitMs = 60_000;

/** What keeps VS Code to itself: nothing is fetched, nothing asks, and only the opened folder is shown. */
const quiet = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * Starts the served VS Code on this machine's loopback interface, with a profile of its own that is gone when it stops.
 *
 * @param {{ vsix?: string, settings?: Record<string, unknown>, port?: number }} [options] an extension to install, user settings,
 *   and a port if it must not be just a free one
 * @returns {Promise<Server>}
 */
export async function startServer({ vsix, settings = {}, port = 0 } = {}) {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'nflow-vscode-'));
  const token = randomUUID();
  /** @type {ServerProcess | undefined} */
  let child;
  const stop = async () => {
    if (child !== undefined) await ended(child);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    mkdirSync(path.join(profile, 'data/User'), { recursive: true });
    writeFileSync(path.join(profile, 'data/User/settings.json'), JSON.stringify({ ...quiet, ...settings }));
    writeFileSync(path.join(profile, 'token'), token, { mode: 0o600 });
    if (vsix !== undefined) await installExtension(profile, vsix);

    child = spawnServer(profile, [
      ...['--host', '127.0.0.1', '--port', String(port), '--connection-token-file', path.join(profile, 'token')],
      ...['--accept-server-license-terms', '--telemetry-level', 'off', '--disable-workspace-trust', '--disable-websocket-compression'],
    ]);
    const authority = `127.0.0.1:${await listeningPort(child)}`;
    const address = (/** @type {string} */ folder) =>
      `http://${authority}/?tkn=${token}&folder=${encodeURIComponent(path.resolve(folder))}`;
    return { authority, address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} profile
 * @param {string[]} args
 */
function spawnServer(profile, args) {
  // Inside a terminal of VS Code the environment would tie the new server to that VS Code.
  const own = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name));
  const env = { ...Object.fromEntries(own), EXTENSIONS_GALLERY: '{}', XDG_RUNTIME_DIR: profile };
  const child = spawn(nodeBinary, [serverMain, '--server-data-dir', profile, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => killTree(child);
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

/** @typedef {ReturnType<typeof spawnServer>} ServerProcess */

/**
 * @param {string} profile
 * @param {string} vsix
 */
async function installExtension(profile, vsix) {
  const child = spawnServer(profile, ['--install-extension', path.resolve(vsix)]);
  const output = collect(child);
  /** @type {number | null} */
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`VS Code could not install ${vsix}:\n${output()}`);
}

/**
 * @param {ServerProcess} child
 * @returns {Promise<string>} the port, once the server listens on it
 */
async function listeningPort(child) {
  const output = collect(child);
  const deadline = Date.now() + startLimitMs;
  // A server whose port is taken says so and stays, listening to nobody.
  while (child.exitCode === null && Date.now() < deadline && !output().includes('EADDRINUSE')) {
    const port = /agent listening on (\d+)/.exec(output())?.[1];
    if (port !== undefined) return port;
    await sleep(20);
  }
  throw new Error(`VS Code's server did not start:\n${output()}`);
}

/**
 * @param {ServerProcess} child
 * @returns {() => string} all that the process has written so far
 */
function collect(child) {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (/** @type {Buffer} */ data) => (text += data.toString()));
  child.once('error', (error) => (text += error.message));
  return () => text;
}

/** @param {ServerProcess} child */
async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  killTree(child);
  await exit;
}

/**
 * Kills the server and, before it, the extension hosts: asked to end, they would write into the profile when that is already gone.
 *
 * @param {ServerProcess} child
 */
function killTree(child) {
  const list = `/proc/${child.pid}/task/${child.pid}/children`;
  const children = existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean).map(Number) : [];
  for (const pid of children) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  child.kill('SIGKILL');
}
