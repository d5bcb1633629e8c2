// Drives the real VS Code workbench, the packaged extension installed into it, as a person would: palette, files, webviews.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { errors, type Frame, type Locator, type Page } from 'playwright-core';
import { name, version } from '../../package.json';
import { openWorkbenchPage, startServerAndBrowser } from '../../scripts/vscode/browser.mjs';

const results = path.resolve('test-results/e2e');
const vsix = path.join(results, `${name}-${version}.vsix`);

const themes = { dark: 'Dark Modern', light: 'Light Modern', hc: 'Default High Contrast' };

export interface WorkbenchOptions {
  /** The folder whose copy is opened: `examples` if none is named. */
  folder?: string;
  theme?: keyof typeof themes;
  settings?: Record<string, unknown>;
}

const open = new Set<Workbench>();
let test: Mocha.Test | undefined;

/** Opens a workbench of its own on a temporary copy of the folder. Whoever opens it closes it. */
export async function openWorkbench({ folder = 'examples', theme = 'dark', settings = {} }: WorkbenchOptions = {}): Promise<Workbench> {
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing; npm run test:e2e makes it.`);
  const temporary = mkdtempSync(path.join(os.tmpdir(), 'nflow-e2e-'));
  const copy = path.join(temporary, path.basename(folder));
  cpSync(folder, copy, { recursive: true });
  const { server, browser, stop } = await startServerAndBrowser({ vsix, settings: { 'workbench.colorTheme': themes[theme], ...settings } });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(20_000);
  const workbench = new Workbench(page, copy, async () => {
    await stop();
    rmSync(temporary, { recursive: true, force: true });
  });
  await openWorkbenchPage(page, server.address(copy));
  return workbench;
}

export class Workbench {
  constructor(
    /** The page, for what has no method here. */
    readonly page: Page,
    /** The opened folder: a copy, free to be changed. */
    readonly folder: string,
    private readonly end: () => Promise<void>,
  ) {
    open.add(this);
  }

  /** Types into the Command Palette and returns the labels it offers once one of them holds the text. The palette stays open. */
  async listCommands(text: string): Promise<string[]> {
    const labels = this.page.locator('.quick-input-list .label-name');
    await this.offered(`>${text}`, labels.filter({ hasText: text }).first());
    return labels.allTextContents();
  }

  /** Runs the command with this title from the Command Palette, for example `Flow: Train`, as soon as it is offered. */
  async runCommand(title: string): Promise<void> {
    await this.choose(`>${title}`, title);
  }

  /** Opens a file of the folder in an editor. */
  async openFile(file: string): Promise<void> {
    const base = path.basename(file);
    await this.choose(file, base);
    await this.page.locator('.tab.active', { hasText: base }).waitFor();
  }

  /** The frame of the webview that holds an element matching the selector. */
  async webviewFrame(selector: string, timeoutMs = 20_000): Promise<Frame> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      for (const frame of this.page.frames()) {
        if (frame !== this.page.mainFrame() && (await holds(frame, selector))) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No webview holds ${selector}.`);
  }

  /** Reloads the window as a person does, so that VS Code notes what is open, and waits until the workbench stands again. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
  }

  /** Leaves a picture of the window in test-results/e2e. */
  async screenshot(scene: string): Promise<void> {
    mkdirSync(results, { recursive: true });
    await this.page.screenshot({ path: path.join(results, `${scene}.png`) });
  }

  /** Ends it, and leaves a last picture if the test has failed. */
  async close(): Promise<void> {
    open.delete(this);
    try {
      await this.pictureOfFailure();
    } finally {
      await this.end();
    }
  }

  /** @internal */
  async pictureOfFailure(): Promise<void> {
    if (test?.state === 'failed') await this.screenshot(`failed ${test.title.replace(/[^\w→ -]/g, '')}`);
  }

  private async choose(text: string, label: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .label-name').getByText(label, { exact: true }).filter({ visible: true }).first();
    await this.offered(text, row);
    await row.click();
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /**
   * Opens the palette, types, and waits for the row. The palette does not look again while it is open, and a view that just came up
   * takes the focus from it: both need it opened again, as a person would.
   */
  private async offered(text: string, row: Locator): Promise<void> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      try {
        await this.page.keyboard.press('F1');
        await this.page.locator('.quick-input-widget input.input').fill(text, { timeout: 1000 });
        await row.waitFor({ timeout: 1000 });
        return;
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) throw error;
        if (Date.now() > deadline) throw new Error(`The palette does not offer what was asked for with “${text}”.`, { cause: error });
        await this.page.keyboard.press('Escape');
      }
    }
  }
}

/** A frame may go away, or its document be replaced, while it is asked. */
async function holds(frame: Frame, selector: string): Promise<boolean> {
  return (
    (await frame
      .locator(selector)
      .count()
      .catch(() => 0)) > 0
  );
}

beforeEach('know the test', function () {
  test = this.currentTest;
});

afterEach('picture of a failed test', async () => {
  for (const workbench of open) await workbench.pictureOfFailure();
});

after('close what a failed test left open', async () => {
  for (const workbench of open) await workbench.close();
});
