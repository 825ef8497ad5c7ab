/** The sessions of this machine, for who looks at them from outside: no session is opened for it, and nothing runs. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openStore, type EmbeddedStore } from "@keelson/persistence";
import {
  isStoreError,
  type Envelope,
  type JsonObject,
  type Problem,
  type Ref,
  type SearchHit,
  type SessionSummary,
} from "@keelson/protocol";
import type { Place } from "../house.ts";
import { openGrants, type Grants } from "../kept/grants.ts";
import { Recollection, type Asking } from "../recollection.ts";
import { readPast } from "../past.ts";
import { html, markdown, type Printer } from "../transcripts/print.ts";
import { readTranscript, type Transcript } from "../transcripts/read.ts";
import { takeIn } from "../transcripts/take-in.ts";
import { redact } from "../transcripts/redact.ts";
import { dropOutputs } from "./outputs.ts";
import { isOwn, ownSessions } from "./own.ts";
import { storyOf } from "../transcripts/story.ts";

export const EXPORT_FORMATS = ["jsonl", "md", "html"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
/** `whole`: for another machine, with the logs of its sub-agents. */
export type Extent = "own" | "whole";
export type Page = { readonly cwd?: string; readonly limit: number };
/** In words what went wrong and what to do, where a string comes in place of a result. */
export type Sessions = AsyncDisposable & {
  list(page: Page): Promise<readonly SessionSummary[]>;
  search(words: string, page: Page): Promise<readonly SearchHit[]>;
  /** By id, by the beginning of one, or by words of it. */
  find(what: string, cwd: string): Promise<SessionSummary | string>;
  /** In pieces that can be written one after the other. `hide`: what looks like a secret is taken out. */
  print(session: SessionSummary, format: ExportFormat, hide: boolean, extent?: Extent): AsyncGenerator<string>;
  /** Another program's conversation, or an exported one, as a session of its own. */
  take(text: string, file: string, cwd: string): Promise<{ readonly session: SessionSummary; readonly transcript: Transcript } | string>;
  remove(session: SessionSummary): Promise<string | undefined>;
  /** How many there are. */
  reindex(signal: AbortSignal): Promise<number>;
  /** The folder that it works in, which may be gone. */
  folder(session: SessionSummary): Promise<string>;
  /** Questions that nobody has answered. */
  asks(session: SessionSummary): Promise<readonly Asking[]>;
  /** In words why it can't be: it was answered, it is over, another program has the session. With `scope: "project"` the rules that were shown are kept for the folder. */
  answer(session: SessionSummary, askId: string, answer: JsonObject): Promise<string | undefined>;
};

const TENANT = "local";
const SHOWN_MATCHES = 5;

/** `heard`: of logs that were damaged, when one is read. */
export function openSessions({ keelHome }: Pick<Place, "keelHome">, wall: () => number, heard?: (problem: Problem) => void): Sessions {
  const grants = openGrants(keelHome, wall);
  const store = openStore({ root: join(keelHome, "var"), now: wall, ...(heard && { onProblem: heard }) });
  let removed = false;
  return {
    list: ({ cwd, limit }) => ownSessions(store, { tenant: TENANT, ...(cwd !== undefined && { cwd }) }, limit),
    search: (text, page) => search(store, text, page),
    find: (what, cwd) => find(store, what, cwd),
    print: (session, format, hide, extent) => (extent === "whole" && format === "jsonl" ? printWhole : print)(store, session, format, hide),
    take: (text, file, cwd) => take(store, { text, file, cwd }, wall),
    remove({ ref }) {
      removed = true;
      return told(remove(store, ref, join(keelHome, "var")));
    },
    reindex: (signal) => store.reindex(signal),
    async folder({ ref, cwd }) {
      const known = new Recollection();
      await readPast(store, ref, known);
      return known.cwd ?? cwd;
    },
    async asks({ ref }) {
      return (await recall(store, ref)).open.filter(({ expiresAt }) => expiresAt === undefined || wall() < expiresAt);
    },
    answer: ({ ref }, askId, answer) => answerIn({ store, grants, wall }, ref, askId, answer),
    async [Symbol.asyncDispose]() {
      if (removed) await store.scrub(); // once, however many went
      await store[Symbol.asyncDispose]();
    },
  };
}

/** What a sub-agent's log holds is found as its session's. */
async function search(store: EmbeddedStore, text: string, { cwd, limit }: Page): Promise<readonly SearchHit[]> {
  const found = new Map<string, SearchHit>();
  for (const hit of await store.search({ tenant: TENANT, text, limit, ...(cwd !== undefined && { cwd }) })) {
    const session = await rootOf(store, hit.session);
    if (session && !found.has(session.ref.session)) found.set(session.ref.session, { ...hit, session });
  }
  return [...found.values()];
}

/** Undefined where it is gone. */
async function rootOf(store: EmbeddedStore, session: SessionSummary): Promise<SessionSummary | undefined> {
  if (isOwn(session)) return session;
  const parent =
    session.parent === undefined ? undefined : await store.get({ tenant: TENANT, session: session.parent }).catch(() => undefined);
  return parent && (await rootOf(store, parent));
}

/** With its sub-agents, and what is kept beside the logs. */
async function remove(store: EmbeddedStore, ref: Ref, folder: string): Promise<void> {
  const children = (await store.list({ tenant: ref.tenant, parent: ref.session })).filter((child) => !isOwn(child));
  await store.delete(ref);
  const isThere = async (session: string): Promise<boolean> => (await store.get({ ...ref, session }).catch(() => undefined)) !== undefined;
  await dropOutputs(join(folder, "outputs"), ref.session, isThere);
  await rm(join(folder, "tmp", ref.session), { recursive: true, force: true });
  for (const child of children) await remove(store, child.ref, folder);
}

async function find(store: EmbeddedStore, what: string, cwd: string): Promise<SessionSummary | string> {
  const named = await store.get({ tenant: TENANT, session: what }).catch(() => undefined);
  if (named) return named;
  const all = await store.list({ tenant: TENANT });
  const begun = all.filter((session) => isOwn(session) && session.ref.session.startsWith(what));
  const [one] = begun;
  if (one && begun.length === 1) return one;
  const hits = begun.length > 0 ? [] : await search(store, what, { limit: SHOWN_MATCHES + 1 });
  const [here] = hits.filter(({ session }) => session.cwd === cwd);
  const found = here ? [here.session] : begun.length > 0 ? begun : hits.map(({ session }) => session);
  if (found.length === 1 && found[0]) return found[0];
  if (found.length === 0) return `No session has the id ${what}, and none speaks of it. keel session list shows what there is.`;
  const shown = found.slice(0, SHOWN_MATCHES).map(({ ref, title }) => `${ref.session} (${title})`);
  return `${what} fits more than one session: ${shown.join(", ")}${found.length > SHOWN_MATCHES ? " and more" : ""}. Name one by its id.`;
}

async function* print(store: EmbeddedStore, session: SessionSummary, format: ExportFormat, hide: boolean): AsyncGenerator<string> {
  const clean = hide ? redact : (words: string): string => words;
  const envelopes = store.read(session.ref, 0);
  if (format === "jsonl") {
    yield `${JSON.stringify(headOf(session))}\n`;
    for await (const envelope of envelopes) yield `${clean(JSON.stringify(envelope))}\n`;
    return;
  }
  const printer: Printer = format === "md" ? markdown : html;
  yield printer.head(clean(session.title), `${new Date(session.created).toISOString()} · ${session.cwd} · ${session.ref.session}`);
  for await (const passage of storyOf(envelopes)) yield clean(printer.passage(passage));
  yield printer.foot;
}

/** `parent`: of a sub-agent. */
const headOf = ({ ref, cwd, created, title, parent }: SessionSummary): JsonObject => ({
  keel: 1,
  session: ref.session,
  ...(!isOwn({ ref }) && parent !== undefined && { parent }),
  cwd,
  created,
  title,
});

async function* printWhole(store: EmbeddedStore, session: SessionSummary, format: ExportFormat, hide: boolean): AsyncGenerator<string> {
  yield* print(store, session, format, hide);
  const agents = (await store.list({ tenant: TENANT, parent: session.ref.session })).filter((one) => !isOwn(one));
  for (const agent of agents.toReversed()) yield* printWhole(store, agent, format, hide);
}

async function take(
  store: EmbeddedStore,
  { text, file, cwd }: { readonly text: string; readonly file: string; readonly cwd: string },
  wall: () => number,
): Promise<{ readonly session: SessionSummary; readonly transcript: Transcript } | string> {
  const transcript = readTranscript(text, file);
  if (typeof transcript === "string") return transcript;
  const ref = { tenant: TENANT, session: randomUUID() };
  try {
    await takeIn({ store, wall }, ref, transcript, transcript.cwd ?? cwd);
  } catch (error) {
    if (isStoreError(error)) return error.message;
    throw error;
  }
  return { session: await store.get(ref), transcript };
}

type Answering = { readonly store: EmbeddedStore; readonly grants: Grants; readonly wall: () => number };

async function answerIn({ store, grants, wall }: Answering, ref: Ref, askId: string, answer: JsonObject): Promise<string | undefined> {
  const known = await recall(store, ref);
  const asking = known.open.find((one) => one.askId === askId);
  if (!asking) return `No open question has the id ${askId}: it was answered, or never asked.`;
  if (asking.expiresAt !== undefined && wall() >= asking.expiresAt) return "The question is over: nobody answered it in time.";
  const { cwd, rules } = asking.body;
  const trouble = await told(
    (async () => {
      const run = randomUUID();
      await using claim = await store.claim(ref, run);
      const event = { type: "ask.answered", askId, answer: { base: cwd ?? "", ...answer }, by: "user" } as const;
      const envelope: Envelope = { v: 1, seq: claim.head + 1, at: wall(), session: ref.session, run, path: [], event };
      await store.append(ref, claim.fence, claim.head, [envelope], { barrier: true });
    })(),
  );
  if (trouble !== undefined || answer["behavior"] !== "allow" || answer["scope"] !== "project" || typeof cwd !== "string") return trouble;
  const { until } = answer;
  const shown = Array.isArray(rules) ? rules.map(String) : [];
  const kept = shown.map((rule) => ({ rule, folder: cwd, granted: wall(), ...(typeof until === "number" && { until }) }));
  const unkept = await grants.add(kept);
  return unkept && `It is answered, and holds for this session only. ${unkept}`;
}

async function recall(store: EmbeddedStore, ref: Ref): Promise<Recollection> {
  const recollection = new Recollection();
  for await (const { event } of store.read(ref, 0)) recollection.note(event);
  return recollection;
}

async function told(doing: Promise<unknown>): Promise<string | undefined> {
  try {
    await doing;
    return undefined;
  } catch (error) {
    if (isStoreError(error)) return error.message;
    throw error;
  }
}
