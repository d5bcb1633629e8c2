import * as vscode from 'vscode';
import { parseFlow } from '../document/parse';
import { layerTypes } from '../flow/registry';

const flows: vscode.DocumentSelector = { language: 'nflow' };

/** What the text itself says while a flow is stopped: the value of the parameter under the pointer, and figures at the end of each layer's line. */
export function registerDebugHints(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerEvaluatableExpressionProvider(flows, { provideEvaluatableExpression }),
    vscode.languages.registerInlineValuesProvider(flows, { provideInlineValues }),
  );
}

/** Over the name of a layer its margin, over that of a parameter the parameter as it is now. */
function provideEvaluatableExpression(document: vscode.TextDocument, position: vscode.Position): vscode.EvaluatableExpression | undefined {
  const { spec, layerLines } = parseFlow(document.getText());
  const layer = layerLines.indexOf(position.line) + 1;
  const range = document.getWordRangeAtPosition(position, /[A-Za-z]\w*/);
  const type = layerTypes.get(spec?.layers[layer - 1]?.type ?? '');
  if (!type || !range) return undefined;
  const word = document.getText(range);
  if (word === type.name) return new vscode.EvaluatableExpression(range, `margin[${layer}]`);
  const named = type.parameters.some(({ name }) => name === word);
  return named ? new vscode.EvaluatableExpression(range, `${word}[${layer}]`) : undefined;
}

/** After every layer that the pass has come through: its margin, and its mean log|det| z → x, where there are any. */
async function provideInlineValues(
  document: vscode.TextDocument,
  viewPort: vscode.Range,
  { frameId, stoppedLocation }: vscode.InlineValueContext,
): Promise<vscode.InlineValue[]> {
  const session = vscode.debug.activeDebugSession;
  const encode = session?.configuration.direction === 'encode';
  const passed = (line: number): boolean => (encode ? line >= stoppedLocation.start.line : line <= stoppedLocation.start.line);
  const { layerLines } = parseFlow(document.getText());
  // At the start, and in training, there is no layer that it has come through up to here.
  if (!session || !layerLines.includes(stoppedLocation.start.line)) return [];
  const asked = layerLines.flatMap((line, k) => {
    if (!passed(line) || line < viewPort.start.line || line > viewPort.end.line) return [];
    return [`margin[${k + 1}]`, `mean(logdet[${k + 1}])`].map((expression) => ({ line, expression }));
  });
  const values = await Promise.all(
    asked.map(async ({ line, expression }) => {
      const value = await worth(session, frameId, expression);
      return value === undefined ? [] : [new vscode.InlineValueText(document.lineAt(line).range, `${expression} = ${value}`)];
    }),
  );
  return values.flat();
}

/** What an expression is worth in a frame; undefined where it has no value there, as that of a layer that the pass is still inside of. */
function worth(session: vscode.DebugSession, frameId: number, expression: string): Thenable<string | undefined> {
  return session.customRequest('evaluate', { expression, frameId, context: 'watch' }).then(
    ({ result, type }: { readonly result: string; readonly type: string }) => (type === 'no value' ? undefined : result),
    // The pass has gone on meanwhile, and the frame is no more.
    () => undefined,
  );
}
