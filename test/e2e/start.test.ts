import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { launchChromium, openWorkbenchPage } from '../../scripts/vscode/browser.mjs';
import { Workbench } from './workbench';

describe('npm start', function () {
  this.timeout(180_000);

  it('prints an address that opens the extension on examples in any browser, until Ctrl+C', async () => {
    const start = spawn(process.execPath, ['scripts/start.mjs', '--browser'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(start, 'exit');
    const browser = await launchChromium();
    try {
      const address = await printedAddress(start.stdout);
      const workbench = new Workbench(await browser.newPage(), path.resolve('examples'), () => browser.close());
      await openWorkbenchPage(workbench.page, address);
      await workbench.openFile('two-moons.nflow');
      assert.notDeepEqual(await workbench.listCommands('Flow: '), []);
      await workbench.screenshot('npm start');
      await workbench.close();

      start.kill('SIGINT');
      assert.deepEqual(await ended, [0, null]);
      await assert.rejects(fetch(address), 'the server still answers');
    } finally {
      await browser.close();
      start.kill();
      await ended;
    }
  });
});

function printedAddress(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    output.on('data', (data) => {
      text += String(data);
      const address = /http:\S+/.exec(text)?.[0];
      if (address !== undefined) resolve(address);
    });
    output.once('end', () => reject(new Error(`npm start printed no address:\n${text}`)));
  });
}
