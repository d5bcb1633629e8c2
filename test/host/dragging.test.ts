import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ViewChannel } from '../../src/extension/view-channel';
import type { OpenFlow } from '../../src/extension/open-flows';
import type { FromView } from '../../src/protocol/messages';
import { api, closeAll, eventually, fileUri, openFlow, writeFile } from './flows';

describe('a layer dragged in a view', () => {
  let say: (message: FromView) => void;
  let flow: OpenFlow;
  let document: vscode.TextDocument;
  let channel: ViewChannel;

  /** The flow in an editor, and a view that says what the test has it say. */
  beforeEach(async () => {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(fileUri('planar.nflow')));
    await writeFile('dragged.nflow', `# mine\n${text.replace('steps: 50', 'steps: 1000000')}`);
    flow = await openFlow('dragged.nflow');
    await flow.session.open();
    document = await vscode.workspace.openTextDocument(flow.uri);
    const messages = new vscode.EventEmitter<FromView>();
    say = (message) => messages.fire(message);
    const webview: Pick<vscode.Webview, 'onDidReceiveMessage' | 'postMessage'> = {
      onDidReceiveMessage: messages.event,
      postMessage: () => Promise.resolve(true),
    };
    channel = new ViewChannel(webview, () => true, 'figures', (await api()).flows);
    channel.show(flow);
  });
  afterEach(async () => {
    channel.dispose();
    flow.session.pause();
    await closeAll();
  });

  /** The foot of the first layer's hyperplane, by way of three places. */
  const drag = (): void => {
    for (const at of [0.5, 0.8, 1.1]) say({ type: 'drag', layer: 1, handle: 'b', to: [at, 0.2], done: at === 1.1 });
  };
  const undo = async (): Promise<void> => {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
  };
  const values = (): number[] => [...(flow.session.parameters ?? [])];

  it('is one edit of the text, and one undo takes text and values back', async () => {
    const [text, before] = [document.getText(), values()];
    drag();
    await eventually('the text has it', () => document.getText() !== text);
    // wᵀv + b = 0 at (1.1, 0.2), of w = (1, 0.2).
    assert.match(document.getText(), /^# mine\n[^]*planar: \{ w: \[[^\]]*\], u: \[[^\]]*\], b: -1\.14 \}/);
    assert.ok(Math.abs(values()[4] + 1.14) < 1e-6);
    assert.deepEqual(values().slice(5), before.slice(5), 'the other layer stays');
    await undo();
    assert.equal(document.getText(), text);
    await eventually('the values are back', () => values().every((value, i) => value === before[i]));
  });

  it('starts nothing over: training goes on from there, and so it does when it is undone', async () => {
    const text = document.getText();
    void flow.session.train();
    await eventually('some steps', () => flow.session.step > 0);
    const step = (): number => flow.session.step;
    const steps: number[] = [];
    const unsubscribe = flow.session.subscribe(() => steps.push(step()));
    drag();
    await eventually('the text has it', () => document.getText() !== text);
    const dragged = step();
    await eventually('it trains', () => step() > dragged + 5);
    await undo();
    assert.equal(document.getText(), text);
    const undone = step();
    await eventually('it trains', () => step() > undone + 5);
    unsubscribe();
    assert.equal(flow.session.status, 'running');
    assert.ok(
      steps.every((value, i) => i === 0 || value >= steps[i - 1]),
      'no step is lost',
    );
  });
});
