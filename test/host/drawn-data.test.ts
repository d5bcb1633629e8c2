import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { learnFromDrawing } from '../../src/extension/drawn-data';
import { closeAll, eventually, fileUri, openFlow, writeFile } from './flows';

const read = async (file: string): Promise<string> => new TextDecoder().decode(await vscode.workspace.fs.readFile(fileUri(file)));

describe('learning from what was drawn', () => {
  afterEach(closeAll);

  it('writes a file of a new name, edits the objective as one step, and training learns from it', async () => {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(fileUri('flow.nflow')));
    await writeFile('drawn.nflow', `# mine\n${text}`);
    await writeFile('drawn.csv', 'somebody else’s');
    const flow = await openFlow('drawn.nflow');
    const before = (await vscode.workspace.openTextDocument(flow.uri)).getText();
    const points = Float32Array.from({ length: 400 }, (_, i) => Math.cos(i * i) + (i % 2));
    assert.equal(await learnFromDrawing(flow, points), undefined);

    assert.equal(await read('drawn.csv'), 'somebody else’s');
    const lines = (await read('drawn-2.csv')).trim().split('\r\n');
    assert.equal(lines[0], 'x1,x2');
    assert.deepEqual(
      Float32Array.from(lines.slice(1).flatMap((line) => line.split(',').map(Number))),
      points.map((value) => Number(value.toPrecision(7))),
    );

    const document = await vscode.workspace.openTextDocument(flow.uri);
    assert.match(document.getText(), /^# mine\n[^]*data: drawn-2\.csv/);
    await flow.session.open();
    await eventually('its points are read', () => flow.session.opened?.table?.names.join() === 'x1,x2');
    await flow.session.stepTraining(1);
    await eventually('a step is taken', () => flow.session.step === 1);

    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before, 'one undo takes it back');
  });

  it('says what to do where there is no file to be beside of', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'nflow', content: 'nflow: 1\n' });
    const refused = await learnFromDrawing({ uri: document.uri, name: 'Untitled-1' }, new Float32Array(4));
    assert.match(refused?.refused ?? '', /save the flow to a file first/);
  });
});
