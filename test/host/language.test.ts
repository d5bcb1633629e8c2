import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, fileUri, openFlow, setText, writeFile } from './flows';

const good = `nflow: 1
dim: 2
objective: { type: reverse-kl, energy: U1 } # by its energy
training: { steps: 400, batch: 16 }
layers:
  - planar
  - planar: { raw: true, w: [1, 0], u: [-2.4, 0.5], b: 0 } # folds
`;

describe('the text of a flow in an editor', () => {
  afterEach(closeAll);

  /** Opens a file with this text, in which | marks a place. */
  async function openText(file: string, marked: string): Promise<{ document: vscode.TextDocument; at: vscode.Position }> {
    const offset = marked.indexOf('|');
    await writeFile(file, marked.replace('|', ''));
    const { uri } = await openFlow(file);
    const document = await vscode.workspace.openTextDocument(uri);
    return { document, at: document.positionAt(Math.max(offset, 0)) };
  }

  async function completions(file: string, marked: string): Promise<string[]> {
    const { document, at } = await openText(file, marked);
    const list = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, at);
    return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  }

  it('completes keys, layers and targets where the text is not whole', async () => {
    const keys = await completions('keys.nflow', good.replace('batch: 16 }', '|'));
    assert.ok(keys.includes('optimizer') && !keys.includes('steps'), keys.join());
    const layers = await completions('layers.nflow', good.replace('- planar\n', '- |\n'));
    assert.ok(layers.includes('coupling') && layers.includes('planar: { raw: true }'), layers.join());
    const targets = await completions('targets.nflow', good.replace('U1 }', '|'));
    assert.ok(targets.includes('U4') && !targets.includes('double-well'), targets.join());
  });

  it('completes the names of data files', async () => {
    await writeFile('data/mine.csv', 'a,b\n1,2\n2,1\n3,3\n');
    const files = await completions('files.nflow', good.replace('reverse-kl, energy: U1 }', 'forward-kl, data: | }'));
    assert.ok(files.includes('data/mine.csv') && files.includes('points.csv') && files.includes('two-moons'), files.join());
  });

  it('says what is under the pointer, with its formula and paper', async () => {
    const { document, at } = await openText('hover.nflow', good.replace('- planar\n', '- pla|nar\n'));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
    const said = hovers.flatMap(({ contents }) => contents.map((part) => (typeof part === 'string' ? part : part.value))).join('\n');
    assert.match(said, /û·h\(wᵀv \+ b\)/);
    assert.match(said, /https:\/\/arxiv\.org\/abs\/1505\.05770/);
  });

  it('mends what is wrong where it is, and keeps the comments', async () => {
    const { document } = await openText('mend.nflow', good.replace('- planar\n', '- planer # first\n'));
    const mend = async (marked: string, title: RegExp): Promise<void> => {
      await eventually('a diagnostic', () =>
        vscode.languages.getDiagnostics(document.uri).some(({ range }) => document.getText(range).includes(marked)),
      );
      const start = document.getText().indexOf(marked);
      const range = new vscode.Range(document.positionAt(start), document.positionAt(start + 1));
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range);
      const action = actions.find((offered) => title.test(offered.title));
      assert.ok(action?.edit, actions.map((offered) => offered.title).join('; '));
      assert.equal(action.isPreferred, true);
      await vscode.workspace.applyEdit(action.edit);
    };
    await mend('planer', /Write planar/);
    await mend('planar: { raw', /wᵀu = −0\.9/);
    assert.equal(document.getText(), good.replace('- planar\n', '- planar # first\n').replace('-2.4', '-0.9'));
    await eventually('no diagnostic', () => vscode.languages.getDiagnostics(document.uri).length === 0);
  });

  it('lists its keys and layers', async () => {
    const { document } = await openText('outline.nflow', good);
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['nflow', 'dim', 'objective', 'training', 'layers'],
    );
    assert.deepEqual(
      symbols[4].children.map(({ name }) => name),
      ['1 planar', '2 planar'],
    );
    assert.equal(symbols[4].children[1].range.start.line, 6);
  });

  it('is laid out', async () => {
    const { document } = await openText(
      'format.nflow',
      good.replace('{ steps: 400, batch: 16 }', '{steps:   400 ,batch: 16}').replace('  - planar\n', '  -   planar\n'),
    );
    const edits = await vscode.commands.executeCommand<vscode.TextEdit[]>('vscode.executeFormatDocumentProvider', document.uri, {
      tabSize: 2,
      insertSpaces: true,
    });
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, edits);
    await vscode.workspace.applyEdit(edit);
    assert.equal(document.getText(), good);
  });

  describe('code lenses', () => {
    const lensesOf = async (uri: vscode.Uri): Promise<vscode.Command[]> => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
      return lenses.flatMap(({ command }) => command ?? []);
    };
    const run = ({ command, arguments: given = [] }: vscode.Command): Thenable<unknown> =>
      vscode.commands.executeCommand(command, ...(given as unknown[]));

    it('train, debug, and lead to the layer that is in danger', async () => {
      await openText('lenses.nflow', good);
      const { uri, session } = await openFlow('lenses.nflow');
      const lenses = await lensesOf(uri);
      assert.deepEqual(
        lenses.map(({ title }) => title),
        ['Train', 'Debug', 'layer 2 folds: margin −1.4'],
      );
      await run(lenses[2]);
      assert.equal(session.cursor, 2);
      const flow = await openFlow('lenses.nflow');
      assert.ok(flow.panel, 'the Flow View is open');
      flow.panel.dispose();
    });

    it('follow training', async () => {
      await openText('follow.nflow', good.replace('steps: 400', 'steps: 100000').replace('[-2.4, 0.5]', '[-0.96, 0]'));
      const { uri, session } = await openFlow('follow.nflow');
      const [train, , margin] = await lensesOf(uri);
      assert.equal(margin.title, 'margin 0.04 at layer 2');
      await run(train);
      await eventually('training', () => session.status === 'running' && session.step > 20);
      const [pause, , then] = await lensesOf(uri);
      assert.equal(pause.title, 'Pause');
      assert.notEqual(then.title, margin.title);
      await run(pause);
      await eventually('the pause', () => session.status !== 'running');
      assert.equal((await lensesOf(uri))[0].title, 'Train');
    });

    it('say so where there is nothing to train', async () => {
      const { document } = await openText('nothing.nflow', 'nflow: 1\nlayers: []\n');
      const { session } = await openFlow('nothing.nflow');
      await eventually('the mistake is known', () => session.problems.length > 0);
      assert.deepEqual(
        (await lensesOf(document.uri)).map(({ title }) => title),
        ['Mend the mistakes to train and debug'],
      );
      await setText(document.uri, good);
      await eventually('the mistake is mended', async () => (await lensesOf(document.uri))[0].title === 'Train');
    });
  });

  describe('the files that it names', () => {
    const learns = (data: string): string => good.replace('reverse-kl, energy: U1 }', `forward-kl, data: ${data} }`);
    const rename = async (from: string, to: string): Promise<void> => {
      const edit = new vscode.WorkspaceEdit();
      edit.renameFile(fileUri(from), fileUri(to));
      assert.ok(await vscode.workspace.applyEdit(edit));
    };
    const textOf = async (file: string): Promise<string> => (await vscode.workspace.openTextDocument(fileUri(file))).getText();

    it('are followed when they are renamed, in every flow, open or not', async () => {
      await writeFile('moves/points.csv', 'a,b\n1,2\n2,1\n3,3\n');
      await writeFile('moves/closed.nflow', learns('points.csv'));
      await writeFile('moves.nflow', learns('"moves/points.csv"'));
      await openFlow('moves.nflow');
      await rename('moves/points.csv', 'moves/better points.csv');
      await eventually(
        'both name it',
        async () =>
          (await textOf('moves/closed.nflow')) === learns('"better points.csv"') &&
          (await textOf('moves.nflow')) === learns('"moves/better points.csv"'),
      );
    });

    it('are followed into another folder, and when the flow itself moves', async () => {
      await writeFile('here/points.csv', 'a,b\n1,2\n2,1\n3,3\n');
      await writeFile('here/flow.nflow', learns('points.csv'));
      await writeFile('beside.nflow', learns('here/points.csv'));
      await rename('here', 'there');
      await eventually('the flow outside follows', async () => (await textOf('beside.nflow')) === learns('there/points.csv'));
      assert.equal(await textOf('there/flow.nflow'), learns('points.csv'));
      await rename('there/flow.nflow', 'went-away.nflow');
      await eventually('the flow that moved follows', async () => (await textOf('went-away.nflow')) === learns('there/points.csv'));
    });
  });
});
