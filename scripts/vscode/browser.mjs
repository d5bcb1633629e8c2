import { chromium } from 'playwright-core';
import { findChromium } from '../chromium.mjs';
import { startServer } from './server.mjs';

/**
 * Starts the served VS Code and a Chromium without a window to look at it. Whoever starts them stops them.
 *
 * @param {Parameters<typeof startServer>[0]} [options]
 */
export async function startServerAndBrowser(options) {
  const server = await startServer(options);
  try {
    const browser = await launchChromium();
    const stop = async () => {
      try {
        await browser.close();
      } finally {
        await server.stop();
      }
    };
    return { server, browser, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export async function launchChromium() {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('Chromium is missing; npm test finds or installs it.');
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];
  // Chromium's sandbox does not run as root, as which containers and build machines run.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet] });
}

/**
 * Opens the workbench at an address and waits until it stands.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} address
 */
export async function openWorkbenchPage(page, address) {
  await page.goto(address);
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
}
