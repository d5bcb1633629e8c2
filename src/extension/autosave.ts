import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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

interface Stored extends Pick<Snapshot, 'shape' | 'cursor' | 'probe'> {
  readonly step: number;
  readonly parameters: readonly number[];
  readonly moments: readonly [readonly number[], readonly number[]];
  readonly losses: readonly number[];
}

/**
 * Keeps where every flow's training stands in the workspace's storage, so that closing or reloading the window loses nothing. A file
 * is a few kilobytes, and written synchronously: it must be whole when the extension host is ended.
 */
export class Autosave implements vscode.Disposable {
  private readonly due = new Map<Saved, NodeJS.Timeout>();

  constructor(private readonly folder: vscode.Uri) {}

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
    const snapshot = flow.session.snapshot();
    if (!snapshot) return;
    const { shape, checkpoint, losses, cursor, probe } = snapshot;
    const stored: Stored = {
      shape,
      step: checkpoint.step,
      parameters: [...checkpoint.parameters],
      moments: [[...checkpoint.moments[0]], [...checkpoint.moments[1]]],
      losses: [...losses],
      ...(cursor !== undefined && { cursor }),
      ...(probe && { probe }),
    };
    const file = this.file(flow.uri);
    mkdirSync(this.folder.fsPath, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(stored));
    renameSync(`${file}.new`, file);
  }

  load(uri: vscode.Uri): Snapshot | undefined {
    const file = this.file(uri);
    if (!existsSync(file)) return undefined;
    const { shape, step, parameters, moments, losses, ...place } = JSON.parse(readFileSync(file, 'utf8')) as Stored;
    return {
      shape,
      checkpoint: {
        step,
        parameters: Float32Array.from(parameters),
        moments: [Float32Array.from(moments[0]), Float32Array.from(moments[1])],
      },
      losses: Float32Array.from(losses),
      ...place,
    };
  }

  /** Saves what is due. */
  dispose(): void {
    for (const flow of [...this.due.keys()]) this.save(flow);
  }

  private file(uri: vscode.Uri): string {
    return join(this.folder.fsPath, `${createHash('sha256').update(uri.toString()).digest('hex').slice(0, 16)}.json`);
  }
}
