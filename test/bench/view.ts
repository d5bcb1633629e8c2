/** What a Flow View costs in Chromium without a GPU while its flow is trained in a worker beside it: the real page, channel and session. */

import type { Page } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import { newFlowText } from '../../src/document/new-flow';
import { parseFlow } from '../../src/document/parse';
import { buildFlow, initialParameters } from '../../src/flow/flow';
import type { Objective } from '../../src/flow/spec';
import { drawDensity } from '../../src/training/density';
import { finish } from '../../src/training/work';
import { median, report, table } from './report';
import { ViewHost } from './view/host';
import { animate, clicked, countNodes, heatMaps } from './view/page';

const layers = 16;
const settings = { epsilon: 0.05, gridLines: 41, layerDuration: 600 };
const particles = [2000, 10_000];
/** Of an animation, and how often something is clicked, or drawn. */
const [seconds, times] = [6, 12];

/** The text of a new flow, but for an end of its training that is not reached here. */
const textOf = (objective: Objective): string => newFlowText(objective).replace(/steps: \d+/, 'steps: 1000000');
const reverse: Objective = { type: 'reverse-kl', energy: 'U1' };
const forward: Objective = { type: 'forward-kl', data: 'two-moons' };

const rows: string[][] = [['', 'asked', 'median', 'worst']];
const ms = (value: number): string => `${value.toFixed(1)} ms`;

async function open(page: Page, count: number): Promise<ViewHost> {
  const host = new ViewHost(textOf(reverse), { ...settings, particles: count });
  await host.open(page);
  await page.locator('.film').nth(layers).waitFor();
  await host.session.train();
  // The first frames, the optimiser of the JavaScript and that of the training are not what is measured.
  await page.waitForTimeout(3000);
  return host;
}

async function measureFrames(page: Page, host: ViewHost, count: number): Promise<void> {
  const { perSecond, late, intervals, work } = await animate(page, seconds);
  const worst = Math.max(...intervals);
  rows.push([
    `frames a second, ${count} particles (${late} of ${intervals.length + late} left out)`,
    count === particles[0] ? '≥ 50' : '≥ 30',
    perSecond.toFixed(1),
    `${(1000 / worst).toFixed(1)}`,
  ]);
  rows.push(['the page’s CPU time for one of them', '', ms(work), '']);
  rows.push([`bytes of a frame, ${count} particles`, count === particles[0] ? '< 1000000' : '', `${host.frames.bytes}`, '']);
  report({
    [`view.${count}.fps`]: perSecond,
    [`view.${count}.frame_cpu_ms`]: work,
    [`view.${count}.left_out_share`]: late / (intervals.length + late),
    [`view.${count}.frame_bytes`]: host.frames.bytes,
  });
}

async function measureClicks(page: Page): Promise<void> {
  const all: number[] = [];
  await page.locator('.film').nth(8).click();
  for (const kind of ['step', 'stage', 'probe'] as const) {
    const waits: number[] = [];
    for (let i = 0; i < times; i++) waits.push(await clicked(page, kind, i));
    rows.push([`a click to a changed picture: ${kind}`, '< 100 ms', ms(median(waits)), ms(Math.max(...waits))]);
    report({ [`view.click.${kind}_ms`]: median(waits) });
    all.push(...waits);
  }
  report({ 'view.click_ms': median(all), 'view.click_worst_ms': Math.max(...all) });
}

async function measureHidden(page: Page, host: ViewHost): Promise<void> {
  host.visible = false;
  await page.waitForTimeout(500);
  const { sent, traced } = host.frames;
  const from = host.session.step;
  await page.waitForTimeout(2000);
  const built = host.frames.sent - sent + host.frames.traced - traced;
  rows.push([`frames sent or computed while hidden, over ${host.session.step - from} training steps`, '0', `${built}`, '']);
  report({ 'view.hidden_frames': built });
  // VS Code loads what it shows again anew.
  host.visible = true;
  await page.reload();
  await page.locator('.film').nth(layers).waitFor();
}

async function measureHeatMap(page: Page, host: ViewHost): Promise<void> {
  host.session.pause();
  const { answered, drawn } = await heatMaps(page, times);
  rows.push(['heat map of 128²: asked for until seen', '', ms(median(answered)), ms(Math.max(...answered))]);
  rows.push(['heat map of 128²: the page’s part, and all else that it draws then', '', ms(median(drawn)), ms(Math.max(...drawn))]);
  report({ 'view.heatmap128.seen_ms': median(answered), 'view.heatmap128.page_ms': median(drawn) });
  for (const [way, objective, parameters] of [
    ['solved', reverse, host.session.parameters],
    ['closed', forward, undefined],
  ] as const) {
    const { spec } = parseFlow(textOf(objective));
    if (!spec) throw new Error('The text of a new flow has mistakes.');
    const flow = buildFlow(spec, parameters ?? initialParameters(spec));
    const request = { stage: layers, side: 128, window: [-4, 4, -4, 4] } as const;
    const costs = Array.from({ length: 2 * times }, () => {
      const start = performance.now();
      finish(drawDensity(flow, objective, request));
      return performance.now() - start;
    }).slice(times);
    const whole = median(costs) + median(drawn);
    rows.push([`heat map of 128²: computed, x → z ${way}`, '', ms(median(costs)), ms(Math.max(...costs))]);
    rows.push([`heat map of 128²: computed (${way}) and drawn`, '< 30 ms', ms(whole), '']);
    report({ [`view.heatmap128.${way}_ms`]: median(costs), ...(way === 'solved' && { 'view.heatmap128.ms': whole }) });
  }
}

console.log(
  `A Flow View of ${layers} planar layers, its flow in training, a ${settings.gridLines} × ${settings.gridLines} grid, 1280 × 800, no GPU.`,
);
const browser = await launchChromium();
try {
  for (const count of particles) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const host = await open(page, count);
    await measureFrames(page, host, count);
    if (count === particles[0]) {
      await measureClicks(page);
      const nodes = await countNodes(page);
      rows.push(['SVG nodes', '≤ 500', `${nodes}`, '']);
      report({ 'view.svg_nodes': nodes });
      await measureHidden(page, host);
      await measureHeatMap(page, host);
    }
    rows.push([`frames waiting, ${count} particles`, '≤ 1', '', `${host.frames.mostWaiting}`]);
    report({ [`view.${count}.waiting_frames`]: host.frames.mostWaiting });
    host.close();
    await page.close();
  }
} finally {
  await browser.close();
}

console.log(table(rows));
