/** The line to the extension. */

import type { FlowState, FromView, ToView } from '../src/protocol/messages';
import type { Pace } from './playback';
import type { Shown } from './shown';

interface VsCodeApi {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

export function post(message: FromView): void {
  api.postMessage(message);
}

/** Hands every message on, and says that the view is ready for them. */
export function listen(onMessage: (message: ToView) => void): void {
  window.addEventListener('message', (event: MessageEvent<ToView>) => onMessage(event.data));
  post({ type: 'ready' });
}

/** What outlives the view when the window is reloaded: the extension reads `uri`; cursor and probe are kept by the session. */
export interface SavedView {
  readonly uri: string;
  readonly zoom: { readonly k: number; readonly x: number; readonly y: number };
  readonly shown?: Shown;
  /** The parts of the side that are unfolded, by name. */
  readonly unfolded?: readonly string[];
  readonly pace?: Pace;
  /** The particles that were taken, and where they begin. */
  readonly brush?: { readonly particles: readonly number[]; readonly source: FlowState['source'] };
  /** The step that is compared with. */
  readonly pinned?: number;
  /** The strokes of a distribution that is being drawn. */
  readonly sketch?: readonly (readonly number[])[];
}

export function savedView(): SavedView | undefined {
  return api.getState() as SavedView | undefined;
}

export function saveView(view: SavedView): void {
  api.setState(view);
}
