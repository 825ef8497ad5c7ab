import assert from "node:assert/strict";
import { test } from "vitest";
import { setImmediate as tick } from "node:timers/promises";
import {
  type Envelope,
  fold,
  type Message,
  messagesOf,
  type Model,
  MODEL_ERROR_CODES,
  modelError,
  type Ports,
  refusal,
  text,
  viewOf,
} from "@keelson/protocol";
import {
  effect,
  END,
  fresh,
  type Line,
  named,
  OPTIONS,
  ports,
  PROMPT,
  scripted,
  scriptedClock,
  seal,
  session,
  stop,
  tool,
  use,
} from "@keelson/testing";
import { loop } from "./loop.ts";

const RUNS = 2_000;

function dice(seed: number): (sides: number) => number {
  let state = seed * 2654435761 + 1;
  return (sides) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % sides;
  };
}

/** A house where everything goes wrong now and then. */
function wild(
  seed: number,
  control: AbortController,
  ran: string[],
): { readonly house: Ports; readonly sent: { readonly messages: readonly Message[]; readonly at: number }[]; readonly log: Envelope[] } {
  const roll = dice(seed);
  const sent: { readonly messages: readonly Message[]; readonly at: number }[] = [];
  const log: Envelope[] = [seal(PROMPT, [])];
  let calls = 0;
  const maybe = effect(async ({ callId }) => {
    ran.push(callId);
    if (roll(3) === 0) await tick();
    if (roll(6) === 0) throw new Error("broke");
    if (roll(40) === 0) control.abort();
  });
  const tools = named(tool("read", maybe, { concurrencySafe: true, replay: "safe" }), tool("write", maybe));
  const line = (): Line => {
    const kind = roll(16);
    if (kind < 4) return text("words");
    if (kind < 6) return { type: "thinking", thinking: "hm", signature: "s" };
    if (kind < 12) return use(`c${seed}-${calls++}`, ["read", "write", "nobody"][roll(5) % 3] ?? "read");
    if (kind < 14)
      return modelError(MODEL_ERROR_CODES[roll(MODEL_ERROR_CODES.length)] ?? "server", { room: 100, retryAfterMs: roll(2) * 30_000 });
    return stop(["end_turn", "max_tokens", "pause_turn", "tool_use", "refusal"][roll(5)] ?? "end_turn");
  };
  const script = scripted(() => [...Array.from({ length: roll(7) }, line), ...(roll(8) === 0 ? [] : [END])]);
  const model: Model = (request, signal) => {
    sent.push({ messages: request.messages, at: log.length });
    return script(request, signal);
  };
  const house = ports(model, tools, {
    clock: {
      ...scriptedClock(),
      sleep: async () => {
        await tick();
      },
    },
    async *prepare(state) {
      const { length } = messagesOf(state.view);
      const from = roll(length);
      if (roll(6) === 0)
        yield {
          type: "context.edited",
          tier: "any",
          edits: [
            roll(2)
              ? { op: "drop", from, to: from + roll(length - from + 1) }
              : { op: "fold", from, to: from + roll(length - from + 1), summary: "in short" },
          ],
        };
      return { go: "send", change: {}, body: {}, tools };
    },
    async *rescue(how) {
      if (roll(2)) return false;
      yield { type: "context.edited", tier: how, edits: [{ op: "fold", from: 0, to: 1, summary: "rescued" }] };
      return true;
    },
    async *permit(_, call) {
      if (roll(10) === 0) yield { type: "context.added", from: "hook", content: [text("mind this")] };
      const verdict = roll(20);
      return verdict === 0
        ? { behavior: "defer" }
        : verdict < 3
          ? { behavior: "deny", message: "no", interrupt: roll(4) === 0 }
          : { behavior: "allow", call };
    },
    async *settle(_, at) {
      if (roll(5) === 0) {
        yield { type: "context.added", from: "user", content: [text("also")] };
        return { go: "on", because: "steered" };
      }
      return at === "tools" ? { go: "on", because: "tool_results" } : { go: "end", reason: "completed" };
    },
  });
  return { house, sent, log };
}

test(`in ${RUNS} random runs, what was sent is the fold of the log, and every cut of every log can be sent`, async () => {
  let cuts = 0,
    requests = 0,
    resumed = 0;
  const ends: Record<string, number> = {};
  for (let seed = 1; seed <= RUNS; seed++) {
    const control = new AbortController();
    const ran: string[] = [];
    const { house, sent, log } = wild(seed, control, ran);
    const leaveAt = seed % 7 === 0 ? seed % 31 : Infinity;
    let seen = 0;
    for await (const { event } of session(loop(fresh(), house, { ...OPTIONS, maxTurns: 12 }, control.signal), log)) {
      if (event.type === "run.ended") ends[event.reason] = (ends[event.reason] ?? 0) + 1;
      if (++seen > leaveAt) break;
      if (seed % 11 === 0 && seen === seed % 17) control.abort();
    }
    const lines = log.map((envelope) => JSON.parse(JSON.stringify(envelope)) as Envelope);
    for (const { messages, at } of sent) {
      requests++;
      assert.deepEqual(fold(lines.slice(0, at)), JSON.parse(JSON.stringify(messages)), `seed ${seed}`);
      assert.equal(refusal(messages), undefined, `seed ${seed}`);
    }
    for (let cut = 1; cut <= lines.length; cut++) {
      cuts++;
      assert.equal(refusal(fold(lines.slice(0, cut))), undefined, `seed ${seed}, cut ${cut}`);
    }

    const cut = 1 + (seed % lines.length);
    const again: string[] = [];
    const later = wild(seed + RUNS, new AbortController(), again);
    const rest = lines.slice(0, cut);
    for await (const _ of session(loop(fresh(viewOf(rest)), later.house, { ...OPTIONS, maxTurns: 4 }, new AbortController().signal), rest))
      resumed++;
    const maybeDone = new Set(
      lines.slice(0, cut).flatMap(({ event }) => (event.type === "call.started" && event.replay === "never" ? [event.callId] : [])),
    );
    assert.deepEqual(
      again.filter((id) => maybeDone.has(id)),
      [],
      `seed ${seed}: a call ran twice`,
    );
    assert.equal(new Set(ran).size, ran.length);
    for (const { messages } of later.sent) assert.equal(refusal(messages), undefined, `seed ${seed}, resumed`);
  }
  assert.ok(requests > RUNS && cuts > 5 * RUNS && resumed > RUNS, JSON.stringify({ requests, cuts, resumed, ends }));
});
