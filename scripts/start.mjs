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
  const { values } = parseArgs({
    options: {
      browser: { type: 'boolean', default: false }, // Serve it to the browser even where there is a desktop VS Code.
      port: { type: 'string', default: '0' },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port takes a port number, not ${values.port}.`);

  await ensureDependencies();
  if (!values.browser && hasDesktop()) {
    await openInDesktop();
  } else if (canBeServed) {
    if (!values.browser) console.log('There is no VS Code with a window here (no command `code`), so one will be served to your browser.');
    await serve(port);
  } else {
    throw new Error(
      "There is no command `code` here. Install Visual Studio Code, choose “Shell Command: Install 'code' command in PATH” in its Command Palette, and run npm start again.",
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
  if (status !== 0) throw new Error('The command `code` failed; its message is above. In the browser instead: npm start -- --browser');
  console.log('VS Code has opened the folder examples with the extension in a new window.');
}

/** @param {number} port */
async function serve(port) {
  const interrupted = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await ensureServedVSCode();
  console.log('Building and packaging the extension.');
  const vsix = await packageExtension('.vscode-test');
  const server = await startServer({ vsix, port });
  try {
    console.log(`\nVS Code is ready, with the extension and the folder examples. Open this address in a browser; Ctrl+C stops it.\n`);
    console.log(`  ${server.address('examples')}\n`);
    await interrupted;
  } finally {
    await server.stop();
  }
  console.log('Stopped.');
}

try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
