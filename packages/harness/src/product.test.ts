import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fold, refusal, text, type Clock, type Envelope, type Message } from "@keelson/protocol";
import { simulate, type Script, type Simulation } from "@keelson/simulator";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import type { Answer, Flags, House, Question, Session } from "./house.ts";
import { openSession } from "./open.ts";

/** Sessions as the product opens them: real settings, the real coding plugin, real tools, a real endpoint on loopback. */
const CODE = fileURLToPath(new URL("../../../plugins/code", import.meta.url));

type World = AsyncDisposable & {
  readonly home: string;
  readonly cwd: string;
  readonly server: Simulation;
  open(flags?: Partial<Flags>, more?: Partial<House>, env?: Readonly<Record<string, string>>): Promise<Session>;
};

async function world(script: Script, files: Readonly<Record<string, string>> = {}): Promise<World> {
  const home = await temporaryHome();
  const cwd = join(home.path, "project");
  await mkdir(cwd);
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
  const server = await simulate(script);
  const place = {
    cwd,
    home: home.path,
    keelHome: join(home.path, ".keel"),
    env: { PATH: process.env["PATH"] },
    platform: process.platform,
  };
  const clock: Clock = { now: () => performance.now(), random: () => 0.5, sleep: briefly };
  return {
    home: home.path,
    cwd,
    server,
    async open(flags = {}, more = {}, env = {}) {
      const house: House = {
        place: { ...place, env: { ...place.env, ...env } },
        clock,
        wall: () => Date.now(),
        plugins: [CODE],
        version: "test",
        flags: { baseUrl: server.url, ...flags },
        ...more,
      };
      const opening = await openSession(house);
      if (!opening.ok) throw new Error(opening.refusal.text);
      return opening.session;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** Waits between tries are cut to a moment; an endpoint's silence and a tool's grace keep their length. */
async function briefly(ms: number, signal: AbortSignal): Promise<void> {
  const real = ms === 250 || ms > 60_000 ? ms : 1;
  await new Promise<void>((done) => {
    if (signal.aborted) return done();
    const timer = setTimeout(end, real);
    signal.addEventListener("abort", end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    }
  });
}

async function run(session: Session, prompt: string, signal = new AbortController().signal): Promise<Envelope[]> {
  return await Array.fromAsync(session.run([text(prompt)], signal));
}

const ended = (envelopes: readonly Envelope[]): string | undefined =>
  envelopes.flatMap(({ event }) => (event.type === "run.ended" ? [event.reason] : []))[0];
const outcomes = (envelopes: readonly Envelope[]): string[] =>
  envelopes.flatMap(({ event }) => (event.type === "call.completed" ? [event.outcome] : []));
const messagesIn = ({ requests }: Simulation, at: number): readonly Message[] =>
  requests.filter(({ path }) => path === "/v1/messages")[at]?.body["messages"] as unknown as readonly Message[];
const call = (tool: string, input: object) => ({ tool, input: input as Record<string, string> });

test("a prompt goes to its end through real tools, under the rules that were given", async () => {
  await using w = await world(
    {
      replies: [
        { blocks: [call("Read", { file_path: "port.txt" }), call("Bash", { command: "cat port.txt" })] },
        { blocks: [call("Edit", { file_path: "port.txt", old_string: "80", new_string: "8080" })] },
        { blocks: [{ text: "Done." }] },
      ],
    },
    { "port.txt": "port 80\n" },
  );
  await using session = await w.open({ allowedTools: ["Edit", "Bash(cat port.txt)"] });
  const envelopes = await run(session, "make it 8080");
  assert.equal(ended(envelopes), "completed");
  assert.deepEqual(outcomes(envelopes), ["ok", "ok", "ok"]);
  assert.equal(await readFile(join(w.cwd, "port.txt"), "utf8"), "port 8080\n");
  assert.deepEqual(session.tools, ["Bash", "Edit", "Glob", "Grep", "Read", "Write"]);
});

test("nobody to ask: what would be asked is denied, the model is told, and the run goes on", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Bash", { command: "touch x && rm x" })] }, { blocks: [{ text: "I can't." }] }],
  });
  await using session = await w.open();
  const envelopes = await run(session, "do it");
  assert.equal(ended(envelopes), "completed");
  assert.deepEqual(outcomes(envelopes), ["denied"]);
  const judged = envelopes.flatMap(({ event }) => (event.type === "call.judged" ? [event.decision] : []));
  assert.equal(judged[0]?.behavior, "deny");
});

test("a question is in the log before it is asked, and its answer decides; always holds for the session", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Write", { file_path: "a.txt", content: "a" })] },
      { blocks: [call("Write", { file_path: "a.txt", content: "b" })] },
      { blocks: [call("Bash", { command: "cat a.txt" })] },
      { blocks: [{ text: "ok" }] },
    ],
  });
  const answers: Answer[] = [
    { behavior: "allow", scope: "once" },
    { behavior: "allow", scope: "session" },
    { behavior: "deny", message: "use Read" },
  ];
  const asked: Question[] = [];
  await using session = await w.open(
    {},
    {
      ask: async (question) => {
        asked.push(question);
        return answers.shift() ?? { behavior: "deny" };
      },
    },
  );
  const envelopes = await run(session, "write it");
  assert.deepEqual(
    asked.map(({ tool }) => tool),
    ["Write", "Write", "Bash"],
  );
  assert.deepEqual(outcomes(envelopes), ["ok", "ok", "denied"]);
  assert.deepEqual(
    envelopes
      .map(({ event }) => event.type)
      .filter((type) => type.startsWith("ask.") || type === "call.judged" || type === "call.started")
      .slice(0, 4),
    ["ask.opened", "ask.answered", "call.judged", "call.started"],
  );
  assert.match(JSON.stringify(messagesIn(w.server, 3)), /use Read/);
});

test("the session goes on where its log ends: the requests before stay an exact prefix", async () => {
  await using w = await world(
    { replies: [{ blocks: [call("Read", { file_path: "a.txt" })] }, { blocks: [{ text: "one" }] }, { blocks: [{ text: "two" }] }] },
    { "a.txt": "alpha" },
  );
  const first = await w.open();
  await run(first, "first");
  await first[Symbol.asyncDispose]();
  await using second = await w.open({ resume: "latest" });
  assert.equal(second.id, first.id);
  assert.equal(ended(await run(second, "second")), "completed");
  const before = messagesIn(w.server, 1);
  assert.deepEqual(messagesIn(w.server, 2).slice(0, before.length), before);
  assert.equal(refusal(messagesIn(w.server, 2)), undefined);
});

test("a model that fails for ever after its first tool: it waits, falls back and ends, and each call ran once", async () => {
  await using w = await world({
    replies: (_, at) => ({ blocks: [{ text: "so" }, call("Bash", { command: `echo ${at} >> ran.txt` })], cut: { afterBlock: 2 } }),
  });
  await using session = await w.open({ permissionMode: "bypassPermissions", model: "big", fallbackModel: ["small"] });
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "model_error");
  const ran = (await readFile(join(w.cwd, "ran.txt"), "utf8")).trim().split("\n");
  assert.deepEqual(
    ran,
    ran.map((_, at) => String(at)),
  );
  assert.equal(ran.length, w.server.requests.length);
  assert.equal(new Set(envelopes.flatMap(({ event }) => (event.type === "call.started" ? [event.callId] : []))).size, ran.length);
});

test("three refusals by an overloaded server and the fallback model is asked, without a request storm", async () => {
  await using w = await world({ replies: [{ error: { status: 529 }, times: 3 }, { blocks: [{ text: "hi" }] }] });
  await using session = await w.open({ model: "big", fallbackModel: ["small"] });
  assert.equal(ended(await run(session, "go")), "completed");
  assert.deepEqual(
    w.server.requests.map(({ body }) => body["model"]),
    ["big", "big", "big", "small"],
  );
});

test("what is on disk folds to what was sent, at every request", async () => {
  await using w = await world(
    {
      replies: [
        { blocks: [{ text: "look" }, call("Glob", { pattern: "*.txt" })] },
        { blocks: [call("Nothing", {})] },
        { blocks: [{ text: "done" }] },
      ],
    },
    { "a.txt": "" },
  );
  await using session = await w.open();
  const envelopes = (await run(session, "go")).filter(({ seq }) => seq !== undefined);
  const starts = envelopes.flatMap(({ event }, at) => (event.type === "turn.started" ? [at] : []));
  assert.equal(starts.length, w.server.requests.length);
  for (const [request, at] of starts.entries())
    assert.deepEqual(JSON.parse(JSON.stringify(fold(envelopes.slice(0, at + 1)))), messagesIn(w.server, request));
});

test("the first request is at most 25 KB, and the bytes before the boundary are the same in another folder", async () => {
  const sizes: { readonly bytes: number; readonly prefix: string }[] = [];
  for (let n = 0; n < 2; n++) {
    await using w = await world({ replies: [{ blocks: [{ text: "hi" }] }] });
    await using session = await w.open({ settings: '{"keel":{"dialect":"anthropic"}}' }, {}, { ANTHROPIC_API_KEY: "sk-test" });
    await run(session, "hi");
    const [request] = w.server.requests;
    assert.ok(request);
    const { body, bytes } = request;
    const system = body["system"] as readonly { readonly text: string }[];
    sizes.push({ bytes, prefix: JSON.stringify([body["tools"], system[0]]) });
    assert.ok(!JSON.stringify([body["tools"], system[0]]).includes(w.cwd));
    assert.ok(JSON.stringify(system.slice(1)).includes(w.cwd));
  }
  assert.ok((sizes[0]?.bytes ?? Infinity) <= 25_000, `${sizes[0]?.bytes} bytes`);
  assert.equal(sizes[0]?.prefix, sizes[1]?.prefix);
});

test("an interrupt ends the run in time and the log says so; the next prompt goes on", async () => {
  await using w = await world({ replies: [{ blocks: [call("Bash", { command: "sleep 600" })] }, { blocks: [{ text: "fine" }] }] });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const control = new AbortController();
  const seen: Envelope[] = [];
  for await (const envelope of session.run([text("go")], control.signal)) {
    seen.push(envelope);
    if (envelope.event.type === "call.started") setTimeout(() => control.abort(), 50);
  }
  assert.equal(ended(seen), "aborted_tools");
  assert.equal(ended(await run(session, "and now?")), "completed");
  assert.equal(refusal(messagesIn(w.server, 1)), undefined);
});

test("a budget in dollars ends the run once it is spent; a model without a price can't have one", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Glob", { pattern: "*" })], usage: { input_tokens: 1_000_000, output_tokens: 1_000_000 } },
      { blocks: [{ text: "more" }] },
    ],
  });
  await using session = await w.open({ model: "claude-haiku-4-5", maxBudgetUsd: 0.5, settings: "{}" });
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "budget_exhausted");
  assert.equal(w.server.requests.length, 1);
  await assert.rejects(w.open({ model: "local", maxBudgetUsd: 1 }), /price of local isn't known/);
});

test("a final answer that must fit a schema is asked for again until it does, and stands in the end's totals", async () => {
  const schema = { type: "object", properties: { port: { type: "integer" } }, required: ["port"], additionalProperties: false };
  await using w = await world({
    replies: [
      { blocks: [{ text: "It is 80." }] },
      { blocks: [{ text: '{"port":"80"}' }] },
      { blocks: [{ text: '```json\n{"port": 80}\n```' }] },
    ],
  });
  await using session = await w.open({ jsonSchema: schema });
  const envelopes = await run(session, "which port?");
  assert.deepEqual(
    envelopes.flatMap(({ event }) => (event.type === "run.ended" ? [event.reason, event.totals["structured"]] : [])),
    ["completed", { port: 80 }],
  );
  assert.match(JSON.stringify(messagesIn(w.server, 2)), /port must be integer/);
  await assert.rejects(w.open({ jsonSchema: { type: "nonsense" } }), /JSON Schema can't be used/);
});

test("an answer that never fits ends the run by name", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "no" }] }], after: "repeat_last" });
  await using session = await w.open({ jsonSchema: { type: "object" } });
  assert.equal(ended(await run(session, "go")), "structured_output_retry_exhausted");
  assert.equal(w.server.requests.length, 6);
});

test("another model and another mode hold from the next turn and call on, and the log says so", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Write", { file_path: "a.txt", content: "a" })] },
      { blocks: [call("Write", { file_path: "b.txt", content: "b" })] },
      { blocks: [{ text: "ok" }] },
    ],
  });
  await using session = await w.open({ model: "one" });
  const changes: unknown[] = [];
  for await (const { event } of session.run([text("go")], new AbortController().signal)) {
    if (event.type === "call.completed" && event.outcome === "denied") {
      session.setMode("acceptEdits");
      assert.equal(session.setModel("two"), undefined);
    }
    if (event.type === "session.changed") changes.push(event.change);
  }
  assert.deepEqual(
    w.server.requests.map(({ body }) => body["model"]),
    ["one", "two", "two"],
  );
  assert.deepEqual(changes, [{ mode: "acceptEdits", model: "two" }]);
  assert.equal(await readFile(join(w.cwd, "b.txt"), "utf8"), "b");
});

test("what a user puts in place of an input is judged again: it can't pass a deny rule", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Write", { file_path: "a.txt", content: "a" })] },
      { blocks: [call("Write", { file_path: "a.txt", content: "a" })] },
      { blocks: [{ text: "ok" }] },
    ],
  });
  const inputs = [
    { file_path: join(w.cwd, "other.txt"), content: "changed" },
    { file_path: join(w.cwd, "secret.txt"), content: "x" },
  ];
  await using session = await w.open(
    { disallowedTools: ["Edit(secret.txt)"] },
    { ask: async () => ({ behavior: "allow", scope: "once", input: inputs.shift() ?? {} }) },
  );
  assert.deepEqual(outcomes(await run(session, "go")), ["ok", "denied"]);
  assert.equal(await readFile(join(w.cwd, "other.txt"), "utf8"), "changed");
});

test("a rule on a tool with a slip in its name is told, and one on a tool that comes later isn't", async () => {
  await using w = await world({ replies: [] });
  await using session = await w.open({ disallowedTools: ["Bsh", "WebFetch", "mcp__a__b"] });
  assert.deepEqual(
    session.problems.map((problem) => problem.text),
    ["The deny rule Bsh (flag) speaks of no tool that there is: did you mean Bash?"],
  );
});

test("a home that can't be written: the session runs in memory and says so", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "hi" }] }] });
  await writeFile(join(w.home, ".keel"), "a file where the folder should be");
  await using session = await w.open();
  assert.equal(session.saved, false);
  assert.match(session.problems.map((problem) => problem.text).join(), /memory/);
  assert.equal(ended(await run(session, "hi")), "completed");
});
