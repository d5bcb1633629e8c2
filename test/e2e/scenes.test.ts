// The scenes of a first visit, each as a person would play it, each leaving its picture in test-results/e2e.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { openWorkbench, type Workbench } from './workbench';

/** The number that follows `label` in a text such as "step 1,200 of 4,000 · loss −1.8e−3". */
function numberAfter(label: string, text: string): number {
  const found = new RegExp(`${label}\\s*(?:≤\\s*)?([−+-]?[\\d,.]+(?:e[−+-]?\\d+)?)`).exec(text);
  assert.ok(found, `no number after "${label}" in "${text}"`);
  return Number(found[1].replaceAll(',', '').replaceAll('−', '-'));
}

const textOf = async (frame: Frame, selector: string): Promise<string> => (await frame.locator(selector).textContent()) ?? '';
const flowView = (workbench: Workbench): Promise<Frame> => workbench.webviewFrame('body[data-view=flow-view] .plane');
const progress = (frame: Frame): Promise<string> => textOf(frame, '.header .progress-text');
/** The training step that the view shows; none before it knows its flow. */
const trainingStep = async (frame: Frame): Promise<number> => {
  const text = await progress(frame);
  return text === '' ? -1 : numberAfter('step', text);
};

/** Waits until `condition` holds; what it is waiting for stands in the failure. */
async function eventually(what: string, condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `not within ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function openFlow(workbench: Workbench, file: string): Promise<Frame> {
  await workbench.openFile(file);
  await workbench.runCommand('Flow: Open Flow View');
  const view = await flowView(workbench);
  await eventually('the first picture', () => view.locator('.waiting').isHidden());
  return view;
}

/** Lets the flow train for so long that a person can pause, watch and leave it. */
function trainForLong(workbench: Workbench, file: string, steps = 1_000_000): void {
  const place = path.join(workbench.folder, file);
  writeFileSync(place, readFileSync(place, 'utf8').replace(/steps: \d+/, `steps: ${steps}`));
}

describe('scenes', function () {
  this.timeout(240_000);
  let workbench: Workbench;

  beforeEach(async () => {
    workbench = await openWorkbench();
  });

  afterEach(() => workbench.close());

  it('opens an energy, trains it until its gap is small, and shows the shape', async () => {
    trainForLong(workbench, 'u1.nflow', 100_000);
    const view = await openFlow(workbench, 'u1.nflow');
    await workbench.screenshot('u1 before training');
    await workbench.runCommand('Flow: Train');
    await eventually('training shows', async () => (await trainingStep(view)) > 100);
    // The status bar pauses and goes on.
    const item = workbench.page.locator('.statusbar-item', { hasText: 'loss' });
    await item.click();
    await view.getByRole('button', { name: 'Train', exact: true }).waitFor();
    await item.click();
    await view.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await workbench.screenshot('u1 while training');
    await eventually('the last step', async () => (await trainingStep(view)) >= 100_000, 120_000);
    await view.getByRole('button', { name: 'Train', exact: true }).waitFor();
    const gap = numberAfter('loss', await progress(view)) + 1.8775;
    assert.ok(gap < 0.15, `the loss is ${gap} nats above −log Z`);
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot('u1 trained');
  });

  it('learns two moons from samples, with the sidebar beside it', async () => {
    const view = await openFlow(workbench, 'two-moons.nflow');
    await workbench.page.locator('.activitybar .action-label[aria-label="Flow"]').click();
    const sidebar = await workbench.webviewFrame('body[data-view=sidebar]');
    await view.locator('.header').getByRole('button', { name: 'Train', exact: true }).click();
    await eventually('10,000 steps', async () => (await trainingStep(view)) === 10_000, 180_000);
    assert.ok(numberAfter('loss', await progress(view)) < 1.4, await progress(view));
    assert.match(await textOf(sidebar, 'body'), /two-moons\.nflow/);
    await eventually('the sidebar says the same', async () => (await textOf(sidebar, '.progress-text')).includes('10,000'));
    await workbench.page.waitForTimeout(1000);
    await workbench.screenshot('two-moons trained, sidebar');
  });

  it('steps z → x through all layers and x → z back, the probe returning to where it began', async () => {
    const view = await openFlow(workbench, 'two-moons.nflow');
    await workbench.runCommand('Flow: Train');
    await eventually('10,000 steps', async () => (await trainingStep(view)) === 10_000, 60_000);
    await workbench.runCommand('Flow: Run to z');
    const live = () => textOf(view, '[role=status].for-screen-readers');
    await eventually('the cursor at z', async () => (await live()).startsWith('stage 0 '));
    const plane = await view.locator('.plane').boundingBox();
    assert.ok(plane);
    await workbench.page.mouse.click(plane.x + plane.width * 0.56, plane.y + plane.height * 0.42);
    await eventually('the probe', async () => (await textOf(view, '.probe-section')).includes('log p(x)'));
    await workbench.screenshot('probe at z');
    const depth = 24;
    const press = async (...chord: string[]) => {
      for (const key of chord) await workbench.page.keyboard.press(key);
    };
    for (let stage = 1; stage <= depth; stage++) {
      await press('Control+K', ']');
      await eventually(`stage ${stage}`, async () => (await live()).startsWith(`stage ${stage} `));
      if (stage === depth / 2) await workbench.screenshot('probe half way');
    }
    assert.match(await textOf(view, '.probe-section'), /layer 24, z → x, solvedIterations\d+, residual/);
    await workbench.screenshot('probe at x');
    for (let stage = depth - 1; stage >= 0; stage--) {
      await press('Control+K', '[');
      await eventually(`stage ${stage}`, async () => (await live()).startsWith(`stage ${stage} `));
    }
    const readout = await textOf(view, '.probe-section');
    assert.ok(numberAfter('Round tripoff by', readout) < 1e-10, readout);
    await workbench.screenshot('probe back at z');
  });

  it('shows the danger strip and the fold of a sick flow', async () => {
    const view = await openFlow(workbench, 'folding.nflow');
    await workbench.runCommand('Flow: Run to z');
    await eventually('the cursor at z', async () => (await textOf(view, '[role=status].for-screen-readers')).startsWith('stage 0 '));
    for (let stage = 1; stage <= 2; stage++) await workbench.runCommand('Flow: Step z → x');
    await eventually('the fold', async () => (await textOf(view, '[role=status].for-screen-readers')).includes('folds space'));
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot('fold before layer 3');
    await workbench.runCommand('Flow: Step z → x');
    await workbench.page.waitForTimeout(1000);
    await workbench.screenshot('fold after layer 3');
    for (let stage = 4; stage <= 5; stage++) await workbench.runCommand('Flow: Step z → x');
    await eventually('the near-singular layer', async () =>
      (await textOf(view, '[role=status].for-screen-readers')).includes('layer 6 margin 0.03'),
    );
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot('danger strip of layer 6');
  });

  it('shows a mistake where it is, keeps the last good picture, and forgets it once mended', async () => {
    const { page } = workbench;
    const view = await openFlow(workbench, 'u1.nflow');
    await page.locator('.tab', { hasText: 'u1.nflow' }).first().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('  - planer\n');
    await page.locator('.squiggly-error').first().waitFor();
    await eventually('the banner', () => view.locator('.banner').first().isVisible());
    await page.keyboard.press('Control+Shift+M');
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'planer' }).waitFor();
    await workbench.screenshot('mistake');
    assert.equal(await view.locator('.film').count(), 17, 'the last good picture stays');
    await page.locator('.tab', { hasText: 'u1.nflow' }).first().click();
    // VS Code undoes typing in pieces of its own choice; once there is nothing left, undoing does nothing.
    for (let piece = 0; piece < 10; piece++) await page.keyboard.press('Control+Z');
    await page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    await eventually('no banner', () => view.locator('.banner').first().isHidden());
    await workbench.screenshot('mistake mended');
  });

  it('loses nothing when the window is reloaded in the middle of training', async () => {
    trainForLong(workbench, 'u1.nflow');
    const before = await openFlow(workbench, 'u1.nflow');
    await workbench.runCommand('Flow: Train');
    await eventually('some training', async () => (await trainingStep(before)) > 600, 60_000);
    const step = await trainingStep(before);
    await workbench.page.waitForTimeout(1200);
    await workbench.reload();
    const view = await flowView(workbench);
    await eventually('the picture is back', () => view.locator('.waiting').isHidden(), 60_000);
    await eventually('training stands where it was', async () => (await trainingStep(view)) >= step);
    await workbench.page.waitForTimeout(1500);
    const after = await trainingStep(view);
    await workbench.page.waitForTimeout(500);
    assert.equal(await trainingStep(view), after, 'it does not go on by itself');
    assert.equal(numberAfter('of', await progress(view)), 1_000_000);
    assert.match(await textOf(view, '[role=status].for-screen-readers'), /^stage 16 of 16/i);
    assert.ok(await view.getByRole('button', { name: 'Train', exact: true }).isVisible());
    await workbench.screenshot('reloaded in training');
    await view.getByRole('button', { name: 'Train', exact: true }).click();
    await eventually('it goes on', async () => (await trainingStep(view)) > after);
  });
});
