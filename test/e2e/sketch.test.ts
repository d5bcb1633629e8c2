import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import { examples, frameOf, stateOf, type Example } from './flows';
import { misplaced } from './misplaced';
import { themes, type ThemeName } from './themes';
import { ViewPage, type ViewOptions } from './view-page';

describe('drawing data on the plane', () => {
  let browser: Browser;
  let view: ViewPage;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(() => view.close());

  async function open(options: ViewOptions = {}, example: Example = examples.folding): Promise<void> {
    view = await ViewPage.open(browser, options);
    await view.state(stateOf(example, { cursor: 1.5 }));
    await view.frame(frameOf(example));
    await view.takePosted();
  }
  async function begin(): Promise<void> {
    await view.page.locator('.shown summary').click();
    await view.page.getByRole('button', { name: 'Draw Data…' }).click();
    await view.settle();
  }
  const points = async (): Promise<number> => parseInt((await view.page.locator('.sketch-count').textContent()) ?? '');
  async function answer(refused?: string): Promise<void> {
    await view.page.evaluate((why) => window.postMessage({ type: 'sketched', ...(why !== undefined && { refused: why }) }), refused);
    await view.settle();
  }

  /** In shares of the plane's width and height. */
  async function spray(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const { x, y, width, height } = await view.box('.sketch');
    await view.page.mouse.move(x + width * from[0], y + height * from[1]);
    await view.page.mouse.down();
    await view.page.mouse.move(x + width * to[0], y + height * to[1], { steps: 8 });
    await view.page.mouse.up();
    await view.settle();
  }

  it('goes to x, sprays points along a drag, and moves neither probe nor plane', async () => {
    await open({ reducedMotion: true });
    await begin();
    assert.equal(await points(), 0);
    await spray([0.4, 0.5], [0.6, 0.5]);
    assert.ok((await points()) > 20, `${await points()} points`);
    const posted = await view.takePosted();
    assert.deepEqual(
      posted.filter(({ type }) => type !== 'drawn'),
      [{ type: 'cursor', cursor: 3 }],
    );
    assert.equal(await view.page.locator('.fit').isVisible(), false);
  });

  it('hands over what was drawn where it was drawn, and ends when it was taken', async () => {
    await open({ reducedMotion: true });
    await begin();
    await view.page.getByRole('slider', { name: 'spread' }).fill('-2');
    await spray([0.7, 0.5], [0.7, 0.3]);
    const count = await points();
    await view.takePosted();
    await view.page.getByRole('button', { name: 'Use as Data' }).click();
    const [told] = await view.page.evaluate(() => {
      const { posted } = (window as unknown as { view: { posted: { type: string; points?: Float32Array }[] } }).view;
      return posted.filter(({ type }) => type === 'sketch').map((message) => Array.from(message.points ?? []));
    });
    assert.equal(told.length, 2 * count);
    const { width, height } = await view.box('.sketch');
    const { scale, left, top } = await view.projection();
    const sound = (value: number, from: number, to: number): boolean => value > from - 0.06 && value < to + 0.06;
    for (let i = 0; i < count; i++) {
      assert.ok(sound(told[2 * i], (0.7 * width - left) / scale, (0.7 * width - left) / scale), `x ${told[2 * i]}`);
      assert.ok(sound(told[2 * i + 1], (top - 0.5 * height) / scale, (top - 0.3 * height) / scale), `y ${told[2 * i + 1]}`);
    }
    await answer('The disk is full.');
    assert.equal(await view.page.locator('.sketch-refused').textContent(), 'The disk is full.');
    assert.equal(await points(), count, 'what was drawn is still there');
    await answer();
    assert.equal(await view.page.locator('.sketch').isVisible(), false);
    await begin();
    assert.equal(await points(), 0);
  });

  it('takes back a stroke with Ctrl+Z and with its button, and all of them', async () => {
    await open({ reducedMotion: true });
    await begin();
    await spray([0.4, 0.5], [0.5, 0.5]);
    const first = await points();
    await spray([0.5, 0.6], [0.6, 0.6]);
    const second = await points();
    assert.ok(second > first);
    await view.page.keyboard.press('Control+z');
    await view.settle();
    assert.equal(await points(), first);
    await spray([0.5, 0.6], [0.6, 0.6]);
    await view.page.getByRole('button', { name: 'Undo' }).click();
    await view.settle();
    assert.equal(await points(), first);
    await view.page.getByRole('button', { name: 'Clear' }).click();
    await view.settle();
    assert.equal(await points(), 0);
  });

  it('is drawn with the keyboard too, and left with Escape', async () => {
    await open({ reducedMotion: true });
    await begin();
    const label = () => view.page.locator('.sketch').getAttribute('aria-label');
    assert.match((await label()) ?? '', /^Drawing: the can at \(0\.00, 0\.00\), spread 0\.15, 0 points$/);
    for (const key of ['Shift+ArrowRight', 'ArrowUp', '+', 'Space', 'Space', 'Space']) await view.page.keyboard.press(key);
    await view.settle();
    assert.match((await label()) ?? '', /^Drawing: the can at \(0\.\d\d, 0\.\d\d\), spread 0\.18, 12 points$/);
    assert.ok(await view.page.getByRole('button', { name: 'Use as Data' }).isEnabled());
    await view.page.keyboard.press('Escape');
    await view.settle();
    assert.equal(await view.page.locator('.sketch').isVisible(), false);
    assert.ok(await view.page.locator('.plane-picture').evaluate((plane) => plane === document.activeElement));
    await begin();
    assert.equal(await points(), 12, 'leaving loses nothing');
  });

  it('sprays wider or narrower with the wheel, which zooms nothing', async () => {
    await open({ reducedMotion: true });
    await begin();
    const radius = () => view.page.locator('.can').getAttribute('r').then(Number);
    const { x, y, width, height } = await view.box('.sketch');
    await view.page.mouse.move(x + width / 2, y + height / 2);
    const before = await radius();
    await view.page.mouse.wheel(0, -100);
    await view.settle();
    assert.ok((await radius()) > before * 1.1);
    assert.equal(await view.page.locator('.fit').isVisible(), false);
  });

  it('keeps what is drawn over a reload, for the same flow', async () => {
    await open({ reducedMotion: true });
    await begin();
    for (const key of ['Space', 'Space']) await view.page.keyboard.press(key);
    await view.settle();
    const saved = await view.saved();
    await view.close();
    await open({ reducedMotion: true, saved });
    await begin();
    assert.equal(await points(), 8);
    await view.close();
    await open({ reducedMotion: true, saved }, examples.u1);
    await begin();
    assert.equal(await points(), 0);
  });

  it('is not offered where there is no plane', async () => {
    await open({}, examples.space);
    await view.page.locator('.shown summary').click();
    assert.equal(await view.page.getByText('Draw Data…').isVisible(), false);
  });

  for (const theme of Object.keys(themes) as ThemeName[]) {
    it(`looks right in ${theme}`, async () => {
      await open({ theme, reducedMotion: true });
      await begin();
      await spray([0.35, 0.6], [0.5, 0.4]);
      await spray([0.5, 0.4], [0.65, 0.6]);
      for (const width of [1400, 800, 400, 300]) {
        await view.resize(width, 850);
        await view.screenshot(`drawing data-${theme}-${width}`);
        assert.deepEqual(await view.page.evaluate(misplaced), [], `${width} wide`);
      }
      await answer('The points are written to a file beside the flow: save the flow to a file first.');
      await view.screenshot(`drawing data refused-${theme}-300`);
    });
  }
});
