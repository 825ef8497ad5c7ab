import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { EMPTY, remember, text as words, type Envelope, type Event, type Json, type View } from "@keelson/protocol";
import { openStore } from "../packages/persistence/dist/index.js";

/**
 * `node bench/store.ts [--short] [part…]`: what the embedded store takes, beside what it may take. Needs 2 GB in the temporary folder (TMPDIR), and clears it; `many` takes some minutes.
 * Times of a whole process are from its start to its last word.
 */
const CHILD = fileURLToPath(new URL("store-child.mjs", import.meta.url));
const KIND = "bench/1";
const CWD = "/projects/bench";

async function main(short: boolean, chosen: readonly string[]): Promise<void> {
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}${short ? ", a tenth of everything" : ""}\n`);
  for (const part of [appending, growing, long, messages, many].filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
    const root = await mkdtemp(join(tmpdir(), "keel-store-"));
    try {
      await part(root, short ? 0.1 : 1);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }
}

function say(what: string, value: number, unit: string, target?: string): void {
  console.log(`${what.padEnd(64)} ${value.toFixed(value < 10 ? 3 : 0).padStart(9)} ${unit.padEnd(9)} ${target ?? ""}`.trimEnd());
}

/** Events of 1 KB, each acknowledged before the next is given, no barrier. */
async function appending(root: string, share: number): Promise<void> {
  for (const batch of [1, 10]) {
    const ref = { tenant: "local", session: `s${batch}` };
    const store = openStore({ root, now: Date.now });
    await store.create(ref, { cwd: CWD });
    await using claim = await store.claim(ref, "bench");
    const events = 100_000 * share;
    const envelopes = Array.from({ length: events }, (_, at) =>
      seal({ type: "context.added", from: "user", content: [words("x".repeat(850))] }, at + 1),
    );
    const began = performance.now();
    for (let head = 0; head < events; head += batch) await store.append(ref, claim.fence, head, envelopes.slice(head, head + batch));
    say(`append, events of 1 KB, ${batch} at a time`, events / ((performance.now() - began) / 1_000), "events/s", "≥ 50,000");
  }
}

/** A thousand turns with results of some kilobytes, 50 pictures, 20 compactions; what is on disk by what is new in it. */
async function growing(root: string, share: number): Promise<void> {
  const turns = 1_000 * share;
  const ref = { tenant: "local", session: "s" };
  const distinct = new Map<string, number>();
  const writer = await begin(root, ref.session);
  for (let turn = 0; turn < turns; turn++) {
    const picture = turn % 20 === 10 ? [image(turn)] : [];
    const events = turnOf(turn, { result: prose(turn, 3_000 + ((turn * 7) % 4_000)), reply: prose(turn + 0.5, 600), pictures: picture });
    for (const event of turn % 50 === 49 ? [...events, compaction(turn, writer.view())] : events) count(event as Json, distinct);
    await writer.add(turn % 50 === 49 ? [...events, compaction(turn, writer.view())] : events);
    if (turn % 50 === 49) await writer.snapshot();
  }
  await writer.end();
  const content = [...distinct.values()].reduce((sum, size) => sum + size, 0);
  const stored = await sizeOf(root);
  say(`log of ${turns} turns: distinct content`, content / 1e6, "MB");
  say("  bytes on disk by it: segments, blobs and the snapshot", stored / content, "×", "≤ 1.1");
  say("  by the same with its pictures as base64, as they are said", stored / (content + (turns / 20) * 50_000), "×", "≤ 1.1");
}

/** 1 GB in 200,000 records, 20 compactions, a snapshot every thousand records; taken up by a new process after a kill. */
async function long(root: string, share: number): Promise<void> {
  const turns = 25_000 * share;
  const writer = await begin(root, "s");
  for (let turn = 0; turn < turns; turn++) {
    const events = turnOf(turn, { result: prose(turn, 300), reply: prose(turn + 0.5, 200), shown: prose(turn, 38_500) });
    await writer.add((turn + 1) % (turns / 20) === 0 ? [...events, compaction(turn, writer.view())] : events);
    if (turn % 125 === 124 && turn < turns - 1) await writer.snapshot();
  }
  await writer.end();
  say(`a session of ${8 * turns} records`, (await sizeOf(root)) / 1e6, "MB");
  const tries = await times(5, () => measured("resume", root));
  say("  resume: process start to folded view, a thousand records of tail", median(tries.map(({ wall }) => wall)), "ms", "≤ 300");
  say("  of that, the store: claim, snapshot, tail, fold", median(tries.map(({ said }) => Number(said["ms"]))), "ms");
  say("  peak memory of the process", median(tries.map(({ said }) => Number(said["rss"]))), "MB", "≤ 150");
  const taken = await times(5, () => takeover(root));
  say("  taken over from a killed process: kill to claim", median(taken), "ms", "≤ 500");
  await rm(join(root, "sessions", (await readdir(join(root, "sessions")))[0] ?? "", "s", "snapshot"));
  const bare = await measured("resume", root);
  say("  the same without its snapshot: all is read", bare.wall, "ms");
  say("  peak memory", Number(bare.said["rss"]), "MB");
}

/** 5,000 messages without a compaction, with and without a snapshot at the end. */
async function messages(root: string, share: number): Promise<void> {
  const turns = 2_500 * share;
  const writer = await begin(root, "s");
  for (let turn = 0; turn < turns; turn++) await writer.add(turnOf(turn, { result: prose(turn, 600), reply: prose(turn + 0.5, 150) }));
  await writer.end();
  const without = await times(5, () => measured("resume", root));
  say(`${2 * turns} messages: process start to folded view, all read`, median(without.map(({ wall }) => wall)), "ms", "≤ 250");
  const again = await begin(root, "s");
  await again.snapshot();
  await again.end();
  const tries = await times(5, () => measured("resume", root));
  say("  the same from a snapshot", median(tries.map(({ wall }) => wall)), "ms", "≤ 250");
  say("  peak memory of the process", median(tries.map(({ said }) => Number(said["rss"]))), "MB");
}

/** 50,000 sessions of eight turns in 200 folders: 1 GB. */
async function many(root: string, share: number): Promise<void> {
  const sessions = 50_000 * share;
  const store = openStore({ root, now: Date.now });
  for (let at = 0; at < sessions; at++) {
    const ref = { tenant: "local", session: `session-${at}` };
    await store.create(ref, { cwd: `/projects/${at % 200}` });
    await using claim = await store.claim(ref, "bench");
    const events = Array.from({ length: 8 }, (_, turn) => turnIn(at, at * 8 + turn)).flat();
    await store.append(
      ref,
      claim.fence,
      0,
      events.map((event, seq) => ({ ...seal(event, seq + 1), at: 1_700_000_000_000 + at })),
    );
  }
  const began = performance.now();
  await store.list({ tenant: "local", limit: 1 });
  say(`${sessions} sessions: the first list, which makes the index`, performance.now() - began, "ms");
  const wording = performance.now();
  await store.tend(new AbortController().signal);
  say("  their words put into the index", performance.now() - wording, "ms");
  await store[Symbol.asyncDispose]();
  say("  size of the index", (await stat(join(root, "index.db"))).size / 1e6, "MB");
  const tries = await times(5, () => measured("list", root));
  for (const [name, words, target] of LISTS) say(`  ${words}`, median(tries.map(({ said }) => Number(said[name]))), "ms", target);
}

/** One word stands in every result, another in one session alone. */
function turnIn(session: number, turn: number): readonly Event[] {
  const result = `${prose(turn, 1_500)} common ${session === 77 ? "needle" : ""}`;
  return turnOf(turn, { result, reply: prose(turn + 0.5, 300) });
}

const LISTS = [
  ["cold", "list of the newest 50, the first in a process", "≤ 20"],
  ["warm", "list of the newest 50, again", "≤ 20"],
  ["there", "list of the newest 50 of one folder", "≤ 20"],
  ["page", "list of the 50 behind the first 1,000", "≤ 20"],
  ["rare", "search for a word that one session has", "≤ 100"],
  ["common", "search for a word that all have", "≤ 100"],
  ["both", "search for both", "≤ 100"],
  ["letter", "search for a letter that words of all begin with", "≤ 100"],
] as const;

async function measured(what: string, root: string): Promise<{ readonly wall: number; readonly said: Readonly<Record<string, unknown>> }> {
  const began = performance.now();
  const process_ = spawn(process.execPath, [CHILD, what, root], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await text(process_.stdout);
  return { wall: performance.now() - began, said: JSON.parse(said.trim().split("\n").at(-1) ?? "{}") as Record<string, unknown> };
}

async function takeover(root: string): Promise<number> {
  const holder = spawn(process.execPath, [CHILD, "hold", root], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  const began = performance.now();
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await using _ = await openStore({ root, now: Date.now }).claim({ tenant: "local", session: "s" }, "bench");
  return performance.now() - began;
}

/** A session that is written through the store, and its view beside it. */
async function begin(root: string, session: string) {
  const ref = { tenant: "local", session };
  const store = openStore({ root, now: Date.now });
  if ((await store.list({ tenant: "local" })).length === 0) await store.create(ref, { cwd: CWD });
  const claim = await store.claim(ref, "bench");
  let head = claim.head;
  let view = EMPTY;
  for await (const { event } of store.read(ref, 0)) view = remember(view, event);
  return {
    view: () => view,
    add: async (events: readonly Event[]) => {
      const envelopes = events.map((event, at) => seal(event, head + at + 1));
      ({ head } = await store.append(ref, claim.fence, head, envelopes));
      for (const event of events) view = remember(view, event);
    },
    snapshot: () => store.putSnapshot(ref, claim.fence, { seq: head, kind: KIND, state: JSON.parse(JSON.stringify(view)) as Json }),
    end: async () => {
      await claim[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

type Turn = { readonly result: string; readonly reply: string; readonly shown?: string; readonly pictures?: readonly Json[] };

/** What one turn writes, as the harness does. */
function turnOf(turn: number, { result, reply, shown, pictures = [] }: Turn): readonly Event[] {
  const callId = `toolu_${turn.toString(36).padStart(20, "0")}`;
  const messageId = `msg_${turn.toString(36).padStart(20, "0")}`;
  const input = { command: `node scripts/step-${turn}.mjs --verbose` };
  const usage = { input: 900 + turn, output: 120, cacheRead: 40_000, cacheWrite5m: 800, cacheWrite1h: 0 };
  const decision = { behavior: "allow", reason: "a rule allows it", explicit: true, stage: "allow" } as const;
  const use = { type: "tool_use", id: callId, name: "Bash", input };
  const returned = { type: "tool_result", tool_use_id: callId, content: [words(result), ...(pictures as [])] } as const;
  return [
    turn === 0
      ? { type: "context.added", from: "user", content: [words("Do all of it.")] }
      : { type: "turn.started", turn, because: "tool_results" },
    { type: "block.completed", messageId, index: 0, block: words(reply) },
    { type: "block.completed", messageId, index: 1, block: use },
    { type: "call.judged", callId, decision },
    { type: "call.started", callId, input, replay: "never" },
    { type: "call.completed", callId, outcome: "ok", result: returned, ms: 12, ...(shown && { display: { kind: "text", text: shown } }) },
    { type: "reply.completed", messageId, stopReason: "tool_use", usage },
    { type: "model.called", purpose: "main", model: "claude-opus", usage, usd: 0.0123, ms: 2_345 },
  ];
}

function compaction(turn: number, { messages: those }: View): Event {
  const summary = `What was done until turn ${turn}: ${prose(turn + 0.25, 4_000)}`;
  return { type: "context.edited", tier: "autocompact", edits: [{ op: "fold", from: 0, to: those.length, summary }] };
}

const seal = (event: Event, seq: number): Envelope => ({
  v: 1,
  seq,
  at: 1_700_000_000_000 + seq,
  session: "0b5e3b3e-6a0e-4c44-9d0f-1d8f5f6a7b8c",
  run: "9f1d2c3b-4a5e-4f60-8a7b-6c5d4e3f2a1b",
  path: [],
  event,
});

const VOCABULARY = Array.from(
  { length: 2_000 },
  (_, at) =>
    Math.abs(Math.sin(at + 1) * 1e9)
      .toString(36)
      .replace(/[^a-z]/g, "")
      .slice(0, 3 + (at % 6)) || "a",
);

/** Text of so many characters that no other seed gives. */
function prose(seed: number, length: number): string {
  const parts = [`${seed}`];
  let state = Math.floor(seed * 7_919) + 1;
  for (let size = 0; size < length;) {
    state = (state * 48_271) % 2_147_483_647;
    const word = VOCABULARY[state % VOCABULARY.length] ?? "a";
    parts.push(word);
    size += word.length + 1;
  }
  return parts.join(" ").slice(0, length);
}

function image(seed: number): Json {
  const bytes = Buffer.alloc(150_000);
  let state = seed + 1;
  for (let at = 0; at < bytes.length; at++) bytes[at] = (state = (state * 48_271) % 2_147_483_647) & 255;
  return { type: "image", source: { type: "base64", media_type: "image/png", data: bytes.toString("base64") } };
}

/** Every text once, in bytes; a picture counts as its own bytes, not as base64. */
function count(value: Json, distinct: Map<string, number>): void {
  if (typeof value === "string")
    distinct.set(value, value.length > 190_000 ? Buffer.from(value, "base64").length : Buffer.byteLength(value));
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) count(part, distinct);
}

/** Without the index, which can be made anew; a file with several names counts once. */
async function sizeOf(root: string): Promise<number> {
  const seen = new Map<number, number>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith("index.db")) continue;
    const { ino, size } = await stat(join(entry.parentPath, entry.name));
    seen.set(ino, size);
  }
  return [...seen.values()].reduce((sum, size) => sum + size, 0);
}

async function times<T>(count_: number, act: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let at = 0; at < count_; at++) all.push(await act());
  return all;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

await main(
  process.argv.includes("--short"),
  process.argv.slice(2).filter((word) => word !== "--short"),
);
