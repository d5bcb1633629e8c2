// Debugging a flow as a person does: the mouse in the gutter, the keys of the debugger, its views. Each chapter leaves its picture.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { openWorkbench, type Workbench } from './workbench';

describe('debugging in the workbench', function () {
  this.timeout(180_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
    await workbench.runCommand('View: Show Run and Debug');
    await workbench.openFile('folding.nflow');
    await workbench.page.locator('.view-line', { hasText: 'planar' }).first().waitFor();
  });

  after(() => workbench.close());

  const { page, lineNumber, glyphs, stack, toolbar, variable } = {
    page: () => workbench.page,
    lineNumber: (line: number) => workbench.page.locator('.margin-view-overlays .line-numbers').getByText(String(line), { exact: true }),
    glyphs: () =>
      workbench.page.locator(
        '.glyph-margin-widgets .codicon-debug-breakpoint, .glyph-margin-widgets .codicon-debug-breakpoint-conditional',
      ),
    stack: () => workbench.page.locator('.debug-call-stack .monaco-list-row .stack-frame'),
    toolbar: (label: string) => workbench.page.locator(`.debug-toolbar .action-label[aria-label^="${label}"]`),
    variable: (name: string): Locator =>
      workbench.page.locator('.debug-variables .monaco-list-row', {
        has: workbench.page.locator('.name', { hasText: new RegExp(`^${name} =`) }),
      }),
  };
  /** In the gutter beside the number of this line. */
  async function gutter(line: number): Promise<{ x: number; y: number }> {
    const box = await lineNumber(line).boundingBox();
    assert.ok(box, `line ${line} is in sight`);
    return { x: box.x - 8, y: box.y + box.height / 2 };
  }
  const at = (frame: string) => stack().first().filter({ hasText: frame }).waitFor();
  /** Layers of this file begin on this line. */
  const firstLayer = 11;

  it('a click in the gutter sets a breakpoint, and F5 stops at z, before the first layer', async () => {
    const { x, y } = await gutter(firstLayer + 1);
    await page().mouse.click(x, y);
    await glyphs().first().waitFor();
    await page().locator('.view-line', { hasText: 'planar' }).first().click();
    await page().keyboard.press('F5');
    await at('z');
    await workbench.screenshot('debugging 1 at z');
  });

  it('F10 goes through a layer, whose figures stand at the end of its line', async () => {
    await page().keyboard.press('F10');
    await at('layer 1');
    await page().locator('.view-line', { hasText: 'margin[1]' }).waitFor();
    await workbench.screenshot('debugging 2 after layer 1, inline values');
  });

  it('a hover over a parameter says what it is now, and over the name of a layer its margin', async () => {
    const hover = page().locator('.debug-hover-widget');
    const word = (text: string) =>
      page().locator('.view-line', { hasText: 'u: [2.0,' }).locator('span > span').getByText(text, { exact: true }).first();
    await word('u').hover();
    await hover.filter({ hasText: /\[2.*-0\.3/ }).waitFor();
    await workbench.screenshot('debugging 2b hover over a parameter');
    await page().mouse.move(0, 0);
    await word('planar').hover();
    await hover.filter({ hasText: /0\.\d/ }).waitFor();
  });

  it('the condition of a breakpoint is edited in its widget', async () => {
    const { x, y } = await gutter(firstLayer + 1);
    await page().mouse.click(x, y, { button: 'right' });
    const edit = page().getByRole('menuitem', { name: 'Edit Breakpoint' });
    await edit.hover();
    // A menu takes no click for a moment after it has opened.
    await page().waitForTimeout(300);
    await edit.click();
    await page().locator('.breakpoint-widget .view-lines').click();
    await page().keyboard.type('margin > 0.1 && k == 2');
    await workbench.screenshot('debugging 3 condition');
    await page().keyboard.press('Enter');
    await page().locator('.glyph-margin-widgets .codicon-debug-breakpoint-conditional').waitFor();
    await page().keyboard.press('F5');
    await at('layer 2');
    await workbench.screenshot('debugging 4 at the conditional breakpoint');
  });

  it('Step Back is the true map the other way, and Reverse goes to the start', async () => {
    await toolbar('Step Back').click();
    await at('layer 1');
    await workbench.screenshot('debugging 5 stepped back');
    await toolbar('Reverse').click();
    await at('z');
    await workbench.screenshot('debugging 6 reversed');
    await page().keyboard.press('F10');
    await at('layer 1');
  });

  it('a parameter is set where it is shown', async () => {
    const name = variable('b');
    // The view shows what the last stop was about for a while, and takes the box away when it catches up.
    await page().waitForTimeout(1000);
    await name.locator('.value').dblclick();
    const box = page().locator('.debug-variables .monaco-inputbox input');
    await box.fill('0.75');
    await workbench.screenshot('debugging 7 a value is edited');
    await box.press('Enter');
    await name.locator('.value', { hasText: '0.75' }).waitFor();
    assert.equal(await page().locator('.tab.active.dirty').count(), 0, 'the file is not touched');
    await page().locator('.view-line', { hasText: 'mean(logdet[1]) = 0.25' }).waitFor();
    await workbench.screenshot('debugging 8 a value was edited');
  });

  it('Watch evaluates expressions about the flow', async () => {
    await page().locator('.pane-header', { hasText: 'Watch' }).hover();
    await page().getByRole('button', { name: 'Add Expression' }).click();
    const box = page().locator('.debug-watch .monaco-inputbox input');
    await box.fill('mean(logdet)');
    await box.press('Enter');
    await page()
      .locator('.debug-watch .monaco-list-row', { hasText: /mean\(logdet\).*-?\d/ })
      .waitFor();
    await workbench.screenshot('debugging 9 watch');
  });

  it('a fold is an exception that says which layer, which particle, which value, and what to try', async () => {
    await page().locator('.view-line', { hasText: 'planar' }).first().click();
    await page().keyboard.press('F5');
    await at('layer 2');
    await page().keyboard.press('F5');
    const widget = page().locator('.exception-widget');
    await widget.waitFor();
    assert.match((await widget.textContent()) ?? '', /Layer 3 \(planar\), z → x: det = .* at particle \d+.*Take away raw: true/);
    await workbench.screenshot('debugging 10 exception');
  });

  it('the flow itself stands beside the variables, and goes along', async () => {
    await page()
      .locator('.pane-header', { hasText: /^Flow$/ })
      .click();
    const flow = await workbench.webviewFrame('body[data-view=sidebar] .cursor');
    await flow.locator('.cursor', { hasText: 'Stage 3' }).waitFor();
    await workbench.screenshot('debugging 10b the flow in Run and Debug');
  });

  it('the Flow View goes along', async () => {
    await workbench.runCommand('Flow: Open Flow View');
    const view = await workbench.webviewFrame('body[data-view=flow-view] .plane');
    await view.locator('.waiting').waitFor({ state: 'hidden' });
    await page().waitForTimeout(1000);
    await workbench.screenshot('debugging 11 with the Flow View');
    await toolbar('Stop').click();
    await page().locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });
});
