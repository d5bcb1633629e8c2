import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, fileUri, openFlow } from './flows';

describe('an export in the extension', function () {
  this.timeout(60_000);
  const { showQuickPick, showSaveDialog, showErrorMessage } = vscode.window;

  afterEach(async () => {
    Object.assign(vscode.window, { showQuickPick, showSaveDialog, showErrorMessage });
    await closeAll();
  });

  /** Exports with these answers in place of the person; undefined is the Escape key. Returns what was offered as the file's name. */
  async function exportAs(label: RegExp, file: string | undefined): Promise<string | undefined> {
    let offered: string | undefined;
    Object.assign(vscode.window, {
      showQuickPick: (choices: readonly vscode.QuickPickItem[]) => Promise.resolve(choices.find((choice) => label.test(choice.label))),
      showSaveDialog: (options: vscode.SaveDialogOptions) => {
        offered = options.defaultUri?.path.split('/').pop();
        return Promise.resolve(file === undefined ? undefined : fileUri(file));
      },
      showErrorMessage: (message: string) => Promise.reject(new Error(message)),
    });
    await vscode.commands.executeCommand('nflow.export');
    return offered;
  }

  const read = (file: string): Thenable<Uint8Array> => vscode.workspace.fs.readFile(fileUri(file));
  const text = async (file: string): Promise<string> => new TextDecoder().decode(await read(file));

  it('writes the picture that the Flow View draws, which it opens for it', async () => {
    const flow = await openFlow('planar.nflow');
    const panel = (): vscode.WebviewPanel | undefined => flow.panel;
    assert.equal(panel(), undefined);
    assert.equal(await exportAs(/PNG/, 'exported.png'), 'planar.png');
    assert.ok(panel()?.visible);
    assert.equal(new TextDecoder('latin1').decode((await read('exported.png')).subarray(1, 4)), 'PNG');
    await exportAs(/SVG/, 'exported.svg');
    assert.match(await text('exported.svg'), /^<svg[^]*data:image\/png/);
    await exportAs(/WebM/, 'exported.webm');
    assert.deepEqual([...(await read('exported.webm')).subarray(0, 4)], [0x1a, 0x45, 0xdf, 0xa3]);
    panel()?.dispose();
  });

  it('writes the numbers, with no view', async () => {
    const flow = await openFlow('flow.nflow');
    await flow.session.stepTraining(1);
    await eventually('a step is taken', () => flow.session.step === 1);
    assert.equal(await exportAs(/Particles/, 'exported-particles.csv'), 'flow-particles.csv');
    assert.equal(await exportAs(/Losses/, 'exported-losses.csv'), 'flow-losses.csv');
    assert.equal(flow.panel, undefined);
    const particles = (await text('exported-particles.csv')).trim().split(/\r?\n/);
    const columns = particles[0].split(',').length;
    assert.ok(particles.length > 100 && particles.every((line) => line.split(',').length === columns));
    assert.match(await text('exported-losses.csv'), /^step,loss/);
  });

  it('writes nothing where the person says no', async () => {
    await openFlow('flow.nflow');
    assert.equal(await exportAs(/Losses/, undefined), 'flow-losses.csv');
    assert.equal(await exportAs(/none of them/, 'never.csv'), undefined);
    await assert.rejects(async () => read('never.csv'));
  });
});
