import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import type { FlowState, Frame, Target } from '../../src/protocol/messages';
import { targetOf } from '../../src/session/target';
import { deepFlow, examples, frameOf, lossesBetween, stateOf, type Example } from './flows';
import { misplaced } from './misplaced';
import { themes, type ThemeName } from './themes';
import { ViewPage, type ViewOptions } from './view-page';

interface Scene {
  readonly state: FlowState | undefined;
  readonly frame?: Frame;
  readonly target?: Target;
}

function sceneOf(example: Example, options: Parameters<typeof stateOf>[1] = {}, losses?: Float32Array): Scene {
  const target = targetOf(example.spec, undefined, [0, 1]);
  const floor = target?.floor === undefined ? {} : { floor: target.floor };
  return {
    state: stateOf(example, { ...options, training: { ...floor, ...options.training } }),
    frame: frameOf(example, losses),
    ...(target && { target: target.picture }),
  };
}

const trained = { status: 'running', step: 2400, loss: 1.07 } as const;
const scenes: Record<string, Scene> = {
  'two-moons at x': sceneOf(
    examples.twoMoons,
    { epsilon: 0.05, cursor: 16, probe: { stage: 16, point: [1.2, -0.6] }, training: trained },
    lossesBetween(3, 1.06, 2400),
  ),
  'two-moons in layer 7': sceneOf(
    examples.twoMoons,
    { cursor: 6.5, probe: { stage: 16, point: [1.2, -0.6] }, training: trained },
    lossesBetween(3, 1.06, 2400),
  ),
  'u1 at x': sceneOf(examples.u1, { training: { status: 'done', step: 4000, loss: -1.85 } }, lossesBetween(5, -1.86, 4000)),
  'a fold, before it': sceneOf(examples.folding, { cursor: 1, probe: { stage: 0, point: [0.3, 0.4] } }),
  'a fold, after it': sceneOf(examples.folding, { cursor: 3 }),
  'every kind of layer, in the radial one': sceneOf(examples.everyKind, { cursor: 2.5, probe: { stage: 0, point: [0.3, 0.4] } }),
  'every kind of layer, in the coupling': sceneOf(examples.everyKind, { cursor: 3.5 }),
  'a mistake in the text': sceneOf(examples.folding, { cursor: 1.4, problem: 'Line 12: w has 3 numbers, but dim is 2.' }),
  'no flow': { state: undefined },
  'a first picture being computed': { state: stateOf(examples.u1, { cursor: 0 }) },
  'nothing that could be read': { state: { ...stateOf(examples.u1, { problem: 'Line 3: this is not YAML.', cursor: 0 }), layers: [] } },
};

describe('the pictures', () => {
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

  async function show(scene: Scene, options: ViewOptions = {}): Promise<ViewPage> {
    view = await ViewPage.open(browser, options);
    await view.state(scene.state);
    if (options.view !== 'sidebar' && scene.target) await view.target(scene.target);
    if (options.view !== 'sidebar' && scene.frame) await view.frame(scene.frame);
    return view;
  }

  for (const theme of Object.keys(themes) as ThemeName[]) {
    for (const [name, scene] of Object.entries(scenes)) {
      it(`show ${name} in ${theme}, at any width`, async () => {
        const shown = await show(scene, { theme });
        for (const [width, height] of [
          [1280, 800],
          [800, 800],
          [400, 900],
        ]) {
          await shown.resize(width, height);
          await shown.screenshot(`${name}-${theme}-${width}`);
          assert.deepEqual(await shown.page.evaluate(misplaced), [], `${width} wide`);
        }
        assert.deepEqual(await shown.violations(), []);
      });
    }

    it(`show the sidebar in ${theme}, from 200 to 400 pixels`, async () => {
      for (const name of ['two-moons at x', 'a mistake in the text', 'no flow']) {
        const shown = await show(scenes[name], { theme, view: 'sidebar', width: 300, height: 800 });
        for (const width of [200, 300, 400]) {
          await shown.resize(width, 800);
          await shown.screenshot(`sidebar ${name}-${theme}-${width}`);
          assert.deepEqual(await shown.page.evaluate(misplaced), [], `${name}, ${width} wide`);
        }
        assert.deepEqual(await shown.violations(), []);
        await shown.close();
      }
    });
  }

  for (const depth of [1, 2, 64]) {
    it(`have room for ${depth} ${depth === 1 ? 'layer' : 'layers'}, with few enough SVG nodes`, async () => {
      const shown = await show(sceneOf(deepFlow(depth), { cursor: depth / 2 }));
      for (const [width, height] of [
        [3000, 1600],
        [1280, 800],
        [300, 700],
      ]) {
        await shown.resize(width, height);
        await shown.screenshot(`${depth} layers-${width}`);
        assert.deepEqual(await shown.page.evaluate(misplaced), [], `${width} wide`);
      }
      assert.equal(await shown.page.locator('.film').count(), depth + 1);
      const nodes = await shown.page.locator('svg *').count();
      assert.ok(nodes < 500, `${nodes} nodes`);
    });
  }

  it('show the map from z to x at once beside an editor, and in a narrow pane', async () => {
    const shown = await show(scenes['a fold, before it']);
    for (const [width, height] of [
      [640, 800],
      [500, 800],
      [500, 600],
      [300, 700],
      [230, 780],
    ]) {
      await shown.resize(width, height);
      await shown.screenshot(`beside an editor-${width}-${height}`);
      assert.deepEqual(await shown.page.evaluate(misplaced), [], `${width} wide`);
      const [plane, film] = [await shown.box('.plane-picture'), await shown.box('.filmstrip')];
      assert.ok(film.y + film.height <= height, `the filmstrip of ${width} × ${height} ends at ${film.y + film.height}`);
      assert.ok(plane.height >= 180, `the plane of ${width} × ${height} is ${plane.height} high`);
      const caption = await shown.box('.caption');
      if (width <= 300) assert.ok(caption.y + caption.height <= plane.y + 1, `the caption covers the plane of ${width}`);
    }
  });

  it('put the hyperplane and the band of the fold where the formula says, also half way through the layer', async () => {
    const { overlay } = stateOf(examples.folding).layers[1];
    assert.ok(overlay.kind === 'hyperplane');
    const { w, b, fold, kappa } = overlay;
    for (const [cursor, tau] of [
      [1, 0],
      [1.5, 0.5],
      [1.9, 0.9],
    ]) {
      const shown = await show(sceneOf(examples.folding, { cursor }));
      const { scale, left, top } = await shown.projection();
      const level = (x: number, y: number): number => (w[0] * (x - left)) / scale + (w[1] * (top - y)) / scale + b;
      const line = await shown.page
        .locator('.plane .hyperplane')
        .evaluate((e) => ['x1', 'y1', 'x2', 'y2'].map((name) => Number(e.getAttribute(name))));
      assert.ok(Math.abs(level(line[0], line[1])) < 0.02 && Math.abs(level(line[2], line[3])) < 0.02);

      let reach = 0;
      for (let i = 0; i <= 1000; i++) reach = Math.max(reach, Math.abs((fold * i) / 1000 + tau * kappa * Math.tanh((fold * i) / 1000)));
      const outline = (await shown.page.locator('.band-tint.fold').first().getAttribute('d')) ?? '';
      const corners = [...outline.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => Math.abs(level(Number(x), Number(y))));
      assert.equal(corners.length, 4);
      for (const corner of corners) assert.ok(Math.abs(corner - reach) < 0.02, `${corner} instead of ${reach} at ${cursor}`);
      await shown.close();
    }
  });

  it('put the circle of a radial layer where the formula carries it, also half way through the layer', async () => {
    const { overlay } = stateOf(examples.everyKind).layers[2];
    assert.ok(overlay.kind === 'centre');
    const { centre, reach, push } = overlay;
    for (const tau of [0, 0.5, 0.9]) {
      const scene = sceneOf(examples.everyKind, { cursor: 2 + tau });
      const shown = await show(scene);
      const { scale, left, top } = await shown.projection();
      const [cx, cy, r] = await shown.page
        .locator('.plane .reach')
        .evaluate((e) => ['cx', 'cy', 'r'].map((name) => Number(e.getAttribute(name))));
      assert.ok(Math.hypot(cx - left - scale * centre[0], cy - top + scale * centre[1]) < 0.1);
      assert.ok(Math.abs(r / scale - (reach + (tau * push * reach) / 2)) < 1e-3, `${r / scale} at ${tau}`);
      assert.equal(await shown.page.locator('.plane .hyperplane').isVisible(), false);
      await shown.close();
    }
  });

  it('draw particles where they are at the cursor, nothing where they are not, and in the colours of the theme', async () => {
    const frame: Frame = {
      step: 0,
      depth: 1,
      count: 1,
      side: 1,
      particles: Float32Array.of(-2, -1, 2, 1),
      particleDets: Float32Array.of(1),
      grid: new Float32Array(4),
      gridDets: Float32Array.of(1),
      gridLogBase: new Float32Array(1),
      losses: new Float32Array(0),
      terms: new Float32Array(0),
      heldOut: new Float32Array(0),
    };
    const shown = await show({ state: stateOf(deepFlow(1), { cursor: 0.75 }), frame }, { theme: 'dark' });
    const { scale, left, top } = await shown.projection();
    const colourAt = (x: number, y: number): Promise<number[]> =>
      shown.colourAt('.plane-picture > canvas:first-child', left + scale * x, top - scale * y);
    const bright = await colourAt(1, 0.5);
    assert.ok(bright[3] > 150 && bright[0] > 150, `a light dot, not ${bright.join(' ')}`);
    assert.equal((await colourAt(2, 1))[3], 0);
    assert.equal((await colourAt(-2, -1))[3], 0);

    await shown.changeTheme('light');
    const dark = await colourAt(1, 0.5);
    assert.ok(dark[3] > 150 && dark[0] < 100, `a dark dot, not ${dark.join(' ')}`);
  });

  it('survive a flow whose particles are not finite any more', async () => {
    const scene = sceneOf(examples.twoMoons);
    assert.ok(scene.frame);
    scene.frame.particles.fill(NaN, 5000);
    scene.frame.grid.fill(Infinity, 10000);
    scene.frame.gridDets.fill(NaN, 3000);
    const shown = await show(scene);
    assert.deepEqual(await shown.takePosted(), [{ type: 'ready' }, { type: 'drawn' }]);
  });
});
