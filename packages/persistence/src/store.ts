import { join } from "node:path";
import {
  isStoreError,
  storeError,
  type Claim,
  type Envelope,
  type Fence,
  type Head,
  type Problem,
  type Ref,
  type Retention,
  type SearchHit,
  type SearchQuery,
  type SessionQuery,
  type SessionStore,
  type SessionSummary,
  type Snapshot,
} from "@keelson/protocol";
import { getBlob, putBlob, shelfOf, type Shelf } from "./blobs.ts";
import { markChanged } from "./changed.ts";
import { claimPen, hasBlank, traceOf, type Birth, type Desk, type Memory } from "./claim.ts";
import { bestEffort, nodeDisk, type Disk } from "./disk.ts";
import { notFound, unreadable, unwritable } from "./failure.ts";
import { findFolder, isSession, makeSession, taken } from "./folders.ts";
import { forkSession } from "./fork.ts";
import { nodeHost, type Host } from "./host.ts";
import { checkSessionId, isSessionId, sessionsOf, slugOf } from "./layout.ts";
import type { Listing } from "./list/listing.ts";
import { isHeld } from "./lock.ts";
import { fenced, type Pen } from "./pen.ts";
import { portions, type Finding } from "./read.ts";
import { restore, type Found } from "./record.ts";
import { removeSession, sweep } from "./remove.ts";
import { headOf } from "./segment.ts";
import { keepSnapshot, snapshotIn } from "./snapshot.ts";
import { summarise } from "./summary.ts";
import type { Trace } from "./trace.ts";

/** `root`: the folder that holds `sessions/`; it is made when it is first needed. `now`: ms since the epoch. */
export type StoreOptions = {
  readonly root: string;
  readonly now: () => number;
  /** Hears of what can't be read in a log, each time it is met. */
  readonly onProblem?: (problem: Problem) => void;
  readonly disk?: Disk;
  readonly host?: Host;
};

/** What only a store on this machine's disk has to do. Dispose closes the index; the rest goes on. */
export type EmbeddedStore = SessionStore &
  AsyncDisposable & {
    /** Brings the index up to date while there is time, so that the next list and search needn't. An abort leaves the rest for later. */
    tend(signal: AbortSignal): Promise<void>;
    /** After a `delete`: takes what was deleted out of the index, too. As long as the index is large. */
    scrub(): Promise<void>;
    /** Makes the index anew from the sessions' folders, and clears away what killed processes left; how many sessions there are. */
    reindex(signal: AbortSignal): Promise<number>;
  };

/**
 * The embedded store: a folder for each session, an append-only file (segment) for each epoch. Touches nothing before it is asked.
 * Of a log that lost its end `head` may be below a claim's, which gives no number twice. Numbers of records that are lost are left out, and each reader is told.
 */
export function openStore({ root, now, onProblem, disk = nodeDisk, host = nodeHost(now) }: StoreOptions): EmbeddedStore {
  return new FolderStore({ root, disk, host, now, left: new Set(), report: onProblem ?? (() => undefined) });
}

class FolderStore implements EmbeddedStore {
  readonly #desk: Desk;
  readonly #pens = new Map<string, Pen>();
  readonly #folders = new Map<string, string>();
  /** Sessions made here that nobody has claimed yet. */
  readonly #born = new Map<string, Birth>();
  #listing: Listing | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async create({ tenant, session }: Ref, { cwd, parent }: { readonly cwd: string; readonly parent?: string }): Promise<void> {
    checkSessionId(session);
    if (tenant !== "local") throw notFound(session);
    this.#make(session, cwd, (folder, created) => {
      const birth = { ...(parent !== undefined && { parent }), cwd, created };
      makeSession(this.#desk.disk, folder, { session, ...birth });
      this.#born.set(session, birth);
    });
  }

  async fork(parent: Ref, seq: number, { tenant, session }: Ref, meta: { readonly cwd: string; readonly parent?: string }): Promise<void> {
    checkSessionId(session);
    const from = this.#folderOf(parent);
    if (tenant !== "local") throw notFound(session);
    const { disk } = this.#desk;
    const isSettled = (this.#pens.get(parent.session)?.acknowledged ?? -1) >= seq || !isHeld(this.#desk, from);
    this.#make(session, meta.cwd, (folder, created) =>
      forkSession({ disk, parent: from, seq, isSettled }, folder, { session, created, parent: parent.session, ...meta }),
    );
  }

  #make(session: string, cwd: string, make: (folder: string, created: number) => void): void {
    const { disk, root, now } = this.#desk;
    const folder = join(sessionsOf(root), slugOf(cwd), session);
    try {
      if (findFolder(disk, root, session) !== undefined) throw taken(session);
      markChanged(disk, root, folder);
      make(folder, now());
      this.#folders.set(session, folder);
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  async claim(ref: Ref, owner: string, { takeOver = false }: { readonly takeOver?: boolean } = {}): Promise<Claim> {
    const folder = this.#folderOf(ref);
    let pen: Pen;
    try {
      const born = this.#born.get(ref.session);
      this.#born.delete(ref.session);
      pen = await claimPen(this.#desk, folder, ref, { owner, takeOver, recall: (session) => this.#recall(session), ...(born && { born }) });
    } catch (error) {
      throw unwritable(folder, error);
    }
    this.#pens.set(ref.session, pen);
    const release = async (): Promise<void> => {
      await pen.release();
      if (this.#pens.get(ref.session) === pen) this.#pens.delete(ref.session);
    };
    return { ref, fence: pen.fence, head: pen.base, [Symbol.asyncDispose]: release };
  }

  async append(
    ref: Ref,
    fence: Fence,
    expectedHead: number,
    envelopes: readonly Envelope[],
    { barrier = false }: { readonly barrier?: boolean } = {},
  ): Promise<Head> {
    return await this.#penOf(ref, fence).append(expectedHead, envelopes, barrier);
  }

  #penOf({ tenant, session }: Ref, { epoch, owner }: Fence): Pen {
    const pen = tenant === "local" ? this.#pens.get(session) : undefined;
    if (pen?.fence.epoch !== epoch || pen.fence.owner !== owner) throw fenced();
    return pen;
  }

  async *read(ref: Ref, after: number): AsyncGenerator<Envelope> {
    const { disk, root, report } = this.#desk;
    const folder = this.#folderOf(ref);
    // a torn end is nothing to speak of while somebody may be writing it
    const found = ({ torn, problem, lost: missing }: Finding): void => {
      if (missing !== undefined) bestEffort(() => markChanged(disk, root, folder)); // so that lists say it too
      if (!torn) report(problem);
    };
    const get = (digest: string): Buffer | undefined => getBlob({ disk, folder }, digest);
    const whole = (record: Found): Envelope => restore(record, get, (digest) => report(lost(folder, digest, record.seq)));
    let from = after;
    try {
      for (const record of this.#aheadOf(ref.session, after)) {
        if (record.seq <= after) continue;
        yield whole(record);
        from = record.seq;
      }
      for await (const portion of portions({ disk, folder, found, trace: await this.#traceOf(ref, folder) }, from))
        for (const record of portion) yield whole(record);
    } catch (error) {
      throw unreadable(folder, error);
    }
  }

  async #traceOf({ session }: Ref, folder: string): Promise<Trace | undefined> {
    return hasBlank(this.#desk.disk, folder) ? traceOf(await this.#recall(session)) : undefined;
  }

  async #recall(session: string): Promise<Memory | undefined> {
    const { disk, root } = this.#desk;
    return disk.stat(join(root, "index.db")) ? await (await this.#lists()).recall(session) : undefined;
  }

  /** What a claim has just read isn't read once more. */
  #aheadOf(session: string, after: number): readonly Found[] {
    const ahead = this.#pens.get(session)?.takeAhead();
    return ahead && ahead.from <= after ? ahead.records : [];
  }

  async head(ref: Ref): Promise<Head> {
    const folder = this.#folderOf(ref);
    return reading(folder, () => headOf(this.#desk.disk, folder)) ?? { head: 0, epoch: 0 };
  }

  async putSnapshot(ref: Ref, fence: Fence, snapshot: Snapshot): Promise<void> {
    const pen = this.#penOf(ref, fence);
    const { shelf, isWhole } = pen;
    const settled = await pen.settled();
    if (settled?.head !== snapshot.seq)
      throw storeError(
        "head_mismatch",
        `The log ends at ${settled?.head ?? "a record that isn't acknowledged yet"}, not at ${snapshot.seq}. Make the snapshot of that.`,
      );
    if (!isWhole) return; // who begins behind it would never be told
    try {
      keepSnapshot(shelf, snapshot, settled.outline);
    } catch (error) {
      throw unwritable(shelf.folder, error);
    }
  }

  async snapshot(ref: Ref, kind: string): Promise<Snapshot | undefined> {
    const folder = this.#folderOf(ref);
    return reading(folder, () => snapshotIn(this.#desk.disk, folder, ref.session, kind));
  }

  async putBlob(ref: Ref, bytes: Uint8Array): Promise<string> {
    const { disk, root } = this.#desk;
    const folder = this.#folderOf(ref);
    const shelf: Shelf = this.#pens.get(ref.session)?.shelf ?? { disk, root, folder, unsynced: new Set() };
    try {
      return putBlob(shelf, bytes);
    } catch (error) {
      throw unwritable(shelfOf(folder), error);
    }
  }

  async blob(ref: Ref, digest: string): Promise<Uint8Array | undefined> {
    const folder = this.#folderOf(ref);
    return reading(folder, () => getBlob({ disk: this.#desk.disk, folder }, digest));
  }

  async get(ref: Ref): Promise<SessionSummary> {
    const folder = this.#folderOf(ref);
    try {
      const { disk, report } = this.#desk;
      const { summary, outline, lost: missing } = await summarise({ disk, folder, trace: await this.#traceOf(ref, folder) }, ref.session);
      for (const problem of missing) report(problem);
      return { ...summary, status: isHeld(this.#desk, folder) ? "active" : outline.status };
    } catch (error) {
      throw unreadable(folder, error);
    }
  }

  async list(query: SessionQuery): Promise<readonly SessionSummary[]> {
    if (query.tenant !== "local") return [];
    try {
      return await (await this.#lists()).list(query);
    } catch (error) {
      throw unreadable(this.#desk.root, error);
    }
  }

  async search(query: SearchQuery): Promise<readonly SearchHit[]> {
    if (query.tenant !== "local") return [];
    try {
      return await (await this.#lists()).search(query);
    } catch (error) {
      throw unreadable(this.#desk.root, error);
    }
  }

  async delete(ref: Ref): Promise<void> {
    const folder = this.#folderOf(ref);
    try {
      removeSession(this.#desk, folder, ref);
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  async retain(tenant: string, { updatedSince = -Infinity, newest = Infinity }: Retention): Promise<readonly Ref[]> {
    const gone: Ref[] = [];
    for (const [at, { ref, updated }] of (await this.list({ tenant })).entries()) {
      if (updated >= updatedSince && at < newest) continue;
      try {
        await this.delete(ref);
        gone.push(ref);
      } catch (error) {
        if (!isStoreError(error) || (error.code !== "held" && error.code !== "not_found")) throw error;
      }
    }
    return gone;
  }

  async scrub(): Promise<void> {
    await (await this.#lists()).scrub();
  }

  async tend(signal: AbortSignal): Promise<void> {
    await (await this.#lists()).tend(signal);
  }

  async reindex(signal: AbortSignal): Promise<number> {
    sweep(this.#desk);
    return await (await this.#lists()).reindex(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listing?.close();
  }

  /** Loaded when it is first asked for: a plain run needs none of it. */
  async #lists(): Promise<Listing> {
    const { Listing: Lists } = await import("./list/listing.ts");
    return (this.#listing ??= new Lists(this.#desk));
  }

  #folderOf({ tenant, session }: Ref): string {
    if (tenant !== "local" || !isSessionId(session)) throw notFound(session);
    const { disk, root } = this.#desk;
    const known = this.#folders.get(session);
    const folder = reading(root, () => (known !== undefined && isSession(disk, known) ? known : findFolder(disk, root, session)));
    if (folder === undefined) throw notFound(session);
    this.#folders.set(session, folder);
    return folder;
  }
}

function lost(folder: string, digest: string, seq: number): Problem {
  const text = `The blob ${digest} of record ${seq} is missing or damaged; a line that says so stands in its place. Restore blobs/${digest} from a copy.`;
  return { severity: "error", file: folder, text };
}

function reading<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw unreadable(path, error);
  }
}
