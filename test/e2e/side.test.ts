import axe from 'axe-core';
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import type { FromView } from '../../src/protocol/messages';
import { targetOf } from '../../src/session/target';
import { deepFlow, examples, frameOf, lossesBetween, stateOf, type Example, type StateOptions } from './flows';
import { misplaced } from './misplaced';
import { themes, type ThemeName } from './themes';
import { ViewPage, type ViewOptions } from './view-page';

const sections = ['loss', 'terms', 'probe', 'invertibility', 'layer', 'objective'];

describe('beside the plane', () => {
  let browser: Browser;
  let view: ViewPage | undefined;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(async () => {
    await view?.close();
    view = undefined;
  });

  /** A flow half trained, with a probe, and everything beside it unfolded. */
  async function show(example: Example, options: StateOptions = {}, page: ViewOptions = {}): Promise<ViewPage> {
    const { uri } = stateOf(example);
    const target = targetOf(example.spec, undefined, example.spec.dim === 1 ? [0, 0] : [0, 1]);
    const floor = target?.floor === undefined ? {} : { floor: target.floor };
    const place = { stage: 0, point: [0.3, 0.4, -0.2].slice(0, example.spec.dim) };
    view = await ViewPage.open(browser, { saved: { uri, zoom: { k: 1, x: 0, y: 0 }, unfolded: sections }, ...page });
    await view.state(stateOf(example, { cursor: 1, probe: place, training: { step: 2400, ...floor }, ...options }));
    if (target?.picture) await view.target(target.picture);
    await view.frame(frameOf(example, lossesBetween(1.4, -0.4, 2400)));
    return view;
  }

  async function said(shown: ViewPage): Promise<FromView[]> {
    await shown.settle();
    return (await shown.takePosted()).filter(({ type }) => type !== 'ready' && type !== 'drawn');
  }

  for (const theme of Object.keys(themes) as ThemeName[]) {
    for (const name of ['u1', 'everyKind', 'line', 'space'] as const) {
      const example = examples[name];
      it(`is legible and clear of what is around it: ${name} in ${theme}`, async () => {
        const shown = await show(example, { cursor: 2.5 }, { theme });
        for (const [width, height] of [
          [1400, 1800],
          [2400, 1200],
          [400, 900],
        ]) {
          await shown.resize(width, height);
          await shown.screenshot(`beside ${name}-${theme}-${width}`);
          assert.deepEqual(await shown.page.evaluate(misplaced), [], `${width} wide`);
        }
        assert.deepEqual(await shown.violations(), []);
        assert.deepEqual(await accessibility(shown), []);
      });
    }
  }

  /** What axe-core finds wrong. */
  async function accessibility(shown: ViewPage): Promise<string[]> {
    await shown.page.evaluate(axe.source);
    const found: string = await shown.page.evaluate(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
        JSON.stringify(violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | '))))`,
    );
    return JSON.parse(found) as string[];
  }

  it('has room for 64 layers, with few enough SVG nodes', async () => {
    const shown = await show(deepFlow(64));
    for (const width of [1400, 300]) {
      await shown.resize(width, 900);
      await shown.screenshot(`beside 64 layers-${width}`);
      assert.deepEqual(await shown.page.evaluate(misplaced), [], `${width} wide`);
      const nodes = await shown.page.locator('svg *').count();
      assert.ok(nodes < 500, `${nodes} nodes`);
    }
  });

  it('says how to begin where there is nothing to show yet', async () => {
    const { uri } = stateOf(examples.u1);
    view = await ViewPage.open(browser, { saved: { uri, zoom: { k: 1, x: 0, y: 0 }, unfolded: sections } });
    await view.state(stateOf(examples.u1, { cursor: 0 }));
    await view.screenshot('beside nothing yet');
    for (const [section, hint] of [
      ['.loss', 'Train to see the loss.'],
      ['.terms', 'Train to see what the loss is made of.'],
      ['.probe-section', 'Click the picture to follow one point'],
    ]) {
      const text = await view.page.locator(`${section} .hint:visible`).first().innerText();
      assert.ok(text.startsWith(hint), `${section}: ${text}`);
    }
    assert.deepEqual(await view.page.evaluate(misplaced), []);
  });

  it('remembers what is folded away', async () => {
    const shown = await show(examples.u1);
    await shown.page.locator('.invertibility > summary').click();
    await shown.settle();
    const saved = (await shown.saved()) as { unfolded: string[] };
    assert.deepEqual(
      saved.unfolded,
      sections.filter((name) => name !== 'invertibility'),
    );
    await shown.close();
    view = await ViewPage.open(browser, { saved });
    assert.equal(await view.page.locator('.invertibility').getAttribute('open'), null);
    assert.notEqual(await view.page.locator('.terms').getAttribute('open'), null);
  });

  describe('shares one hover', () => {
    it('lights the layer of a margin bar in every picture, and tells the other views', async () => {
      const shown = await show(examples.folding, { cursor: 0 });
      await said(shown);
      await shown.page.locator('.margins .margin').nth(1).hover();
      await shown.settle();
      assert.match(
        await shown.page.locator('.invertibility .body > .reading').innerText(),
        /^Layer 2: κ −2\.2, least det −1\.\d+, margin −1\.2$/,
      );
      assert.match((await shown.page.locator('.probe-section .reading').textContent()) ?? '', /^layer 2: −log\|det\| /);
      assert.ok(((await shown.page.locator('.kappa-bar.lit').getAttribute('d')) ?? '').startsWith('M'));
      assert.equal(await shown.page.locator('.column-lit.pointed').count(), 1);
      assert.equal(await shown.page.locator('[role=status].for-screen-readers').textContent(), 'layer 2 margin −1.20, folds space');
      assert.deepEqual(await said(shown), [{ type: 'hover', layer: 2 }]);
      await shown.page.mouse.move(5, 5);
      assert.deepEqual(await said(shown), [{ type: 'hover', layer: undefined }]);
      assert.equal(await shown.page.locator('.column-lit.pointed').count(), 0);
    });

    it('lights a layer that is pointed at in another view', async () => {
      const shown = await show(examples.folding, { cursor: 0 });
      await shown.state({ ...stateOf(examples.folding, { cursor: 0, probe: { stage: 0, point: [0, 0] } }), hovered: 3 });
      assert.equal(await shown.page.locator('.margins .margin.lit').count(), 1);
      assert.match(await shown.page.locator('.invertibility .body > .reading').innerText(), /^Layer 3:/);
    });

    for (const plot of ['.invertibility-picture > svg', '.journey-picture > svg']) {
      it(`goes through the layers of ${plot} with the keys, and to one of them`, async () => {
        const shown = await show(examples.folding, { cursor: 0 }, { reducedMotion: true });
        await said(shown);
        for (const key of ['ArrowRight', 'ArrowRight', 'End', 'Enter']) await shown.page.locator(plot).press(key);
        assert.deepEqual(await said(shown), [
          { type: 'hover', layer: 1 },
          { type: 'hover', layer: 2 },
          { type: 'hover', layer: 3 },
          { type: 'cursor', cursor: 3 },
        ]);
      });
    }
  });

  it('reads single steps of the terms, which add up to the loss', async () => {
    const shown = await show(examples.u1);
    await shown.page.locator('.terms-picture > svg').press('Shift+ArrowLeft');
    const text = await shown.page.locator('.equation').innerText();
    const numbers = [...text.replaceAll('−', '-').matchAll(/(-?\d+\.?\d*)(?=\s*(?:$|\n|\+|-?E|=| at))/g)].map(([, value]) => Number(value));
    const [base, logDet, energy, loss] = numbers;
    assert.ok(Math.abs(base + logDet + energy - loss) < 0.003, text);
    assert.match(text, /at step 2,3\d\d$/);
  });

  it('ticks what the flow has and names what it lacks for the other objective', async () => {
    const shown = await show(examples.u1);
    const cells = await shown.page.locator('.needs tbody tr').first().locator('th, td').allInnerTexts();
    assert.deepEqual(
      cells.map((cell) => cell.replaceAll(/\s+/g, ' ').trim()),
      ['f: x → z in closed form', '✓ needed', '– not needed', '– has not: solved'],
    );
    assert.match(
      await shown.page.locator('.needs-section .body > .hint').first().innerText(),
      /^This flow has all that reverse KL needs; for forward KL it lacks f: x → z/,
    );
  });

  describe('in one dimension', () => {
    it('shades areas that are equal, wherever one points', async () => {
      const shown = await show(examples.line, { cursor: 3 });
      const { x, y, width, height } = await shown.box('.line-picture');
      for (const share of [0.4, 0.55, 0.7]) {
        await shown.page.mouse.move(x + width * share, y + height / 3);
        await shown.settle();
        const [, below, beside] =
          /p_z dz = ([\d.]+), p_x dx = ([\d.]+)/.exec(await shown.page.locator('.line-view .facts').innerText()) ?? [];
        assert.ok(Number(below) > 0 && Math.abs(Number(below) - Number(beside)) <= 0.001, `${below} and ${beside}`);
      }
    });

    it('places a probe of one number where it is clicked, and moves it with the keys', async () => {
      const shown = await show(examples.line, { cursor: 0 });
      await said(shown);
      await shown.page.locator('.line-picture').press('ArrowRight');
      const [moved] = (await said(shown)).filter(({ type }) => type === 'probe');
      assert.ok(moved.type === 'probe' && moved.probe?.stage === 0 && moved.probe.point.length === 1);
      assert.ok(Math.abs(moved.probe.point[0] - 0.35) < 1e-3, `${moved.probe.point[0]}`);
    });
  });

  describe('in three dimensions', () => {
    it('asks for the two coordinates that are chosen, and swaps them when one is chosen twice', async () => {
      const shown = await show(examples.space);
      await said(shown);
      const selects = shown.page.locator('.select');
      await selects.nth(0).selectOption('x₂');
      await selects.nth(1).selectOption('x₁');
      assert.deepEqual(await said(shown), [
        { type: 'coordinates', coordinates: [1, 2] },
        { type: 'coordinates', coordinates: [2, 0] },
      ]);
    });

    it('moves a probe in the two coordinates shown and leaves the third as it is', async () => {
      const shown = await show(examples.space, { cursor: 0 });
      await said(shown);
      await shown.page.locator('.plane-picture').press('ArrowRight');
      const [moved] = (await said(shown)).filter(({ type }) => type === 'probe');
      assert.ok(moved.type === 'probe' && moved.probe);
      const [x1, x2, x3] = moved.probe.point;
      assert.ok(x1 > 0.3 && x2 === 0.4 && Math.abs(x3 + 0.2) < 1e-9, moved.probe.point.join());
    });
  });
});
