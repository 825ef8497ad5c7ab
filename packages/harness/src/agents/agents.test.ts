import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "@keelson/persistence";
import { fold, messagesOf, type Envelope, type Message } from "@keelson/protocol";
import type { Reply, Script, SessionScript } from "@keelson/simulator";
import { test } from "vitest";
import { call, ended, outcomes, run, world } from "../../test/world.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const start = (prompt: string, more: object = {}) => call("Agent", { description: "a part", prompt, ...more });
const agent = (promptIncludes: string, ...replies: readonly Reply[]): SessionScript => ({ match: { promptIncludes }, replies });
const script = (main: readonly Reply[], ...sessions: readonly SessionScript[]): Script => ({ replies: main, sessions });
const wordsIn = (message: Message | undefined): string => JSON.stringify(message?.content ?? "");
const results = (envelopes: readonly Envelope[], path: readonly string[] = []): string[] =>
  envelopes.flatMap(({ event, path: at }) =>
    at.length === path.length && event.type === "call.completed" ? [JSON.stringify(event.result["content"])] : [],
  );
const of = (envelopes: readonly Envelope[], type: "agent.started" | "agent.completed") =>
  envelopes.flatMap(({ event }) =>
    event.type === "agent.started" || event.type === "agent.completed" ? (event.type === type ? [event] : []) : [],
  );

test("a sub-agent works in a log of its own, its steps are seen with their path, and its answer is the call's result", async () => {
  await using w = await world(
    script(
      [{ blocks: [start("find the word")] }, say("It is plum.")],
      agent("find the word", { blocks: [call("Read", { file_path: "a.txt" })] }, say("plum")),
    ),
    { "a.txt": "plum\n" },
  );
  await using session = await w.open();
  const envelopes = await run(session, "which word?");
  assert.equal(ended(envelopes.filter(({ path }) => path.length === 0)), "completed");
  assert.match(results(envelopes)[0] ?? "", /plum/);
  const child = envelopes.filter(({ path }) => path.length === 1);
  assert.ok(child.length > 0 && child.every(({ session: id }) => id !== session.id));
  assert.deepEqual(
    of(envelopes, "agent.started").map(({ session: id }) => id),
    [child[0]?.session],
  );
  const completed = of(envelopes, "agent.completed")[0];
  assert.equal(completed?.body["reason"], "completed");

  const store = openStore({ root: join(w.home, ".keel", "var"), now: Date.now });
  const summary = await store.get({ tenant: "local", session: child[0]?.session ?? "" });
  assert.equal(summary.parent, session.id);
});

test("agents that are started in one reply work at once", async () => {
  const slow = (name: string) =>
    agent(
      `part ${name}`,
      {
        blocks: [
          call("Bash", {
            command: `touch ${name}; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -e a ] && [ -e b ] && exit 0; sleep 0.1; done; exit 1`,
          }),
        ],
      },
      say(name),
    );
  await using w = await world(script([{ blocks: [start("part a"), start("part b")] }, say("ok")], slow("a"), slow("b")));
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const envelopes = await run(session, "go");
  assert.deepEqual(
    envelopes.flatMap(({ event, path }) => (path.length === 1 && event.type === "call.completed" ? [event.outcome] : [])),
    ["ok", "ok"],
    "each saw that the other one was there",
  );
});

test("what an agent in the background comes to is told when it ends, and the run waits for it", async () => {
  await using w = await world(
    script(
      [{ blocks: [start("look around", { run_in_background: true })] }, say("I go on."), say("It found plum.")],
      agent("look around", say("plum")),
    ),
  );
  await using session = await w.open();
  const envelopes = await run(session, "go");
  const added = envelopes.flatMap(({ event, path }) =>
    path.length === 0 && event.type === "context.added" && event.from === "task" ? [wordsIn({ role: "user", content: event.content })] : [],
  );
  assert.equal(added.length, 1);
  assert.match(added[0] ?? "", /has ended[\s\S]*plum/);
  assert.match(JSON.stringify(envelopes.at(-2)), /./);
  assert.equal(ended(envelopes.filter(({ path }) => path.length === 0)), "completed");
});

test("a message reaches an agent that has ended: it goes on where it was", async () => {
  await using w = await world({
    replies: (_, at) => {
      if (at === 0) return { blocks: [start("first part", { name: "scout" })] };
      if (at === 1) return { blocks: [call("SendMessage", { to: "scout", message: "and the second" })] };
      return say("done");
    },
    sessions: [agent("first part", say("one"), say("two"))],
  });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  const child = envelopes.filter(({ path }) => path.length === 1);
  const heard = child.flatMap(({ event }) => (event.type === "input.received" ? [JSON.stringify(event.content)] : []));
  assert.equal(heard.length, 2);
  assert.match(heard[1] ?? "", /and the second/);
  assert.equal(new Set(child.map(({ session: id }) => id)).size, 1);
});

test("an agent has its parent's tools and no more, and its mode is never freer", async () => {
  await using w = await world(
    script(
      [{ blocks: [start("write it", { subagent_type: "writer" })] }, say("ok")],
      agent("write it", { blocks: [call("Write", { file_path: "a.txt", content: "x" })] }, say("no")),
    ),
  );
  await using session = await w.open({
    permissionMode: "plan",
    agents: {
      writer: { description: "writes", prompt: "You write.", tools: ["Write", "Read", "WebFetch"], permissionMode: "bypassPermissions" },
    },
  });
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes.filter(({ path }) => path.length === 1)), ["denied"]);
  const asked = w.server.requests.filter(({ text }) => text.includes("write it") && !text.includes("which"));
  const tools = (asked.find(({ body }) => JSON.stringify(body["messages"]).includes('"write it"'))?.body["tools"] ?? []) as {
    name: string;
  }[];
  assert.ok(tools.length > 0);
});

test("a kind that isn't there, and depth beyond the third, are answers that say what to do", async () => {
  await using w = await world(script([{ blocks: [start("x", { subagent_type: "wizard" })] }, say("ok")]));
  await using session = await w.open();
  assert.match(results(await run(session, "go"))[0] ?? "", /No kind of agent is named wizard\. There are general-purpose, fork/);
});

test("agents nest three deep, and the third can't start a fourth", async () => {
  await using w = await world(
    script(
      [{ blocks: [start("depth one")] }, say("ok")],
      agent("depth one", { blocks: [start("depth two")] }, say("1")),
      agent("depth two", { blocks: [start("depth three")] }, say("2")),
      agent("depth three", { blocks: [start("depth four")] }, say("3")),
    ),
  );
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.equal(Math.max(...envelopes.map(({ path }) => path.length)), 3);
  assert.match(JSON.stringify(envelopes.filter(({ path }) => path.length === 3)), /No tool is named Agent/);
});

test("a fork knows all that its parent knows: its request begins with its parent's, to the byte", async () => {
  await using w = await world({
    replies: (_, at) =>
      [
        { blocks: [call("Read", { file_path: "a.txt" })] },
        { blocks: [start("try it another way", { subagent_type: "fork" })] },
        say("forked"),
        say("ok"),
      ][at] ?? say("?"),
  });
  await using session = await w.open({}, {}, {});
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes.filter(({ path }) => path.length === 0)), "completed");
  const bodies = w.server.requests.filter(({ path }) => path === "/v1/messages").map(({ text }) => text);
  const [, parent = "", fork = ""] = bodies.map(unmarked);
  const head = parent.indexOf('"messages":[');
  assert.ok(head > 0);
  assert.equal(fork.slice(0, head), parent.slice(0, head), "model, tools and system are the same bytes");
  const [known, knows] = [parent, fork].map((body): string[] =>
    JSON.parse(body).messages.map((message: unknown) => JSON.stringify(message)),
  );
  assert.deepEqual(knows?.slice(0, known?.length), known);
  assert.match(knows?.at(-1) ?? "", /try it another way/);
});

/** Marks of the cache move along with the conversation. */
const unmarked = (body: string): string => body.replaceAll(/,"cache_control":\{[^}]*\}/g, "");

test("two agents don't change the same file at once", async () => {
  const write = (name: string) =>
    agent(
      `job ${name}`,
      { blocks: [call("Write", { file_path: "shared.txt", content: name }), call("Bash", { command: "sleep 0.3" })] },
      say(name),
    );
  await using w = await world(script([{ blocks: [start("job a"), start("job b")] }, say("ok")], write("a"), write("b")));
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const envelopes = await run(session, "go");
  const writes = envelopes.flatMap(({ event, path }) =>
    path.length === 1 && event.type === "call.completed" && JSON.stringify(event.result).includes("shared.txt") ? [event.outcome] : [],
  );
  assert.deepEqual(writes.toSorted(), ["denied", "ok"]);
  assert.match(JSON.stringify(envelopes), /is changing .*shared\.txt/);
});

test("an abort of the session reaches every agent, and each log says how it ended", async () => {
  const busy = agent("busy", { blocks: [call("Bash", { command: "sleep 30" })] });
  await using w = await world(script([{ blocks: [start("busy one"), start("busy two", { run_in_background: true })] }, say("?")], busy));
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const stop = new AbortController();
  const envelopes: Envelope[] = [];
  for await (const envelope of session.run([{ type: "text", text: "go" }], stop.signal)) {
    envelopes.push(envelope);
    const busyNow = envelopes.filter(({ path, event }) => path.length === 1 && event.type === "call.started").length;
    if (busyNow === 2) stop.abort();
  }
  assert.match(ended(envelopes.filter(({ path }) => path.length === 0)) ?? "", /^aborted/);
  const store = openStore({ root: join(w.home, ".keel", "var"), now: Date.now });
  const children = new Set(envelopes.filter(({ path }) => path.length === 1).map(({ session: id }) => id));
  assert.equal(children.size, 2);
  await session[Symbol.asyncDispose]();
  for (const id of children) {
    const log = await Array.fromAsync(store.read({ tenant: "local", session: id }, 0));
    assert.equal(log.at(-1)?.event.type, "run.ended");
    assert.ok(messagesOf({ messages: fold(log), reply: undefined }).length > 0);
  }
});

test("an agent in a working tree of its own leaves the folder as it was; what it made is kept and named", async () => {
  await using w = await world(
    script(
      [{ blocks: [start("make it", { isolation: "worktree" })] }, say("ok")],
      agent("make it", { blocks: [call("Write", { file_path: "new.txt", content: "made" })] }, say("done")),
    ),
    { "a.txt": "a\n" },
  );
  const { execFileSync } = await import("node:child_process");
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=n", "-c", "user.email=e@example.org", ...args], { cwd: w.cwd, encoding: "utf8" });
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "first");
  await using session = await w.open({ permissionMode: "acceptEdits" });
  const envelopes = await run(session, "go");
  const [result = ""] = results(envelopes);
  const tree = /Its work is in ([^,]+), on the branch (keel\/agent_\w+)/.exec(result);
  assert.ok(tree, result);
  assert.equal(await readFile(join(tree[1] ?? "", "new.txt"), "utf8"), "made");
  assert.equal(git("status", "--porcelain").trim(), "");
});

test("one who coordinates has no hands, and those whom it starts have them", async () => {
  await using w = await world(
    script(
      [{ blocks: [start("write it"), call("Write", { file_path: "b.txt", content: "x" })] }, say("ok")],
      agent("write it", { blocks: [call("Write", { file_path: "a.txt", content: "made" })] }, say("written")),
    ),
  );
  await using session = await w.open({ coordinator: true, permissionMode: "bypassPermissions" });
  assert.ok(!session.tools.includes("Write") && session.tools.includes("Agent"));
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes.filter(({ path }) => path.length === 1)), ["ok"]);
  assert.equal(await readFile(join(w.cwd, "a.txt"), "utf8"), "made");
  assert.match(results(envelopes).join(""), /No tool is named Write/);
});

test("what the user says while the run waits for an agent in the background is read at once", async () => {
  await using w = await world(
    script(
      [{ blocks: [start("look around", { run_in_background: true })] }, say("I wait."), say("I heard it."), say("It is over.")],
      agent("look around", { blocks: [call("Bash", { command: "while [ ! -e heard ]; do sleep 0.05; done" })] }, say("plum")),
    ),
  );
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const replies: string[] = [];
  for await (const { event, path } of session.run([{ type: "text", text: "go" }], new AbortController().signal)) {
    if (path.length > 0 || event.type !== "block.completed" || event.block.type !== "text") continue;
    replies.push(String(event.block["text"]));
    if (replies.at(-1) === "I wait.") await session.steer([{ type: "text", text: "and hurry" }]);
    if (replies.at(-1) === "I heard it.") await writeFile(join(w.cwd, "heard"), "");
  }
  assert.deepEqual(replies, ["I wait.", "I heard it.", "It is over."]);
});

test("a name is one agent's while it works", async () => {
  const scout = (prompt: string) => start(prompt, { name: "scout" });
  await using w = await world(
    script(
      [{ blocks: [scout("first job"), scout("second job")] }, say("ok")],
      agent("first job", say("one")),
      agent("second job", say("two")),
    ),
  );
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.match(results(envelopes).join(), /agent_\w+ works under the name scout already/);
  assert.equal(of(envelopes, "agent.started").length, 1);
});

test("afterwards the newer one has the name, and that is said", async () => {
  const scout = (prompt: string) => ({ blocks: [start(prompt, { name: "scout" })] });
  await using w = await world(
    script([scout("first job"), scout("second job"), say("ok")], agent("first job", say("one")), agent("second job", say("two"))),
  );
  await using session = await w.open();
  const envelopes = await run(session, "go");
  const [first, second] = of(envelopes, "agent.started").map(({ agentId }) => agentId);
  assert.ok(results(envelopes)[1]?.includes(`The name scout was ${first}'s; it is ${second}'s now.`));
});
