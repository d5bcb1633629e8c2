import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { numberIn } from '../../document/checkpoint/said';
import { SettledFile, type WholeFile } from './settled-file';

/** What is waited for: the file, and why it cannot be read yet. */
export interface Waiting {
  readonly name: string;
  readonly why: string;
}

/** All in milliseconds. A file that stands this long is whole, if it says so; see {@link SettledFile}. */
const settle = 50;
/** Between two looks while files come, */
const busy = 15;
/** and when none has for long: mounts from elsewhere tell of no change by themselves. */
const idle = 250;
/** Where there are many files, those that were taken are looked at again this often, or so that it takes a twentieth of the time. */
const sweep = 1000;
const many = 32;
const sweepShare = 20;
/** A file keeps those after it waiting this long at most. */
const patience = 2000;
/** A person is told of a file that is not whole after this long. */
const worthTelling = 5000;
/** Files that are read in one look. */
const atOnce = 64;

interface Entry {
  readonly file: SettledFile;
  /** What it is now was not taken yet. */
  pending: boolean;
  /** Since when that has been looked at; undefined where it was not. */
  since: number | undefined;
  ready: WholeFile | undefined;
}

/**
 * Looks for files that another program writes: a folder's, in the order of their numbers, or one that it writes again and again. Every
 * version that settles is told once, see {@link SettledFile}; those of a folder all stay there, so that none of them is missed.
 */
export class Follower {
  private readonly entries = new Map<string, Entry>();
  private listed = '';
  private sweepAt = 0;
  private changedAt = performance.now();
  private over = false;
  private wake: () => void = () => {};
  private readonly watcher: FSWatcher | undefined;

  /**
   * @param onFiles is told of files in order; no look is taken before it resolves.
   * @param onWaiting is told what has not been whole for long, or that nothing is.
   */
  constructor(
    private readonly path: string,
    private readonly isFolder: boolean,
    private readonly onFiles: (files: readonly WholeFile[]) => Promise<void>,
    private readonly onWaiting: (waiting: Waiting | undefined) => void,
  ) {
    this.watcher = this.hint();
  }

  /** Follows until {@link stop}. */
  async run(): Promise<void> {
    while (!this.over) {
      const files = await this.look(performance.now());
      if (files.length > 0 && !this.isStopped()) await this.onFiles(files);
      this.tell(performance.now());
      const quiet = performance.now() - this.changedAt;
      await this.sleep(Math.min(Math.max(quiet / 100, busy), idle));
    }
  }

  stop(): void {
    this.over = true;
    this.watcher?.close();
    this.wake();
  }

  private isStopped(): boolean {
    return this.over;
  }

  private async look(now: number): Promise<WholeFile[]> {
    const due = now >= this.sweepAt;
    const sweeps = due || this.entries.size <= many;
    if (this.isFolder) await this.list(due);
    else if (this.entries.size === 0) this.add(this.path);
    const waiting = [...this.entries.values()].filter(({ ready }) => !ready);
    const young = waiting.filter((each) => isYoung(each, now));
    const others = sweeps ? waiting.filter((each) => !isYoung(each, now)) : [];
    await Promise.all([...young.slice(0, atOnce), ...others].map((entry) => this.lookAt(entry, now)));
    if (due) this.sweepAt = now + Math.max(sweep, sweepShare * (performance.now() - now));
    return this.takeReady(now);
  }

  private async lookAt(entry: Entry, now: number): Promise<void> {
    entry.since ??= now;
    entry.ready = await entry.file.look();
    const { unsettled } = entry.file;
    if (unsettled && !entry.pending) [entry.pending, entry.since] = [true, now];
    if (entry.ready) entry.pending = false;
    this.changedAt = Math.max(this.changedAt, entry.ready ? now : (unsettled?.since ?? 0));
  }

  /** In order, up to the first that may be whole in a moment. */
  private takeReady(now: number): WholeFile[] {
    const files: WholeFile[] = [];
    for (const entry of this.entries.values()) {
      if (entry.ready) files.push(entry.ready);
      else if (entry.since === undefined || (entry.file.unsettled && isYoung(entry, now))) break;
      entry.ready = undefined;
    }
    return files;
  }

  private async list(always: boolean): Promise<void> {
    try {
      const { mtimeNs, ino } = await stat(this.path, { bigint: true });
      const facts = `${ino},${mtimeNs}`;
      if (facts === this.listed && !always) return;
      this.listed = facts;
      const found = (await readdir(this.path)).filter((name) => /\.safetensors$/i.test(name) && !name.startsWith('.'));
      const fresh = found.filter((name) => !this.entries.has(join(this.path, name)));
      if (fresh.length === 0) return;
      for (const name of fresh) this.add(join(this.path, name));
      const sorted = [...this.entries].sort(([a], [b]) => inOrder(basename(a), basename(b)));
      this.entries.clear();
      for (const [path, entry] of sorted) this.entries.set(path, entry);
    } catch {
      // Not there yet, or not there any more: it may come back.
      this.listed = '';
    }
  }

  private add(path: string): void {
    this.entries.set(path, { file: new SettledFile(path, settle), pending: true, since: undefined, ready: undefined });
  }

  private tell(now: number): void {
    for (const { file } of this.entries.values()) {
      const { unsettled } = file;
      if (unsettled?.why === undefined || now - unsettled.since < worthTelling) continue;
      this.onWaiting({ name: basename(file.path), why: unsettled.why });
      return;
    }
    this.onWaiting(undefined);
  }

  /** Where the system tells of changes, the next look is taken at once; nothing depends on it. */
  private hint(): FSWatcher | undefined {
    try {
      const watcher = watch(this.isFolder ? this.path : dirname(this.path), () => {
        if (performance.now() - this.changedAt > idle) this.changedAt = performance.now();
        this.wake();
      });
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.over) return resolve();
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        if (ms <= busy && !this.over) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isYoung({ pending, since }: Entry, now: number): boolean {
  return pending && (since === undefined || now - since < patience);
}

/** By number, those without one last; then by name. */
function inOrder(a: string, b: string): number {
  const [first, second] = [numberIn(a) ?? Infinity, numberIn(b) ?? Infinity];
  return first === second ? a.localeCompare(b, 'en', { numeric: true }) : first - second;
}
