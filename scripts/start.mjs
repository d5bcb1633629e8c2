// npm start: builds the extension and opens it on examples/ in a real VS Code; the desktop one if there is one, else one in the browser.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './dependencies.mjs';
import { packageExtension } from './package.mjs';
import { run } from './processes.mjs';
import { canBeServed, ensureServedVSCode } from './vscode/install.mjs';
import { startServer } from './vscode/server.mjs';

const windows = process.platform === 'win32';

async function start() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port takes a port number, not ${values.port}.`);

  await ensureDependencies();
  if (hasDesktop()) {
    await openInDesktop();
  } else if (canBeServed) {
    await serve(port);
  } else {
    throw new Error(
      "The command `code` is not on the PATH. Install Visual Studio Code, then choose “Shell Command: Install 'code' command in PATH” in its Command Palette, and run npm start again.",
    );
  }
}

/** Whether a VS Code with a window can be opened from here. */
function hasDesktop() {
  return spawnSync('code', ['--version'], { shell: windows, stdio: 'ignore' }).status === 0;
}

async function openInDesktop() {
  console.log('Building the extension.');
  if ((await run(process.execPath, ['esbuild.mjs'])) !== 0) throw new Error('The build failed; its message is above.');
  const status = await run('code', ['--new-window', `--extensionDevelopmentPath=${process.cwd()}`, 'examples']);
  if (status !== 0) throw new Error('The command `code` failed; its message is above.');
  console.log('VS Code has opened the folder examples with the extension in a new window.');
}

/** @param {number} port */
async function serve(port) {
  await ensureServedVSCode();
  console.log('The command `code` is not on the PATH, so VS Code will open in your browser. Building and packaging the extension for it.');
  const vsix = await packageExtension('.vscode-test');
  const server = await startServer({ vsix, port });
  try {
    console.log(`\nOpen this address in a browser to see the flows in examples:\n\n  ${server.address('examples')}\n\nCtrl+C stops it.`);
    await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
    console.log('Stopped.');
  } finally {
    await server.stop();
  }
}

try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
