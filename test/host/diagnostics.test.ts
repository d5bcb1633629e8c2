import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, fileUri, openFlow, setText, writeFile } from './flows';

const good = `nflow: 1
dim: 2
objective: { type: reverse-kl, energy: U1 }
training: { steps: 100, learningRate: 1e-3 }
layers:
  - planar
`;

describe('diagnostics', () => {
  afterEach(closeAll);

  const shown = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri);

  /** What was typed wrong, where the squiggle is, and what the message must name. */
  const mistakes: [what: string, text: string, marked: string | RegExp, says: RegExp][] = [
    ['a file that is not YAML', good.replace('energy: U1 }', 'energy: U1'), /./, /}|closed|brac/],
    ['an unknown layer', good.replace('- planar', '- planer'), 'planer', /planar/],
    ['an unknown key', good.replace('dim: 2', 'dim: 2\nsed: 3'), 'sed', /seed/],
    ['w of the wrong length', good.replace('- planar', '- planar: { w: [1, 2, 3] }'), '[1, 2, 3]', /3.*2/],
    ['a number that is none', good.replace('- planar', '- planar: { b: .nan }'), '.nan', /number/],
    ['no layers', good.replace('layers:\n  - planar', 'layers: []'), '[]', /layer/],
    ['a learning rate of 1e9', good.replace('1e-3', '1e9'), '1e9', /at most 1|to 1/],
    [
      'a missing data file',
      good.replace('reverse-kl, energy: U1', 'forward-kl, data: nowhere.csv'),
      'nowhere.csv',
      /nowhere\.csv was not found: put it at .*nowhere\.csv/,
    ],
  ];

  for (const [i, [what, text, marked, says]] of mistakes.entries()) {
    it(`${what} is marked, and no more once mended`, async () => {
      await writeFile(`mistake-${i}.nflow`, text);
      const { uri } = await openFlow(`mistake-${i}.nflow`);
      await eventually('a diagnostic', () => shown(uri).length > 0);
      const [{ range, message, source }] = shown(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      assert.match(message, says);
      assert.equal(source, 'nflow');
      if (typeof marked === 'string') assert.equal(document.getText(range), marked);
      await setText(uri, good);
      await eventually('no diagnostic', () => shown(uri).length === 0);
    });
  }

  it('a ragged CSV is marked where it is named, with its line, and no more once the file is mended', async () => {
    await writeFile('ragged.csv', 'a,b\n1,2\n3\n4,4\n5,7\n');
    await writeFile('ragged.nflow', good.replace('reverse-kl, energy: U1', 'forward-kl, data: ragged.csv'));
    const { uri } = await openFlow('ragged.nflow');
    await eventually('a diagnostic', () => shown(uri).length > 0);
    assert.match(shown(uri)[0].message, /ragged\.csv, line 3: /);
    await writeFile('ragged.csv', 'a,b\n1,2\n3,3\n4,4\n5,7\n');
    await eventually('no diagnostic', () => shown(uri).length === 0);
  });

  it('a CSV of ten million rows is refused with a remedy, and the host goes on', async function () {
    this.timeout(60_000);
    const rows = 10_000_000;
    const bytes = new Uint8Array(8 * rows);
    const row = new TextEncoder().encode('1.5,2.5\n');
    for (let i = 0; i < rows; i++) bytes.set(row, 8 * i);
    await vscode.workspace.fs.writeFile(fileUri('huge.csv'), bytes);
    await writeFile('huge.nflow', good.replace('reverse-kl, energy: U1', 'forward-kl, data: huge.csv'));
    const { uri } = await openFlow('huge.nflow');
    await eventually('a diagnostic', () => shown(uri).length > 0, 45_000);
    assert.match(shown(uri)[0].message, /huge\.csv.*more than 2,000,000 rows.*sample/);
    await vscode.workspace.fs.delete(fileUri('huge.csv'));
  });

  it('a flow that folds is warned of, not refused', async () => {
    await writeFile('folds.nflow', good.replace('- planar', '- planar: { raw: true, w: [1, 0], u: [-2.4, 0], b: 0 }'));
    const flow = await openFlow('folds.nflow');
    await eventually('a diagnostic', () => shown(flow.uri).length > 0);
    assert.equal(shown(flow.uri)[0].severity, vscode.DiagnosticSeverity.Warning);
    await flow.session.open();
    assert.equal(flow.session.depth, 1);
  });
});
