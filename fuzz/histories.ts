import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSessions } from "@keelson/harness";
import { openStore } from "@keelson/persistence";
import { fold, refusal, resultOf, text, type Block, type ContextEdit, type Envelope, type Event, type Ref } from "@keelson/protocol";
import { dice, type Dice } from "./random.ts";

const USAGE = { input: 1, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

/** So many made-up histories, each resumed, forked, exported and taken in again: what the model would see is the same to the byte. In words what wasn't. */
export async function sameByEveryWay(count: number, first: number): Promise<readonly string[]> {
  const home = await mkdtemp(join(tmpdir(), "keel-histories-"));
  const root = join(home, "var");
  const broken: string[] = [];
  try {
    await using sessions = await openSessions({ keelHome: home }, () => 1);
    for (let seed = first; seed < first + count; seed++) {
      await using store = openStore({ root, now: () => 1 });
      const ref: Ref = { tenant: "local", session: `made-${seed}` };
      const history = madeUp(dice(seed), ref.session);
      await store.create(ref, { cwd: home });
      {
        await using claim = await store.claim(ref, "maker");
        await store.append(ref, claim.fence, 0, history);
      }
      const child: Ref = { tenant: "local", session: `forked-${seed}` };
      await store.fork(ref, history.length, child, { cwd: home });
      const exported = (await Array.fromAsync(sessions.print(await store.get(ref), "jsonl", false))).join("");
      const taken = await sessions.take(exported, "exported.jsonl", home);
      const ways: Readonly<Record<string, Ref | undefined>> = {
        resumed: ref,
        forked: child,
        imported: typeof taken === "string" ? undefined : taken.session.ref,
      };
      const wanted = JSON.stringify(fold(history));
      const invalid = refusal(fold(history));
      if (invalid !== undefined) broken.push(`history ${seed} can't be sent: ${invalid}`);
      for (const [way, at] of Object.entries(ways)) {
        const seen = at && JSON.stringify(fold(await Array.fromAsync(store.read(at, 0))));
        if (seen !== wanted) broken.push(`history ${seed}, ${way}: another view`);
      }
      for (const at of Object.values(ways)) if (at) await store.delete(at);
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  return broken;
}

/** Prompts, replies with calls, answers in any order, replies that die, steering, edits: what a log may hold. */
function madeUp(roll: Dice, session: string): readonly Envelope[] {
  const events: Event[] = [];
  const turns = 1 + roll.roll(8);
  for (let turn = 0; turn < turns; turn++) {
    if (turn === 0 || roll.roll(3) === 0) prompt(events, roll, turn);
    reply(events, roll, turn);
    if (roll.roll(4) === 0) edit(events, roll);
  }
  return events.map((event, at): Envelope => ({ v: 1, seq: at + 1, at: at + 1, session, run: "made", path: [], event }));
}

function prompt(events: Event[], roll: Dice, turn: number): void {
  const content = [text(words(roll)), ...(roll.roll(5) === 0 ? [picture(roll)] : [])];
  const inputId = `input-${turn}-${events.length}`;
  events.push(
    { type: "input.received", inputId, kind: "prompt", from: "user", content },
    { type: "context.added", inputId, from: "user", content },
  );
}

function reply(events: Event[], roll: Dice, turn: number): void {
  const messageId = `message-${turn}-${events.length}`;
  const calls = Array.from({ length: roll.roll(4) }, (_, at) => `call_${turn}_${at}_${events.length}`);
  events.push({ type: "turn.started", turn, because: "prompt" });
  if (roll.roll(2) === 0)
    events.push({ type: "block.completed", messageId, index: 0, block: { type: "thinking", thinking: words(roll), signature: "s" } });
  events.push({ type: "block.completed", messageId, index: 1, block: text(words(roll)) });
  for (const id of calls)
    events.push({
      type: "block.completed",
      messageId,
      index: 2,
      block: { type: "tool_use", id, name: "Bash", input: { command: words(roll) } },
    });
  if (roll.roll(8) === 0) return void events.push({ type: "reply.dropped", messageId, because: "stream_cut" });
  if (roll.roll(8) > 0)
    events.push({ type: "reply.completed", messageId, stopReason: calls.length > 0 ? "tool_use" : "end_turn", usage: USAGE });
  for (const callId of calls.toSorted(() => roll.roll(3) - 1)) {
    if (roll.roll(6) === 0) continue; // nobody lived to answer
    events.push({ type: "call.started", callId, input: {}, replay: "never" });
    const content = roll.roll(6) === 0 ? [text("x".repeat(70_000)), picture(roll)] : [text(words(roll))];
    if (roll.roll(8) > 0)
      events.push({ type: "call.completed", callId, outcome: "ok", result: resultOf(callId, content, roll.roll(5) === 0), ms: 1 });
  }
  if (roll.roll(5) === 0) events.push({ type: "context.added", from: "task", content: [text(words(roll))] });
}

function edit(events: Event[], roll: Dice): void {
  const length = fold(events.map((event, at): Envelope => ({ v: 1, seq: at + 1, at: 1, session: "s", run: "r", path: [], event }))).length;
  const to = roll.roll(length + 1);
  const kinds: readonly [ContextEdit, ...ContextEdit[]] = [
    { op: "fold", from: 0, to, summary: words(roll) },
    { op: "drop", from: 0, to },
    { op: "strip", what: "thinking" },
    { op: "strip", what: "media" },
  ];
  events.push({ type: "context.edited", tier: "made", edits: [roll.pick(kinds)] });
}

const words = (roll: Dice): string =>
  Array.from({ length: 1 + roll.roll(6) }, () => roll.pick(["plum", "ünï", "a\nb", "\u2028", "🍑", '"q"', "\\", "-"])).join(" ");
const picture = (roll: Dice): Block => ({
  type: "image",
  source: { type: "base64", media_type: "image/png", data: Buffer.from(`picture ${roll.roll(5)}`).toString("base64") },
});
