import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { test } from "vitest";
import { call, ended, run, world, type World } from "../../test/world.ts";
import type { House } from "../house.ts";

const MODEL = "claude-sonnet-5-5";
const start = (prompt: string) => call("Agent", { description: "a part", prompt });
const root = (envelopes: readonly Envelope[]): Envelope[] => envelopes.filter(({ path }) => path.length === 0);
const spent = (envelopes: readonly Envelope[]): number =>
  envelopes.reduce((sum, { event }) => sum + (event.type === "model.called" ? (event.usd ?? 0) : 0), 0);

async function settings(w: World, keel: object): Promise<void> {
  await mkdir(join(w.home, ".keel"), { recursive: true });
  await writeFile(join(w.home, ".keel", "settings.json"), JSON.stringify({ keel }));
}

test("twenty agents at once overrun a shared budget by one request at most, and all that was said is in their logs", async () => {
  const request = 0.02; // dollars: each reply says so many tokens
  const usage = {
    input_tokens: 1,
    output_tokens: Math.round(request / 0.000015),
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  const busy = { blocks: [call("Read", { file_path: "a.txt" })], usage };
  await using w = await world(
    {
      replies: (_, at) =>
        at === 0 ? { blocks: Array.from({ length: 20 }, (_, each) => start(`part ${each}`)), usage } : { blocks: [{ text: "ok" }], usage },
      sessions: [{ match: { promptIncludes: "part" }, replies: () => busy }],
    },
    { "a.txt": "a\n" },
  );
  await settings(w, { maxAgents: 20 });
  const budget = 0.5;
  await using session = await w.open({ model: MODEL, maxBudgetUsd: budget });
  const envelopes = await run(session, "go");
  assert.equal(ended(root(envelopes)), "budget_exhausted");
  const children = new Set(envelopes.filter(({ path }) => path.length === 1).map(({ session: id }) => id));
  assert.equal(children.size, 20);
  const one = Math.max(...envelopes.flatMap(({ event }) => (event.type === "model.called" ? [event.usd ?? 0] : [])));
  assert.ok(spent(envelopes) >= budget, "it was used up");
  assert.ok(spent(envelopes) <= budget + one, `spent ${spent(envelopes)}, one request is ${one}`);
  for (const id of children) {
    const own = envelopes.filter((envelope) => envelope.session === id && envelope.seq !== undefined).map(({ seq }) => seq);
    assert.deepEqual(
      own,
      own.map((_, at) => at + 1),
      "no event of it was lost on the way",
    );
  }
});

test("a budget survives a resume: what was spent before counts", async () => {
  const usage = { input_tokens: 10, output_tokens: 10_000, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  await using w = await world({ replies: () => ({ blocks: [{ text: "ok" }], usage }) });
  const first = await w.open({ model: MODEL, maxBudgetUsd: 0.1 });
  assert.equal(ended(await run(first, "one")), "completed");
  await first[Symbol.asyncDispose]();
  await using again = await w.open({ model: MODEL, maxBudgetUsd: 0.1, resume: { id: first.id } });
  assert.equal(ended(await run(again, "two")), "budget_exhausted");
  assert.equal(w.server.requests.length, 1);
});

test("a limit that was given once holds when the session is taken up without it; another one takes its place", async () => {
  const usage = { input_tokens: 10, output_tokens: 10_000, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  await using w = await world({ replies: () => ({ blocks: [{ text: "ok" }], usage }) });
  const first = await w.open({ model: MODEL, maxBudgetUsd: 0.1 });
  const { id } = first;
  await run(first, "one");
  await first[Symbol.asyncDispose]();
  const again = await w.open({ model: MODEL, resume: { id } });
  assert.equal(ended(await run(again, "two")), "budget_exhausted");
  await again[Symbol.asyncDispose]();
  const more = await w.open({ model: MODEL, maxBudgetUsd: 0.2, resume: { id } });
  assert.equal(ended(await run(more, "three")), "completed");
  await more[Symbol.asyncDispose]();
  await using last = await w.open({ model: MODEL, resume: { id } });
  assert.equal(ended(await run(last, "four")), "budget_exhausted");
});

test("a limit that the last request went over is told before the end", async () => {
  const usage = { input_tokens: 10, output_tokens: 15_000, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  await using w = await world({ replies: () => ({ blocks: [{ text: "ok" }], usage }) });
  await using session = await w.open({ model: MODEL, maxBudgetUsd: 0.1 });
  const told = (await run(session, "go")).flatMap(({ event }) =>
    event.type === "notice.raised" && event.code === "budget_warning" ? [event.text] : [],
  );
  assert.deepEqual(told, ["$0.15 of the budget of $0.10 are spent."]);
});

test("at four fifths of a budget the user is told, once", async () => {
  const usage = { input_tokens: 10, output_tokens: 450, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  await using w = await world(
    { replies: (_, at) => ({ blocks: at < 3 ? [call("Read", { file_path: "a.txt" })] : [{ text: "ok" }], usage }) },
    { "a.txt": "a\n" },
  );
  await settings(w, { maxTokens: 1_100 });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  const told = envelopes.flatMap(({ event }) => (event.type === "notice.raised" && event.code === "budget_warning" ? [event.text] : []));
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /^920 tokens of the budget of 1100 tokens are spent\.$/);
});

test("a budget of calls ends the run when it is used up, without the next call", async () => {
  await using w = await world({ replies: () => ({ blocks: [call("Read", { file_path: "a.txt" })] }) }, { "a.txt": "a\n" });
  await settings(w, { maxCalls: 3 });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "budget_exhausted");
  assert.equal(envelopes.filter(({ event }) => event.type === "call.started").length, 3);
});

test("minutes of running survive a resume, those of commands and questions too; waiting between runs is none", async () => {
  let now = 0;
  const clock: House["clock"] = {
    now: () => now,
    random: () => 0.5,
    sleep: (_, signal) => new Promise<void>((done) => signal.addEventListener("abort", () => done(), { once: true })),
  };
  const ask = { blocks: [call("Bash", { command: "touch a" })] };
  const done = { blocks: [{ text: "ok" }] };
  await using w = await world({ replies: [ask, done, done, ask, done] });
  await settings(w, { maxMinutes: 1 });
  const slowly: House["ask"] = async () => {
    now += 40_000;
    return { behavior: "allow", scope: "once" };
  };
  const first = await w.open({}, { clock, ask: slowly });
  assert.equal(ended(await run(first, "one")), "completed");
  now += 1_000_000;
  assert.equal(ended(await run(first, "two")), "completed");
  await first[Symbol.asyncDispose]();
  await using again = await w.open({ resume: { id: first.id } }, { clock, ask: slowly });
  const envelopes = await run(again, "three");
  assert.equal(ended(envelopes), "budget_exhausted");
  const last = envelopes.at(-1)?.event;
  assert.equal(last?.type === "run.ended" && last.totals["bound"], "ms");
});
