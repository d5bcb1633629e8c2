import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { FlowSession } from '../session/session';
import type { Snapshot } from '../session/snapshot';

/** While a flow trains, it is kept at least this often (ms). */
const interval = 1000;

interface Saved {
  readonly uri: vscode.Uri;
  readonly session: FlowSession;
}

interface Stored
  extends Omit<Snapshot, 'checkpoint' | 'rows' | 'heldOut'>, Pick<Snapshot['checkpoint'], 'step' | 'momentsSince' | 'patience'> {
  readonly parameters: readonly number[];
  readonly moments: readonly [readonly number[], readonly number[]];
  readonly rows: readonly number[];
  readonly heldOut: readonly number[];
}

/**
 * Keeps where every flow's training stands in the workspace's storage, so that closing or reloading the window loses nothing. A file
 * is some ten kilobytes, and written synchronously: it must be whole when the extension host is ended.
 */
export class Autosave implements vscode.Disposable {
  private readonly due = new Map<Saved, NodeJS.Timeout>();

  constructor(
    private readonly folder: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Keeps this flow from now on, soon after each change. */
  watch(flow: Saved): void {
    flow.session.subscribe(() => {
      if (!this.due.has(flow))
        this.due.set(
          flow,
          setTimeout(() => this.save(flow), interval),
        );
    });
  }

  save(flow: Saved): void {
    clearTimeout(this.due.get(flow));
    this.due.delete(flow);
    const snapshots = flow.session.snapshots();
    if (snapshots.length === 0) return;
    const file = this.file(flow.uri);
    try {
      mkdirSync(this.folder.fsPath, { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(snapshots.map(stored)));
      renameSync(`${file}.new`, file);
    } catch (error) {
      this.log.error(`What was trained in ${flow.uri.toString()} could not be kept for the next time the window opens`, error);
    }
  }

  /** Where the flow of this file stood, the latest last; none if it was never open. */
  load(uri: vscode.Uri): Snapshot[] {
    const file = this.file(uri);
    if (!existsSync(file)) return [];
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as Stored[]).map(restored);
    } catch (error) {
      this.log.error(`What was trained in ${uri.toString()} could not be read from ${file}`, error);
      return [];
    }
  }

  /** The flow that was in this file is there no more. */
  forget(uri: vscode.Uri): void {
    rmSync(this.file(uri), { force: true });
  }

  /** Saves what is due. */
  dispose(): void {
    for (const flow of [...this.due.keys()]) this.save(flow);
  }

  private file(uri: vscode.Uri): string {
    return join(this.folder.fsPath, `${createHash('sha256').update(uri.toString()).digest('hex').slice(0, 16)}.json`);
  }
}

function stored({ checkpoint: { parameters, moments, ...place }, rows, heldOut, ...rest }: Snapshot): Stored {
  return {
    ...rest,
    ...place,
    parameters: [...parameters],
    moments: [[...moments[0]], [...moments[1]]],
    rows: [...rows],
    heldOut: [...heldOut],
  };
}

function restored({ step, momentsSince, patience, parameters, moments, rows, heldOut, ...rest }: Stored): Snapshot {
  const [first, second] = moments;
  const checkpoint = {
    step,
    parameters: Float32Array.from(parameters),
    moments: [Float32Array.from(first), Float32Array.from(second)] as const,
    ...(momentsSince !== undefined && { momentsSince }),
    ...(patience && { patience }),
  };
  return { ...rest, checkpoint, rows: Float32Array.from(rows), heldOut: Float32Array.from(heldOut) };
}
