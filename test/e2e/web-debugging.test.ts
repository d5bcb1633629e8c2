// The debugger without Node: adapter and session in a page of a browser, the engine in a worker of it, as a web extension host has them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/browser.mjs';

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: Record<string, unknown>;
}
declare const adapter: { receive(message: object): void; sent: Message[] };

const origin = 'https://debugger.test/';
const program = `nflow: 1
dim: 2
seed: 1
objective: { type: reverse-kl, energy: U1 }
training: { steps: 30, batch: 32 }
layers:
  - planar: { w: [1.0, 0.2], u: [0.3, -0.8], b: 0.1 }
  - planar
`;

describe('the debugger in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let page: Page;
  let sequence = 0;

  before(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
    const files: Record<string, string> = { '': '<!DOCTYPE html><script src="adapter.js"></script>' };
    for (const name of ['adapter.js', 'engine.js']) files[name] = readFileSync(path.resolve('out/e2e/web', name), 'utf8');
    await page.route('**', (route) => {
      const body = files[route.request().url().slice(origin.length)];
      const contentType = body?.startsWith('<') ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8';
      return route.fulfill(body === undefined ? { status: 404 } : { body, contentType });
    });
    await page.goto(origin);
  });
  after(() => browser.close());

  /** The answer to a request. */
  async function ask(command: string, given: object = {}): Promise<Record<string, unknown>> {
    const seq = ++sequence;
    await page.evaluate((message) => adapter.receive(message), { type: 'request', seq, command, arguments: given });
    const answer = await page.waitForFunction((of) => adapter.sent.find(({ request_seq: to }) => to === of), seq);
    const { success, message, body } = (await answer.jsonValue()) as Message;
    assert.ok(success, message);
    return body ?? {};
  }

  /** What a request that moves a thread stops at. */
  async function stop(command: string, given: object = {}): Promise<Record<string, unknown>> {
    const seen = await page.evaluate(() => adapter.sent.length);
    await ask(command, given);
    const event = await page.waitForFunction((from) => adapter.sent.slice(from).find(({ event: name }) => name === 'stopped'), seen);
    return ((await event.jsonValue()) as Message).body ?? {};
  }

  it('steps through the layers and back, evaluates, trains to a condition and back through its history', async () => {
    await ask('initialize', { adapterID: 'nflow' });
    await ask('launch', { program });
    assert.equal((await stop('configurationDone')).description, 'At z');
    assert.equal((await stop('next', { threadId: 1 })).description, 'After layer 1, z → x');
    assert.equal((await ask('evaluate', { expression: 'abs(min(det) - margin) < 0.05' })).result, 'true');
    assert.equal((await stop('stepBack', { threadId: 1 })).description, 'Layer 1 undone, x → z');
    assert.equal((await ask('evaluate', { expression: 'roundtrip < 1e-12' })).result, 'true');

    const breakpoints = [{ line: 7, condition: 'step > 4 && norm(w) > 0' }];
    await ask('setBreakpoints', { source: { path: 'flow.nflow' }, breakpoints });
    assert.equal((await stop('continue', { threadId: 2 })).description, 'The condition at layer 1 is met at training step 5');
    assert.equal((await stop('stepBack', { threadId: 2 })).description, 'After training step 4');
    await ask('disconnect');
  });
});
