// What happens between the debugger and the text: edits while debugging, values written into it, hover, inline values, configurations.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, fileUri, openFlow, setText, writeFile } from './flows';

const text = (layers: readonly string[], training = 'steps: 1000000, batch: 32') =>
  [
    'nflow: 1',
    'dim: 2',
    'seed: 3',
    'objective: { type: reverse-kl, energy: U1 }',
    `training: { ${training} }`,
    'layers:',
    ...layers,
    '',
  ].join('\n');
const layers = [
  '  - planar: { w: [1.0, 0.2], u: [0.3, -0.8], b: 0.1 }',
  '  - planar: { w: [-0.4, 1.1], u: [0.5, 0.6], b: -0.2 }',
  '  - planar',
];

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly body?: { readonly output?: string; readonly reason?: string; readonly description?: string };
}

describe('debugging and the text', () => {
  let events: Message[] = [];
  const tracker = () =>
    vscode.debug.registerDebugAdapterTrackerFactory('nflow', {
      createDebugAdapterTracker: () => ({ onDidSendMessage: (message: Message) => message.type === 'event' && events.push(message) }),
    });
  let tracking: vscode.Disposable;

  beforeEach(() => {
    events = [];
    tracking = tracker();
  });

  afterEach(async () => {
    tracking.dispose();
    await vscode.debug.stopDebugging();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await closeAll();
  });

  async function ask<T>(request: string, given: object = {}): Promise<T> {
    const { activeDebugSession } = vscode.debug;
    assert.ok(activeDebugSession, 'a flow is being debugged');
    return (await activeDebugSession.customRequest(request, given)) as T;
  }
  const worth = async (expression: string) => (await ask<{ result: string }>('evaluate', { expression })).result;
  const lines = async () =>
    (await ask<{ stackFrames: { line: number }[] }>('stackTrace', { threadId: 1 })).stackFrames.map(({ line }) => line);
  const stops = () => events.filter(({ event }) => event === 'stopped');

  async function debug(file: string, content: string, more: object = {}) {
    await writeFile(file, content);
    const flow = await openFlow(file);
    const configuration = { type: 'nflow', request: 'launch', name: 'Flow', program: flow.uri.fsPath, stopOnEntry: true, ...more };
    assert.ok(await vscode.debug.startDebugging(undefined, configuration));
    await eventually('the pass is at its start', () => stops().length === 1);
    return flow;
  }

  it('lines that move take the frames and the breakpoints along, and the pass stays where it is', async () => {
    const uri = fileUri('moved.nflow');
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(7, 0)))]);
    const flow = await debug('moved.nflow', text(layers));
    await ask('continue', { threadId: 1 });
    await eventually('the breakpoint', () => stops().length === 2);
    assert.deepEqual(await lines(), [8, 7, 6]);
    await setText(flow.uri, text(['  # A line more.', ...layers]));
    await eventually('the lines moved', async () => (await lines()).join() === '9,8,6');
    assert.equal(stops().length, 2);
    assert.equal(flow.session.cursor, 2);
    await eventually('it is said', () => events.some(({ body }) => body?.output?.startsWith('Lines were moved')));
    const [breakpoint] = vscode.debug.breakpoints as vscode.SourceBreakpoint[];
    assert.equal(breakpoint.location.range.start.line, 8);
  });

  it('a value edited in the text changes what the pass stands on, and the pass stays', async () => {
    const flow = await debug('edited.nflow', text(layers));
    await ask('next', { threadId: 1 });
    await eventually('layer 1', () => stops().length === 2);
    await setText(flow.uri, text(layers).replace('b: 0.1', 'b: 0.5'));
    await eventually('the value', async () => (await worth('b[1]')) === '0.5');
    assert.equal(await worth('stage'), '1');
  });

  it('another flow begins anew, says so, and undoing brings the training back', async () => {
    const flow = await debug('other.nflow', text(layers), { train: 20 });
    await ask('next', { threadId: 1 });
    await eventually('layer 1', () => stops().length === 2);
    await setText(flow.uri, text(layers.slice(0, 2)));
    await eventually('it begins anew', () => stops().length === 3);
    assert.equal(stops()[2].body?.reason, 'entry');
    assert.ok(events.some(({ body }) => body?.output?.includes('edited into another one: the pass begins anew')));
    assert.equal(flow.session.depth, 2);
    await setText(flow.uri, text(layers));
    await eventually('it is back', () => flow.session.step === 20);
  });

  it('a setting holds beside the text, which is marked as changed only when the values are written, by one edit', async () => {
    const flow = await debug('written.nflow', text(layers, 'steps: 100, learningRate: 5e-3').replace('e-3 }', 'e-3 } # slow'), {
      train: 10,
    });
    await ask('setExpression', { expression: 'training.learningRate', value: '0.02' });
    await ask('setExpression', { expression: 'training.clip', value: '1' });
    await ask('setExpression', { expression: 'b[1]', value: '0.75' });
    const document = await vscode.workspace.openTextDocument(flow.uri);
    assert.equal(document.isDirty, false);
    assert.equal(flow.session.opened?.spec.training.learningRate, 0.02);
    const before = document.getText();
    const { parameters } = flow.session;

    await vscode.commands.executeCommand('nflow.writeValues');
    assert.equal(document.isDirty, true);
    assert.match(document.getText(), /training: \{ steps: 100, learningRate: 0\.02.*clip: 1 \} # slow/);
    assert.match(document.getText(), /b: 0\.75 \}/);
    await eventually('the flow is that of the text', () => flow.session.opened?.spec.layers[2].initial.w !== undefined);
    assert.equal(flow.session.step, 10, 'nothing starts over');
    assert.deepEqual(flow.session.parameters, parameters);
    assert.equal(stops().length, 1, 'the pass stays where it is');

    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
  });

  it('pause stops a pass that takes long after the layer that it is in', async () => {
    const many = Array.from({ length: 64 }, () => '  - planar');
    const flow = await debug('long.nflow', text(many), { particles: 10_000, direction: 'encode' });
    await ask('continue', { threadId: 1 });
    await ask('pause', { threadId: 1 });
    await eventually('it stops', () => stops().length === 2);
    assert.equal(stops()[1].body?.reason, 'pause');
    assert.ok(flow.session.cursor > 0, `paused at stage ${flow.session.cursor}`);
  });

  it('near-singular is below the ε of the settings', async () => {
    const settings = vscode.workspace.getConfiguration('nflow');
    await settings.update('invertibility.nearSingular', 0.9, vscode.ConfigurationTarget.Workspace);
    try {
      await debug('epsilon.nflow', text(layers));
      assert.equal(await worth('epsilon'), '0.9');
      await ask('setExceptionBreakpoints', { filters: ['near-singular'] });
      await ask('next', { threadId: 1 });
      await eventually('it stops', () => stops().length === 2);
      assert.equal(stops()[1].body?.reason, 'exception');
      assert.match(stops()[1].body?.description ?? '', /< 0\.9 at particle/);
    } finally {
      await settings.update('invertibility.nearSingular', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
