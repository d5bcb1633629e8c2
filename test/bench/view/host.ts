/**
 * The extension's side of a Flow View without VS Code: the real session over the real training worker, and the real channel, whose
 * messages go to a page over HTTP, as bytes, and come back through a function that the browser's driver puts there. What VS Code itself
 * costs on the way is missing.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import * as vscode from 'vscode';
import { openWorkerEngine } from '../../../src/extension/worker-engine';
import type { OpenFlow } from '../../../src/extension/open-flows';
import { ViewChannel } from '../../../src/extension/view-channel';
import type { FromView, ToView } from '../../../src/protocol/messages';
import type { SessionSettings } from '../../../src/session/environment';
import { FlowSession } from '../../../src/session/session';
import type { ToEngine } from '../../../src/training/messages';
import { policyAt, siteFile } from '../../e2e/view-site';

/** Takes the messages that wait, each a uint32 with the length of its JSON, another with that of its tensors, the JSON and the tensors. */
const stub = `
  const passed = [];
  const painted = (then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    port2.postMessage(undefined);
  };
  function receive(data) {
    const entry = { type: data.type, at: performance.now() };
    passed.push(entry);
    let before = 0;
    requestAnimationFrame(() => { before = performance.now(); });
    dispatchEvent(new MessageEvent('message', { data }));
    const taken = performance.now() - entry.at;
    requestAnimationFrame(() => painted((now) => Object.assign(entry, { begun: before - taken, painted: now })));
  }
  function acquireVsCodeApi() {
    (async () => {
      for (;;) {
        const body = await (await fetch('messages')).arrayBuffer();
        for (let at = 0; at < body.byteLength; ) {
          const [json, tensors] = new Uint32Array(body.slice(at, at + 8));
          const data = JSON.parse(new TextDecoder().decode(new Uint8Array(body, at + 8, json)));
          at += 8 + json;
          if (tensors > 0) data.packed = body.slice(at, at + tensors);
          at += tensors;
          receive(data);
        }
      }
    })();
    const postMessage = (message) => {
      passed.push({ type: message.type, at: performance.now() });
      void toHost(message);
    };
    return { postMessage, getState: () => undefined, setState: () => {} };
  }`;

function bytesOf(message: ToView): Uint8Array[] {
  const { packed, ...rest } = { packed: undefined as ArrayBuffer | undefined, ...message };
  const json = new TextEncoder().encode(JSON.stringify(rest));
  const tensors = new Uint8Array(packed ?? new ArrayBuffer(0));
  return [new Uint8Array(Uint32Array.of(json.length, tensors.length).buffer), json, tensors];
}

export class ViewHost {
  readonly session: FlowSession;
  /** Bytes of the last frame; frames that were sent and not yet drawn, now and at most; frames that were ever sent, and computed. */
  readonly frames = { bytes: 0, waiting: 0, mostWaiting: 0, sent: 0, traced: 0 };
  visible = true;
  private readonly channel: ViewChannel;
  private readonly server = createServer((request, response) => this.serve(request, response));
  private readonly waiting: ToView[] = [];
  private request: ServerResponse | undefined;
  private receive: (message: FromView) => void = () => {};

  constructor(text: string, settings: SessionSettings) {
    this.session = new FlowSession(
      { openEngine: () => this.openEngine(), readFile: () => Promise.reject(new Error('This flow needs no file.')) },
      settings,
    );
    const none = { dispose: () => {} };
    const webview = {
      postMessage: (message: ToView) => Promise.resolve(this.post(message)),
      onDidReceiveMessage: (listener: (message: FromView) => void) => {
        this.receive = listener;
        return none;
      },
    };
    const flows = { onDidRename: () => none, onDidPoint: () => none, pointAt: () => {}, activate: () => {} };
    this.channel = new ViewChannel(webview, () => this.visible, 'tensors', flows);
    const { session } = this;
    vscode.commands.registerCommand('nflow.stepZToX', () => session.stepThrough('generate'));
    vscode.commands.registerCommand('nflow.stepXToZ', () => session.stepThrough('encode'));
    session.setText(text);
    this.channel.show({ session, uri: 'bench.nflow', name: 'bench.nflow' } as unknown as OpenFlow);
  }

  /** Shows the Flow View in a page. */
  async open(page: Page): Promise<void> {
    await page.exposeFunction('toHost', (message: FromView) => {
      if (message.type === 'drawn') this.frames.waiting--;
      this.receive(message);
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    await page.goto(this.origin);
  }

  close(): void {
    this.channel.dispose();
    this.session.dispose();
    this.server.close();
    this.server.closeAllConnections();
  }

  private get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  private openEngine(): ReturnType<typeof openWorkerEngine> {
    const engine = openWorkerEngine('./dist/training-worker.js');
    const post = (message: ToEngine, transfer?: readonly ArrayBuffer[]): void => {
      if (message.type === 'trace') this.frames.traced++;
      engine.post(message, transfer);
    };
    return { ...engine, post };
  }

  private post(message: ToView): boolean {
    if (message.type === 'frame') {
      this.frames.bytes = message.packed.byteLength;
      this.frames.sent++;
      this.frames.mostWaiting = Math.max(this.frames.mostWaiting, ++this.frames.waiting);
    }
    this.waiting.push(message);
    this.deliver();
    return true;
  }

  private deliver(): void {
    const { request } = this;
    if (!request || this.waiting.length === 0) return;
    this.request = undefined;
    request.end(Buffer.concat(this.waiting.splice(0).flatMap(bytesOf)));
  }

  private serve({ url = '/' }: IncomingMessage, response: ServerResponse): void {
    if (url === '/messages') {
      this.request = response;
      return this.deliver();
    }
    // Another page: what was on its way to the one before is gone with it.
    if (url === '/') {
      this.request = undefined;
      this.waiting.length = 0;
      this.frames.waiting = 0;
    }
    const file = siteFile({ view: 'flow-view', theme: 'dark', stub }, url.slice(1));
    if (!file) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': file.contentType,
      'content-security-policy': `${policyAt(this.origin)}; connect-src ${this.origin}`,
    });
    response.end(file.body);
  }
}
