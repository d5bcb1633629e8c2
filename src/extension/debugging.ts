import * as vscode from 'vscode';
import { DebugAdapter } from '../debug/adapter';
import type { Host, Program } from '../debug/host';
import { registerDebugHints } from './debug-hints';
import { readBeside } from './flow-files';
import { isFlowDocument, type OpenFlows } from './open-flows';
import { Sidebar } from './sidebar';

const type = 'nflow';

/** Flows as programs: F5, the debug adapter on the sessions that are open, and the sidebar's view beside the variables. */
export function registerDebugging(extensionUri: vscode.Uri, flows: OpenFlows): vscode.Disposable {
  const provider = new LaunchConfigurations();
  return vscode.Disposable.from(
    vscode.debug.registerDebugAdapterDescriptorFactory(type, {
      createDebugAdapterDescriptor: (session) => new vscode.DebugAdapterInlineImplementation(new InlineAdapter(hostOf(flows, session))),
    }),
    vscode.debug.registerDebugConfigurationProvider(type, provider),
    vscode.debug.registerDebugConfigurationProvider(type, provider, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
    vscode.window.registerWebviewViewProvider('nflow.flowWhileDebugging', new Sidebar(extensionUri, flows)),
    registerDebugHints(),
  );
}

/** The adapter in the extension host itself: the flow that is debugged is the one that is shown. */
class InlineAdapter implements vscode.DebugAdapter {
  private readonly sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  private readonly adapter: DebugAdapter;
  readonly onDidSendMessage = this.sent.event;

  constructor(host: Host) {
    this.adapter = new DebugAdapter(host, (message) => this.sent.fire(message));
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.adapter.receive({ ...message });
  }

  dispose(): void {
    this.adapter.dispose();
    this.sent.dispose();
  }
}

/** A file of the file system goes by its path, any other by its URI: as VS Code names sources. */
export const pathOf = (uri: vscode.Uri): string => (uri.scheme === 'file' ? uri.fsPath : uri.toString());
const uriOf = (path: string): vscode.Uri => (/^[a-z][\w+.-]+:/i.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path));

function hostOf(flows: OpenFlows, debugging: vscode.DebugSession): Host {
  return {
    open: async (path): Promise<Program> => {
      const flow = await flows.open(uriOf(path)).catch((error: unknown) => {
        throw new Error(vscode.l10n.t('{0} could not be opened: {1}', path, error instanceof Error ? error.message : String(error)));
      });
      const released = flows.debug(flow, debugging.name);
      flows.activate(flow);
      const removed = flows.onDidRemove((other) => {
        if (other === flow) void vscode.debug.stopDebugging(debugging);
      });
      return {
        session: flow.session,
        path: pathOf(flow.uri),
        name: flow.name,
        text: () => flow.session.text.source,
        refresh: () => Promise.resolve(),
        readFile: (name) => readBeside(flow.uri, name),
        close: () => {
          removed.dispose();
          released();
        },
      };
    },
  };
}

/** What F5 runs where nobody wrote a launch.json, and what a new one begins with. */
class LaunchConfigurations implements vscode.DebugConfigurationProvider {
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    const launch = (name: string, rest: object): vscode.DebugConfiguration => ({
      type,
      request: 'launch',
      name,
      program: '${file}',
      ...rest,
    });
    return [
      launch(vscode.l10n.t('Debug Flow z → x'), { stopOnEntry: true }),
      launch(vscode.l10n.t('Debug Flow x → z'), { direction: 'encode', stopOnEntry: true }),
      launch(vscode.l10n.t('Train, Then Debug Flow'), { train: 1000, stopOnEntry: true }),
    ];
  }

  resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    const document = vscode.window.activeTextEditor?.document;
    const here = document && isFlowDocument(document) ? pathOf(document.uri) : undefined;
    const program: unknown = given.program ?? here;
    if (typeof program !== 'string') {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('Which flow? Open a .nflow file, or name one as "program" in the launch configuration.'),
      );
      return undefined;
    }
    // Two flows that are debugged at once are told apart by this name.
    const name = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1);
    const known = given.type ? given : { ...given, type, request: 'launch', name: vscode.l10n.t('{0}, z → x', name) };
    const absolute = /^([/\\$]|[a-z]:[/\\]|[a-z][\w+.-]+:)/i.test(program) || !folder;
    return { ...known, program: absolute ? program : pathOf(vscode.Uri.joinPath(folder.uri, program)) };
  }
}
