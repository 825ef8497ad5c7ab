import {
  storeError,
  type Claim,
  type Envelope,
  type Fence,
  type Head,
  type Ref,
  type SessionStore,
  type SessionSummary,
} from "@keelson/protocol";
import { notFound } from "./failure.ts";
import { taken } from "./folders.ts";
import { checkSessionId } from "./layout.ts";
import { fenced } from "./pen.ts";
import { admit, parseRecord, type Stored } from "./record.ts";
import { newestFirst, titleOf } from "./summary.ts";

type Session = {
  readonly ref: Ref;
  readonly cwd: string;
  readonly created: number;
  updated: number;
  epoch: number;
  owner: string | undefined;
  /** As bytes, so that nobody changes what was stored. */
  readonly lines: Buffer[];
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

  async create(ref: Ref, { cwd }: { readonly cwd: string; readonly parent?: string }): Promise<void> {
    checkSessionId(ref.session);
    if (this.#sessions.has(keyOf(ref))) throw taken(ref.session);
    const created = this.#now();
    this.#sessions.set(keyOf(ref), { ref, cwd, created, updated: created, epoch: 0, owner: undefined, lines: [] });
  }

  async claim(ref: Ref, owner: string): Promise<Claim> {
    const session = this.#find(ref);
    if (session.owner !== undefined)
      throw storeError("held", `The session ${ref.session} is open in ${session.owner}. Close it there, or begin a new session.`);
    session.owner = owner;
    const fence: Fence = { epoch: ++session.epoch, owner };
    const release = async (): Promise<void> => {
      if (session.epoch === fence.epoch) session.owner = undefined;
    };
    return { ref, fence, head: session.lines.length, [Symbol.asyncDispose]: release };
  }

  async append(ref: Ref, { epoch, owner }: Fence, expectedHead: number, envelopes: readonly Envelope[]): Promise<Head> {
    const session = this.#find(ref);
    if (session.epoch !== epoch || session.owner !== owner) throw fenced();
    for (const line of admit(session.lines.length, expectedHead, envelopes)) session.lines.push(line);
    session.updated = this.#now();
    return { head: session.lines.length, epoch };
  }

  async *read(ref: Ref, after: number): AsyncGenerator<Stored> {
    const { lines } = this.#find(ref);
    for (let at = Math.max(0, after); at < lines.length; at++) {
      const record = parseRecord(lines[at]);
      if (record) yield record;
    }
  }

  async head(ref: Ref): Promise<Head> {
    const { lines, epoch } = this.#find(ref);
    return { head: lines.length, epoch };
  }

  async get(ref: Ref): Promise<SessionSummary> {
    const { cwd, created, updated } = this.#find(ref);
    return { ref, cwd, created, updated, title: await titleOf(this.read(ref, 0)) };
  }

  async list(tenant: string, cwd?: string): Promise<readonly SessionSummary[]> {
    const those = [...this.#sessions.values()].filter((one) => one.ref.tenant === tenant && (cwd === undefined || one.cwd === cwd));
    const summaries = await Promise.all(those.map(({ ref }) => this.get(ref)));
    return summaries.toSorted(newestFirst);
  }

  #find(ref: Ref): Session {
    const session = this.#sessions.get(keyOf(ref));
    if (!session) throw notFound(ref.session);
    return session;
  }
}

const keyOf = ({ tenant, session }: Ref): string => JSON.stringify([tenant, session]);
