/** The entry of the debug adapter over stdio, for other editors and for test clients: Node, without vscode. */

import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DebugAdapter } from '../debug/adapter';
import type { Host, Program } from '../debug/host';
import { FlowSession } from '../session/session';
import { openWorkerEngine } from './worker-engine';

/** Milliseconds between two looks at whether the file was saved by its editor. */
const watchInterval = 250;

const settings = { epsilon: 0.05, particles: 1000, gridLines: 2, layerDuration: 0 };

const reasons: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
]);

/** The text or the bytes of a file. @throws Error with a sentence for the person */
async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(resolve(path));
  } catch (error) {
    const known = error instanceof Error && 'code' in error ? reasons.get(error.code) : undefined;
    throw new Error(`${path} could not be read: ${known ?? String(error)}.`);
  }
}

async function open(path: string): Promise<Program> {
  const text = (await read(path)).toString();
  const session = new FlowSession(
    { openEngine: () => openWorkerEngine(join(__dirname, 'training-worker.js')), readFile: (name) => read(join(dirname(path), name)) },
    settings,
  );
  session.setText(text);
  const refresh = async (): Promise<void> => session.setText((await read(path)).toString());
  const saved = (): void =>
    void refresh().catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)} The flow stays as it was.\n`);
    });
  watchFile(resolve(path), { interval: watchInterval }, saved);
  return {
    session,
    path,
    name: basename(path),
    text: () => session.text.source,
    refresh,
    readFile: (name) => read(join(dirname(path), name)),
    close: () => {
      unwatchFile(resolve(path), saved);
      session.dispose();
    },
  };
}

const host: Host = { open };

/** The framing of messages; what they say is the adapter's. */
class Server extends ProtocolServer {
  private readonly adapter = new DebugAdapter(host, (message) => this.pass(message));

  /** Messages of any kind: what is not a request, the adapter leaves alone. */
  override handleMessage(message: DebugProtocol.ProtocolMessage): void {
    this.adapter.receive({ ...message });
  }

  end(): void {
    this.adapter.dispose();
    process.exit();
  }

  private pass(message: DebugProtocol.ProtocolMessage): void {
    const unsent = { ...message, seq: 0 };
    if (message.type === 'event') this.sendEvent(unsent as DebugProtocol.Event);
    else this.sendResponse(unsent as DebugProtocol.Response);
  }
}

const server = new Server();
server.on('close', () => server.end());
server.on('error', ({ body }: DebugProtocol.Event) => {
  process.stderr.write(`A message could not be read: ${String(body)}\n`);
});
server.start(process.stdin, process.stdout);
