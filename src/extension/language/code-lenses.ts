import * as vscode from 'vscode';
import { outline } from '../../document/language/outline';
import { formatNumber } from '../../document/sentences';
import { buildFlow, initialParameters, type Flow } from '../../flow/flow';
import type { FlowSession } from '../../session/session';
import { pathOf } from '../debugging';
import type { FlowView } from '../flow-view';
import type { OpenFlows } from '../open-flows';
import { rangeIn } from './text';

/** Figures over the text change at most this often while a flow trains, in milliseconds. */
const interval = 500;

/** Over the list of layers: train, debug, and the least margin of all layers, which leads to that layer in the Flow View. */
export function registerCodeLenses(selector: vscode.DocumentSelector, flows: OpenFlows, view: FlowView): vscode.Disposable {
  const lenses = new CodeLenses(flows);
  return vscode.Disposable.from(
    lenses,
    vscode.languages.registerCodeLensProvider(selector, lenses),
    vscode.commands.registerCommand('nflow.debug', (uri: vscode.Uri) =>
      vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), {
        type: 'nflow',
        request: 'launch',
        name: vscode.l10n.t('Debug Flow z → x'),
        program: pathOf(uri),
        stopOnEntry: true,
      }),
    ),
    vscode.commands.registerCommand('nflow.showLayer', async (uri: vscode.Uri, layer: number) => {
      const flow = await flows.open(uri);
      view.open(flow);
      await flow.session.open();
      flow.session.moveTo(layer);
    }),
  );
}

class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly added: vscode.Disposable;
  /** The titles that were last shown, or announced, of each flow. */
  private readonly shown = new Map<string, string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  readonly onDidChangeCodeLenses = this.changed.event;

  constructor(private readonly flows: OpenFlows) {
    this.added = flows.onDidAdd(({ session }) => session.subscribe(() => this.refreshSoon()));
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.added.dispose();
    this.changed.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const commands = this.commandsOn(document.uri);
    this.shown.set(document.uri.toString(), titles(commands));
    const layers = outline(document.getText()).find(({ name }) => name === 'layers');
    return layers ? commands.map((command) => new vscode.CodeLens(rangeIn(document, layers.at), command)) : [];
  }

  private commandsOn(uri: vscode.Uri): vscode.Command[] {
    const session = this.flows.find(uri)?.session;
    if (!session) return [];
    // A line of lenses that came and went with every slip would move the text under the person's hands.
    return session.canOpen ? commandsOn(uri, session) : [{ title: vscode.l10n.t('Mend the mistakes to train and debug'), command: '' }];
  }

  private refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const stale = [...this.shown].filter(([uri, before]) => {
        const now = titles(this.commandsOn(vscode.Uri.parse(uri)));
        this.shown.set(uri, now);
        return now !== before;
      });
      if (stale.length > 0) this.changed.fire();
    }, interval);
  }
}

const titles = (commands: readonly vscode.Command[]): string => commands.map(({ title }) => title).join('\n');

function commandsOn(uri: vscode.Uri, session: FlowSession): vscode.Command[] {
  const running = session.status === 'running';
  const commands: vscode.Command[] = [
    running
      ? { title: vscode.l10n.t('Pause'), command: 'nflow.pause', arguments: [uri] }
      : { title: vscode.l10n.t('Train'), command: 'nflow.train', arguments: [uri] },
    { title: vscode.l10n.t('Debug'), command: 'nflow.debug', arguments: [uri] },
  ];
  const flow = session.flow ?? untrained(session);
  if (!flow) return commands;
  const margins = flow.layers.map(({ margin }) => margin);
  const least = margins.indexOf(Math.min(...margins));
  if (least < 0) return commands;
  const [margin, number] = [formatNumber(margins[least]), least + 1];
  const title = flow.layers[least].folds
    ? vscode.l10n.t('layer {0} folds: margin {1}', number, margin)
    : vscode.l10n.t('margin {0} at layer {1}', margin, number);
  return [
    ...commands,
    { title, command: 'nflow.showLayer', arguments: [uri, number], tooltip: vscode.l10n.t('Show this layer in the Flow View') },
  ];
}

/** The flow that training would begin from, before anybody has opened it; with weights that is known once they are read. */
function untrained(session: FlowSession): Flow | undefined {
  const { spec, weights } = session.text.parsed;
  return spec && !weights ? buildFlow(spec, initialParameters(spec)) : undefined;
}
