import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import { targetOf } from '../../src/session/target';
import { examples, frameOf, stateOf, type Example } from './flows';
import { misplaced } from './misplaced';
import { themes, type ThemeName } from './themes';
import { ViewPage, type ViewOptions } from './view-page';

describe('the layer in a person’s hand', () => {
  let browser: Browser;
  let view: ViewPage;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(() => view.close());

  async function open(example: Example, cursor: number, options: ViewOptions = {}): Promise<void> {
    view = await ViewPage.open(browser, options);
    await view.state(stateOf(example, { cursor }));
    const target = targetOf(example.spec, undefined, [0, 1])?.picture;
    if (target) await view.target(target);
    await view.frame(frameOf(example));
    await view.takePosted();
  }
  const drags = async () => (await view.takePosted()).flatMap((message) => (message.type === 'drag' ? [message] : []));
  const grip = (nth: number) => view.page.locator('.grip').nth(nth);

  it('tells every move of a grip, and once that it was let go of', async () => {
    await open(examples.folding, 0.5);
    const { x, y, width, height } = await view.box('.grip[data-kind=line] .grip-reach');
    await view.page.mouse.move(x + width / 2, y + height / 2);
    await view.page.mouse.down();
    await view.page.mouse.move(x + width / 2 + 30, y + height / 2 - 20, { steps: 3 });
    await view.page.mouse.up();
    const told = await drags();
    assert.ok(told.length >= 3);
    assert.deepEqual(
      told.map(({ layer, handle, done }) => [layer, handle, done]),
      told.map((_, i) => [1, 'b', i === told.length - 1]),
    );
    const [before] = stateOf(examples.folding).layers[0].handles;
    assert.ok(told[told.length - 1].to[0] > before.at[0] && told[told.length - 1].to[1] > before.at[1]);
  });

  it('places no probe where a grip is clicked, and moves nothing', async () => {
    await open(examples.folding, 0.5);
    await grip(2).click();
    assert.deepEqual(
      (await view.takePosted()).filter(({ type }) => type === 'probe' || type === 'drag'),
      [],
    );
  });

  it('moves with the arrow keys, and lets go when they rest', async () => {
    await open(examples.folding, 0.5, { clock: true });
    await grip(2).focus();
    await view.page.keyboard.press('ArrowRight');
    await view.page.keyboard.press('Shift+ArrowUp');
    await view.page.clock.runFor(1000);
    const told = await drags();
    assert.deepEqual(
      told.map(({ handle, done }) => [handle, done]),
      [
        ['u', false],
        ['u', false],
        ['u', true],
      ],
    );
    assert.match((await grip(2).getAttribute('aria-label')) ?? '', /^û of layer 1, the tip of û.*arrow keys move it$/);
  });

  it('says when the constraint holds it back', async () => {
    await open(examples.u1, 15.5);
    await view.state({ ...stateOf(examples.u1, { cursor: 15.5 }), dragged: { layer: 16, handle: 'u', heldBack: true } });
    assert.equal(
      await view.page.locator('.held-back[role=status]').textContent(),
      'held back: wᵀû stays above −1, or the layer would fold',
    );
  });

  it('takes the particles that are dragged over with Shift, and lets them go at Escape', async () => {
    await open(examples.folding, 3);
    const { x, y, width, height } = await view.box('.plane-picture');
    await view.page.keyboard.down('Shift');
    await view.page.mouse.move(x + width * 0.4, y + height * 0.4);
    await view.page.mouse.down();
    await view.page.mouse.move(x + width * 0.52, y + height * 0.6, { steps: 3 });
    await view.page.mouse.up();
    await view.page.keyboard.up('Shift');
    await view.settle();
    const taken = view.page.locator('.taken');
    assert.match((await taken.textContent()) ?? '', /^[1-9]\d* particles taken, [\d.]+ %$/);
    await view.screenshot('particles taken-dark-1280');
    assert.deepEqual(
      (await view.takePosted()).filter(({ type }) => type === 'probe'),
      [],
    );
    await view.page.locator('.plane-picture').focus();
    await view.page.keyboard.press('Escape');
    await view.settle();
    assert.equal(await taken.isVisible(), false);
  });

  it('takes the particles in a box that the keyboard moves and stretches, and keeps them over a reload', async () => {
    await open(examples.folding, 3);
    const taken = async (): Promise<number> => parseInt((await view.page.locator('.taken').textContent()) ?? '');
    await view.page.locator('.plane-picture').focus();
    await view.page.keyboard.press('b');
    await view.settle();
    const few = await taken();
    for (let i = 0; i < 8; i++) await view.page.keyboard.press('Shift+ArrowRight');
    await view.settle();
    const more = await taken();
    assert.ok(few > 0 && more > few, `${few}, then ${more}`);
    const before = await view.box('.brush');
    await view.page.keyboard.press('ArrowUp');
    await view.settle();
    const after = await view.box('.brush');
    assert.deepEqual([after.y, after.width, after.height].map(Math.round), [before.y - 8, before.width, before.height].map(Math.round));
    await view.page.keyboard.press('Enter');
    await view.settle();
    assert.equal(await view.page.locator('.brush').isVisible(), false);
    const kept = await taken();
    assert.ok(kept > 0);
    assert.deepEqual(
      (await view.takePosted()).filter(({ type }) => type === 'probe'),
      [],
    );

    const saved = await view.saved();
    await view.close();
    await open(examples.folding, 3, { saved });
    assert.equal(await taken(), kept);
    await view.page.locator('.plane-picture').focus();
    await view.page.keyboard.press('b');
    await view.page.keyboard.press('Escape');
    await view.settle();
    assert.equal(await view.page.locator('.taken').isVisible(), false);
  });

  it('forgets over a reload particles that begin elsewhere now', async () => {
    await open(examples.twoMoons, 16);
    await view.page.locator('.plane-picture').press('b');
    await view.settle();
    assert.ok(await view.page.locator('.taken').isVisible());
    const saved = await view.saved();
    await view.close();
    view = await ViewPage.open(browser, { saved });
    await view.state({ ...stateOf(examples.twoMoons, { cursor: 16 }), source: 'target' });
    await view.frame(frameOf(examples.twoMoons));
    assert.equal(await view.page.locator('.taken').isVisible(), false);
  });

  for (const theme of Object.keys(themes) as ThemeName[]) {
    it(`shows its grips in ${theme}`, async () => {
      await open(examples.everyKind, 2.5, { theme });
      await view.screenshot(`grips of a radial layer-${theme}`);
      await open(examples.folding, 0.5, { theme });
      for (const width of [1400, 800, 400]) {
        await view.resize(width, 850);
        await view.screenshot(`grips of a planar layer-${theme}-${width}`);
        assert.deepEqual(await view.page.evaluate(misplaced), [], `${width} wide`);
      }
    });
  }
});
