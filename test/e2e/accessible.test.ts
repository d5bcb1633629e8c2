import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';
import type { FlowState } from '../../src/protocol/messages';
import { examples, frameOf, lossesBetween, stateOf, type Example } from './flows';
import { themes, type ThemeName } from './themes';
import { ViewPage } from './view-page';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** Everything is there to be found wanting: probe, fold, past, problem, note. */
const busy = stateOf(examples.folding, {
  cursor: 1.5,
  probe: { stage: 0, point: [0.3, 0.4] },
  problem: 'Line 3: this is not YAML.',
  training: { status: 'paused', step: 400, loss: 1.2, note: 'The file was edited, so training was paused.' },
  past: { first: 0, shown: 120 },
});
const states: Readonly<Record<string, { readonly state: FlowState | undefined; readonly example?: Example; readonly draws?: true }>> = {
  'a flow with all there is to say': { state: busy, example: examples.folding },
  'a distribution being drawn': { state: stateOf(examples.folding), example: examples.folding, draws: true },
  'a flow in one dimension': { state: stateOf(examples.line, { cursor: 1 }), example: examples.line },
  'a flow before its first picture': { state: stateOf(examples.u1, { cursor: 0 }) },
  'no flow': { state: undefined },
};

describe('axe finds nothing to mend', function () {
  this.timeout(60_000);
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  for (const view of ['flow-view', 'sidebar'] as const) {
    for (const theme of Object.keys(themes) as ThemeName[]) {
      it(`in the ${view}, ${theme}`, async () => {
        for (const [name, { state, example, draws }] of Object.entries(states)) {
          const page = await ViewPage.open(browser, { view, theme, width: view === 'sidebar' ? 300 : 1280 });
          try {
            await page.state(state);
            if (example && view === 'flow-view') await page.frame(frameOf(example, lossesBetween(3, 1.2, 400)));
            await page.page.evaluate(() => document.querySelectorAll('details').forEach((section) => (section.open = true)));
            if (draws && view === 'flow-view') await page.page.getByRole('button', { name: 'Draw Data…' }).click();
            await page.settle();
            await page.page.evaluate(axe);
            const { violations } = await page.page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
            const found = violations.flatMap(({ id, nodes }) =>
              nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
            );
            assert.deepEqual(found, [], name);
          } finally {
            await page.close();
          }
        }
      });
    }
  }
});
