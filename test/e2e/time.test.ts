import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import type { FlowState, FromView } from '../../src/protocol/messages';
import { examples, frameOf, stateOf, type StateOptions } from './flows';
import { ViewPage, type ViewOptions } from './view-page';

describe('time', () => {
  let browser: Browser;
  let view: ViewPage;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(() => view.close());

  const stateAt = (options: StateOptions = {}): FlowState =>
    stateOf(examples.folding, { cursor: 0, training: { status: 'paused', step: 100 }, past: { first: 0 }, ...options });

  async function open(options: StateOptions = {}, page: ViewOptions = {}): Promise<void> {
    view = await ViewPage.open(browser, page);
    await view.state(stateAt(options));
    await view.frame(frameOf(examples.folding));
    await view.takePosted();
  }

  async function said<T extends FromView['type']>(type: T): Promise<FromView[]> {
    await view.settle();
    return (await view.takePosted()).filter((message) => message.type === type);
  }
  const answer = (): Promise<void> => view.page.evaluate(() => window.postMessage({ type: 'revisited' }));
  const press = (key: string): Promise<void> => view.page.locator('.steps-slider').press(key);
  const label = (): Promise<string | null> => view.page.locator('.step-label').textContent();

  it('asks for one step at a time, and then for the last that was wished for', async () => {
    await open();
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await press(key);
    assert.deepEqual(await said('revisit'), [{ type: 'revisit', step: 99 }]);
    assert.equal(await label(), 'step 97 of 100');
    await view.state(stateAt({ past: { first: 0, shown: 99 } }));
    await answer();
    assert.deepEqual(await said('revisit'), [{ type: 'revisit', step: 97 }]);
    assert.equal(await label(), 'step 97 of 100', 'an earlier answer does not pull the slider back');
  });

  it('is at now at the right end, and says so', async () => {
    await open({ past: { first: 0, shown: 99 } });
    await press('End');
    assert.deepEqual(await said('revisit'), [{ type: 'revisit', step: undefined }]);
    assert.equal(await label(), 'now, step 100');
  });

  it('shows where it was told to where a step is not known any more', async () => {
    await open();
    await press('Home');
    await answer();
    await view.settle();
    assert.equal(await label(), 'now, step 100');
  });

  it('cannot go back before there was any training', async () => {
    view = await ViewPage.open(browser);
    await view.state(stateOf(examples.folding, { cursor: 0 }));
    assert.ok(await view.page.locator('.steps-slider').isDisabled());
  });

  it('plays the layers at its speed and pauses at x', async () => {
    await open({}, { clock: true });
    await view.page.getByLabel('Speed').selectOption('2');
    await view.page.getByRole('button', { name: 'Layers' }).click();
    await view.page.clock.runFor(450);
    const caption = (await view.page.locator('.caption strong').textContent()) ?? '';
    const halfway = Number(/stage (\d(?:\.\d+)?) of/.exec(caption)?.[1]);
    assert.ok(halfway > 1.2 && halfway < 1.8, caption);
    await view.page.clock.runFor(600);
    assert.equal(await view.page.locator('.caption strong').textContent(), 'stage 3 of 3 (x)');
  });

  it('plays the training, no faster than the steps are shown, and ends at now', async () => {
    await open({ past: { first: 0, shown: 0 } }, { clock: true });
    await view.page.getByRole('button', { name: 'Training' }).click();
    await view.page.clock.runFor(1000);
    assert.equal((await said('revisit')).length, 1, 'the session has not answered yet');
    await answer();
    await view.page.clock.runFor(10_000);
    await answer();
    assert.deepEqual((await said('revisit')).at(-1), { type: 'revisit', step: undefined });
  });

  it('pins the moment shown, and lets it go', async () => {
    await open();
    await view.page.getByRole('button', { name: 'Pin', exact: true }).click();
    await view.settle();
    const unpin = view.page.getByRole('button', { name: 'Unpin step 0' });
    assert.ok(await unpin.isVisible());
    await unpin.click();
    await view.settle();
    assert.ok(await view.page.getByRole('button', { name: 'Pin', exact: true }).isVisible());
  });

  const pin = async (): Promise<void> => {
    await view.page.getByRole('button', { name: 'Pin', exact: true }).click();
    await view.settle();
  };
  const compared = (): Promise<string | null> => view.page.locator('.compared:visible').textContent();

  it('names the two moments that are compared, and asks for the earlier one again after a reload', async () => {
    await open();
    await pin();
    assert.equal(await compared(), 'dotted: step 0, solid: step 100');
    await view.state(stateAt({ past: { first: 0, shown: 40 } }));
    assert.equal(await compared(), 'dotted: step 0, solid: step 40');
    const saved = await view.saved();
    await view.close();
    view = await ViewPage.open(browser, { saved });
    await view.state(stateAt());
    await view.frame(frameOf(examples.folding));
    assert.deepEqual(await said('pin'), [{ type: 'pin', step: 0 }]);
    assert.equal(await view.page.locator('.compared').first().isVisible(), false, 'not before it is there');
    await view.pinned(frameOf(examples.folding));
    assert.equal(await compared(), 'dotted: step 0, solid: step 100');
    await view.screenshot('two moments-dark-1280');
  });

  it('compares with nothing where the step is not known any more', async () => {
    await open({}, { saved: { uri: stateAt().uri, zoom: { k: 1, x: 0, y: 0 }, pinned: 7 } });
    await view.page.evaluate(() => window.postMessage({ type: 'pinned' }));
    await view.settle();
    assert.ok(await view.page.getByRole('button', { name: 'Pin', exact: true }).isVisible());
  });

  it('asks for the pinned moment anew where other coordinates or other particles are to be seen', async () => {
    view = await ViewPage.open(browser);
    await view.state(stateOf(examples.space, { cursor: 0 }));
    await view.frame(frameOf(examples.space));
    await pin();
    await view.takePosted();
    await view.page.getByLabel('Coordinate shown up').selectOption({ index: 1 });
    assert.deepEqual(
      (await view.takePosted()).map(({ type }) => type),
      ['coordinates', 'pin'],
    );
  });

  it('compares on the line too', async () => {
    view = await ViewPage.open(browser, { width: 800 });
    await view.state(stateOf(examples.line, { cursor: 3, training: { step: 50 } }));
    await view.frame(frameOf(examples.line));
    await pin();
    const path = (kind: string): Promise<string | null> => view.page.locator(`.${kind}`).getAttribute('d');
    assert.equal(await path('map-curve.ghost'), await path('map-curve:not(.ghost)'), 'at first they are the same');
    const later = frameOf(examples.line);
    later.grid.set(later.grid.subarray(0, later.grid.length / 4), (3 * later.grid.length) / 4);
    await view.frame(later);
    assert.notEqual(await path('map-curve.ghost'), await path('map-curve:not(.ghost)'));
    assert.equal(await compared(), 'dotted: step 0, solid: step 50');
    await view.screenshot('two moments of the line-dark-800');
  });

  it('keeps speed and loop', async () => {
    await open();
    await view.page.getByLabel('Speed').selectOption('4');
    await view.page.getByLabel('Loop').check();
    const saved = await view.saved();
    await view.close();
    await open({}, { saved });
    assert.equal(await view.page.getByLabel('Speed').inputValue(), '4');
    assert.ok(await view.page.getByLabel('Loop').isChecked());
  });
});
