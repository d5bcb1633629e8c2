#!/usr/bin/env node
// Stands in for the desktop's `code` executable when @vscode/test-electron runs a test suite inside the extension host:
// takes the same arguments, and opens the served VS Code in Chromium instead of a window.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openWorkbenchPage, startServerAndBrowser } from './browser.mjs';

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
});
const folder = positionals[0] ?? process.cwd();

/**
 * Gives the workbench what the desktop reads from its command line. The address cannot carry it, and a rewritten page loses its
 * web socket, so the configuration is completed in the page before the workbench reads it.
 *
 * @param {object} options
 */
function completeConfiguration(options) {
  if (window !== window.top) return;
  new MutationObserver((_, observer) => {
    const element = document.getElementById('vscode-workbench-web-configuration');
    if (element === null) return;
    observer.disconnect();
    const configuration = /** @type {{ developmentOptions?: object }} */ (JSON.parse(element.dataset.settings ?? '{}'));
    configuration.developmentOptions = { ...configuration.developmentOptions, ...options };
    element.dataset.settings = JSON.stringify(configuration);
  }).observe(document, { childList: true, subtree: true });
}

/** What the workbench says of itself in every run; the rest is the suite's, or news. */
const chatter = new RegExp(
  `^(${[
    'Resolv(ing|ed) connection token',
    'Creating a socket',
    '(Ignoring fetching|Updating) additional builtin extensions',
    'Error while fetching the extension under development', // The web's own extension host looks at the extension too, and passes it by.
    'Creation of workbench contribution',
    'Timed out waiting for authentication provider',
    '\\[(AgentHost|AccountPolicyGate|Service Worker|reconnection-grace-time)',
  ].join('|')})`,
);

/**
 * @param {string} type
 * @param {unknown[]} parts
 */
function print(type, parts) {
  if (chatter.test(String(parts[0]))) return;
  (type === 'error' ? console.error : console.log)(...parts);
}

async function main() {
  const { server, browser, stop } = await startServerAndBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    /** @type {Promise<number>} */
    const exit = new Promise((resolve) => {
      void page.exposeFunction('codeAutomationExit', resolve);
      page.once('crash', () => {
        console.error('The page of the served VS Code crashed.');
        resolve(1);
      });
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(1));
    });
    await page.exposeFunction('codeAutomationLog', print);
    const remote = (/** @type {unknown} */ file) => ({
      scheme: 'vscode-remote',
      authority: server.authority,
      path: path.resolve(String(file)),
    });
    await page.addInitScript(completeConfiguration, {
      extensions: [remote(values.extensionDevelopmentPath)],
      extensionTestsPath: remote(values.extensionTestsPath),
      enableSmokeTestDriver: true,
    });
    await openWorkbenchPage(page, server.address(folder));
    return await exit;
  } finally {
    await stop();
  }
}

process.exitCode = await main();
