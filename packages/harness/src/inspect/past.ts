/** What the rules of now, or others, would have said of the calls that a session's log holds, those of its agents included. Rule: nothing runs again. */
import { join } from "node:path";
import { simulate, type Past } from "@keelson/permissions";
import { openStore } from "@keelson/persistence";
import { isToolUse, type Behavior, type Envelope, type JsonObject, type Mode, type Rule, type SessionSummary } from "@keelson/protocol";
import type { Place } from "../house.ts";
import { Recollection } from "../recollection.ts";
import type { RulesView } from "./permissions.ts";

/** `was`, `now`: what the rules said; `answered`: what it came to then, where it was asked. */
export type CallChange = {
  readonly id: string;
  readonly session: string;
  readonly tool: string;
  readonly input: JsonObject;
  readonly was: Behavior;
  readonly answered?: Behavior;
  readonly now: Behavior;
  readonly reason: string;
};
export type PastJudged = { readonly calls: number; readonly changes: readonly CallChange[] };
type Replayed = { readonly past: Past; readonly seen: Omit<CallChange, "now" | "reason"> };

/** `mode`: for all calls, in place of the one each was made in. Rejects with a `StoreError` for a log that can't be read. */
export async function judgePast(
  { keelHome }: Pick<Place, "keelHome">,
  { ref }: SessionSummary,
  { view, mode, wall }: { readonly view: RulesView; readonly mode: Mode | undefined; readonly wall: () => number },
  signal: AbortSignal,
): Promise<PastJudged> {
  await using store = openStore({ root: join(keelHome, "var"), now: wall });
  const known = new Map<string, Replayed["seen"]>();
  const read = (session: string): AsyncIterable<Envelope> => store.read({ ...ref, session }, 0);
  async function* past(): AsyncGenerator<Past> {
    for await (const { past: one, seen } of replay(ref.session, read, { view, mode })) {
      if (known.has(one.id)) continue; // a fork's log begins with its parent's calls
      known.set(one.id, seen);
      yield one;
    }
  }
  const changes: CallChange[] = [];
  for await (const { id, now, reason } of simulate(past(), view.ground.stages, signal)) {
    const seen = known.get(id);
    if (seen) changes.push({ ...seen, now, reason });
  }
  return { calls: known.size, changes };
}

type Replaying = { readonly view: RulesView; readonly mode: Mode | undefined };

/** Each call as it was asked for: in its folder and mode, with what the user had allowed in the session by then. */
async function* replay(
  session: string,
  read: (session: string) => AsyncIterable<Envelope>,
  { view, mode }: Replaying,
): AsyncGenerator<Replayed> {
  const { stages: _, bind, ...where } = view.ground;
  const memory = new Recollection();
  const uses = new Map<string, { readonly tool: string; readonly input: JsonObject }>();
  const before = new Map<string, readonly Rule[]>(); // an answer to the call itself isn't a rule for it
  const agents: string[] = [];
  for await (const { event } of read(session)) {
    memory.note(event);
    if (event.type === "block.completed" && isToolUse(event.block))
      uses.set(event.block.id, { tool: event.block.name, input: event.block.input });
    if (event.type === "ask.opened" && event.callId !== undefined) before.set(event.callId, memory.rules);
    if (event.type === "agent.started") agents.push(event.session);
    if (event.type !== "call.judged") continue;
    const { callId: id, decision } = event;
    const use = uses.get(id);
    if (!use) continue;
    const cwd = memory.cwd ?? where.cwd;
    const bound = bind(use.tool, use.input, cwd);
    if (!bound.ok || bound.call.asksUser) continue; // a question to a person is no matter of rules
    const { tool, input } = use;
    const asked = {
      ...where,
      cwd,
      tool,
      call: bound.call,
      mode: mode ?? memory.mode ?? view.mode,
      rules: [...where.rules, ...(before.get(id) ?? memory.rules)],
    };
    const wasAsked = decision.stage === "user"; // a person answered, or nobody was there to
    const was = wasAsked ? "ask" : decision.behavior;
    yield {
      past: { id, asked, was },
      seen: { id, session, tool, input, was, ...(wasAsked && { answered: decision.behavior }) },
    };
  }
  const mine = mode ?? memory.mode;
  for (const agent of agents) yield* replay(agent, read, { view, mode: mine });
}
