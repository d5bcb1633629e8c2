import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { name, publisher } from '../../package.json';
import { Answers } from './answers';
import { api, closeAll, eventually, fileUri, openFlow, writeFile } from './flows';

const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(`nflow.${command}`, ...args);
const textOf = async (uri: vscode.Uri): Promise<string> => new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
const exists = (uri: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );

async function fixture(file: string, as: string): Promise<vscode.Uri> {
  const extension = vscode.extensions.getExtension(`${publisher}.${name}`);
  assert.ok(extension);
  const here = fileUri(as);
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(extension.extensionUri, 'test/fixtures', file), here, { overwrite: true });
  return here;
}

describe('files of one’s own', () => {
  let answers: Answers;
  beforeEach(() => (answers = new Answers()));
  afterEach(async () => {
    answers.restore();
    await closeAll();
  });

  it('a new flow is asked for step by step, and back, and shown', async () => {
    const uri = fileUri('double-well.nflow');
    answers.saveTo(uri);
    const made = run('newFlow');
    let picker = await answers.question();
    assert.equal(picker.step, 1);
    const targets = picker.items.filter(({ iconPath }) => iconPath).map(({ label }) => label);
    for (const target of ['two-moons', 'U1', 'mueller-brown', 'double-well']) assert.ok(targets.includes(target), target);
    await answers.take(picker, 'double-well');
    picker = await answers.question();
    assert.deepEqual([picker.step, picker.totalSteps], [2, 3]);
    await vscode.commands.executeCommand('workbench.action.quickInputBack');
    picker = await answers.question();
    assert.equal(picker.activeItems[0]?.label, 'double-well');
    await answers.take(picker, 'double-well');
    picker = await answers.question();
    await answers.take(picker, picker.items[1].label);
    picker = await answers.question();
    await answers.take(picker, '8 layers');
    await made;
    const { flows } = await api();
    const flow = flows.find(uri);
    const spec = flow?.session.text.parsed.spec;
    assert.deepEqual(
      [spec?.dim, spec?.layers.length, spec?.objective],
      [1, 8, { type: 'reverse-kl', energy: 'double-well', gradient: 'path', anneal: 2000 }],
    );
    assert.ok(flow?.panel);
  });

  it('leaves nothing behind where the person gives up', async () => {
    const before = await vscode.workspace.fs.readDirectory(fileUri('.'));
    const made = run('newFlow');
    await answers.take(await answers.question(), 'two-moons');
    await answers.question();
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await made;
    answers.saveTo(undefined);
    const again = run('newFlow');
    await answers.take(await answers.question(), 'two-moons');
    await answers.take(await answers.question(), '16 layers');
    await again;
    assert.deepEqual(await vscode.workspace.fs.readDirectory(fileUri('.')), before);
  });

  it('a new flow from a data file learns from the columns that are chosen', async () => {
    const data = await fixture('data/wine.csv', 'wine.csv');
    const uri = fileUri('wine.nflow');
    answers.saveTo(uri);
    const made = run('newFlowFromData', data);
    const picker = await answers.question();
    assert.ok(picker.canSelectMany && picker.selectedItems.length === 2);
    assert.match(picker.placeholder ?? '', /178 rows, 14 columns; the first row names them/);
    const cultivar = picker.items.find(({ label }) => label.startsWith('cultivar'));
    assert.equal(cultivar?.kind, vscode.QuickPickItemKind.Separator, 'text is no coordinate');
    const page = (): boolean => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === 'Data: wine.csv'));
    await eventually('the data is shown', page);
    await answers.take(picker, 'alcohol', 'flavanoids', 'hue');
    await answers.take(await answers.question(), '4 layers');
    await made;
    await eventually('the page is gone', () => !page());
    const { flows } = await api();
    const session = flows.find(uri)?.session;
    await session?.open();
    assert.deepEqual(session?.opened?.table?.names, ['alcohol', 'flavanoids', 'hue']);
    assert.equal(session.opened.spec.dim, 3);
  });

  it('a data file that is dropped becomes what the flow learns from, which can be undone', async () => {
    await writeFile('dropped.nflow', await textOf(fileUri('flow.nflow')));
    const flow = await openFlow('dropped.nflow');
    const before = vscode.window.activeTextEditor?.document.getText();
    await run('takeIn', { uri: fileUri('points.csv').toString() }, flow.uri);
    assert.deepEqual(flow.session.text.parsed.spec?.objective, { type: 'forward-kl', data: 'points.csv', holdout: 0.1 });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(flow.uri));
    await vscode.commands.executeCommand('undo');
    assert.equal(vscode.window.activeTextEditor?.document.getText(), before);
    // With more columns than dimensions, it asks; a file from elsewhere is kept beside the flow first.
    const kept = fileUri('three.csv');
    answers.saveTo(kept);
    const taken = run('takeIn', { file: { name: 'three.csv', bytes: new TextEncoder().encode('a,b,c\n1,2,5\n2,1,7\n4,4,4\n') } }, flow.uri);
    const picker = await answers.question();
    await answers.take(picker, 'a', 'c');
    await taken;
    const objective = flow.session.text.parsed.spec?.objective;
    assert.deepEqual(objective, { type: 'forward-kl', data: 'three.csv', columns: ['a', 'c'], holdout: 0.1 });
  });

  it('a safetensors file opens as a list of its tensors', async () => {
    const checkpoint = await fixture('checkpoint/normflows-planar.safetensors', 'listed.safetensors');
    await vscode.commands.executeCommand('vscode.open', checkpoint);
    await eventually('the list', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputCustom && input.viewType === 'nflow.tensors';
    });
  });

  it('an imported checkpoint is asked about, and what was answered is written down', async () => {
    const checkpoint = await fixture('checkpoint/pyro-planar-norm.safetensors', 'asked.safetensors');
    // Without golden points, which would answer.
    const bytes = await vscode.workspace.fs.readFile(checkpoint);
    const text = new TextDecoder('latin1').decode(bytes).replace('"golden"', '"goldem"');
    await vscode.workspace.fs.writeFile(checkpoint, Buffer.from(text, 'latin1'));
    const uri = fileUri('asked.nflow');
    answers.quickly(() => undefined);
    await run('importCheckpoint', checkpoint);
    assert.equal(await exists(uri), false, 'nothing is written where the person gives up');
    answers.quickly((items) => items.find(({ label }) => label.includes('Pyro')) ?? items[0]);
    await run('importCheckpoint', checkpoint);
    assert.match(answers.asked.join('\n'), /How does û come from u and w\?/);
    assert.match(await textOf(uri), /^# It was answered that û = .*early releases of Pyro/m);
    const { flows } = await api();
    await eventually('the flow', () => flows.find(uri)?.session.text.parsed.spec !== undefined);
  });

  it('Export to PyTorch writes a Python file with its weights, which the flow’s own do not collide with', async () => {
    await writeFile('torch.nflow', await textOf(fileUri('flow.nflow')));
    const flow = await openFlow('torch.nflow');
    answers.saveTo(fileUri('torch.py'));
    await run('exportPyTorch');
    const python = await textOf(fileUri('torch.py'));
    assert.match(python, /def log_prob\(x\):/);
    assert.ok(python.includes('"torch.pytorch.safetensors"'));
    assert.deepEqual(
      new Uint8Array(await vscode.workspace.fs.readFile(fileUri('torch.pytorch.safetensors'))),
      new Uint8Array(flow.session.exactWeights() ?? []),
    );
    await eventually('it is shown', () => vscode.window.activeTextEditor?.document.uri.toString() === fileUri('torch.py').toString());
    answers.saveTo(undefined);
    await vscode.workspace.fs.delete(fileUri('torch.py'));
    await run('exportPyTorch');
    assert.equal(await exists(fileUri('torch.py')), false);
  });
});
