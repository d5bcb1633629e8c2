import * as vscode from 'vscode';
import { dataEndings } from '../document/data/points';
import type { EnginePort } from '../session/environment';
import { FlowSession } from '../session/session';
import { readBeside } from './flow-files';
import type { Autosave } from './autosave';
import { sessionSettings } from './settings';

/** A `.nflow` file that is open somewhere, in an editor or in a Flow View, and its session. */
export class OpenFlow {
  readonly session: FlowSession;
  /** Its Flow View, while there is one. */
  panel: vscode.WebviewPanel | undefined;
  /** The layer 1 … K that the person points at in one of its views. */
  hovered: number | undefined;
  /** The name of its debug session, which outlives its editor. */
  debugged: string | undefined;

  constructor(
    public uri: vscode.Uri,
    openEngine: () => EnginePort,
  ) {
    this.session = new FlowSession({ openEngine, readFile: (path) => readBeside(this.uri, path) }, sessionSettings(uri));
  }

  get name(): string {
    return this.uri.path.slice(this.uri.path.lastIndexOf('/') + 1);
  }
}

/** A text that a person can edit, not an old version of it that a comparison shows. */
export function isFlowDocument({ languageId, uri: { scheme } }: vscode.TextDocument): boolean {
  return languageId === 'nflow' && (scheme === 'untitled' || vscode.workspace.fs.isWritableFileSystem(scheme) !== false);
}

/** Whether `uri` is `other` or lies in it, if that is a folder. */
export function isWithin(uri: vscode.Uri, other: vscode.Uri): boolean {
  return uri.toString() === other.toString() || uri.toString().startsWith(`${other.toString()}/`);
}

/**
 * Every flow that is open, and the one that commands and the sidebar are about: the one last looked at. A flow stays, and its training
 * goes on, for as long as it is open in an editor or a Flow View or is debugged; when the last of them closes, its training is kept and it goes.
 */
export class OpenFlows implements vscode.Disposable {
  private readonly flows = new Map<string, OpenFlow>();
  private readonly renaming = new Set<OpenFlow>();
  private readonly added = new vscode.EventEmitter<OpenFlow>();
  private readonly removed = new vscode.EventEmitter<OpenFlow>();
  private readonly renamed = new vscode.EventEmitter<{ readonly flow: OpenFlow; readonly from: vscode.Uri }>();
  private readonly activated = new vscode.EventEmitter<OpenFlow | undefined>();
  private readonly pointed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private current: OpenFlow | undefined;

  readonly onDidAdd = this.added.event;
  readonly onDidRemove = this.removed.event;
  readonly onDidRename = this.renamed.event;
  /** Another flow, or none, is the active one. */
  readonly onDidActivate = this.activated.event;
  /** The person points at another layer, or at none. */
  readonly onDidPoint = this.pointed.event;

  constructor(
    private readonly openEngine: () => EnginePort,
    private readonly autosave: Autosave,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const files = vscode.workspace.createFileSystemWatcher(`**/*{.nflow,.safetensors,${dataEndings.join(',')}}`);
    this.subscriptions.push(
      files,
      files.onDidChange((uri) => void this.fileChanged(uri)),
      files.onDidCreate((uri) => void this.fileChanged(uri)),
      files.onDidDelete((uri) => this.fileDeleted(uri)),
      vscode.workspace.onDidDeleteFiles((event) => event.files.forEach((uri) => this.fileDeleted(uri))),
      vscode.workspace.onDidOpenTextDocument((document) => this.documentOpened(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.find(document.uri)?.session.setText(document.getText())),
      vscode.workspace.onDidCloseTextDocument((document) => this.closeUnused(this.find(document.uri))),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const tab of closed) if (tab.input instanceof vscode.TabInputText) this.closeUnused(this.find(tab.input.uri));
      }),
      vscode.workspace.onWillRenameFiles(({ files }) => this.willRename(files)),
      vscode.workspace.onDidRenameFiles(({ files }) => this.didRename(files)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('nflow')) return;
        for (const flow of this.all) flow.session.change(sessionSettings(flow.uri));
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor && isFlowDocument(editor.document)) this.documentOpened(editor.document);
      }),
    );
  }

  /** The documents that were open before the extension was. */
  start(): void {
    for (const document of vscode.workspace.textDocuments) this.documentOpened(document);
  }

  dispose(): void {
    for (const flow of this.all) flow.session.dispose();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  get all(): OpenFlow[] {
    return [...this.flows.values()];
  }

  get active(): OpenFlow | undefined {
    return this.current;
  }

  find(uri: vscode.Uri): OpenFlow | undefined {
    return this.flows.get(uri.toString());
  }

  pointAt(flow: OpenFlow, layer: number | undefined): void {
    flow.hovered = layer;
    this.pointed.fire();
  }

  activate(flow: OpenFlow | undefined): void {
    if (flow === this.current) return;
    this.current = flow;
    this.activated.fire(flow);
  }

  /**
   * The flow in this file, opened if it was not.
   * @throws what VS Code throws when the file cannot be read as text.
   */
  async open(uri: vscode.Uri): Promise<OpenFlow> {
    const document = await vscode.workspace.openTextDocument(uri);
    return this.add(document);
  }

  /** The Flow View of this flow was closed. */
  panelClosed(flow: OpenFlow): void {
    flow.panel = undefined;
    this.closeUnused(flow);
  }

  /**
   * The flow is debugged by the session of this name until what is returned is called.
   * @throws Error with a sentence where it is debugged by another: training rests at the breakpoints of one.
   */
  debug(flow: OpenFlow, session: string): () => void {
    if (flow.debugged !== undefined)
      throw new Error(
        vscode.l10n.t(
          '{0} is being debugged already, as “{1}” in the Call Stack: go on there, or stop that first.',
          flow.name,
          flow.debugged,
        ),
      );
    flow.debugged = session;
    return () => {
      flow.debugged = undefined;
      this.closeUnused(flow);
    };
  }

  private documentOpened(document: vscode.TextDocument): void {
    if (!isFlowDocument(document)) return;
    const flow = this.add(document);
    const shown = vscode.window.activeTextEditor?.document === document;
    if (shown || !this.current) this.activate(flow);
  }

  private add(document: vscode.TextDocument): OpenFlow {
    const known = this.find(document.uri);
    if (known) return known;
    const flow = new OpenFlow(document.uri, this.openEngine);
    this.flows.set(document.uri.toString(), flow);
    for (const snapshot of this.autosave.load(flow.uri)) flow.session.restore(snapshot);
    this.autosave.watch(flow);
    this.added.fire(flow);
    flow.session.setText(document.getText());
    return flow;
  }

  /** A document can outlive its editor by minutes, so it is the tabs that say whether a person still has the flow open. */
  private closeUnused(flow: OpenFlow | undefined): void {
    if (!flow || flow.panel || flow.debugged !== undefined || this.renaming.has(flow)) return;
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const shown = tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === flow.uri.toString());
    if (!shown) this.remove(flow);
  }

  private remove(flow: OpenFlow): void {
    this.autosave.save(flow);
    flow.session.dispose();
    this.flows.delete(flow.uri.toString());
    this.removed.fire(flow);
    if (flow === this.current) this.activate(this.all.at(-1));
  }

  private async fileChanged(uri: vscode.Uri): Promise<void> {
    try {
      const flow = this.find(uri);
      const hasDocument = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
      if (flow && !hasDocument) flow.session.setText(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
      for (const user of this.all) {
        const named = user.session.files.some((path) => vscode.Uri.joinPath(user.uri, '..', path).toString() === uri.toString());
        if (named) await user.session.reload();
      }
    } catch (error) {
      // Gone again before it could be read; what is shown stays.
      this.log.warn(`${uri.toString()} changed but could not be read`, error);
    }
  }

  private fileDeleted(uri: vscode.Uri): void {
    for (const flow of this.all) {
      if (!isWithin(flow.uri, uri) || this.renaming.has(flow)) continue;
      flow.session.pause(
        vscode.l10n.t('{0} was deleted, so training was paused; what was trained is kept while it is shown here.', flow.name),
      );
    }
  }

  /** VS Code closes the old document before it tells of the rename: until then the flow must not go. */
  private willRename(files: readonly { readonly oldUri: vscode.Uri }[]): void {
    for (const { oldUri } of files) {
      for (const flow of this.all) if (isWithin(flow.uri, oldUri)) this.renaming.add(flow);
    }
  }

  private didRename(files: readonly { readonly oldUri: vscode.Uri; readonly newUri: vscode.Uri }[]): void {
    for (const { oldUri, newUri } of files) {
      for (const flow of this.all) {
        if (!isWithin(flow.uri, oldUri)) continue;
        this.move(flow, newUri.with({ path: newUri.path + flow.uri.path.slice(oldUri.path.length) }));
      }
    }
  }

  private move(flow: OpenFlow, to: vscode.Uri): void {
    const from = flow.uri;
    // The document of the new name may have been opened before this is told: that flow makes room for the one that trained.
    const opened = this.find(to);
    if (opened) this.remove(opened);
    this.renaming.delete(flow);
    this.flows.delete(from.toString());
    flow.uri = to;
    this.flows.set(to.toString(), flow);
    this.autosave.forget(from);
    this.autosave.save(flow);
    if (flow.panel) flow.panel.title = vscode.l10n.t('Flow: {0}', flow.name);
    this.renamed.fire({ flow, from });
    this.activate(flow);
    this.closeUnused(flow);
  }
}
