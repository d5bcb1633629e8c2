import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import type { FlowState, FromView } from '../../src/protocol/messages';
import { deepFlow, examples, frameOf, lossesBetween, stateOf, type StateOptions } from './flows';
import { ViewPage, type ViewOptions } from './view-page';

describe('a view under the hand', () => {
  let browser: Browser;
  let view: ViewPage;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(() => view.close());

  /** The Flow View with a folding flow of three layers. */
  async function open(options: StateOptions = {}, page: ViewOptions = {}): Promise<void> {
    view = await ViewPage.open(browser, page);
    await view.state(stateOf(examples.folding, { cursor: 0, ...options }));
    if (page.view !== 'sidebar') await view.frame(frameOf(examples.folding));
  }

  /** What was posted since the last call, but for `ready`, `drawn` and where the pointer is. */
  async function said(): Promise<FromView[]> {
    await view.settle();
    return (await view.takePosted()).filter(({ type }) => !['ready', 'drawn', 'hover'].includes(type));
  }

  const caption = (): Promise<string | null> => view.page.locator('.caption strong').textContent();
  const live = (): Promise<string | null> => view.page.locator('[role=status].for-screen-readers').textContent();
  const press = (key: string, selector: string): Promise<void> => view.page.locator(selector).press(key);

  describe('listens to the session', () => {
    it('says ready once, and drawn after each frame, whatever comes first', async () => {
      view = await ViewPage.open(browser);
      await view.frame(frameOf(examples.folding));
      assert.deepEqual(await view.takePosted(), [{ type: 'ready' }, { type: 'drawn' }]);
      await view.state(stateOf(examples.folding, { cursor: 0 }));
      assert.ok(await view.page.locator('.waiting').isHidden(), 'the frame that came before the state is drawn');
      await view.frame(frameOf(examples.folding));
      assert.deepEqual(await view.takePosted(), [{ type: 'drawn' }]);
    });

    it('acknowledges a frame that does not belong to its state, and waits for one that does', async () => {
      view = await ViewPage.open(browser);
      await view.state(stateOf(examples.folding));
      await view.frame(frameOf(deepFlow(2)));
      assert.deepEqual(await view.takePosted(), [{ type: 'ready' }, { type: 'drawn' }]);
      assert.ok(await view.page.locator('.waiting').isVisible());
      await view.frame(frameOf(examples.folding));
      assert.ok(await view.page.locator('.waiting').isHidden());
    });

    it('moves, layer by layer, when a command moved the cursor', async () => {
      await open({}, { clock: true });
      await view.state(stateOf(examples.folding, { cursor: 1 }));
      await view.page.clock.runFor(300);
      const halfway = Number(/stage (\d\.\d+) of/.exec((await caption()) ?? '')?.[1]);
      assert.ok(halfway > 0 && halfway < 1, `${await caption()}`);
      assert.equal(await live(), 'stage 0 of 3 (z), layer 1 margin 0.88', 'what is read aloud waits for the end');
      await view.page.clock.runFor(600);
      assert.equal(await caption(), 'stage 1 of 3');
      assert.equal(await live(), 'stage 1 of 3, layer 2 margin −1.20, folds space');
      assert.deepEqual(await said(), [], 'the session knows where its cursor is');
    });

    it('is there at once where motion is to be reduced', async () => {
      await open({}, { reducedMotion: true, clock: true });
      await view.state(stateOf(examples.folding, { cursor: 3 }));
      assert.equal(await caption(), 'stage 3 of 3 (x)');
    });

    it('stays inside a flow that lost layers under its cursor', async () => {
      await open({ cursor: 3 });
      const { layers, ...shorter } = stateOf(examples.folding, { cursor: 3 });
      await view.state({ ...shorter, layers: layers.slice(0, 2) });
      assert.equal(await caption(), 'stage 2 of 2 (x)');
    });

    it('is not pulled back by a state that was on its way while the hand moved on', async () => {
      await open({ cursor: 1 });
      await press('Shift+ArrowRight', '.timeline');
      await view.state(stateOf(examples.folding, { cursor: 1, training: { status: 'running', step: 5 } }));
      assert.equal(await caption(), 'stage 1.10 of 3');
    });

    it('restores the zoom of the same flow, and of no other', async () => {
      const zoom = { k: 2, x: -300, y: -200 };
      const uri = stateOf(examples.folding).uri;
      await open({ cursor: 1.5 }, { saved: { uri, zoom } });
      const saved = await view.saved();
      assert.deepEqual(saved, { ...Object(saved), uri, zoom });
      assert.ok(await view.page.locator('.fit').isVisible());
      await view.close();
      await open({}, { saved: { uri: 'file:///other.nflow', zoom } });
      assert.ok(await view.page.locator('.fit').isHidden());
    });
  });

  describe('on the timeline', () => {
    it('scrubs at once and tells the session once a frame', async () => {
      await open();
      await view.takePosted();
      await view.page.locator('.timeline').evaluate((slider: HTMLInputElement) => {
        for (const value of [0.4, 0.8, 1.2, 1.6]) {
          slider.value = String(value);
          slider.dispatchEvent(new Event('input'));
        }
      });
      assert.deepEqual(await said(), [{ type: 'cursor', cursor: 1.6 }]);
      assert.equal(await caption(), 'stage 1.60 of 3');
    });

    it('steps with the arrow keys, by tenths with Shift, and to the ends', async () => {
      await open({ cursor: 1 }, { reducedMotion: true });
      await view.takePosted();
      const cursors: unknown[] = [];
      for (const key of ['ArrowRight', 'Shift+ArrowLeft', 'ArrowRight', 'Home', 'End', 'ArrowRight']) {
        await press(key, '.timeline');
        cursors.push(...(await said()).map((message) => (message.type === 'cursor' ? Number(message.cursor.toFixed(6)) : message)));
      }
      assert.deepEqual(cursors, [2, 1.9, 2, 0, 3, 3]);
    });

    it('goes to a stage that is clicked', async () => {
      await open();
      await view.takePosted();
      await view.page.locator('.film').nth(2).click();
      assert.deepEqual(await said(), [{ type: 'cursor', cursor: 2 }]);
    });
  });

  describe('on the plane', () => {
    it('places the probe where it is clicked', async () => {
      await open({ cursor: 1 });
      await view.takePosted();
      const { scale, left, top } = await view.projection();
      await view.page.locator('.plane-picture').click({ position: { x: left + 1.5 * scale, y: top + scale } });
      const [probe] = await said();
      assert.ok(probe.type === 'probe' && probe.probe);
      assert.equal(probe.probe.stage, 1);
      assert.ok(Math.hypot(probe.probe.point[0] - 1.5, probe.probe.point[1] + 1) < 0.02);
    });

    it('between two stages goes to the nearest one first', async () => {
      await open({ cursor: 1.6 });
      await view.takePosted();
      await view.page.locator('.plane-picture').click({ position: { x: 80, y: 300 } });
      const messages = await said();
      assert.deepEqual(
        messages.map(({ type }) => type),
        ['cursor', 'probe'],
      );
      assert.ok(messages[0].type === 'cursor' && messages[0].cursor === 2);
      assert.ok(messages[1].type === 'probe' && messages[1].probe?.stage === 2);
    });

    it('moves the probe with the arrow keys, further with Shift, and takes it away with Escape', async () => {
      await open({ cursor: 0, probe: { stage: 0, point: [0.3, 0.4] } });
      await view.takePosted();
      await press('ArrowRight', '.plane-picture');
      await press('Shift+ArrowDown', '.plane-picture');
      await press('Escape', '.plane-picture');
      const [right, down, gone] = await said();
      assert.ok(right.type === 'probe' && right.probe && right.probe.point[0] > 0.3 && right.probe.point[1] === 0.4);
      assert.ok(down.type === 'probe' && down.probe && 0.4 - down.probe.point[1] > 4 * (right.probe.point[0] - 0.3));
      assert.deepEqual(gone, { type: 'probe', probe: undefined });
    });

    it('drags the probe', async () => {
      await open({ cursor: 0, probe: { stage: 0, point: [0, 0] } });
      await view.takePosted();
      const { x, y, width, height } = await view.box('.plane-picture');
      const scale = Math.min(width, height) / 7;
      await view.page.mouse.move(x + width / 2, y + height / 2);
      await view.page.mouse.down();
      await view.page.mouse.move(x + width / 2 + scale, y + height / 2, { steps: 3 });
      await view.page.mouse.up();
      const last = (await said()).at(-1);
      assert.ok(last?.type === 'probe' && last.probe && Math.hypot(last.probe.point[0] - 1, last.probe.point[1]) < 0.02);
      assert.ok(await view.page.locator('.fit').isHidden(), 'the plane stays where it is');
    });

    it('shows all again on a double click, which leaves the probe as it was', async () => {
      await open({ cursor: 0, probe: { stage: 0, point: [0.3, 0.4] } });
      await view.takePosted();
      await view.page.locator('.plane-picture').dblclick({ position: { x: 300, y: 300 } });
      assert.deepEqual((await said()).at(-1), { type: 'probe', probe: { stage: 0, point: [0.3, 0.4] } });
    });

    it('shows coordinates under the pointer, zooms with the wheel, and shows all again on request', async () => {
      await open();
      const { x, y, width, height } = await view.box('.plane-picture');
      await view.page.mouse.move(x + width / 2, y + height / 2);
      assert.equal(await view.page.locator('.coordinates').textContent(), '(0.00, 0.00)');
      await view.page.mouse.wheel(0, -400);
      await view.page.locator('.fit').waitFor();
      await view.page.locator('.fit').click();
      assert.ok(await view.page.locator('.fit').isHidden());
      assert.deepEqual(
        (await said()).filter(({ type }) => type === 'probe'),
        [],
      );
    });
  });

  it('runs the commands of its buttons, where they make sense', async () => {
    await open({ cursor: 3 });
    await view.takePosted();
    /** The name may go on after a colon: “Step x → z: one layer back”. */
    const run = (name: string): Promise<void> => view.page.getByRole('button', { name: new RegExp(`^${name}(:|, | training|$)`) }).click();
    await run('Train');
    await run('Step x → z');
    await run('Run x → z');
    for (const name of ['Step z → x', 'Run z → x', 'Reset']) assert.ok(await view.page.getByRole('button', { name }).isDisabled(), name);
    await view.state(stateOf(examples.folding, { cursor: 0, training: { status: 'running', step: 10 } }));
    await run('Pause');
    await run('Reset');
    await run('Step z → x');
    await run('Run z → x');
    const commands = (await said()).map((message) => (message.type === 'command' ? message.command : message.type));
    assert.deepEqual(commands, ['train', 'stepXToZ', 'runToZ', 'pause', 'reset', 'stepZToX', 'runToX']);
  });

  for (const page of ['flow-view', 'sidebar'] as const)
    it(`takes a file that is dropped on the ${page}: where it is, or what is in it`, async () => {
      await open({}, { view: page });
      await said();
      const hint = view.page.locator('.drop-target');
      const drag = (type: string, uri?: string): Promise<void> =>
        view.page.evaluate(
          ([name, list]) => {
            const data = new DataTransfer();
            if (list === undefined) data.items.add(new File(['1,2'], 'points.csv'));
            else data.setData('text/uri-list', list);
            const event = new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true });
            document.body.dispatchEvent(event);
            if (name === 'dragover' && !event.defaultPrevented) throw new Error('A drop would be refused.');
          },
          [type, uri] as const,
        );
      await drag('dragenter', 'file:///a/points.csv');
      assert.ok(await hint.isVisible());
      await drag('dragleave', 'file:///a/points.csv');
      assert.ok(await hint.isHidden());
      await drag('dragenter', 'file:///a/points.csv');
      await drag('dragover', 'file:///a/points.csv');
      await drag('drop', '# from here\r\nfile:///a/points.csv\r\n');
      assert.ok(await hint.isHidden());
      assert.deepEqual(await said(), [{ type: 'drop', uri: 'file:///a/points.csv' }]);
      await drag('drop');
      await view.page.waitForFunction(() => (window as unknown as { view: { posted: unknown[] } }).view.posted.length > 0);
      const [dropped] = await said();
      assert.ok(dropped.type === 'drop' && dropped.file?.name === 'points.csv');
      assert.deepEqual(Object.values(dropped.file.bytes ?? {}), [...Buffer.from('1,2')]);
    });

  it('offers a new flow, or another, where there is none', async () => {
    view = await ViewPage.open(browser, { view: 'sidebar', width: 300 });
    await view.state(undefined);
    await view.takePosted();
    await view.page.getByRole('button', { name: 'New Flow…' }).click();
    await view.page.getByRole('button', { name: 'Open a Flow…' }).click();
    assert.deepEqual(await said(), [
      { type: 'command', command: 'newFlow' },
      { type: 'command', command: 'openFlowView' },
    ]);
  });

  for (const page of ['flow-view', 'sidebar'] as const)
    it(`says in the ${page} why training was paused, until it goes on`, async () => {
      const note = 'The file was edited, so training was paused.';
      const banner = (): Promise<string[]> => view.page.locator('.banner:visible').allTextContents();
      await open({ training: { status: 'paused', step: 10, note } }, { view: page });
      assert.deepEqual(await banner(), [note]);
      await view.state(stateOf(examples.folding, { training: { status: 'running', step: 11 } }));
      assert.deepEqual(await banner(), []);
    });

  it('tells the gap to the least possible loss with its error, and none for a flow that folds', async () => {
    const gap = (): Promise<string | null> => view.page.locator('.loss .gap').textContent();
    const losses = lossesBetween(3, 1.1, 4000);
    view = await ViewPage.open(browser);
    await view.state(stateOf(examples.twoMoons, { training: { step: 4000, floor: 1 } }));
    await view.frame(frameOf(examples.twoMoons, losses));
    assert.match((await gap()) ?? '', /^KL gap 0\.\d{3} ± 0\.00\d$/);
    assert.match((await view.page.locator('.loss .gap').getAttribute('title')) ?? '', /over the last 2\d\d steps/);
    await view.state(stateOf(examples.folding, { training: { step: 4000, floor: 1 } }));
    await view.frame(frameOf(examples.folding, losses));
    assert.equal(await gap(), 'no KL gap: layer 2 folds');
  });

  it('counts the energy in full in the curve above the least possible loss, and says so while training anneals it', async () => {
    const frame = frameOf(examples.u1, lossesBetween(4, 1.1, 4000));
    // Training counts next to nothing of the energy so far: that loss is far below the least possible one.
    const terms = frame.terms.map((value, i) => (i % 6 === 1 ? value - 5 : value));
    const losses = frame.losses.map((value, i) => (i % 2 === 1 ? value - 5 : value));
    view = await ViewPage.open(browser);
    await view.state(stateOf(examples.u1, { training: { step: 4000, floor: 1, loss: -3.9, beta: 0.35 } }));
    await view.frame({ ...frame, losses, terms });
    const height = (selector: string): Promise<number> =>
      view.page.locator(selector).evaluate((shape: SVGGraphicsElement) => shape.getBoundingClientRect().top);
    assert.ok((await height('.loss-last')) < (await height('.loss-picture .loss-floor')), 'the curve ends above the dashed line');
    assert.match((await view.page.locator('.loss .annealing').textContent()) ?? '', /by β = 0\.35 now; here it counts in full/);
    assert.match((await view.page.locator('.progress-text').textContent()) ?? '', /loss −3\.9 at β 0\.35$/);
    await view.state(stateOf(examples.u1, { training: { step: 4000, floor: 1, loss: 1.1 } }));
    assert.ok(await view.page.locator('.loss .annealing').isHidden());
  });

  it('tells the probe in numbers: where, how dense, the last step and the round trip', async () => {
    const { probe, ...state } = stateOf(examples.twoMoons, { cursor: 3, probe: { stage: 16, point: [1.2, -0.6] } });
    assert.ok(probe);
    const traveller: FlowState = {
      ...state,
      probe: {
        ...probe,
        lastStep: { layer: 4, direction: 'generate', solved: true, iterations: 5, residual: 2.2e-16 },
        roundTrip: 3.1e-15,
        original: [{ name: 'eruptions', value: 3.4 }],
      },
    };
    view = await ViewPage.open(browser);
    await view.state(traveller);
    const text = (await view.page.locator('.probe-section').textContent()) ?? '';
    for (const part of ['At stage 3', 'layer 4, z → x, solved', '5, residual 2.2e−16', 'off by 3.1e−15', 'eruptions 3.4'])
      assert.ok(text.includes(part), `${part} in ${text}`);
  });

  describe('in the sidebar', () => {
    it('lists the layers with what is wrong in words, and marks the one at the cursor', async () => {
      await open({ cursor: 1 }, { view: 'sidebar', width: 300 });
      const rows = view.page.locator('.layer');
      assert.equal(await rows.count(), 3);
      assert.match((await rows.nth(1).textContent()) ?? '', /−1\.20.*folds space/);
      assert.match((await rows.nth(2).textContent()) ?? '', /0\.040.*nearly singular, margin < 0\.05/);
      assert.equal(await view.page.locator('.layer[aria-current]').textContent(), await rows.nth(1).textContent());
    });

    it('goes to a layer that is clicked', async () => {
      await open({ cursor: 1 }, { view: 'sidebar', width: 300 });
      await view.takePosted();
      await view.page.locator('.layer').nth(2).click();
      assert.deepEqual(await said(), [{ type: 'cursor', cursor: 3 }]);
    });

    it('opens the Flow View', async () => {
      await open({}, { view: 'sidebar', width: 300 });
      await view.takePosted();
      await view.page.getByRole('button', { name: 'Open Flow View' }).click();
      assert.deepEqual(await said(), [{ type: 'command', command: 'openFlowView' }]);
    });
  });
});
