/** What is measured inside the page. */

import type { Page } from 'playwright-core';

/** A message that passed between page and host: when it did, and, of one that came, when the picture that it changed was painted. */
export interface Passed {
  readonly type: string;
  readonly at: number;
  readonly begun?: number;
  readonly painted?: number;
}
declare const passed: Passed[];

/** Milliseconds between the frames in which the layers moved, how many were left out of 60 a second, and the page's work on each. */
export interface Animation {
  readonly perSecond: number;
  readonly intervals: readonly number[];
  readonly late: number;
  /** CPU time of the page's main thread for a frame, the frames from the worker included. */
  readonly work: number;
}

/** Plays the layers round and round. */
export async function animate(page: Page, seconds: number): Promise<Animation> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
  };
  await page.getByLabel('Loop').check();
  await page.getByRole('button', { name: 'Layers', exact: true }).click();
  await page.waitForTimeout(500);
  const before = await worked();
  const times = await page.evaluate(
    (duration) =>
      new Promise<number[]>((done) => {
        const track = document.querySelector<HTMLElement>('.timeline');
        const moved: number[] = [];
        let [begin, before] = [NaN, ''];
        const tick = (now: number): void => {
          const fraction = track?.style.getPropertyValue('--fraction') ?? '';
          if (fraction !== before) moved.push(now);
          [begin, before] = [begin || now, fraction];
          if (now - begin < duration) requestAnimationFrame(tick);
          else done(moved);
        };
        requestAnimationFrame(tick);
      }),
    1000 * seconds,
  );
  const work = (await worked()) - before;
  await page.getByRole('button', { name: 'Layers', exact: true }).click();
  const intervals = times.slice(1).map((time, i) => time - times[i]);
  const late = intervals.reduce((sum, each) => sum + Math.max(0, Math.round(each / (1000 / 60)) - 1), 0);
  return { perSecond: (1000 * intervals.length) / (times[times.length - 1] - times[0]), late, intervals, work: work / intervals.length };
}

/** Milliseconds from the i-th click of a kind to the picture that it changed, painted. */
export async function clicked(page: Page, kind: 'step' | 'stage' | 'probe', i: number): Promise<number> {
  // Whatever moved has come to rest, and it is another moment of training and of the screen.
  await page.waitForTimeout(800 + 37 * (i % 7));
  const watched = kind === 'probe' ? { selector: '.probe-handle', attribute: 'cx' } : { selector: '.timeline', attribute: 'style' };
  const wait = await page.evaluateHandle(({ selector, attribute }) => {
    const element = document.querySelector(selector);
    const painted = new Promise<number>((done, fail) => {
      setTimeout(() => fail(new Error(`Nothing changed at ${selector}.`)), 10_000);
      let click: number | undefined;
      let before = element?.getAttribute(attribute);
      addEventListener('click', ({ timeStamp }) => (click = timeStamp), { capture: true, once: true });
      const observer = new MutationObserver(() => {
        const now = element?.getAttribute(attribute);
        if (click === undefined || now === before) before = now;
        else {
          const from = click;
          observer.disconnect();
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => done(performance.now() - from);
          port2.postMessage(undefined);
        }
      });
      if (element) observer.observe(element, { attributes: true });
    });
    return { painted };
  }, watched);
  if (kind === 'step') await page.getByRole('button', { name: i % 2 === 0 ? /^Step x → z/ : /^Step z → x/ }).click();
  else if (kind === 'stage')
    await page
      .locator('.film')
      .nth(i % 2 === 0 ? 6 : 8)
      .click();
  else await page.locator('.plane-picture').click({ position: { x: 200 + 15 * i, y: 180 } });
  return wait.evaluate(({ painted }) => painted);
}

export const countNodes = (page: Page): Promise<number> => page.locator('svg *').count();

/** Asks for heat maps at one stage after the other: milliseconds until each is seen, and what of that the page took. */
export async function heatMaps(page: Page, times: number): Promise<{ answered: number[]; drawn: number[] }> {
  await page.locator('.shown summary').click();
  await page.getByLabel('Density', { exact: true }).check();
  await page.keyboard.press('Escape');
  for (let i = 0; i < times; i++) {
    await page
      .locator('.film')
      .nth(16 - (i % 2))
      .click();
    await page.waitForTimeout(1200);
  }
  const log = (await page.evaluate(() => passed)).filter(({ type }) => type === 'density');
  const [answered, drawn]: number[][] = [[], []];
  log.forEach(({ begun, painted }, i) => {
    if (begun === undefined || painted === undefined) return;
    answered.push(painted - log[i - 1].at);
    drawn.push(painted - begun);
  });
  return { answered, drawn };
}
