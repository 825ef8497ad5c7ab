import { storeError, type Envelope, type Fence, type Head, type Outline, type StoreError } from "@keelson/protocol";
import { putBlob, shelfOf, type Shelf } from "./blobs.ts";
import { bestEffort, ifThere, writeWhole, type Disk } from "./disk.ts";
import { unwritable } from "./failure.ts";
import { Group } from "./group.ts";
import type { Report } from "./read.ts";
import { admit, write } from "./record.ts";
import { cutBack, syncEach, writeAgain } from "./restore.ts";
import { soundEnd } from "./segment.ts";
import { Repeats, type Line } from "./short.ts";
import { outlineAfter } from "./standing.ts";
import type { Ahead, Surveyed } from "./survey.ts";

/** Where a pen writes. `next`: the segment of whoever comes after. `drop`: gives the lock back. `older` and `folders`: what the first barrier has to keep too. */
export type Site = {
  readonly disk: Disk;
  readonly report: Report;
  readonly path: string;
  readonly next: string;
  readonly drop: () => void;
  readonly older: readonly string[];
  readonly folders: readonly string[];
  readonly shelf: Shelf;
};
/** A place in the segment between two records. */
export type Mark = { readonly head: number; readonly size: number };
/** What a claim has found: where the log ends, what its segment holds so far, what the log says of itself, and what was read for that. */
export type Start = Mark & Omit<Surveyed, "head">;

/**
 * The one writer of one segment. Its rule: the file holds what was acknowledged, then what waits for a barrier, and nothing else;
 * after a failure it goes back to that, at once or before the next append.
 */
export class Pen {
  readonly fence: Fence;
  readonly base: number;
  /** False when records are lost before it: a snapshot would keep that from who reads behind it. */
  readonly isWhole: boolean;
  readonly #site: Site;
  readonly #repeats = new Repeats();
  readonly #barrier = new Group(() => this.#sync());
  #fd: number;
  #written: Mark;
  #acknowledged: Mark;
  #synced = 0;
  #olderSynced = false;
  #closed = false;
  #released = false;
  /** Bytes may stand behind `#written`. */
  #littered = false;
  /** A sync failed: what the system held for the disk may be lost, and it says so only once. */
  #suspect = false;
  #blobsSuspect = false;
  #outline: Outline;
  #ahead: Ahead | undefined;

  constructor(site: Site, fence: Fence, fd: number, { outline: known, ahead, isWhole, ...start }: Start) {
    this.#site = site;
    this.fence = fence;
    this.base = start.head;
    this.isWhole = isWhole;
    this.#fd = fd;
    this.#written = start;
    this.#acknowledged = start;
    this.#outline = known;
    this.#ahead = ahead;
  }

  /** What the claim has read of the log, for the one who reads it next; once, and only before anything is added. */
  takeAhead(): Ahead | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead;
  }

  get shelf(): Shelf {
    return this.#site.shelf;
  }

  /** Nothing up to there is ever taken back. */
  get acknowledged(): number {
    return this.#acknowledged.head;
  }

  /** Of what is acknowledged, once the barriers that are under way are through; undefined while something else is on its way. */
  async settled(): Promise<{ readonly head: number; readonly outline: Outline } | undefined> {
    while (this.#barrier.last) await this.#barrier.last.catch(() => undefined); // its askers are told
    const isSettled = !this.#released && this.#written.head === this.#acknowledged.head;
    return isSettled ? { head: this.#written.head, outline: this.#outline } : undefined;
  }

  /**
   * Written when it is called, acknowledged when it resolves. What stands behind records that wait for a barrier waits with them: if it fails,
   * they are all taken back.
   */
  async append(expectedHead: number, envelopes: readonly Envelope[], barrier: boolean): Promise<Head> {
    if (this.#closed || this.#released) throw fenced();
    this.#ahead = undefined;
    this.#mend();
    const lines = this.#admit(expectedHead, envelopes);
    const stands = this.#written.head === this.#acknowledged.head;
    const mark = this.#write(lines);
    const through = barrier ? this.#barrier.ask() : stands ? undefined : this.#barrier.last;
    if (through) await through; // else it is acknowledged at once: a barrier that fails between the two would take it back
    this.#acknowledge(mark);
    this.#outline = envelopes.reduce(outlineAfter, this.#outline);
    return { head: mark.head, epoch: this.fence.epoch };
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#ahead = undefined;
    await this.#barrier.last?.catch(() => undefined); // its askers are told
    try {
      this.#mend();
    } catch {
      // the next claim passes over what is torn
    }
    this.#closed = true;
    bestEffort(() => this.#site.disk.close(this.#fd));
    this.#site.drop();
  }

  #admit(expectedHead: number, envelopes: readonly Envelope[]): readonly Line[] {
    const { shelf } = this.#site;
    try {
      return admit(this.#written.head, expectedHead, envelopes, (bytes) => putBlob(shelf, bytes));
    } catch (error) {
      throw unwritable(shelfOf(shelf.folder), error);
    }
  }

  /** One write for all of them. */
  #write(lines: readonly Line[]): Mark {
    const before = this.#written;
    const bytes = Buffer.from(write(lines, this.#repeats));
    try {
      writeWhole(this.#site.disk, this.#fd, bytes);
      this.#checkSuccessor();
      this.#written = { head: before.head + lines.length, size: before.size + bytes.length };
      return this.#written;
    } catch (error) {
      this.#goBack(before);
      throw unwritable(this.#site.path, error);
    }
  }

  async #sync(): Promise<void> {
    const { disk, path, older, folders } = this.#site;
    try {
      if (!this.#olderSynced) await syncEach(disk, older, folders);
      this.#olderSynced = true;
      const mark = this.#written;
      await this.#syncBlobs();
      await disk.sync(this.#fd);
      if (!disk.stat(path)) throw Object.assign(new Error("the segment was removed"), { code: "ENOENT" });
      this.#synced = mark.size;
      this.#acknowledge(mark);
    } catch (error) {
      this.#suspect = true;
      this.#goBack(this.#acknowledged);
      throw unwritable(path, error);
    }
  }

  /** Before the lines that name them. After a failure they are written again: see writeAgain. */
  async #syncBlobs(): Promise<void> {
    const { disk, folder, unsynced } = this.#site.shelf;
    const paths = [...unsynced];
    if (paths.length === 0) return;
    if (this.#blobsSuspect) for (const path of paths) ifThere(() => writeAgain(disk, path, 0));
    this.#blobsSuspect = true;
    await syncEach(disk, paths, [shelfOf(folder), folder]);
    this.#blobsSuspect = false;
    for (const path of paths) unsynced.delete(path);
  }

  #acknowledge(mark: Mark): void {
    if (mark.head > this.#acknowledged.head) this.#acknowledged = mark;
  }

  #goBack(to: Mark): void {
    if (this.#closed) return;
    this.#written = to;
    this.#repeats.forget();
    this.#littered = true;
    bestEffort(() => this.#tidy());
  }

  #mend(): void {
    try {
      this.#tidy();
    } catch (error) {
      throw unwritable(this.#site.path, error);
    }
  }

  #tidy(): void {
    const { disk, path, older } = this.#site;
    if (this.#closed || (!this.#littered && !this.#suspect)) return;
    this.#checkSuccessor();
    if (this.#suspect) this.#reopen();
    const { head, size } = this.#written;
    if (this.#littered) this.#written = { head, size: cutBack(disk, path, this.#fd, size) };
    this.#littered = false;
    if (!this.#suspect) return;
    for (const other of this.#olderSynced ? [] : older) writeAgain(disk, other, 0);
    writeAgain(disk, path, this.#synced, this.#written.size);
    this.#suspect = false;
  }

  /** Looks at what is really there, through a new descriptor. */
  #reopen(): void {
    const { disk, path, report } = this.#site;
    const fd = disk.open(path, "append");
    const old = this.#fd;
    this.#fd = fd;
    bestEffort(() => disk.close(old));
    const sound = soundEnd(disk, path, this.base);
    if (sound.head >= this.#written.head) return;
    const text = `The disk lost the records ${sound.head + 1} to ${this.#written.head} when it failed. Read the session again from ${sound.head}, and look at the disk's health.`;
    report({ severity: "error", file: path, text });
    this.#written = sound;
    this.#acknowledged = sound;
    this.#synced = 0;
    this.#littered = true;
  }

  /** Behind each write, and before anything is taken back: a later epoch may count these lines already. */
  #checkSuccessor(): void {
    if (!this.#site.disk.stat(this.#site.next)) return;
    this.#closed = true;
    throw fenced();
  }
}

export function fenced(): StoreError {
  return storeError("fenced", "Another process has taken over this session; nothing more can be added from here. Open it again to go on.");
}
