// What a person does to a debug session that it did not ask for: a flow with a mistake, edits, a closed editor, a second session.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openWorkbench, type Workbench } from './workbench';

describe('the life of a debug session in the workbench', function () {
  this.timeout(180_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
    await workbench.runCommand('View: Show Run and Debug');
  });

  after(() => workbench.close());

  const page = () => workbench.page;
  const stack = () => page().locator('.debug-call-stack .monaco-list-row');
  const frame = (text: string) =>
    stack()
      .filter({ has: page().locator('.stack-frame') })
      .filter({ hasText: text })
      .first();
  const says = (text: string | RegExp) => page().locator('.repl .monaco-list-row', { hasText: text }).first().waitFor();
  const layer = (text: string) => page().locator('.view-line', { hasText: text }).first();
  const press = (key: string) => page().keyboard.press(key);

  it('F5 on a flow with a mistake says what is wrong, and where', async () => {
    writeFileSync(
      path.join(workbench.folder, 'mistaken.nflow'),
      'nflow: 1\ndim: 2\nobjective: { type: reverse-kl, energy: U1 }\nlayers:\n  - planer\n',
    );
    await workbench.openFile('mistaken.nflow');
    await layer('planer').click();
    await press('F5');
    const dialog = page().locator('.monaco-dialog-box');
    await dialog.filter({ hasText: 'mistaken.nflow, line 5: There is no layer type "planer": did you mean planar?' }).waitFor();
    await workbench.screenshot('debug session 1 a flow with a mistake');
    await press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('a mistake that is made while debugging is named, and the pass goes on with the flow as it was', async () => {
    await workbench.openFile('folding.nflow');
    await layer('u: [2.0,').click();
    await press('F5');
    await frame('z').waitFor();
    await press('F10');
    await frame('layer 1').waitFor();
    await layer('u: [0.9,').click();
    await press('Home');
    await page().keyboard.type('x');
    await says(/The text has a mistake, so the flow stays as it was/);
    await press('F10');
    await frame('layer 2').waitFor();
    await workbench.screenshot('debug session 2 a mistake is made');
    await page().keyboard.press('ControlOrMeta+z');
    await says('The mistake in the text is mended.');
  });

  it('lines that move are told of, and the frame stays on its layer', async () => {
    await layer('layers:').click();
    await press('End');
    await press('Enter');
    await says('Lines were moved');
    await frame('13:1').waitFor();
    await workbench.screenshot('debug session 3 lines moved');
    await page().keyboard.press('ControlOrMeta+z');
    await frame('12:1').waitFor();
  });

  it('outlives its editor, which comes back with the next step', async () => {
    const tab = page().locator('.tab', { hasText: 'folding.nflow' });
    await press('ControlOrMeta+k');
    await press('w');
    await tab.waitFor({ state: 'detached' });
    await press('F10');
    await frame('layer 3').waitFor();
    await page().locator('.tab.active', { hasText: 'folding.nflow' }).waitFor();
    await layer('mean(logdet[3])').waitFor();
    // The last thing that takes the editor to itself.
    await page().locator('.exception-widget').waitFor();
    await workbench.screenshot('debug session 4 the editor came back');
  });

  it('has another beside it, each at its own place', async () => {
    await workbench.openFile('u1.nflow');
    await layer('layers:').click();
    await workbench.runCommand('Debug: Start Debugging');
    await stack().filter({ hasText: 'u1.nflow, z → x' }).waitFor();
    await stack().filter({ hasText: 'u1.nflow, z → x' }).click();
    await frame('u1.nflow').waitFor();
    await press('F10');
    await frame('layer 1').waitFor();
    await stack().filter({ hasText: 'Layer 3: det' }).waitFor();
    await workbench.screenshot('debug session 5 two sessions');
    await press('Shift+F5');
    await stack().filter({ hasText: 'u1.nflow' }).first().waitFor({ state: 'detached' });
    await frame('layer 3').waitFor();
    await workbench.screenshot('debug session 6 one is left');
    await press('Shift+F5');
    await page().locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });

  it('offers configurations without a launch.json, and marks what is wrong in one', async () => {
    await workbench.listCommands('Debug: Select and Start Debugging');
    await press('Enter');
    const offer = (text: string) => page().locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await offer('Normalizing Flow').click();
    for (const name of ['Debug Flow z → x', 'Debug Flow x → z', 'Train, Then Debug Flow']) await offer(name).waitFor();
    await workbench.screenshot('debug session 7 configurations');
    await press('Escape');

    mkdirSync(path.join(workbench.folder, '.vscode'), { recursive: true });
    const configuration = { type: 'nflow', request: 'launch', name: 'Wrong', program: 'u1.nflow', direction: 'forward', particles: 0 };
    writeFileSync(
      path.join(workbench.folder, '.vscode', 'launch.json'),
      JSON.stringify({ version: '0.2.0', configurations: [configuration] }, undefined, 2),
    );
    await workbench.openFile('launch.json');
    await page().locator('.squiggly-warning').nth(1).waitFor();
    await workbench.runCommand('Problems: Focus on Problems View');
    const problem = (text: string) => page().locator('.markers-panel .monaco-list-row', { hasText: text }).first();
    await problem('Valid values: "generate", "encode"').waitFor();
    await problem('Value is below the minimum of 1').waitFor();
    await workbench.screenshot('debug session 8 a wrong launch.json');
  });
});
