import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Follower } from '../../../src/extension/attach/follower';
import type { WholeFile } from '../../../src/extension/attach/settled-file';
import { safetensors } from '../document/checkpoint/safetensors-file';

const writer = path.resolve('test/fixtures/attach/writer.mjs');
const steps = 20;

describe('following files that another process writes', function () {
  this.timeout(30_000);
  let folder: string;
  let seen: WholeFile[];
  let follower: Follower | undefined;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'nflow-follow-'));
    seen = [];
  });

  afterEach(() => {
    follower?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const follow = (target: string, isFolder: boolean) => {
    follower = new Follower(
      target,
      isFolder,
      (files) => {
        seen.push(...files);
        return Promise.resolve();
      },
      () => undefined,
    );
    void follower.run();
  };
  const stepOf = ({ content }: WholeFile) => Number(content.metadata.get('step'));
  const until = async (what: string, condition: () => boolean) => {
    const deadline = Date.now() + 15_000;
    while (!condition()) {
      assert.ok(Date.now() < deadline, what);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  for (const how of ['folder-renamed', 'folder-bitwise', 'folder-allocated', 'file-renamed', 'file-bitwise', 'file-overwritten']) {
    it(`misreads none, ${how.startsWith('folder') ? 'and takes every one in order' : 'and comes to the last'}: ${how}`, async () => {
      const isFolder = how.startsWith('folder');
      // A file that has its length all the time says nothing of a writer that rests too long: on a busy machine, any rest may be.
      const rest = how.endsWith('bitwise') ? '2' : '0';
      const target = isFolder ? folder : path.join(folder, 'latest.safetensors');
      follow(target, isFolder);
      const child = spawn(process.execPath, [writer, how, target, String(steps), '100', rest], { stdio: 'inherit' });
      assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0);
      await until('the last one', () => seen.some((file) => stepOf(file) === steps));
      for (const file of seen) {
        for (const { values } of file.content.tensors)
          assert.ok(
            values().every((value) => value === stepOf(file)),
            'one step, one value',
          );
      }
      const order = seen.map(stepOf);
      assert.deepEqual(
        order,
        [...new Set(order)].sort((a, b) => a - b),
      );
      if (isFolder) assert.equal(order.length, steps);
    });
  }

  const file = (step: number) => safetensors({ w: [[2], [step, step]] }, (header) => (header.__metadata__ = { step: String(step) }));

  it('waits for the rest of a file, and takes those after it only then', async () => {
    const [whole, next] = [file(9), file(10)];
    writeFileSync(path.join(folder, 'step-9.safetensors'), whole.subarray(0, 40));
    writeFileSync(path.join(folder, 'step-10.safetensors'), next);
    follow(folder, true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(seen, []);
    appendFileSync(path.join(folder, 'step-9.safetensors'), whole.subarray(40));
    await until('both', () => seen.length === 2);
    assert.deepEqual(seen.map(stepOf), [9, 10]);
  });

  it('does not wait for ever: what is broken keeps nobody back', async () => {
    writeFileSync(path.join(folder, 'step-9.safetensors'), 'broken');
    writeFileSync(path.join(folder, 'step-10.safetensors'), file(10));
    follow(folder, true);
    await until('the whole one', () => seen.length === 1);
    assert.deepEqual(seen.map(stepOf), [10]);
  });

  it('waits for a file that is not there yet, and takes a file that is written again', async () => {
    const late = path.join(folder, 'late.safetensors');
    follow(late, false);
    writeFileSync(`${late}.new`, file(1));
    renameSync(`${late}.new`, late);
    await until('the first', () => seen.length === 1);
    writeFileSync(late, file(2));
    await until('the second', () => seen.length === 2);
    writeFileSync(late, file(2));
    writeFileSync(`${late}.new`, file(3));
    renameSync(`${late}.new`, late);
    await until('the third', () => seen.length === 3);
    assert.deepEqual(seen.map(stepOf), [1, 2, 3]);
  });
});
