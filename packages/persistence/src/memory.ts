import {
  excerpt,
  hasTerms,
  NO_OUTLINE,
  storeError,
  terms,
  wordsIn,
  type Claim,
  type Envelope,
  type Fence,
  type Head,
  type Ref,
  type Retention,
  type SearchHit,
  type SearchQuery,
  type SessionQuery,
  type SessionStore,
  type SessionSummary,
  type Snapshot,
} from "@keelson/protocol";
import { digestOf } from "./blobs.ts";
import { held, notFound } from "./failure.ts";
import { taken } from "./folders.ts";
import { checkSessionId } from "./layout.ts";
import { fenced } from "./pen.ts";
import { check } from "./record.ts";
import { outlineAfter } from "./standing.ts";
import { newestFirst } from "./summary.ts";

/** Everything as text or bytes, so that nobody changes what was stored. */
type Session = {
  readonly ref: Ref;
  readonly cwd: string;
  readonly parent: string | undefined;
  readonly created: number;
  epoch: number;
  owner: string | undefined;
  readonly lines: string[];
  readonly blobs: Map<string, Uint8Array>;
  snapshot: { readonly seq: number; readonly kind: string; readonly json: string } | undefined;
};

/** The same contract for as long as the process lives, any tenant: for a house whose disk can't be written. `now`: ms since the epoch. */
export function memoryStore({ now }: { readonly now: () => number }): SessionStore {
  return new MemoryStore(now);
}

class MemoryStore implements SessionStore {
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async create(ref: Ref, { cwd, parent }: { readonly cwd: string; readonly parent?: string }): Promise<void> {
    this.#add({ ref, cwd, parent, lines: [], blobs: new Map() });
  }

  async fork(parent: Ref, seq: number, ref: Ref, meta: { readonly cwd: string; readonly parent?: string }): Promise<void> {
    const { lines, blobs } = this.#find(parent);
    if (parent.tenant !== ref.tenant) throw notFound(parent.session);
    if (seq > lines.length)
      throw storeError("head_mismatch", `The session ${parent.session} ends at ${lines.length}. Fork it there or before.`);
    this.#add({ ref, parent: parent.session, ...meta, lines: lines.slice(0, seq), blobs: new Map(blobs) });
  }

  #add(birth: Pick<Session, "ref" | "cwd" | "parent" | "lines" | "blobs">): void {
    checkSessionId(birth.ref.session);
    const key = keyOf(birth.ref);
    if (this.#sessions.has(key)) throw taken(birth.ref.session);
    this.#sessions.set(key, { ...birth, created: this.#now(), epoch: 0, owner: undefined, snapshot: undefined });
  }

  async claim(ref: Ref, owner: string, { takeOver = false }: { readonly takeOver?: boolean } = {}): Promise<Claim> {
    const session = this.#find(ref);
    if (!takeOver) checkFree(session);
    session.owner = owner;
    const fence: Fence = { epoch: ++session.epoch, owner };
    const release = async (): Promise<void> => {
      if (session.epoch === fence.epoch) session.owner = undefined;
    };
    return { ref, fence, head: session.lines.length, [Symbol.asyncDispose]: release };
  }

  async append(ref: Ref, fence: Fence, expectedHead: number, envelopes: readonly Envelope[]): Promise<Head> {
    const { lines, epoch } = this.#held(ref, fence);
    lines.push(...check(lines.length, expectedHead, envelopes));
    return { head: lines.length, epoch };
  }

  #held(ref: Ref, { epoch, owner }: Fence): Session {
    const session = this.#find(ref);
    if (session.epoch !== epoch || session.owner !== owner) throw fenced();
    return session;
  }

  async *read(ref: Ref, after: number): AsyncGenerator<Envelope> {
    const { lines } = this.#find(ref);
    for (let at = Math.max(0, after); at < lines.length; at++) yield envelopeAt(lines, at);
  }

  async head(ref: Ref): Promise<Head> {
    const { lines, epoch } = this.#find(ref);
    return { head: lines.length, epoch };
  }

  async putSnapshot(ref: Ref, fence: Fence, { seq, kind, state }: Snapshot): Promise<void> {
    const session = this.#held(ref, fence);
    if (seq !== session.lines.length)
      throw storeError("head_mismatch", `The log ends at ${session.lines.length}, not at ${seq}. Make the snapshot of that.`);
    session.snapshot = { seq, kind, json: JSON.stringify(state) };
  }

  async snapshot(ref: Ref, kind: string): Promise<Snapshot | undefined> {
    const { snapshot } = this.#find(ref);
    return snapshot?.kind === kind ? { seq: snapshot.seq, kind, state: JSON.parse(snapshot.json) as Snapshot["state"] } : undefined;
  }

  async putBlob(ref: Ref, bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    this.#find(ref).blobs.set(digest, bytes.slice());
    return digest;
  }

  async blob(ref: Ref, digest: string): Promise<Uint8Array | undefined> {
    return this.#find(ref).blobs.get(digest)?.slice();
  }

  async get(ref: Ref): Promise<SessionSummary> {
    return summaryOf(this.#find(ref));
  }

  async list({ tenant, cwd, status, parent, after, limit }: SessionQuery): Promise<readonly SessionSummary[]> {
    return [...this.#sessions.values()]
      .filter(
        (one) => one.ref.tenant === tenant && (cwd === undefined || one.cwd === cwd) && (parent === undefined || one.parent === parent),
      )
      .map(summaryOf)
      .filter((one) => (status === undefined || one.status === status) && (after === undefined || newestFirst(after, one) < 0))
      .toSorted(newestFirst)
      .slice(0, limit);
  }

  async search({ text, limit = 20, ...query }: SearchQuery): Promise<readonly SearchHit[]> {
    const wanted = terms(text);
    const hits = (await this.list(query)).flatMap((session): SearchHit[] => {
      const { lines } = this.#find(session.ref);
      for (let at = lines.length - 1; at >= 0; at--) {
        const words = wordsIn(envelopeAt(lines, at).event);
        if (words && hasTerms(words.text, wanted))
          return [{ session, seq: at + 1, kind: words.kind, excerpt: excerpt(words.text, wanted) }];
      }
      return [];
    });
    return hits.slice(0, limit);
  }

  async delete(ref: Ref): Promise<void> {
    checkFree(this.#find(ref));
    this.#sessions.delete(keyOf(ref));
  }

  async retain(tenant: string, { updatedSince = -Infinity, newest = Infinity }: Retention): Promise<readonly Ref[]> {
    const all = (await this.list({ tenant })).filter(({ updated }, at) => updated < updatedSince || at >= newest);
    const gone = all.filter(({ status }) => status !== "active").map(({ ref }) => ref);
    for (const ref of gone) this.#sessions.delete(keyOf(ref));
    return gone;
  }

  #find(ref: Ref): Session {
    const session = this.#sessions.get(keyOf(ref));
    if (!session) throw notFound(ref.session);
    return session;
  }
}

function checkFree({ owner, ref }: Session): void {
  if (owner === undefined) return;
  throw held(ref.session, { where: "this process already", next: "Close it there, or begin a new session." });
}

function summaryOf({ ref, cwd, parent, created, owner, lines }: Session): SessionSummary {
  const { title, updated, status } = lines.map((_, at) => envelopeAt(lines, at)).reduce(outlineAfter, NO_OUTLINE);
  const said = { title, updated: Math.max(created, updated), status: owner === undefined ? status : ("active" as const) };
  return { ref, cwd, created, ...said, ...(parent !== undefined && { parent }) };
}

const envelopeAt = (lines: readonly string[], at: number): Envelope => JSON.parse(lines[at] ?? "null") as Envelope;

const keyOf = ({ tenant, session }: Ref): string => JSON.stringify([tenant, session]);
