import assert from "node:assert/strict";
import { isStoreError, text, type Envelope, type Event, type Ref, type SessionStore, type StoreErrorCode } from "@keelson/protocol";
import { USAGE, use } from "./script.ts";

/** What the tests of the store's contracts share: a session, its events, and a clock that goes on by one at each look. */

/** Gives an empty store; dispose ends it. `now`: the time by which it dates what it makes, ms since the epoch. */
export type OpenStore = (now: () => number) => Promise<AsyncDisposable & { readonly store: SessionStore }>;

export const REF: Ref = { tenant: "local", session: "5f0c7c1e-one" };
export const CWD = "/projects/one";

export function ticking(): () => number {
  let time = 1_000;
  return () => ++time;
}

/** A store with one session that nobody holds. */
export async function made(open: OpenStore) {
  const opened = await open(ticking());
  await opened.store.create(REF, { cwd: CWD });
  return opened;
}

/** A session with these events, all acknowledged, and nobody at it. Their times go on by one from `at`. */
export async function filled(store: SessionStore, session: string, events: readonly Event[], { cwd = CWD, at = 5_000 } = {}): Promise<Ref> {
  const ref: Ref = { tenant: "local", session };
  await store.create(ref, { cwd });
  await using claim = await store.claim(ref, "a test");
  await store.append(ref, claim.fence, 0, sealed(events, { session, at }));
  return ref;
}

export function sealed(events: readonly Event[], { session = REF.session, after = 0, at = 1_000 } = {}): Envelope[] {
  return events.map((event, index) => ({ v: 1, seq: after + index + 1, at: at + index, session, run: "r", path: [], event }));
}

export const said = (words: string): Event => ({ type: "context.added", from: "user", content: [text(words)] });
export const ended = (reason: "completed" | "tool_deferred" = "completed"): Event => ({ type: "run.ended", reason, totals: {} });

const result = (callId: string): Event => ({
  type: "call.completed",
  callId,
  outcome: "ok",
  result: { type: "tool_result", tool_use_id: callId, content: [text("ünï ✓ \u2028 and \n more")] },
  ms: 1,
});

/** One small session with everything that the fold looks at. */
export const SESSION: readonly Envelope[] = sealed([
  { type: "session.opened", meta: { cwd: CWD } },
  said("fix the test"),
  { type: "turn.started", turn: 0, because: "prompt" },
  { type: "block.completed", messageId: "m1", index: 0, block: text("I look.") },
  { type: "block.completed", messageId: "m1", index: 1, block: use("a", "Read") },
  { type: "call.started", callId: "a", input: {}, replay: "safe" },
  { type: "block.completed", messageId: "m1", index: 2, block: use("b", "Bash") },
  result("a"),
  { type: "reply.completed", messageId: "m1", stopReason: "tool_use", usage: USAGE },
  { type: "call.started", callId: "b", input: {}, replay: "never" },
  result("b"),
  { type: "turn.started", turn: 1, because: "tool_results" },
  { type: "block.completed", messageId: "m2", index: 0, block: text("Done.") },
  { type: "reply.completed", messageId: "m2", stopReason: "end_turn", usage: USAGE },
  ended(),
]);

export async function all(store: SessionStore, ref: Ref = REF, after = 0): Promise<Envelope[]> {
  return await Array.fromAsync(store.read(ref, after));
}

export async function refused(code: StoreErrorCode, work: Promise<unknown>): Promise<void> {
  await assert.rejects(
    work,
    (error) => isStoreError(error) && error.code === code && error.message.length > 20 && !/\n/.test(error.message),
  );
}

export const idsOf = (sessions: readonly { readonly ref: Ref }[]): string[] => sessions.map(({ ref }) => ref.session);
