import * as vscode from 'vscode';
import type { FromView, Frame, ToView, ViewCommand, WindowRequest } from '../protocol/messages';
import { pack } from '../protocol/pack';
import type { FlowSession } from '../session/session';
import { heldOutColumns, type Picture } from '../training/messages';
import { learnFromDrawing } from './drawn-data';
import { Dragging } from './dragging';
import { flowState } from './flow-state';
import type { OpenFlow, OpenFlows } from './open-flows';

/** Where a view only needs figures about the picture, how long it leaves between two of them (ms). */
const FIGURES_EVERY = 500;

/**
 * Keeps one webview in step with one flow. A view that says `ready` gets a complete snapshot; after that the state as it changes and,
 * if it draws them, frames: the next is computed only once the last was drawn, so a slow picture slows nothing, and a hidden view
 * costs nothing.
 */
export class ViewChannel implements vscode.Disposable {
  private flow: OpenFlow | undefined;
  private dragging: Dragging | undefined;
  private unsubscribe: () => void = () => {};
  private readonly subscriptions: vscode.Disposable;
  private ready = false;
  private stale = true;
  private busy = false;
  /** Counts the snapshots: a picture that was asked for before one is not sent after it, beside the one that it asked for. */
  private turn = 0;
  private owesState = false;

  constructor(
    private readonly webview: Pick<vscode.Webview, 'postMessage' | 'onDidReceiveMessage'>,
    private readonly isVisible: () => boolean,
    private readonly draws: 'tensors' | 'figures',
    private readonly flows: Pick<OpenFlows, 'onDidRename' | 'onDidPoint' | 'pointAt' | 'activate'>,
  ) {
    webview.onDidReceiveMessage((message: FromView) => this.receive(message));
    this.subscriptions = vscode.Disposable.from(
      flows.onDidRename(() => this.postState()),
      flows.onDidPoint(() => this.postState()),
    );
  }

  dispose(): void {
    this.unsubscribe();
    this.subscriptions.dispose();
    this.ready = false;
  }

  /** Shows this flow from now on. */
  show(flow: OpenFlow | undefined): void {
    if (flow === this.flow) return;
    this.unsubscribe();
    this.flow = flow;
    this.dragging = flow && new Dragging(flow);
    this.unsubscribe =
      flow?.session.subscribe((event) => {
        if (event === 'picture') this.stale = true;
        if (event === 'target') this.postTarget(flow.session);
        if (event === 'picture') void this.draw();
        else this.postState();
      }) ?? (() => {});
    this.snapshot();
  }

  /** The view became visible again or is told to show everything anew. */
  snapshot(): void {
    if (!this.ready || !this.isVisible()) return;
    this.stale = true;
    this.busy = false;
    this.turn++;
    this.postState();
    if (!this.flow) return;
    void this.flow.session.open();
    this.postTarget(this.flow.session);
    void this.draw();
  }

  private receive(message: FromView): void {
    const session = this.flow?.session;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.snapshot();
        break;
      case 'drawn':
        this.busy = false;
        void this.draw();
        break;
      case 'drop':
        void vscode.commands.executeCommand('nflow.takeIn', message, this.flow?.uri);
        break;
      case 'command':
        void this.run(message.command);
        break;
      case 'cursor':
        session?.moveTo(message.cursor);
        break;
      case 'probe':
        session?.setProbe(message.probe);
        break;
      case 'revisit':
        void this.revisit(message.step);
        break;
      case 'pin':
        void this.pin(message.step);
        break;
      case 'coordinates':
        session?.showCoordinates(message.coordinates);
        break;
      case 'source':
        session?.startFrom(message.source);
        break;
      case 'density':
      case 'ellipses':
        void this.look(message.type, message.request);
        break;
      case 'drag':
        void this.dragging?.follow(message);
        break;
      case 'sketch':
        if (this.flow) void learnFromDrawing(this.flow, message.points).then((refused) => this.post({ type: 'sketched', ...refused }));
        break;
      case 'exporting':
      case 'exported':
      case 'notExported':
        // Whoever asked for the export listens for these.
        break;
      case 'hover':
        if (this.flow) this.flows.pointAt(this.flow, message.layer);
        break;
    }
  }

  /** Answers also where there is nothing to tell: the view asks nothing else before. */
  private async look(type: 'density' | 'ellipses', request: WindowRequest): Promise<void> {
    const seen = await this.flow?.session.windows[type](request);
    this.post({ type, ...(seen && { packed: pack(seen) }) });
  }

  /** A button was pressed: this flow becomes the active one, and the command of the palette runs. */
  private async run(command: ViewCommand): Promise<void> {
    if (this.flow) this.flows.activate(this.flow);
    await vscode.commands.executeCommand(`nflow.${command}`);
  }

  private async revisit(step: number | undefined): Promise<void> {
    await this.flow?.session.revisit(step);
    this.post({ type: 'revisited' });
  }

  private async pin(step: number): Promise<void> {
    const session = this.flow?.session;
    await session?.open();
    const picture = (await session?.past.recall(step, session.pictureSize))?.picture;
    this.post({ type: 'pinned', ...(session && picture && { packed: pack(frameOf(picture, session)) }) });
  }

  private post(message: ToView): void {
    void this.webview.postMessage(message);
  }

  /** Once for all that happens at the same time. */
  private postState(): void {
    if (this.owesState) return;
    this.owesState = true;
    queueMicrotask(() => {
      this.owesState = false;
      this.postStateNow();
    });
  }

  private postStateNow(): void {
    if (!this.ready || !this.isVisible()) return;
    const { flow } = this;
    const hovered = flow?.hovered;
    const state = flow && flowState(flow.session, flow.uri.toString(), flow.name);
    this.post({ type: 'state', state: state && { ...state, ...(hovered !== undefined && { hovered }) } });
  }

  private postTarget(session: FlowSession): void {
    if (!this.ready || this.draws !== 'tensors') return;
    const picture = session.target?.picture;
    this.post({ type: 'target', ...(picture && { packed: pack(picture) }) });
  }

  private async draw(): Promise<void> {
    const session = this.flow?.session;
    if (!session || !this.ready || !this.stale || this.busy || !this.isVisible()) return;
    this.busy = true;
    this.stale = false;
    const { turn } = this;
    const picture = await session.trace();
    if (turn !== this.turn || session !== this.flow?.session) return;
    if (this.draws === 'figures' || !picture) {
      setTimeout(() => {
        if (turn !== this.turn) return;
        this.busy = false;
        void this.draw();
      }, FIGURES_EVERY);
      return;
    }
    this.post({ type: 'frame', packed: pack(frameOf(picture, session)) });
  }
}

function frameOf({ step, depth, count, side, particles, particleDets, grid, gridDets, gridLogBase }: Picture, session: FlowSession): Frame {
  return { step, depth, count, side, particles, particleDets, grid, gridDets, gridLogBase, ...historyOf(session) };
}

/** What the loss was, what it was made of, and the loss of what is held out, −E log p_x. */
function historyOf({ losses, heldOut }: FlowSession): Pick<Frame, 'losses' | 'terms' | 'heldOut'> {
  const width = heldOutColumns.length;
  const pairs = Array.from({ length: heldOut.length / width }, (_, i) => [heldOut[i * width], -heldOut[i * width + 1]]);
  return { losses: losses.pairs(), terms: losses.rows(), heldOut: Float32Array.from(pairs.flat()) };
}
