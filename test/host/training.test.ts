import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { name, publisher } from '../../package.json';
import { api, closeAll, eventually, fileUri, openFlow, setText, writeFile } from './flows';

const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(`nflow.${command}`, ...args);

describe('training in the extension', () => {
  afterEach(closeAll);

  const copy = async (to: string, edit: (text: string) => string = (text) => text) => {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(fileUri('flow.nflow')));
    await writeFile(to, edit(text));
    return openFlow(to);
  };
  const endless = (text: string) => text.replace('steps: 200', 'steps: 1000000');

  it('trains by the command, to the steps of the file, in a worker', async () => {
    const { session } = await copy('train.nflow');
    await run('train');
    await eventually('done', () => session.status === 'done');
    assert.equal(session.step, 200);
  });

  it('trains on a CSV file', async () => {
    const { session } = await openFlow('points.nflow');
    await run('train');
    await eventually('done', () => session.status === 'done');
    assert.deepEqual(session.opened?.table?.names, ['height', 'width']);
  });

  it('pauses and resets by the commands', async () => {
    const { session } = await copy('pause.nflow', endless);
    await run('train');
    await eventually('some steps', () => session.step > 0);
    await run('pause');
    await eventually('paused', () => session.status === 'paused');
    void run('reset');
    await eventually('reset', () => session.step === 0);
    assert.equal(session.status, 'idle');
  });

  it('steps and runs through the layers by the commands, with no view open', async () => {
    const { session } = await copy('step.nflow');
    await run('runToZ');
    assert.equal(session.cursor, 0);
    await run('stepZToX');
    assert.equal(session.cursor, 1);
    await run('stepXToZ');
    assert.equal(session.cursor, 0);
    await run('runToX');
    assert.equal(session.cursor, 3);
  });

  it('imports a checkpoint by the command: a flow beside it, which is opened', async () => {
    const { flows } = await api();
    const extension = vscode.extensions.getExtension(`${publisher}.${name}`);
    assert.ok(extension);
    const checkpoint = vscode.Uri.joinPath(extension.extensionUri, 'test/fixtures/checkpoint/normflows-planar.safetensors');
    const here = fileUri('imported.safetensors');
    await vscode.workspace.fs.copy(checkpoint, here, { overwrite: true });
    await run('importCheckpoint', here);
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /^# Imported from the normflows checkpoint imported\.safetensors/);
    await eventually('the flow', () => flows.find(fileUri('imported.nflow'))?.session.depth === 8);
  });

  it('saves the weights beside the flow, names them in its text, and that can be undone', async () => {
    const flow = await copy('weights.nflow');
    await run('train');
    await eventually('done', () => flow.session.status === 'done');
    await run('saveWeights');
    const bytes = await vscode.workspace.fs.readFile(fileUri('weights.safetensors'));
    assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true), 0, 'a safetensors header length');
    const document = await vscode.workspace.openTextDocument(flow.uri);
    assert.match(document.getText(), /^weights: weights\.safetensors$/m);
    assert.equal(flow.session.step, 200, 'nothing starts over');
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.doesNotMatch(document.getText(), /weights/);
  });

  it('opens one Flow View a flow, however often it is asked', async () => {
    const flow = await copy('view.nflow');
    await run('openFlowView');
    const { panel } = flow;
    assert.ok(panel);
    await run('openFlowView', flow.uri);
    assert.equal(flow.panel, panel);
    await eventually('it is shown', () => panel.active);
    panel.dispose();
    assert.equal(flow.panel, undefined);
  });

  it('goes on when its editor closes but its Flow View stays, and is kept when both are gone', async () => {
    const { flows } = await api();
    const flow = await copy('close.nflow', endless);
    await run('openFlowView');
    await run('train');
    await eventually('some steps', () => flow.session.step > 0);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(flow.uri), vscode.ViewColumn.One);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const step = flow.session.step;
    await eventually('training goes on', () => flow.session.step > step);
    flow.panel?.dispose();
    await eventually('the flow is gone', () => flows.find(flow.uri) === undefined);

    const again = await openFlow('close.nflow');
    await again.session.open();
    assert.ok(again.session.step >= step, `${again.session.step} of at least ${step} steps were kept`);
    assert.equal(again.session.status, 'paused');
  });

  it('goes on under its new name when the file is renamed while it trains', async () => {
    const { flows } = await api();
    const flow = await copy('old.nflow', endless);
    await run('train');
    await eventually('some steps', () => flow.session.step > 0);
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(flow.uri, fileUri('new.nflow'));
    await vscode.workspace.applyEdit(edit);
    await eventually('the new name', () => flows.find(fileUri('new.nflow')) === flow);
    assert.equal(flows.find(fileUri('old.nflow')), undefined);
    assert.equal(flow.name, 'new.nflow');
    const { step } = flow.session;
    await eventually('training goes on', () => flow.session.step > step);
    assert.equal(flow.session.status, 'running');
    flow.session.pause();
  });

  it('goes on under its new name when its folder is renamed, and takes its problems along', async () => {
    const { flows } = await api();
    await vscode.workspace.fs.createDirectory(fileUri('before'));
    const flow = await copy('before/inner.nflow', (text) =>
      endless(text).replace('- planar\n', '- planar: { raw: true, w: [1, 0], u: [-2, 0] }\n'),
    );
    await run('train');
    await eventually('some steps', () => flow.session.step > 0);
    assert.equal(vscode.languages.getDiagnostics(flow.uri).length, 1);
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(fileUri('before'), fileUri('after'));
    await vscode.workspace.applyEdit(edit);
    await eventually('the new place', () => flows.find(fileUri('after/inner.nflow')) === flow);
    await eventually('the problem is there', () => vscode.languages.getDiagnostics(fileUri('after/inner.nflow')).length === 1);
    assert.deepEqual(vscode.languages.getDiagnostics(fileUri('before/inner.nflow')), []);
    assert.equal(flow.session.status, 'running');
    await run('saveWeights');
    await vscode.workspace.fs.stat(fileUri('after/inner.safetensors'));
    flow.session.pause();
  });

  it('shows the picture whatever the settings say', async () => {
    const settings = vscode.workspace.getConfiguration('nflow');
    const flow = await copy('settings.nflow');
    await run('openFlowView');
    try {
      await settings.update('invertibility.nearSingular', 2, vscode.ConfigurationTarget.Workspace);
      await settings.update('picture.particles', 'many', vscode.ConfigurationTarget.Workspace);
      await run('train');
      await eventually('done', () => flow.session.status === 'done');
      const picture = await flow.session.trace();
      assert.equal(picture?.step, 200);
      assert.equal(picture.count, 1000);
    } finally {
      await settings.update('invertibility.nearSingular', undefined, vscode.ConfigurationTarget.Workspace);
      await settings.update('picture.particles', undefined, vscode.ConfigurationTarget.Workspace);
      flow.panel?.dispose();
    }
  });

  it('pauses, and says why, when the file is deleted while it trains', async () => {
    const flow = await copy('doomed.nflow', endless);
    await run('openFlowView');
    await run('train');
    await eventually('some steps', () => flow.session.step > 0);
    await vscode.workspace.fs.delete(flow.uri);
    await eventually('paused', () => flow.session.status === 'paused');
    assert.match(flow.session.note ?? '', /doomed\.nflow was deleted/);
    assert.ok(flow.session.step > 0, 'what was trained is still there');
    flow.panel?.dispose();
  });

  it('trains on, without a pause, when batch, learning rate, optimizer and steps are edited in the text', async () => {
    const flow = await copy('while-it-trains.nflow', (given) =>
      endless(given).replace('batch: 64', 'batch: 64, optimizer: adam, learningRate: 1e-3'),
    );
    const { session } = flow;
    await run('train');
    await eventually('some steps', () => session.step > 0);
    const seen = new Set<string>();
    const end = session.subscribe(() => seen.add(session.status));
    const text = (await vscode.workspace.openTextDocument(flow.uri)).getText();
    const changes: [from: RegExp, to: string][] = [
      [/learningRate: [^ ,}]+/, 'learningRate: 1e-4'],
      [/batch: \d+/, 'batch: 77'],
      [/optimizer: \w+/, 'optimizer: sgd'],
      [/steps: \d+/, 'steps: 900000'],
    ];
    let edited = text;
    for (const [from, to] of changes) {
      edited = edited.replace(from, to);
      await setText(flow.uri, edited);
      await eventually(`${to} counts`, () => session.opened?.spec !== undefined && edited.includes(to) && !session.problems.length);
      const { step } = session;
      await eventually(`training goes on after ${to}`, () => session.step > step);
    }
    end();
    assert.deepEqual([...seen], ['running']);
    const { training } = session.opened?.spec ?? {};
    assert.deepEqual([training?.learningRate, training?.batch, training?.optimizer], [1e-4, 77, 'sgd']);
    assert.equal(session.until % 900_000, 0);
    session.pause();
  });

  it('brings what was trained back when an edit of the layers is undone', async () => {
    const flow = await copy('undo.nflow');
    await run('train');
    await eventually('done', () => flow.session.status === 'done');
    const document = await vscode.workspace.openTextDocument(flow.uri);
    const text = document.getText();
    await setText(flow.uri, text.replace('  - planar\n', ''));
    await eventually('the shorter flow', () => flow.session.depth === 2);
    assert.equal(flow.session.step, 0);
    await setText(flow.uri, text);
    await eventually('the trained flow', () => flow.session.step === 200);
  });
});
