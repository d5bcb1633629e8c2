import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';

const adapter = path.resolve('dist/debug-adapter.js');
const cwd = path.resolve('test/fixtures/debug');

function framed(message: unknown): string {
  const json = typeof message === 'string' ? message : JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

describe('the debug adapter as a process', () => {
  it('survives what is not a message, says so on stderr, and answers the next request', async () => {
    const child = spawn(process.execPath, [adapter], { cwd });
    let out = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    child.stdin.write(framed('{ not JSON'));
    child.stdin.write(framed('"a text"'));
    child.stdin.write(framed({ type: 'event', event: 'unasked' }));
    child.stdin.write(framed({ type: 'request', command: 7 }));
    const last = framed({ seq: 3, type: 'request', command: 'initialize', arguments: { adapterID: 'nflow' } });
    // Cut in the middle of a header and of a body.
    child.stdin.write(last.slice(0, 9));
    child.stdin.write(last.slice(9, 50));
    child.stdin.write(last.slice(50));
    while (!out.includes('"request_seq":3')) await once(child.stdout, 'data');
    assert.match(out, /"command":"initialize","success":true/);
    assert.match(errors, /A message could not be read: .+/);
    child.stdin.end();
    const [status] = (await once(child, 'exit')) as [number];
    assert.equal(status, 0);
  });

  it('ends when its client is gone, in the middle of training too', async () => {
    const client = spawn(process.execPath, [adapter], { cwd });
    const request = (seq: number, command: string, given: object = {}) =>
      client.stdin.write(framed({ seq, type: 'request', command, arguments: given }));
    request(1, 'initialize');
    request(2, 'launch', { program: 'folding.nflow' });
    request(3, 'configurationDone');
    request(4, 'continue', { threadId: 2 });
    let out = '';
    client.stdout.on('data', (data: Buffer) => (out += data.toString()));
    while (!out.includes('"request_seq":4')) await once(client.stdout, 'data');
    client.stdin.end();
    await once(client, 'exit');
  });

  it('serves two clients at once, each its own flow', async () => {
    const clients = ['planar.nflow', 'folding.nflow'].map((program) => ({
      program,
      client: new DebugClient(process.execPath, adapter, 'nflow', { cwd }),
    }));
    await Promise.all(clients.map(({ client }) => client.start()));
    try {
      const depths = await Promise.all(
        clients.map(async ({ program, client }) => {
          await client.initializeRequest();
          const initialized = client.waitForEvent('initialized');
          await client.customRequest('launch', { program });
          await initialized;
          const entry = client.waitForEvent('stopped');
          await client.configurationDoneRequest();
          await entry;
          const end = client.waitForEvent('stopped');
          await client.continueRequest({ threadId: 1 });
          await end;
          return (await client.stackTraceRequest({ threadId: 1 })).body.totalFrames;
        }),
      );
      assert.deepEqual(depths, [5, 4]);
    } finally {
      await Promise.all(clients.map(({ client }) => client.stop()));
    }
  });
});
