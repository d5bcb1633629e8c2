import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { readSafetensors, type Safetensors } from '../../document/checkpoint/safetensors';

/** A file that was read whole. */
export interface WholeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly content: Safetensors;
}

/** What is known of a file that is not taken: `since` when (ms) it stands as it does, and why it cannot be read yet. */
export interface Unsettled {
  readonly since: number;
  readonly why: string | undefined;
}

/** So many versions tell how much of their end is always the same. */
const enoughEnds = 8;
/** Larger files are no flow's. */
const largest = 32 * 2 ** 20;

/** All in milliseconds. What stands at a second look stood for as long as this. */
const brief = 10;
/** A file that looks as if it were being written in place is taken after this. */
const wary = 500;
/** Between two looks further apart than this, a file may have been written and begun again. */
const close = 40;

interface Facts {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** What stood at the path, and since when. */
interface Candidate {
  readonly facts: Facts;
  readonly bytes: Uint8Array;
  readonly hash: string;
  readonly since: number;
  /** It may still be in the middle of being written, although it has its length. */
  readonly doubtful: boolean;
  /** When it is read again. */
  due: number;
  /** It stood unchanged at a later look. */
  stood: boolean;
  problem?: string;
}

/**
 * One path, where files are written while it is looked at: over the old one, in its place, or bit by bit. A file is taken where
 *
 * 1. it says its own length, and that is the length that it has: with every byte of it belonging to a tensor, it is not cut short;
 * 2. device, inode, length and both times (in ns) were the same before and after it was read;
 * 3. they have been so at every look for at least `settle` ms, and its bytes were the same at the beginning and at the end of them;
 *    or they were so at one more look at least, some milliseconds later, and then another file, or one of another length, had come in its
 *    place: nobody went on writing to it.
 *
 * So no file that is renamed over the old one, begun anew or appended to is ever taken half-old or half-written, and every one that was
 * whole at two looks is taken. One that is written in place at its full length does not tell: where its end is still what was there before
 * (or zeros, where nothing was), or where it was not looked at for a while, it is doubtful, and has to stand for half a second instead. Only
 * a writer that rests for longer than that in the middle of such a file, or that does not write it from the front, could be misread. The
 * clock of the file system must be finer than `settle`.
 */
export class SettledFile {
  private taken: Pick<Candidate, 'facts' | 'hash'> | undefined;
  private candidate: Candidate | undefined;
  /** What was read last, whole or not. */
  private previous: Pick<Candidate, 'facts' | 'bytes'> | undefined;
  /** How much of the end stayed as it was, the last few times that something was written in place. */
  private readonly ends: number[] = [];
  private lookedAt = 0;

  constructor(
    readonly path: string,
    private readonly settle: number,
  ) {}

  /** There is something that was not taken. */
  get unsettled(): Unsettled | undefined {
    return this.candidate && { since: this.candidate.since, why: this.candidate.problem };
  }

  /** What is seen to be whole and settled now, once. Never throws: a file that cannot be read now may be later. */
  async look(): Promise<WholeFile | undefined> {
    try {
      return await this.lookAgain();
    } catch {
      // Gone, or locked by its writer.
      return this.replaced(undefined);
    }
  }

  private async lookAgain(): Promise<WholeFile | undefined> {
    const now = performance.now();
    const before = this.lookedAt;
    this.lookedAt = now;
    const facts = await stat(this.path, { bigint: true });
    if (this.taken && isSame(facts, this.taken.facts)) return undefined;
    const { candidate } = this;
    if (!candidate || !isSame(facts, candidate.facts)) {
      const replaced = this.replaced(facts);
      await this.consider(facts, before);
      return replaced;
    }
    if (now - candidate.since >= brief) candidate.stood = true;
    if (now < candidate.due) return undefined;
    const read = await this.read();
    if (read?.hash === candidate.hash && isSame(read.facts, candidate.facts)) return this.take(candidate, now);
    const replaced = this.replaced(read?.facts);
    await this.consider(facts, before);
    return replaced;
  }

  /** Something new stands there. */
  private async consider({ size }: Facts, lookedAt: number): Promise<void> {
    this.candidate = undefined;
    const read = size > largest ? undefined : await this.read();
    if (!read) return;
    const since = performance.now();
    const doubtful = this.isDoubtful(read, since - lookedAt);
    this.previous = read;
    this.candidate = { ...read, since, doubtful, due: since + (doubtful ? wary : this.settle), stood: false };
  }

  /** Numbers that do not change from one version to the next are no sign of a writer at work: after some versions they are known. */
  private isDoubtful({ facts, bytes }: Pick<Candidate, 'facts' | 'bytes'>, unseen: number): boolean {
    const { previous, ends } = this;
    if (!previous) return sameEnd(bytes, new Uint8Array(bytes.length)) > 0;
    if (facts.ino !== previous.facts.ino || facts.size !== previous.facts.size) return false;
    const end = sameEnd(bytes, previous.bytes);
    const usual = ends.length === enoughEnds ? Math.min(...ends) : 0;
    ends.push(end);
    if (ends.length > enoughEnds) ends.shift();
    return end > usual || unseen > close;
  }

  /** The candidate, now that something else has taken its place. */
  private replaced(by: Facts | undefined): WholeFile | undefined {
    const { candidate } = this;
    this.candidate = undefined;
    if (!candidate?.stood || candidate.doubtful) return undefined;
    const { ino, size } = candidate.facts;
    return by && by.ino === ino && by.size === size ? undefined : this.take(candidate, performance.now());
  }

  private take(candidate: Candidate, now: number): WholeFile | undefined {
    const { bytes, facts, hash } = candidate;
    const content = readSafetensors(bytes);
    if ('message' in content) {
      candidate.problem = content.message;
      // The longer it has stood so, the more rarely it is read, should its times not tell of a change.
      candidate.due = now + Math.max(this.settle, (now - candidate.since) / 2);
      return undefined;
    }
    const known = hash === this.taken?.hash;
    this.candidate = undefined;
    this.taken = { facts, hash };
    return known ? undefined : { path: this.path, bytes, content };
  }

  /** Undefined where it changed meanwhile. */
  private async read(): Promise<Pick<Candidate, 'facts' | 'bytes' | 'hash'> | undefined> {
    const file = await open(this.path, 'r');
    try {
      const facts = await file.stat({ bigint: true });
      const bytes = new Uint8Array(await file.readFile());
      const after = await file.stat({ bigint: true });
      if (!isSame(facts, after) || BigInt(bytes.length) !== facts.size) return undefined;
      return { facts, bytes, hash: createHash('sha256').update(bytes).digest('hex') };
    } finally {
      await file.close();
    }
  }
}

/** How many bytes at the end are the same, in whole numbers of 8. */
function sameEnd(a: Uint8Array, b: Uint8Array): number {
  let same = 0;
  while (same < a.length && a[a.length - 1 - same] === b[b.length - 1 - same]) same++;
  return same - (same % 8);
}

function isSame(a: Facts, b: Facts): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}
