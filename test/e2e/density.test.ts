import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import type { FromView } from '../../src/protocol/messages';
import { targetOf } from '../../src/session/target';
import { drawDensity } from '../../src/training/density';
import { drawEllipses } from '../../src/training/ellipses';
import { drawPicture } from '../../src/training/picture';
import { targetPoints } from '../../src/training/target-points';
import { finish } from '../../src/training/work';
import { examples, frameOf, stateOf, type Example } from './flows';
import { misplaced } from './misplaced';
import { themes, type ThemeName } from './themes';
import { ViewPage, type ViewOptions } from './view-page';

describe('what the plane shows when it is asked to', () => {
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

  async function choose(...labels: string[]): Promise<void> {
    await view.page.locator('.shown summary').click();
    for (const label of labels) await view.page.getByLabel(label, { exact: true }).click();
    await view.page.keyboard.press('Escape');
    await view.settle();
  }

  type Question = Extract<FromView, { readonly type: 'density' | 'ellipses' }>;
  const questions = async (): Promise<Question[]> =>
    (await view.takePosted()).flatMap((message) => (message.type === 'density' || message.type === 'ellipses' ? [message] : []));

  async function answer({ flow, spec }: Example, { type, request }: Question): Promise<void> {
    if (type === 'density') await view.density(finish(drawDensity(flow, spec.objective, request)));
    else await view.ellipses(drawEllipses(flow, request));
  }

  it('asks for no density that nobody looks at, and for one at a time', async () => {
    await open(examples.u1, 16);
    assert.deepEqual(await questions(), []);
    await choose('Density');
    const [first, ...others] = await questions();
    assert.deepEqual([first.type, first.request.stage, first.request.side, others], ['density', 16, 128, []]);
    await view.frame(frameOf(examples.u1));
    await view.frame(frameOf(examples.u1));
    assert.deepEqual(await questions(), [], 'one question is out');
    await answer(examples.u1, first);
    assert.equal((await questions()).length, 1, 'of the newest picture');
  });

  it('asks for the density between two stages where the layer has fractions, and else says that there is none', async () => {
    await open(examples.u1, 15.5);
    await choose('Density');
    const [question] = await questions();
    assert.deepEqual(question.request.stage, 15.5);
    await answer(examples.u1, question);
    const legend = (): Promise<string> => view.page.locator('.legend').innerText();
    assert.match(await legend(), /density/);
    assert.doesNotMatch(await legend(), /whole stages/);
    await view.screenshot('the density half way through a layer-dark-1280');
    await view.close();
    await open(examples.everyKind, 3.5);
    await choose('Density');
    assert.deepEqual(await questions(), []);
    assert.match(await legend(), /density at whole stages/);
    await view.screenshot('no density in a coupling layer-dark-1280');
  });

  it('asks for no density of what passes by', async () => {
    await open(examples.u1, 15.5, { clock: true });
    await choose('Density');
    await questions();
    await view.state(stateOf(examples.u1, { cursor: 14 }));
    await view.page.clock.runFor(300);
    assert.deepEqual(await questions(), []);
  });

  it('asks for the difference at x alone, and says so elsewhere; never where the target has no density', async () => {
    const legend = (): Promise<string> => view.page.locator('.legend').innerText();
    await open(examples.u1, 8);
    await choose('Difference');
    assert.deepEqual(await questions(), []);
    assert.match(await legend(), /flow − target: at x alone/);
    const saved = await view.saved();
    await view.close();
    for (const [example, asked] of [
      [examples.u1, 1],
      [examples.twoMoons, 0],
    ] as const) {
      view = await ViewPage.open(browser, { saved });
      await view.state(stateOf(example));
      await view.frame(frameOf(example));
      assert.equal((await questions()).length, asked, example.name);
      assert.doesNotMatch(await legend(), /at x alone/);
      if (asked > 0) await view.close();
    }
  });

  it('lists in the legend only what is to be seen', async () => {
    const legend = (): Promise<string> => view.page.locator('.legend').innerText();
    await open(examples.twoMoons, 7.5);
    assert.match(await legend(), /layer 8: wᵀv \+ b = 0, out of view/);
    assert.doesNotMatch(await legend(), /pushes/);
    await view.close();
    await open(examples.u1, 0);
    assert.match(await legend(), /layer 1: wᵀv \+ b = 0\n[^]*pushes/);
    assert.doesNotMatch(await legend(), /target/);
  });

  it('keeps the plane as it is where a layer has less to say than another, until the view is of another width', async () => {
    const height = async (): Promise<number> => (await view.box('.plane-picture')).height;
    await open(examples.everyKind, 2, { width: 800, reducedMotion: true });
    const tall = await height();
    await view.page.locator('.film').last().click();
    await view.settle();
    assert.equal(await height(), tall);
    const kept = (await view.box('.legend')).height;
    await view.resize(1600, 800);
    await view.settle();
    assert.ok((await view.box('.legend')).height < kept, 'one row is enough here');
  });

  it('holds the plane still under a hand that drags, however far that moves the particles', async () => {
    const frame = frameOf(examples.twoMoons);
    const wider = { ...frame, particles: frame.particles.map((value) => 3 * value) };
    await open(examples.twoMoons, 8);
    const before = await view.projection();
    await view.state({ ...stateOf(examples.twoMoons, { cursor: 8 }), dragged: { layer: 8, handle: 'u', heldBack: false } });
    await view.frame(wider);
    assert.deepEqual(await view.projection(), before);
    await view.state(stateOf(examples.twoMoons, { cursor: 8 }));
    await view.frame(wider);
    assert.ok((await view.projection()).scale < before.scale / 2, 'and follows once it is let go of');
  });

  it('asks for fewer points while the flow is trained', async () => {
    await open(examples.u1, 16);
    await choose('Density');
    const [first] = await questions();
    await view.state(stateOf(examples.u1, { training: { status: 'running' } }));
    await view.frame(frameOf(examples.u1));
    await answer(examples.u1, first);
    assert.deepEqual(
      (await questions()).map(({ request }) => request.side),
      [64],
    );
  });

  it('keeps what is shown over a reload', async () => {
    await open(examples.u1, 16);
    await choose('Grid', 'Ellipses');
    const saved = await view.saved();
    await view.close();
    await open(examples.u1, 16, { saved });
    assert.equal(await view.page.locator('.legend-item', { hasText: 'circles at z' }).isVisible(), true);
    assert.equal(await view.page.locator('.legend-item', { hasText: 'log|det|' }).isVisible(), false);
  });

  it('lets particles start at x', async () => {
    await open(examples.u1, 16);
    await choose('from the target, x → z');
    assert.deepEqual(
      (await view.takePosted()).filter(({ type }) => type === 'source'),
      [{ type: 'source', source: 'target' }],
    );
  });

  it('says how nearly Gaussian the particles of the target become', async () => {
    await open(examples.twoMoons, 0);
    assert.equal(await view.page.locator('.card.normality').isVisible(), false);
    const { flow, spec } = examples.twoMoons;
    const points = targetPoints(spec)?.(1000) ?? new Float64Array();
    const depth = flow.layers.length;
    const picture = finish(drawPicture(flow, 0, 7, { particles: 1000, side: 41, extent: 3 }, { points, stage: depth }));
    const { count, mean, covariance, skewness, kurtosis, overall } = picture.normality ?? assert.fail();
    const normality = {
      count,
      mean: [...mean],
      covariance: [...covariance],
      skewness: skewness.p,
      kurtosis: kurtosis.p,
      overall: overall.p,
    };
    await view.state({ ...stateOf(examples.twoMoons, { cursor: 0 }), source: 'target', normality });
    await view.frame({ ...frameOf(examples.twoMoons), particles: picture.particles, particleDets: picture.particleDets });
    assert.match((await view.page.locator('.card.normality').textContent()) ?? '', /Gaussian at z, x → z.*Points of the target1,000/);
    await view.screenshot('the target at z-dark-1280');
    assert.deepEqual(await view.page.evaluate(misplaced), []);
  });

  for (const theme of Object.keys(themes) as ThemeName[]) {
    for (const [name, labels] of Object.entries({
      'the density': ['Density'],
      'the difference': ['Difference', 'Particles', 'Grid'],
      'the ellipses': ['Ellipses', 'Particles'],
    })) {
      it(`shows ${name} in ${theme}`, async () => {
        await open(examples.u1, 16, { theme });
        await choose(...labels);
        for (const width of [1400, 800, 400]) {
          await view.resize(width, 850);
          for (let out = await questions(); out.length > 0; out = await questions()) for (const one of out) await answer(examples.u1, one);
          await view.screenshot(`${name}-${theme}-${width}`);
          assert.deepEqual(await view.page.evaluate(misplaced), [], `${width} wide`);
        }
        await view.page.locator('.shown summary').click();
        await view.screenshot(`${name}-${theme}-menu`);
      });
    }
  }
});
