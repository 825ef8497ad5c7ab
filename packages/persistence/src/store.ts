import { join } from "node:path";
import {
  isStoreError,
  type Claim,
  type Envelope,
  type Fence,
  type Head,
  type Problem,
  type Ref,
  type SessionStore,
  type SessionSummary,
} from "@keelson/protocol";
import { claimPen, type Desk } from "./claim.ts";
import { nodeDisk, type Disk } from "./disk.ts";
import { notFound, unreadable, unwritable } from "./failure.ts";
import { findFolder, isSession, makeSession, placesIn, taken, type Place } from "./folders.ts";
import { nodeHost, type Host } from "./host.ts";
import { checkSessionId, isSessionId, sessionsOf, slugOf } from "./layout.ts";
import { fenced, type Pen } from "./pen.ts";
import { records, type Finding } from "./read.ts";
import { headOf } from "./segment.ts";
import { newestFirst, summarise } from "./summary.ts";

/** `root`: the folder that holds `sessions/`; it is made when it is first needed. `now`: ms since the epoch. */
export type StoreOptions = {
  readonly root: string;
  readonly now: () => number;
  /** Hears of what can't be read in a log, each time it is met. */
  readonly onProblem?: (problem: Problem) => void;
  readonly disk?: Disk;
  readonly host?: Host;
};

/**
 * The embedded store: a folder for each session, an append-only file (segment) for each epoch. Touches nothing before it is asked.
 * Of a log that is damaged in its middle `head` may name a record that `read` doesn't get to; a claim's head is exact.
 */
export function openStore({ root, now, onProblem, disk = nodeDisk, host = nodeHost(now) }: StoreOptions): SessionStore {
  return new FolderStore(root, { disk, host, now, left: new Set(), report: onProblem ?? (() => undefined) });
}

class FolderStore implements SessionStore {
  readonly #root: string;
  readonly #desk: Desk;
  readonly #pens = new Map<string, Pen>();
  readonly #folders = new Map<string, string>();

  constructor(root: string, desk: Desk) {
    this.#root = root;
    this.#desk = desk;
  }

  async create({ tenant, session }: Ref, { cwd, parent }: { readonly cwd: string; readonly parent?: string }): Promise<void> {
    checkSessionId(session);
    if (tenant !== "local") throw notFound(session);
    const { disk, now } = this.#desk;
    const folder = join(sessionsOf(this.#root), slugOf(cwd), session);
    try {
      if (findFolder(disk, this.#root, session) !== undefined) throw taken(session);
      makeSession(disk, folder, { session, ...(parent !== undefined && { parent }), cwd, created: now() });
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  async claim(ref: Ref, owner: string): Promise<Claim> {
    const folder = this.#folderOf(ref);
    let pen: Pen;
    try {
      pen = await claimPen(this.#desk, folder, ref, owner);
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
    { tenant, session }: Ref,
    fence: Fence,
    expectedHead: number,
    envelopes: readonly Envelope[],
    { barrier = false }: { readonly barrier?: boolean } = {},
  ): Promise<Head> {
    const pen = tenant === "local" ? this.#pens.get(session) : undefined;
    if (pen?.fence.epoch !== fence.epoch || pen.fence.owner !== fence.owner) throw fenced();
    return await pen.append(expectedHead, envelopes, barrier);
  }

  async *read(ref: Ref, after: number): AsyncGenerator<Envelope> {
    const folder = this.#folderOf(ref);
    // a torn end is nothing to speak of while somebody may be writing it
    const found = ({ torn, problem }: Finding): void => (torn ? undefined : this.#desk.report(problem));
    try {
      yield* records({ disk: this.#desk.disk, folder, found }, after);
    } catch (error) {
      throw unreadable(folder, error);
    }
  }

  async head(ref: Ref): Promise<Head> {
    const folder = this.#folderOf(ref);
    return reading(folder, () => headOf(this.#desk.disk, folder)) ?? { head: 0, epoch: 0 };
  }

  async get(ref: Ref): Promise<SessionSummary> {
    const folder = this.#folderOf(ref);
    try {
      return (await summarise(this.#desk.disk, folder, ref.session)).summary;
    } catch (error) {
      throw unreadable(folder, error);
    }
  }

  async list(tenant: string, cwd?: string): Promise<readonly SessionSummary[]> {
    if (tenant !== "local") return [];
    const summaries: SessionSummary[] = [];
    for (const place of reading(this.#root, () => placesIn(this.#desk.disk, this.#root, cwd))) {
      const summary = await this.#listed(place);
      if (summary && (cwd === undefined || summary.cwd === cwd)) summaries.push(summary);
    }
    return summaries.toSorted(newestFirst);
  }

  /** A session that can't be read doesn't hide the others. */
  async #listed({ folder, session }: Place): Promise<SessionSummary | undefined> {
    const { disk, report } = this.#desk;
    try {
      const { summary, whole } = await summarise(disk, folder, session);
      if (!whole) report({ severity: "warning", file: folder, text: NO_HEADER });
      return summary;
    } catch (error) {
      const failure = unreadable(folder, error);
      if (!isStoreError(failure)) throw failure;
      report({ severity: "error", file: folder, text: failure.message });
      return undefined;
    }
  }

  #folderOf({ tenant, session }: Ref): string {
    if (tenant !== "local" || !isSessionId(session)) throw notFound(session);
    const { disk } = this.#desk;
    const known = this.#folders.get(session);
    const folder = reading(this.#root, () =>
      known !== undefined && isSession(disk, known) ? known : findFolder(disk, this.#root, session),
    );
    if (folder === undefined) throw notFound(session);
    this.#folders.set(session, folder);
    return folder;
  }
}

const NO_HEADER = "No segment says which folder this session worked in. Open it by its id to go on with it, or remove it.";

function reading<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw unreadable(path, error);
  }
}
