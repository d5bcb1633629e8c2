import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import { examples, frameOf, stateOf, type Example } from './flows';
import { ViewPage } from './view-page';

describe('an export', function () {
  this.timeout(60_000);
  let browser: Browser;
  let view: ViewPage;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(() => view.close());

  async function exported(as: string, example: Example = examples.folding): Promise<Buffer> {
    view = await ViewPage.open(browser, { width: 500, height: 700 });
    await view.state(stateOf(example, { cursor: 1.5 }));
    await view.frame(frameOf(example));
    await view.page.evaluate((kind) => window.postMessage({ type: 'export', as: kind }), as);
    const found = await view.page.waitForFunction(() => {
      const { posted } = (window as unknown as { view: { posted: { type: string; bytes?: Uint8Array; reason?: string }[] } }).view;
      const message = posted.find(({ type }) => type === 'exported' || type === 'notExported');
      return message && (message.reason ?? Array.from(message.bytes ?? []));
    });
    const bytes = await found.jsonValue();
    assert.ok(Array.isArray(bytes), String(bytes));
    assert.deepEqual(await view.violations(), []);
    return Buffer.from(bytes);
  }

  /** What a browser that knows nothing of the view shows: the opaque colours, and how many there are. */
  async function coloursOf(bytes: Buffer, type: string): Promise<number> {
    const page = await browser.newPage();
    try {
      return await page.evaluate(
        async ([base64, kind]) => {
          const image = new Image();
          image.src = `data:${kind};base64,${base64}`;
          await image.decode();
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [image.width, image.height];
          const context = canvas.getContext('2d');
          context?.drawImage(image, 0, 0);
          const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          return new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 4).join())).size;
        },
        [bytes.toString('base64'), type] as const,
      );
    } finally {
      await page.close();
    }
  }

  it('as SVG stands alone: canvas, overlay, patterns', async () => {
    const bytes = await exported('svg');
    const text = bytes.toString();
    assert.ok(text.startsWith('<svg') && text.includes('data:image/png') && text.includes('fold-hatch'), text.slice(0, 200));
    assert.ok(!text.includes('var(--'), 'colours are written out');
    assert.ok((await coloursOf(bytes, 'image/svg+xml')) > 100);
  });

  it('as SVG of a flow in one dimension', async () => {
    assert.ok((await coloursOf(await exported('svg', examples.line), 'image/svg+xml')) > 10);
  });

  it('as PNG shows the same', async () => {
    assert.ok((await coloursOf(await exported('png'), 'image/png')) > 100);
  });

  it('as GIF has a picture for every tenth of a layer, from z to x', async () => {
    const bytes = await exported('gif');
    assert.equal(bytes.subarray(0, 6).toString(), 'GIF89a');
    assert.ok((await coloursOf(bytes, 'image/gif')) > 20);
    const delays = bytes.toString('latin1').split('\x21\xf9\x04').length - 1;
    assert.equal(delays, 3 * 10 + 1);
    assert.ok((await view.page.locator('.caption strong').textContent())?.startsWith('stage 1.50'), 'the cursor is where it was');
  });

  it('as WebM is a video of the same pictures', async () => {
    const bytes = await exported('webm');
    assert.equal(bytes.subarray(0, 4).toString('hex'), '1a45dfa3');
    const { width, height } = await view.box('.plane-picture > svg:first-of-type');
    const page = await browser.newPage();
    try {
      const video = await page.evaluate(async (base64) => {
        const seen = document.createElement('video');
        const ends = new Promise((done, fail) => {
          seen.addEventListener('ended', done);
          seen.addEventListener('error', () => fail(new Error(seen.error?.message)));
        });
        seen.muted = true;
        seen.src = `data:video/webm;base64,${base64}`;
        await seen.play();
        await ends;
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [seen.videoWidth, seen.videoHeight];
        const context = canvas.getContext('2d');
        context?.drawImage(seen, 0, 0);
        const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        const colours = new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 4).join())).size;
        return { width: seen.videoWidth, height: seen.videoHeight, seconds: seen.currentTime, colours };
      }, bytes.toString('base64'));
      assert.deepEqual([video.width, video.height], [Math.round(width), Math.round(height)]);
      assert.ok(video.seconds > 30 * 0.06 && video.seconds < 6, `${video.seconds} s`);
      assert.ok(video.colours > 20, `${video.colours} colours`);
    } finally {
      await page.close();
    }
  });

  it('as WebM where none can be recorded says so', async () => {
    view = await ViewPage.open(browser);
    await view.page.evaluate(() => Reflect.deleteProperty(window, 'MediaRecorder'));
    await view.state(stateOf(examples.folding));
    await view.frame(frameOf(examples.folding));
    await view.page.evaluate(() => window.postMessage({ type: 'export', as: 'webm' }));
    await view.settle();
    const refused = (await view.takePosted()).find(({ type }) => type === 'notExported');
    assert.match(refused?.type === 'notExported' ? refused.reason : '', /exported as GIF/);
  });
});
